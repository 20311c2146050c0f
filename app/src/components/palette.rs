//! One box over everything: a field in the frame, and with script a dialog on `Ctrl K`. A combobox with a list: the
//! field keeps the focus, the arrow keys choose, `Enter` goes there.

use std::time::Duration;

use domain::api::{Found, SearchHit};
use leptos::{
    ev::KeyboardEvent,
    html,
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{self, HtmlDialogElement},
};
use leptos_router::hooks::use_navigate;

use super::{Icon, KeysDialog, level_icon, sentence};
use crate::{
    error::UiError,
    pages::{Hits, find},
    paths,
};

/// How many of the things that were opened last are offered again.
const RECENT: usize = 5;

/// What the box keeps while pages come and go.
#[derive(Clone, Copy)]
pub(crate) struct Palette {
    open: RwSignal<bool>,
    keys: RwSignal<bool>,
    /// What was opened from it, newest first. Forgotten with the window.
    recent: RwSignal<Vec<SearchHit>>,
}

impl Palette {
    /// Closed. Listens for `Ctrl K` and `?`.
    pub(crate) fn new() -> Self {
        let palette =
            Self { open: RwSignal::new(false), keys: RwSignal::new(false), recent: RwSignal::new(Vec::new()) };
        Effect::new(move |_| {
            let handle = window_event_listener(leptos::ev::keydown, move |event| palette.key(&event));
            on_cleanup(move || handle.remove());
        });
        palette
    }

    fn key(self, event: &KeyboardEvent) {
        let command = event.ctrl_key() || event.meta_key();
        let dialog = document().query_selector("dialog[open]").is_ok_and(|found| found.is_some());
        if dialog || event.alt_key() || event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "k" | "K" if command => self.open.set(true),
            "?" if !command && !is_typing(event) => self.keys.set(true),
            _ => return,
        }
        event.prevent_default();
    }

    fn opened(self, hit: SearchHit) {
        self.recent.update(|recent| {
            recent.retain(|other| *other != hit);
            recent.insert(0, hit);
            recent.truncate(RECENT);
        });
    }
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| element.matches("input, textarea, select, [contenteditable]").unwrap_or_default())
}

/// Shows a modal dialog.
pub(super) fn show(dialog: &HtmlDialogElement) {
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
    }
}

/// The field in the frame: a form that leads to the page of hits; with script, a click opens the dialog.
#[component]
pub(crate) fn SearchField(palette: Palette) -> impl IntoView {
    view! {
        <form class="search" role="search" action=paths::SEARCH method="get" aria-label="Everywhere">
            <label class="sr" for="q">"Search every scope"</label>
            <Icon name="search" />
            <input
                class="input"
                id="q"
                name="q"
                type="search"
                placeholder="Search every scope"
                autocomplete="off"
                spellcheck="false"
                maxlength="200"
                on:click=move |event| {
                    event.prevent_default();
                    palette.open.set(true);
                }
            />
            <kbd class="scripted" aria-hidden="true">"Ctrl K"</kbd>
        </form>
    }
}

/// The dialogs of the frame.
#[component]
pub(crate) fn Dialogs(palette: Palette) -> impl IntoView {
    view! {
        {move || palette.open.get().then(|| view! { <SearchDialog palette /> })}
        <KeysDialog open=palette.keys />
    }
}

/// What became of a search.
#[derive(Clone, PartialEq)]
enum State {
    /// Nothing is asked yet.
    Idle,
    /// The first answer is waited for.
    Waits,
    Found(Hits),
    Failed(UiError),
}

/// What someone types, and what comes of it.
#[derive(Clone, Copy)]
struct Asking {
    text: RwSignal<String>,
    state: RwSignal<State>,
    busy: RwSignal<bool>,
    chosen: RwSignal<usize>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Counts what was asked: an answer that comes late is not shown.
    asked: StoredValue<u32>,
}

impl Asking {
    fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            state: RwSignal::new(State::Idle),
            busy: RwSignal::new(false),
            chosen: RwSignal::new(0),
            timer: StoredValue::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// Asks when nothing else is typed within a moment.
    fn typed(self, text: String) {
        self.text.set(text);
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer.set_value(set_timeout_with_handle(move || self.ask(), Duration::from_millis(120)).ok());
    }

    fn ask(self) {
        // The dialog may be closed by now.
        let Some(text) = self.text.try_get_untracked() else { return };
        let mine = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(mine);
        if text.trim().is_empty() {
            self.busy.set(false);
            self.state.set(State::Idle);
            return;
        }
        self.busy.set(true);
        if !matches!(self.state.get_untracked(), State::Found(_)) {
            self.state.set(State::Waits);
        }
        spawn_local(async move {
            let answer = find(text, String::new()).await;
            if self.asked.try_get_value() == Some(mine) {
                self.busy.set(false);
                self.chosen.set(0);
                self.state.set(answer.map_or_else(State::Failed, State::Found));
            }
        });
    }
}

