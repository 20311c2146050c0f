//! The places: projects with their services, and the installation.

use domain::ServicePath;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::Icon;
use crate::{
    chrome::{Signed, use_chrome},
    paths,
};

/// The sidebar of whoever is signed in; admins and auditors see more.
#[component]
pub(crate) fn Sidebar(person: Signed) -> impl IntoView {
    let chrome = use_chrome();
    let admin = person.admin;
    let instance = move || {
        let auditors = person.audits.then(|| {
            view! {
                <Place href=paths::PEOPLE icon="people" label="People" />
                <Place href=paths::AUDIT icon="list" label="Audit log" />
            }
        });
        let admins = admin.then(|| {
            view! {
                <Place href=paths::ENVIRONMENTS icon="layers" label="Environments" />
                <Place href=paths::POLICY icon="lock" label="Policy" />
                <Place href=paths::DUPLICATES icon="unchanged" label="Equal values" />
            }
        });
        view! {
            <Place href=paths::TOKENS icon="token" label="Tokens" />
            {auditors}
            {admins}
        }
    };
    let new_project = admin.then(|| {
        let first = chrome.with_untracked(|chrome| chrome.tree.projects.is_empty());
        let href = if first { paths::START } else { paths::NEW_PROJECT };
        view! { <a href=href aria-label="New project" title="New project"><Icon name="plus" small=true /></a> }
    });
    view! {
        <nav class="sidebar" aria-label="Projects and instance">
            <ul class="tree">
                <Place href=paths::HOME icon="home" label="Home" />
                <Place href=paths::PLATFORM icon="platform" label="Platform secrets" />
                <Place href=paths::CHANGES icon="history" label="History" />
            </ul>
            <section aria-labelledby="side-projects">
                <div class="side-head"><h2 id="side-projects">"Projects"</h2>{new_project}</div>
                <Projects />
            </section>
            <section aria-labelledby="side-instance">
                <div class="side-head"><h2 id="side-instance">"Instance"</h2></div>
                <ul class="tree">{instance()}</ul>
            </section>
            <div class="side-foot"><span>{chrome.with_untracked(|chrome| chrome.host.clone())}</span></div>
        </nav>
    }
}

/// Whether `here` is `place` or below it.
fn within(here: &str, place: &str) -> bool {
    here == place || (place != paths::HOME && here.strip_prefix(place).is_some_and(|rest| rest.starts_with('/')))
}

#[component]
fn Place(
    #[prop(into)] href: Oco<'static, str>,
    icon: &'static str,
    #[prop(into)] label: Oco<'static, str>,
) -> impl IntoView {
    let path = use_location().pathname;
    let place = href.to_string();
    let current = move || path.with(|here| within(here, &place).then_some("page"));
    view! { <li><a href=href.to_string() aria-current=current><Icon name=icon />{label}</a></li> }
}

#[component]
fn Projects() -> impl IntoView {
    let chrome = use_chrome();
    let path = use_location().pathname;
    let tree = Memo::new(move |_| chrome.with(|chrome| chrome.tree.clone()));
    let list = move || {
        let tree = tree.get();
        let row = |project: domain::api::Project| {
            let open = project.slug.as_str() == tree.open;
            let href = paths::project(&project.slug);
            let place = href.clone();
            let current = move || path.with(|here| (*here == place).then_some("page"));
            let services = open.then(|| {
                let rows = tree.services.iter().map(|service| {
                    let tabs = ServicePath::new(service.project.clone(), service.slug.clone());
                    let href = paths::service(&tabs);
                    let place = href.trim_end_matches("/secrets").to_owned();
                    let current = move || path.with(|here| within(here, &place).then_some("page"));
                    view! {
                        <li><a href=href aria-current=current><Icon name="box" /><span class="cut">{service.slug.to_string()}</span></a></li>
                    }
                });
                view! { <ul>{rows.collect::<Vec<_>>()}</ul> }
            });
            let count = (!open && project.services > 0)
                .then(|| view! { <span class="end"><span class="count">{project.services}</span></span> });
            view! {
                <li class=open.then_some("open")>
                    <a href=href aria-current=current>
                        <Icon name="folder" />
                        <span class="cut">{project.slug.to_string()}</span>
                        {count}
                    </a>
                    {services}
                </li>
            }
        };
        tree.projects.iter().cloned().map(row).collect::<Vec<_>>()
    };
    view! { <ul class="tree">{list}</ul> }
}
