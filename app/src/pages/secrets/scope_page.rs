//! One level of a service, project or the platform: upload, filter, table, open cell.

use domain::Level;
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    asked::{Asked, Writing},
    copy_read::AskedCopy,
    detail::{Detail, current},
    dropzone::Dropzone,
    export_form::{ExportForm, Wanted},
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
    window::{Of, Reading, Window},
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
    window: Window,
}

#[component]
fn ScopePage(level: &'static str) -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let place = Memo::new(move |_| {
        let text = |key| params.with(|params| params.get(key)).unwrap_or_default();
        Place::of(&text("project"), &text("service"), level)
    });
    let asked = Memo::new(move |_| query.with(Asked::of));
    let kept = Kept { upload: Upload::new(), reveal: Reveal::new(), typing: Typing::new(), window: Window::new() };
    keys::listen();
    kept.window.follow();
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
    let writable = view.writable.clone();
    let actions = {
        let href = asked.closed().href_with("new=1");
        let from = AskedCopy { to: place.level.short(), ..AskedCopy::default() };
        let new = write.then(|| {
            view! {
                <a class="button" href=from.href()><Icon name="layers" />"Copy names from…"</a>
                <a class="button primary" href=href data-noscroll="" data-key="n">
                    <Icon name="plus" />
                    "New secret"
                </a>
            }
        });
        view! { <a class="button" href=crate::paths::changes_of(&place.level)><Icon name="history" />"History"</a>{new} }
    };
    let export = (view.may.reveal && view.matrix.counts.set > 0).then(|| {
        let wanted = Wanted::Own(environments);
        let back = format!("{}{}", place.path(), asked.href());
        view! { <ExportForm place=place.clone() wanted back /> }
    });
    let reach = Reach { place: place.clone(), levels: head.levels.clone(), writable: writable.clone() };
    let above = if write {
        Either::Left(view! { <Dropzone upload=kept.upload reach /> })
    } else {
        Either::Right(view! {
            <Callout tone="info" icon="lock">
                {format!("You see the names of {} and who changed them. {}", level_title(&place.level), who_writes(&place.level))}
            </Callout>
        })
    };
    let new_form = {
        let (place, close) = (place.clone(), asked.href());
        move || {
            (write && writing.get() == Writing::New).then(|| {
                view! { <NewSecret place=place.clone() writable=writable.clone() close=close.clone() /> }
            })
        }
    };
    let wider = place.level != Level::Platform;
    let counts = view.matrix.counts;
    view! {
        <SecretsHead head current=current(&place)>{export}{actions}</SecretsHead>
        {above}
        {new_form}
        <Toolbar typing=kept.typing counts asked=asked.clone() wider />
        <Rows place asked view writing kept />
    }
}

#[component]
fn Rows(place: Place, asked: Asked, view: ScopeView, writing: Memo<Writing>, kept: Kept) -> impl IntoView {
    if view.matrix.rows.is_empty() && view.open.is_none() {
        return view! { <div class="sheet-wrap"><Nothing place asked view /></div> }.into_any();
    }
    let caption = format!("Secrets of {} by environment. Values are hidden.", level_title(&place.level));
    let detail = view.open.clone().map(|open| {
        let (place, asked, whole) = (place.clone(), asked.clone(), view.writable.whole);
        let column = open.column(&view.matrix.environments);
        let (environments, today) = (view.matrix.environments.clone(), view.matrix.today);
        ViewFn::from(move || {
            let (place, asked, open, environments) = (place.clone(), asked.clone(), open.clone(), environments.clone());
            move || {
                view! {
                    <Detail
                        place=place.clone()
                        asked=asked.clone()
                        open=open.clone()
                        column
                        environments=environments.clone()
                        today
                        whole
                        writing=writing.get()
                        reveal=kept.reveal
                    />
                }
            }
        })
    });
    let window = kept.window;
    window.take(Of { level: place.level, asked: asked.closed(), applied: kept.upload.applied_before() }, &view);
    let closed = asked.closed();
    let pager = move || {
        let reach = window.reach();
        let mut words = reach.words(!closed.filter.is_empty());
        if window.reading() == Reading::Yes {
            words.push_str("; reading on");
        }
        let first = (!closed.after.is_empty()).then(|| closed.showing(closed.show).href());
        let next = reach.next.map(|after| Asked { after, ..closed.clone() }.href());
        view! { <Pager words first next /> }
    };
    let unread = move || match window.reading() {
        Reading::Failed(why) => Some(view! {
            <div role="alert">
                <Callout tone="bad" icon="warn">
                    {format!("The next names cannot be read: {why}. ")}
                    <button class="button small" type="button" on:click=move |_| window.again()>"Try again"</button>
                </Callout>
            </div>
        }),
        _ => None,
    };
    view! {
        <div class="sheet-wrap">
            <MatrixTable view asked caption detail window />
            {unread}
            {pager}
        </div>
    }
    .into_any()
}

/// Who writes on a level, for those who do not.
fn who_writes(level: &Level) -> &'static str {
    match level {
        Level::Platform => "Only admins change or reveal what is set here.",
        _ => "Its developers, admins and owners write here, in the environments they were given.",
    }
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
        MatrixShow::Missing => "Nothing is missing".to_owned(),
        MatrixShow::Due => "No value is due to be replaced".to_owned(),
        MatrixShow::All => format!("No secrets for {} yet", level_title(&place.level)),
    };
    if view.matrix.counts.all > 0 {
        return view! { <Empty icon="none" title><a class="button" href=all>"Show all names"</a></Empty> }.into_any();
    }
    if !view.may.write {
        return view! { <Empty icon="lock" title><p>{who_writes(&place.level)}</p></Empty> }.into_any();
    }
    let new = asked.closed().href_with("new=1");
    let what = level_name(&place.level);
    view! {
        <Empty icon="lock" title>
            <p>
                {format!("Drop the secrets.json or .env of {what} anywhere on this page: you see a plan before anything is stored. Or write the first one by hand.")}
            </p>
            <a class="button" href=new data-noscroll=""><Icon name="plus" />"New secret"</a>
        </Empty>
    }
    .into_any()
}