#[component]
fn SearchDialog(palette: Palette) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| show(&dialog));
    let asking = Asking::new();
    // What can be chosen: the hits, or what was opened before.
    let offered = Memo::new(move |_| match asking.state.get() {
        State::Idle => palette.recent.get(),
        State::Found(found) => found.items,
        State::Waits | State::Failed(_) => Vec::new(),
    });
    let navigate = use_navigate();
    let go = move |hit: SearchHit| {
        let address = paths::hit(&hit);
        palette.opened(hit);
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        navigate(&address, leptos_router::NavigateOptions::default());
    };
    let chosen = move |step: isize| {
        let count = offered.with_untracked(Vec::len);
        if count > 0 {
            let at = asking.chosen.get_untracked().checked_add_signed(step).unwrap_or(count - 1) % count;
            asking.chosen.set(at);
            if let Some(option) = document().get_element_by_id(&option_id(at)) {
                option.scroll_into_view_with_bool(false);
            }
        }
    };
    let enter = go.clone();
    let keydown = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => chosen(1),
            "ArrowUp" => chosen(-1),
            "Enter" if !event.is_composing() => {
                let hit = offered.with_untracked(|hits| hits.get(asking.chosen.get_untracked()).cloned());
                match hit {
                    Some(hit) if !asking.busy.get_untracked() => enter(hit),
                    _ => asking.ask(),
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let active = move || {
        let at = asking.chosen.get();
        offered.with(|hits| (at < hits.len()).then(|| option_id(at)))
    };
    let options = move || {
        let go = go.clone();
        let option = move |(at, hit): (usize, SearchHit)| {
            let (go, target) = (go.clone(), hit.clone());
            let selected = move || (asking.chosen.get() == at).to_string();
            view! {
                <li
                    role="option"
                    id=option_id(at)
                    aria-selected=selected
                    on:mousemove=move |_| asking.chosen.set(at)
                    on:click=move |_| go(target.clone())
                >
                    <HitWords hit />
                </li>
            }
        };
        offered.get().into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    view! {
        <dialog
            class="dialog palette"
            node_ref=dialog
            aria-label="Search every scope"
            on:close=move |_| palette.open.set(false)
        >
            <form class="palette-field" role="search" on:submit=|event| event.prevent_default()>
                <Icon name="search" />
                <input
                    type="text"
                    role="combobox"
                    aria-label="Search every scope"
                    aria-expanded=move || offered.with(|hits| !hits.is_empty()).to_string()
                    aria-controls="hits"
                    aria-autocomplete="list"
                    aria-activedescendant=active
                    placeholder="Names, comments, bindings, projects, services"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="200"
                    autofocus
                    on:input=move |event| asking.typed(event_target_value(&event))
                    on:keydown=keydown
                />
                <kbd aria-hidden="true">"Esc"</kbd>
            </form>
            <div class="palette-body">
                {move || (asking.state.get() == State::Idle && !palette.recent.with(Vec::is_empty)).then(|| view! { <p class="label">"Opened before"</p> })}
                <ul id="hits" role="listbox" aria-label="Hits" aria-busy=move || asking.busy.get().to_string()>
                    {options}
                </ul>
                {move || told(&asking.state.get(), &asking.text.get_untracked())}
            </div>
            <p class="sr" role="status">{move || counted(&asking.state.get())}</p>
            <footer class="palette-foot">
                <span><kbd>"↑"</kbd>" "<kbd>"↓"</kbd>" choose"</span>
                <span><kbd>"Enter"</kbd>" open"</span>
                <span class="spacer"></span>
                <a class="link" href=move || paths::query(paths::SEARCH, &[("q", &asking.text.get())]) on:click=move |_| palette.open.set(false)>
                    "All hits on a page"
                </a>
            </footer>
        </dialog>
    }
}

fn option_id(at: usize) -> String {
    format!("hit-{at}")
}

/// What stands below the hits, or in their place.
fn told(state: &State, text: &str) -> AnyView {
    match state {
        State::Idle => view! {
            <p class="hint">
                "Every word has to be there. Filters: "
                <code>"kind:file"</code>" "<code>"env:production"</code>" "<code>"level:project"</code>" "<code>"unused:true"</code>" "<code>"stale:>90d"</code>
            </p>
        }
        .into_any(),
        State::Waits => view! { <p class="hint loading"><Icon name="waits" />"Searching"</p> }.into_any(),
        State::Failed(error) => view! {
            <div class="callout bad" role="alert"><Icon name="invalid" /><div>{sentence(&error.0.detail)}"."</div></div>
        }
        .into_any(),
        State::Found(found) if found.items.is_empty() && found.next.is_empty() => {
            view! { <p class="hint">{format!("Nothing that you may see has “{}”.", text.trim())}</p> }.into_any()
        }
        State::Found(found) if found.items.is_empty() => {
            view! { <p class="hint">"No hit among the first few thousand; all hits are on the page."</p> }.into_any()
        }
        State::Found(_) => ().into_any(),
    }
}

/// The same for whoever does not see it.
fn counted(state: &State) -> String {
    match state {
        State::Idle => String::new(),
        State::Waits => "Searching".to_owned(),
        State::Failed(_) => "The search failed".to_owned(),
        State::Found(found) if found.items.is_empty() => "No hits".to_owned(),
        State::Found(found) if found.next.is_empty() => super::counted(found.items.len(), "hit"),
        State::Found(found) => format!("The first {} hits", found.items.len()),
    }
}

/// A hit: what it is, its name, where it is.
#[component]
pub fn HitWords(
    /// The hit.
    hit: SearchHit,
) -> impl IntoView {
    let icon = match hit.found {
        Found::Project => "folder",
        Found::Service => "box",
        Found::Binding => "link",
        Found::Secret => hit.kind.map_or("text", domain::Kind::word),
    };
    let about = match hit.found {
        Found::Binding => format!("takes {}", hit.about),
        _ => hit.about.clone(),
    };
    view! {
        <span class="hit">
            <span class="hit-icon" title=hit.found.word()><Icon name=icon /><span class="sr">{hit.found.word()}</span></span>
            <span class="hit-name"><b class="name">{hit.name.clone()}</b>" "<small class="quiet-text">{about}</small></span>
            <span class="level small-text"><Icon name=level_icon(&hit.scope.level) />{paths::short(&hit.scope)}</span>
        </span>
    }
}
