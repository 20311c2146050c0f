//! What a file asks for, on a page of its own: looked at, ticked, then bound. Names only.

use domain::{
    ServicePath,
    api::{Proposal, ProposedBinding},
};
use leptos::prelude::*;

use crate::{
    components::{Icon, Status, counted},
    pages::{Look, bare_page},
    paths::{ServiceTab, forms, service_tab},
};

/// What the page shows.
pub struct WantedPage {
    /// Whose bindings they would be.
    pub service: ServicePath,
    /// What there is to do.
    pub proposed: Vec<ProposedBinding>,
    /// How it looks.
    pub look: Look,
}

/// The page as HTML.
pub fn wanted_page(page: WantedPage) -> String {
    let WantedPage { service, proposed, look } = page;
    let adds = proposed.iter().filter(|proposed| proposed.proposal.adds()).count();
    let lead = format!("{}. Nothing is bound yet.", counted(proposed.len(), "variable"));
    let back = service_tab(&service, ServiceTab::Bindings);
    let rows: Vec<_> = proposed.into_iter().map(row).collect();
    bare_page("Bindings for your file", look, move || {
        view! {
            <form class="page" action=forms::WANTED_ADD method="post" enctype="multipart/form-data">
                <input type="hidden" name="project" value=service.project.to_string() />
                <input type="hidden" name="service" value=service.service.to_string() />
                <header class="page-head">
                    <div class="page-title"><h1><Icon name="link" />"Bindings for your file"</h1><p>{lead}</p></div>
                    <div class="actions">
                        <a class="button" href=back>"Discard"</a>
                        {(adds > 0).then(|| view! { <button class="button primary" type="submit">"Bind what is ticked"</button> })}
                    </div>
                </header>
                <div class="sheet-wrap">
                    <table class="sheet ends">
                        <caption>{format!("Variables that the file asks for, and the secret of {} for each", service.service)}</caption>
                        <thead><tr><th scope="col">"Variable"</th><th scope="col">"Secret"</th><th scope="col">"What there is to do"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="hint">"Bindings are for all environments. A program of the service does not start while a secret that is bound is missing."</p>
            </form>
        }
    })
}

fn row(proposed: ProposedBinding) -> AnyView {
    let ProposedBinding { variable, secret, proposal } = proposed;
    let what = match proposal {
        Proposal::Bind => view! { <Status icon="create" tone="good" text="bind" /> }.into_any(),
        Proposal::BindMissing => {
            view! { <Status icon="missing" tone="warn" text="bind; the secret is missing" /> }.into_any()
        }
        Proposal::Bound => view! { <Status icon="unchanged" tone="mute" text="bound already" /> }.into_any(),
        Proposal::OwnName => view! { <Status icon="ok" tone="mute" text="delivered by its own name" /> }.into_any(),
    };
    let (name, taken) = if proposal.adds() {
        let label = format!("The secret for {variable}");
        (
            view! {
                <label class="check">
                    <input type="checkbox" name="variable" value=variable.clone() checked />
                    <span class="name">{variable.clone()}</span>
                </label>
            }
            .into_any(),
            view! {
                <input class="input mono" name=format!("secret:{variable}") value=secret.to_string() aria-label=label
                    autocomplete="off" autocapitalize="none" spellcheck="false" required />
            }
            .into_any(),
        )
    } else {
        (
            view! { <span class="name">{variable}</span> }.into_any(),
            view! { <span class="name plain">{secret.to_string()}</span> }.into_any(),
        )
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label="Secret">{taken}</td>
            <td data-label="What there is to do">{what}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_to_be_added_can_be_ticked() {
        let of = |variable: &str, proposal| ProposedBinding {
            variable: variable.to_owned(),
            secret: "A".parse().unwrap(),
            proposal,
        };
        let html = wanted_page(WantedPage {
            service: ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap()),
            proposed: vec![of("X", Proposal::BindMissing), of("Y", Proposal::Bound)],
            look: Look { css: String::new(), theme: None },
        });
        assert_eq!(html.matches("type=\"checkbox\"").count(), 1);
        assert!(html.contains("name=\"secret:X\"") && !html.contains("secret:Y") && !html.contains("<script"));
    }
}
