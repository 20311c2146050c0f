//! One's own account: sessions, password, second factor, tokens; and the pages that ask who one is.

mod confirm;
mod factor;
mod password;
mod policy;
mod sessions;

use domain::api::{RecoveryCodes, SecondFactor, SessionRow, TokenRow, WireValue};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

pub use confirm::{Confirm, SecondStep};
pub use factor::SecondFactorPage;
pub use policy::PolicyPage;

use crate::{
    components::{Icon, Loaded, PageHead, Status, When, counted},
    error::UiError,
    pages::tokens::TokenList,
    paths,
};
use password::ChangePassword;
use sessions::Sessions;

/// A form that waits for password or code; an extension of the request that is answered with the page.
#[derive(Clone, Default)]
pub struct Asked {
    /// Where it is sent once more; empty where it is to be filled in again.
    pub form: String,
    /// What it sent.
    pub fields: Vec<(String, String)>,
    /// The page it was on.
    pub back: String,
    /// What was wrong with the last answer.
    pub problem: Option<String>,
}

/// What the page of the second factor shows one time; an extension of the request that is answered with it.
#[derive(Clone)]
pub enum Shown {
    /// A secret for a device, until its first code.
    Enrol {
        /// In base 32.
        secret: WireValue,
        /// The same to be photographed.
        qr: QrCode,
        /// What was wrong with the last code.
        problem: Option<String>,
    },
    /// New recovery codes.
    Recovery(RecoveryCodes),
}

/// A QR code: the path of its dark modules in a square of `size`.
#[derive(Clone)]
pub struct QrCode {
    /// How many modules, the quiet around included.
    pub size: usize,
    /// What is drawn.
    pub path: String,
}

/// What the page of an account shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// The person's e-mail address.
    pub email: String,
    /// Their sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// Whether signing in takes a code.
    pub factor: SecondFactor,
    /// The tokens that belong to them.
    pub tokens: Vec<TokenRow>,
}

/// The account of whoever is signed in.
#[server(prefix = "/ui", endpoint = "account")]
pub async fn load_account() -> Result<AccountView, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let session = crate::context::request()?.session;
    let mut tokens = vault.list_tokens(&actor).await?;
    tokens.retain(|token| token.owner.as_deref() == Some(&actor.label));
    Ok(AccountView {
        sessions: vault.list_sessions(&actor, session).await?,
        factor: vault.find_second_factor(&actor).await?,
        tokens,
        email: actor.label,
    })
}

/// What a form was answered with, on the server; never in the browser.
fn shown<T: Clone + Send + Sync + 'static>() -> Option<T> {
    #[cfg(feature = "ssr")]
    return crate::context::extension();
    #[cfg(not(feature = "ssr"))]
    None
}

/// One's own account.
#[component]
pub fn Account() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_account());
    view! { <div class="page"><Loaded data view=|view| view! { <Body view /> }.into_any() /></div> }
}

#[component]
fn Body(view: AccountView) -> impl IntoView {
    let AccountView { email, sessions, factor, tokens } = view;
    let active = tokens.iter().filter(|token| token.state == domain::api::TokenState::Active).count();
    view! {
        <PageHead title="Account" lead=format!("How {email} signs in, and where.") />
        <Sessions sessions />
        <div class="pair">
            <Factor factor />
            <ChangePassword tokens=active />
        </div>
        <section class="stack-2" aria-labelledby="tokens-title">
            <div class="row">
                <h2 id="tokens-title">"Your tokens"</h2>
                <span class="count">{tokens.len()}</span>
                <span class="spacer"></span>
                <a class="button small" href=paths::TOKENS><Icon name="token" />"New token"</a>
            </div>
            <TokenList tokens head=false />
        </section>
        <p class="small-text quiet-text">"Light or dark is chosen in the bar above; each browser keeps its own choice."</p>
    }
}

#[component]
fn Factor(factor: SecondFactor) -> impl IntoView {
    let required = factor.required.then(|| view! { <span class="tag">"required here"</span> });
    let state = match factor.since {
        Some(since) => {
            let codes = counted(factor.recovery_codes as usize, "recovery code");
            view! {
                <p><Status icon="ok" tone="good" text="on" />" since "<When at=since />{format!(". {codes} left.")}</p>
            }
            .into_any()
        }
        None => view! {
            <p><Status icon="warn" tone="warn" text="off" />". Whoever learns your password can sign in as you."</p>
        }
        .into_any(),
    };
    let label = if factor.since.is_some() { "Look after it" } else { "Set it up" };
    view! {
        <section class="panel" aria-labelledby="factor-title">
            <header class="panel-head"><h2 id="factor-title">"Second factor"</h2><span class="spacer"></span>{required}</header>
            <div class="panel-body stack-3">
                {state}
                <p class="hint">"A code of six digits from an app on your phone, asked for after the password."</p>
                <div class="actions"><a class="button" href=paths::SECOND_FACTOR><Icon name="lock" />{label}</a></div>
            </div>
        </section>
    }
}
