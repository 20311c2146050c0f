//! One level of a service, project or the platform: upload, filter, table, open cell.

use std::sync::Arc;

use domain::Level;
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    asked::{Asked, Writing},
    detail::{Detail, current},
    dropzone::Dropzone,
    head::SecretsHead,
    keys,
    matrix::MatrixTable,
    place::{Place, level_name, level_title},
    plan::PlanPanel,
    reveal::Reveal,
    reveal_dialog::RevealDialog,
    scope_read::{ScopeView, read_scope},
    secret_form::NewSecret,
    toolbar::{Pager, Toolbar, Typing},
    upload::{Reach, Upload},
    window::{CHUNK, MakeDetail, RowWindow},
};
use crate::{
    components::{Callout, Empty, Icon, Loaded},
    error::UiError,
};

/// A service's own secrets.
#[component]
pub fn ServiceSecrets() -> impl IntoView {
    view! { <ScopePage level="service" /> }
}

/// Those of its project.
#[component]
pub fn ServiceProjectSecrets() -> impl IntoView {
    view! { <ScopePage level="project" /> }
}

/// Those of the platform, seen from a service.
#[component]
pub fn ServicePlatformSecrets() -> impl IntoView {
    view! { <ScopePage level="platform" /> }
}

/// The secrets of a project.
#[component]
pub fn ProjectSecrets() -> impl IntoView {
    view! { <ScopePage level="project" /> }
}

/// The secrets of the platform.
#[component]
pub fn PlatformSecrets() -> impl IntoView {
    view! { <ScopePage level="platform" /> }
}

/// What a page keeps while its table is made anew.
#[derive(Clone, Copy)]
struct Kept {
    upload: Upload,
    reveal: Reveal,
    typing: Typing,
    window: RowWindow,
}

#[component]
fn ScopePage(level: &'static str) -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let place = Memo::new(move |_| {
        let text = |key| params.with(|params| params.get(key)).unwrap_or_default();
        Place::of(&text("project"), &text("service"), level)
    });
    let asked = Memo::new(move |_| query.with(Asked::of));
    let kept = Kept { upload: Upload::new(), reveal: Reveal::new(), typing: Typing::new(), window: RowWindow::new() };
    keys::listen();
    // A value belongs to the cell it was asked for in.
    Effect::watch(move || (place.get(), asked.get()), move |_, _, _| kept.reveal.hide(), false);
    let data = Resource::new(
        move || (place.get(), asked.get(), kept.upload.applied()),
        |(place, asked, _)| async move { read_scope(place.map_err(UiError)?, asked).await },
    );
    view! {
        <PlanPanel upload=kept.upload />
        <div class="page" hidden=move || kept.upload.is_open()>
            <Loaded
                data
                view=move |view: ScopeView| match place.get_untracked() {
                    Ok(place) => view! { <Scope place asked=asked.get_untracked() view kept /> }.into_any(),
                    Err(error) => crate::components::failure(UiError(error)),
                }
            />
        </div>
        <RevealDialog reveal=kept.reveal />
    }
}

#[component]
fn Scope(place: Place, asked: Asked, view: ScopeView, kept: Kept) -> impl IntoView {
    let query = use_query_map();
    let writing = Memo::new(move |_| query.with(Writing::of));
    let write = view.may.write;
    let (head, environments) = (view.head.clone(), view.matrix.environments.clone());
    let actions = {
        let href = asked.closed().href_with("new=1");
        write.then(|| {
            view! {
                <a class="button primary" href=href data-noscroll="" data-key="n">
                    <Icon name="plus" />
                    "New secret"
                </a>
            }
        })
    };
    let reach = Reach { place: place.clone(), levels: head.levels.clone(), environments: environments.clone() };
    let above = if write {
        Either::Left(view! { <Dropzone upload=kept.upload reach /> })
    } else {
        Either::Right(view! {
            <Callout tone="info" icon="lock">
                {format!("You see the names of {} and who changed them. Only admins change or reveal what is set here.", level_title(&place.level))}
            </Callout>
        })
    };
    let new_form = {
        let (place, close) = (place.clone(), asked.href());
        move || {
            (write && writing.get() == Writing::New).then(|| {
                view! { <NewSecret place=place.clone() environments=environments.clone() close=close.clone() /> }
            })
        }
    };
    let wider = place.level != Level::Platform;
    let counts = view.matrix.counts;
    view! {
        <SecretsHead head current=current(&place)>{actions}</SecretsHead>
        {above}
        {new_form}
        <Toolbar typing=kept.typing counts asked=asked.clone() wider />
        <Rows place asked view writing kept />
    }
}

