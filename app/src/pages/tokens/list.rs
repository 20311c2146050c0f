//! The tokens there are.

use domain::api::{TokenRow, TokenState};
use leptos::prelude::*;

use crate::{
    components::{Empty, Icon, Status, When},
    paths::forms,
};

#[component]
pub(crate) fn TokenList(
    tokens: Vec<TokenRow>,
    /// Whether the list has a head of its own.
    #[prop(default = true)]
    head: bool,
) -> impl IntoView {
    if tokens.is_empty() {
        return view! {
            <section class="panel">
                <Empty icon="token" title="No token yet">
                    <p class="quiet-text">"Make one for each machine, as narrow as its work."</p>
                </Empty>
            </section>
        }
        .into_any();
    }
    let count = tokens.len();
    view! {
        <section class="stack-2" aria-labelledby=head.then_some("tokens")>
            {head.then(|| view! { <div class="row"><h2 id="tokens">"Tokens"</h2><span class="count">{count}</span></div> })}
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Tokens, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Token"</th>
                            <th scope="col">"Scope"</th>
                            <th scope="col">"Environment"</th>
                            <th scope="col">"May"</th>
                            <th scope="col">"Expires"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{tokens.into_iter().map(row).collect::<Vec<_>>()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// What a token reaches: the icon of its level, and words.
pub(super) fn reach(token: &TokenRow) -> (&'static str, String) {
    match (&token.project, &token.service) {
        (Some(project), Some(service)) => ("service", format!("{project} / {service}")),
        (Some(project), None) => ("project", project.to_string()),
        (None, _) => ("platform", "whatever its owner may".to_owned()),
    }
}

/// What a token may, in words.
pub(super) fn rights(token: &TokenRow) -> String {
    let words: Vec<_> = token.rights.iter().map(|right| right.word()).collect();
    words.join(", ")
}

fn row(token: TokenRow) -> AnyView {
    let (icon, scope) = reach(&token);
    let environment = match &token.environment {
        Some(environment) => environment.to_string(),
        None => "all".to_owned(),
    };
    let (tone, state_icon, state) = match token.state {
        TokenState::Active => ("good", "ok", "active"),
        TokenState::Expired => ("bad", "invalid", "expired"),
        TokenState::Revoked => ("mute", "none", "revoked"),
    };
    let used = match token.last_used_at {
        Some(at) => view! { <When at /> }.into_any(),
        None => "never".into_any(),
    };
    let owner = token.owner.clone().unwrap_or_else(|| "its service".to_owned());
    let revoke = (token.state == TokenState::Active).then(|| {
        view! { <Revoke id=token.id.clone() name=token.name.clone() /> }
    });
    let networks = token.networks.join(", ");
    let networks = (!networks.is_empty()).then(|| view! { <br /><small class="quiet-text">"from "{networks}</small> });
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="row-name">
                    <Icon name="token" />
                    <span>
                        <b>{token.name.clone()}</b>
                        <br />
                        <small class="quiet-text"><code>{format!("srm_…{}", token.hint)}</code>" of "{owner}</small>
                    </span>
                </span>
            </th>
            <td data-label="Scope"><span class="level"><Icon name=icon />{scope}</span>{networks}</td>
            <td data-label="Environment">{environment}</td>
            <td data-label="May">{rights(&token)}</td>
            <td class="tight" data-label="Expires"><time datetime=token.expires_at.to_string()>{token.expires_at.day()}</time></td>
            <td class="tight quiet-text" data-label="Last used">{used}</td>
            <td data-label="Status"><Status icon=state_icon tone text=state /></td>
            <td class="tight end">{revoke}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Revoke(id: String, name: String) -> impl IntoView {
    view! {
        <details class="menu">
            <summary class="button quiet danger small" aria-label=format!("Revoke {name}")>"Revoke"</summary>
            <form class="menu-list form" action=forms::TOKEN_REVOKE method="post">
                <input type="hidden" name="id" value=id />
                <p>"Revoke " <b>{name}</b> "? Whatever uses it is refused from its next request on."</p>
                <button class="button danger" type="submit">"Revoke token"</button>
            </form>
        </details>
    }
}
