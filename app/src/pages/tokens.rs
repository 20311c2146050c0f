//! Tokens: what machines sign in with.

mod create;
mod created;
mod list;

use domain::{
    ServicePath, Slug,
    api::{CreatedToken, Environment, TokenRow},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Loaded, PageHead},
    error::UiError,
};
use create::NewToken;
use created::Created;
pub(crate) use created::origin;
pub(crate) use list::TokenList;

/// What the page of tokens shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokensView {
    /// The tokens the actor may manage, newest first.
    pub tokens: Vec<TokenRow>,
    /// The projects a token may be for.
    pub projects: Vec<Slug>,
    /// The services a token may be for.
    pub services: Vec<ServicePath>,
    /// The environments a token may be for.
    pub environments: Vec<Environment>,
}

/// The tokens the actor may manage, and what a new one can be for.
#[server(prefix = "/ui", endpoint = "tokens")]
pub async fn load_tokens() -> Result<TokensView, UiError> {
    use domain::{Action, Scope, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let (mut projects, mut services) = (Vec::new(), Vec::new());
    for project in vault.list_projects(&actor).await? {
        let scope = Scope::project(project.slug.clone(), None);
        if check(&actor, Action::ManageTokens, &scope).is_err() {
            continue;
        }
        for service in vault.list_services(&actor, &project.slug).await? {
            services.push(ServicePath::new(service.project, service.slug));
        }
        projects.push(project.slug);
    }
    Ok(TokensView {
        tokens: vault.list_tokens(&actor).await?,
        projects,
        services,
        environments: vault.list_environments(&actor).await?,
    })
}

/// The token that was made by this very request, which the server gives as an extension; never in the browser.
fn just_created() -> Option<CreatedToken> {
    #[cfg(feature = "ssr")]
    return crate::context::extension();
    #[cfg(not(feature = "ssr"))]
    None
}

/// The tokens. One that was just made is shown once, on a page that stays still.
#[component]
pub fn Tokens() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_tokens());
    let created = just_created();
    view! {
        <div class="page">
            <PageHead title="Tokens" lead="What machines hold. A token may what it says, and never more than its owner." />
            {created.map(|created| view! { <Created created /> })}
            <Loaded data view=|view| view! { <Body view /> }.into_any() />
        </div>
    }
}

#[component]
fn Body(view: TokensView) -> impl IntoView {
    let TokensView { tokens, projects, services, environments } = view;
    view! {
        <TokenList tokens />
        <NewToken projects services environments />
    }
}