#[component]
fn Rows(place: Place, asked: Asked, view: ScopeView, writing: Memo<Writing>, kept: Kept) -> impl IntoView {
    if view.matrix.rows.is_empty() {
        return view! { <div class="sheet-wrap"><Nothing place asked view /></div> }.into_any();
    }
    let caption = format!("Secrets of {} by environment. Values are hidden.", level_title(&place.level));
    let detail = view.open.clone().map(|open| -> MakeDetail {
        let (place, asked, may) = (place.clone(), asked.clone(), view.may);
        let column = open.column(&view.matrix.environments);
        let panel = move || {
            view! {
                <Detail
                    place=place.clone()
                    asked=asked.clone()
                    open=open.clone()
                    column
                    may
                    writing=writing.get() == Writing::Cell
                    reveal=kept.reveal
                />
            }
        };
        Arc::new(move || panel.clone().into_any())
    });
    let words = words(&view, &asked);
    let scrolls = asked.after.is_empty();
    let first = (!asked.after.is_empty()).then(|| asked.showing(asked.show).href());
    let next = view.matrix.next_cursor.clone().map(|after| Asked { after, ..asked.closed() }.href());
    view! {
        <div class="sheet-wrap">
            <MatrixTable view asked caption detail window=kept.window />
            <Pager words first next scrolls />
        </div>
    }
    .into_any()
}

/// `10 of 14 names`, or how many match. With script all of them are there, as one scrolls.
fn words(view: &ScopeView, asked: &Asked) -> AnyView {
    let total = view.matrix.total;
    let rows = u32::try_from(view.matrix.rows.len()).unwrap_or(u32::MAX).min(total);
    let all = match (total, asked.filter.is_empty()) {
        (1, false) => "1 name matches".to_owned(),
        (total, false) => format!("{total} names match"),
        (1, true) => "1 name".to_owned(),
        (total, true) => format!("{total} names"),
    };
    if rows == total {
        return all.into_any();
    }
    let page = format!("{rows} of {total} names");
    if !asked.after.is_empty() || total <= CHUNK {
        return page.into_any();
    }
    view! { <span class="scripted">{all}</span><span class="unscripted">{page}</span> }.into_any()
}

/// Why the table is empty, and what to do about it.
#[component]
fn Nothing(place: Place, asked: Asked, view: ScopeView) -> impl IntoView {
    use domain::api::MatrixShow;
    let all = Asked::default().href();
    if !asked.filter.is_empty() {
        let title = format!("No name contains “{}”", asked.filter);
        return view! { <Empty icon="search" title><a class="button" href=all>"Show all names"</a></Empty> }.into_any();
    }
    let title = match asked.show {
        MatrixShow::Set => format!("Nothing is set for {}", level_title(&place.level)),
        MatrixShow::Inherited => "Nothing comes from a wider level".to_owned(),
        MatrixShow::Shadows => "Nothing here covers a wider level".to_owned(),
        MatrixShow::All => format!("No secrets for {} yet", level_title(&place.level)),
    };
    if view.matrix.counts.all > 0 {
        return view! { <Empty icon="none" title><a class="button" href=all>"Show all names"</a></Empty> }.into_any();
    }
    if !view.may.write {
        return view! { <Empty icon="lock" title><p>"Ask an admin to set the ones every service needs."</p></Empty> }
            .into_any();
    }
    let new = asked.closed().href_with("new=1");
    let what = level_name(&place.level);
    view! {
        <Empty icon="lock" title>
            <p>
                {format!("Drop the secrets.json of {what} anywhere on this page: you see a plan before anything is stored. Or write the first one by hand.")}
            </p>
            <a class="button" href=new data-noscroll=""><Icon name="plus" />"New secret"</a>
        </Empty>
    }
    .into_any()
}
