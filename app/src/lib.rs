//! The dashboard. Compiled twice: for the server (`ssr`) and for the browser (`hydrate`).
//!
//! - Reads are server functions that call one use-case each; a page shows its one resource through [`components::Loaded`].
//! - Writes are plain forms to `/forms/…`, answered by a redirect and a [`notice::Notice`]: the same path with and
//!   without script.
//! - The frame around the pages needs no resource: [`chrome::Chrome`] comes with the page.
//! - No value is ever in a page, except where someone has just asked for that one.

#![allow(unreachable_pub, reason = "`#[component]` also writes a function of its own beside each page")]

pub mod chrome;
pub mod components;
pub mod context;
pub mod error;
pub mod notice;
pub mod pages;
pub mod paths;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod sprite;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

#[cfg(feature = "ssr")]
pub use shell::shell;

use components::Layout;
use pages::{
    Account, Audit, ChangesPage, Confirm, ConflictPage, DeletedPage, Duplicates, Environments, FirstSteps, Home,
    Invite, Login, NotFound, People, PolicyPage, ProjectPage, ReadinessPage, SearchPage, SecondFactorPage, SecondStep,
    SecretHistory, Setup, Tokens,
    secrets::{
        BindingsPage, CopyPage, EffectivePage, PlatformSecrets, ProjectSecrets, ServicePlatformSecrets,
        ServiceProjectSecrets, ServiceSecrets,
    },
};

/// Every page there is. Pages are rendered whole before the first byte leaves (`SsrMode::Async`): they are complete
/// without script, and their status code is right.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    chrome::provide();
    view! {
        <Title formatter=|page: String| format!("{page} · Strongroom") />
        <Router>
            <Layout>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                    <Route path=path!("/login/code") view=SecondStep ssr=SsrMode::Async />
                    <Route path=path!("/confirm") view=Confirm ssr=SsrMode::Async />
                    <Route path=path!("/account") view=Account ssr=SsrMode::Async />
                    <Route path=path!("/account/second-factor") view=SecondFactorPage ssr=SsrMode::Async />
                    <Route path=path!("/policy") view=PolicyPage ssr=SsrMode::Async />
                    <Route path=path!("/setup/:token") view=Setup ssr=SsrMode::Async />
                    <Route path=path!("/invite/:token") view=Invite ssr=SsrMode::Async />
                    <Route path=path!("/") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/start") view=FirstSteps ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project") view=ProjectPage ssr=SsrMode::Async />
                    <Route path=path!("/platform") view=PlatformSecrets ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/secrets") view=ProjectSecrets ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/readiness") view=ReadinessPage ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/services/:service") view=ServiceSecrets ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/services/:service/secrets") view=ServiceSecrets ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/services/:service/project") view=ServiceProjectSecrets ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/services/:service/platform") view=ServicePlatformSecrets ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/services/:service/effective") view=EffectivePage ssr=SsrMode::Async />
                    <Route path=path!("/projects/:project/services/:service/bindings") view=BindingsPage ssr=SsrMode::Async />
                    <Route path=path!("/copy") view=CopyPage ssr=SsrMode::Async />
                    <Route path=path!("/search") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/tokens") view=Tokens ssr=SsrMode::Async />
                    <Route path=path!("/people") view=People ssr=SsrMode::Async />
                    <Route path=path!("/environments") view=Environments ssr=SsrMode::Async />
                    <Route path=path!("/duplicates") view=Duplicates ssr=SsrMode::Async />
                    <Route path=path!("/audit") view=Audit ssr=SsrMode::Async />
                    <Route path=path!("/changes") view=ChangesPage ssr=SsrMode::Async />
                    <Route path=path!("/deleted") view=DeletedPage ssr=SsrMode::Async />
                    <Route path=path!("/history") view=SecretHistory ssr=SsrMode::Async />
                    <Route path=path!("/conflict") view=ConflictPage ssr=SsrMode::Async />
                </FlatRoutes>
            </Layout>
        </Router>
    }
}
