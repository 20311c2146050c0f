//! The filter, the pills and the pager of a table. Each is an address; script only saves the reload.

use std::time::Duration;

use domain::api::{MatrixCounts, MatrixShow};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::asked::Asked;
use crate::components::Icon;

/// What someone is typing into a filter. Belongs to the page, not to the table: the table is made anew with every answer.
#[derive(Clone, Copy)]
pub struct Typing(StoredValue<Option<TimeoutHandle>>);

impl Typing {
    /// Nothing typed yet.
    pub fn new() -> Self {
        let typing = Self(StoredValue::new(None));
        on_cleanup(move || typing.now());
        typing
    }

    /// Does `then` unless something else is typed within a moment.
    fn later(self, then: impl FnOnce() + 'static) {
        self.now();
        self.0.set_value(set_timeout_with_handle(then, Duration::from_millis(120)).ok());
    }

    /// Forgets what would be done later.
    fn now(self) {
        if let Some(Some(timer)) = self.0.try_get_value() {
            timer.clear();
        }
    }
}

/// Filter and pills of a level.
#[component]
pub fn Toolbar(
    /// What is being typed.
    typing: Typing,
    /// How many names are what.
    counts: MatrixCounts,
    /// What the address asks for.
    asked: Asked,
    /// Whether the narrower words mean anything: on the platform everything is set there.
    wider: bool,
) -> impl IntoView {
    let show = asked.shown();
    let address = asked.clone();
    let to = move |filter: String| Asked { filter, ..address.showing(address.show) }.href();
    let pill = |show, icon: Option<&'static str>, label, count| {
        let current = (asked.show == show).then_some("true");
        view! {
            <a href=asked.showing(show).href() aria-current=current data-noscroll="">
                {icon.map(|name| view! { <Icon name=name /> })}
                {label}
                " "
                <b>{count}</b>
            </a>
        }
    };
    // What nobody has to look at is not offered, unless it is on show.
    let some =
        |show, icon, label, count| (count > 0 || asked.show == show).then(|| pill(show, Some(icon), label, count));
    let due = some(MatrixShow::Due, "clock", "Due", counts.due);
    let narrowed = wider.then(|| {
        (
            pill(MatrixShow::Set, Some("set"), "Set here", counts.set),
            pill(MatrixShow::Inherited, Some("from"), "Inherited", counts.inherited),
            pill(MatrixShow::Shadows, Some("shadows"), "Shadows", counts.shadows),
            some(MatrixShow::Missing, "missing", "Missing", counts.missing),
        )
    });
    let pills = (wider || due.is_some()).then(|| {
        let all = pill(MatrixShow::All, None, "All", counts.all);
        view! { <div class="pills" role="group" aria-label="Show">{all} {narrowed} {due}</div> }
    });
    view! {
        <div class="toolbar">
            <Filter typing value=asked.filter.clone() keep=vec![("show", show.to_owned())] names=counts.all to />
            {pills}
        </div>
    }
}

/// A filter of names: a form that is sent to this page, and without being sent while someone types.
#[component]
pub fn Filter(
    /// What is being typed.
    typing: Typing,
    /// What it holds.
    value: String,
    /// What the address keeps beside it.
    keep: Vec<(&'static str, String)>,
    /// How many names there are.
    names: u32,
    /// The address of another filter.
    to: impl Fn(String) -> String + Clone + Send + 'static,
) -> impl IntoView {
    let (navigate, page) = (use_navigate(), use_location().pathname);
    let go = move |filter: String| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{}{}", page.get_untracked(), to(filter)), options);
    };
    let input = NodeRef::<leptos::html::Input>::new();
    let typed = move || input.get_untracked().map(|input| input.value()).unwrap_or_default();
    let now = go.clone();
    let kept: Vec<_> = keep
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| view! { <input type="hidden" name=name value=text /> })
        .collect();
    let hint = match names {
        1 => "Filter 1 name".to_owned(),
        names => format!("Filter {names} names"),
    };
    view! {
        <form
            class="filter"
            role="search"
            method="get"
            on:submit=move |event| {
                event.prevent_default();
                typing.now();
                now(typed());
            }
        >
            {kept}
            <label class="sr" for="filter">"Filter names"</label>
            <Icon name="search" />
            <input
                class="input"
                id="filter"
                name="filter"
                type="search"
                value=value
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                data-key="/"
                node_ref=input
                on:input=move |event| {
                    let (go, text) = (go.clone(), event_target_value(&event));
                    typing.later(move || go(text));
                }
            />
            <kbd class="scripted" aria-hidden="true">"/"</kbd>
        </form>
    }
}

/// Where in a long list this page is, and the way on.
#[component]
pub fn Pager(
    /// What is shown, in words.
    words: String,
    /// The address of the first page, unless this is it.
    first: Option<String>,
    /// The address of the next page.
    next: Option<String>,
) -> impl IntoView {
    view! {
        <div class="pager">
            <span>{words}</span>
            <span class="spacer"></span>
            {first.map(|href| view! { <a class="button quiet small" href=href>"First page"</a> })}
            {next.map(|href| view! { <a class="button quiet small" href=href>"Next page"</a> })}
        </div>
    }
}
