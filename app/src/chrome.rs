//! What the frame around every page shows. It comes with the page, so the frame never waits and never mismatches;
//! after a step inside the browser the tree is fetched again where it has to be.

use domain::api::{Project, Service};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::UiError, notice::Notice};

/// The data of the frame.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chrome {
    /// Who is signed in.
    pub person: Option<Signed>,
    /// The projects in the sidebar.
    pub tree: Tree,
    /// What the last form had to say.
    pub notice: Option<Notice>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// The host the browser asked for.
    pub host: String,
}

/// Whoever is signed in, as far as the pages have to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Their e-mail address.
    pub label: String,
    /// Whether they may manage the installation: shows what only admins can do. The server decides again each time.
    pub admin: bool,
    /// Whether they may see who has which role, and what was done.
    pub audits: bool,
}

/// The projects, and the services of the one that is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Every project.
    pub projects: Vec<Project>,
    /// The slug of the open one; empty when none is.
    pub open: String,
    /// Its services.
    pub services: Vec<Service>,
}

/// The chrome in the context of every page.
#[derive(Clone, Copy)]
pub struct ChromeSignal(RwSignal<Chrome>);

/// Puts the chrome of this page into the context. Once, at the root.
pub(crate) fn provide() {
    provide_context(ChromeSignal(RwSignal::new(SharedValue::new(of_this_request).into_inner())));
}

/// The chrome.
pub fn use_chrome() -> RwSignal<Chrome> {
    expect_context::<ChromeSignal>().0
}

/// Whether whoever is signed in manages the installation.
pub fn is_admin() -> bool {
    use_chrome().with_untracked(|chrome| chrome.person.as_ref().is_some_and(|person| person.admin))
}

/// Whether the last post to `form` was refused: it is shown open again, with what is wrong.
pub fn was_refused(form: &str) -> bool {
    use_chrome().with_untracked(|chrome| {
        let notice = chrome.notice.as_ref();
        notice.is_some_and(|notice| notice.form == form && notice.tone == crate::notice::Tone::Bad)
    })
}

#[cfg(not(feature = "ssr"))]
fn of_this_request() -> Chrome {
    Chrome::default()
}

#[cfg(feature = "ssr")]
fn of_this_request() -> Chrome {
    use_context().unwrap_or_default()
}

#[cfg(feature = "ssr")]
impl Chrome {
    /// The chrome of the page that is asked for.
    pub(crate) async fn of_this_request() -> Self {
        let Ok(request) = crate::context::request() else {
            return Self::default();
        };
        let mut chrome = Self::of(&request);
        if let (Ok(vault), Some(actor)) = (crate::context::vault(), &request.actor) {
            let path = use_context::<axum::http::request::Parts>().map(|parts| parts.uri.path().to_owned());
            let open = path.and_then(|path| crate::paths::project_of(&path));
            // A tree that cannot be read leaves the page usable; the page itself says what is wrong.
            chrome.tree = ssr::tree(&vault, actor, open).await.unwrap_or_default();
        }
        chrome
    }

    /// The chrome without the tree.
    fn of(request: &crate::context::RequestContext) -> Self {
        use domain::{Action, Scope, access::check};
        Self {
            person: request.actor.as_ref().map(|actor| Signed {
                label: actor.label.clone(),
                admin: check(actor, Action::ManagePeople, &Scope::platform(None)).is_ok(),
                audits: check(actor, Action::ReadAudit, &Scope::platform(None)).is_ok(),
            }),
            tree: Tree::default(),
            notice: request.notice.clone(),
            theme: request.theme.clone().unwrap_or_else(|| "system".to_owned()),
            host: request.host.clone(),
        }
    }
}

#[cfg(feature = "ssr")]
mod ssr {
    use super::Tree;
    use domain::{Actor, Slug};

    pub(super) async fn tree(vault: &vault::Vault, actor: &Actor, open: Option<Slug>) -> vault::Result<Tree> {
        let projects = vault.list_projects(actor).await?;
        let open = open.filter(|open| projects.iter().any(|project| project.slug == *open));
        let services = match &open {
            Some(project) => vault.list_services(actor, project).await?,
            None => Vec::new(),
        };
        Ok(Tree { projects, open: open.map(String::from).unwrap_or_default(), services })
    }
}

/// The tree, with the project of slug `open` open.
#[server(prefix = "/ui", endpoint = "tree")]
pub async fn load_tree(open: String) -> Result<Tree, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(ssr::tree(&vault, &actor, open.parse().ok()).await?)
}
