//! One value, asked for by a click. It lives in one signal, for thirty seconds, and never in a resource or action.

use domain::{Kind, Scope, SecretName, api::Revealed};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::{
    browser,
    place::{Place, environment_word},
};
use crate::{components::Icon, error::UiError, paths};

/// How long a value is shown, in seconds.
pub(super) const SHOWN_SECONDS: u32 = 30;

/// Which value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Where it lives.
    pub scope: Scope,
    /// Its name.
    pub name: SecretName,
    /// Its version.
    pub version: i64,
}

/// What became of it. Dropped, the value is wiped.
#[derive(Clone)]
pub(super) enum Answer {
    Value { revealed: Revealed, reason: String },
    Refused(domain::Error),
}

/// The value on show, if any. Belongs to the page.
#[derive(Clone, Copy)]
pub struct Reveal {
    /// What is shown.
    pub(super) shown: RwSignal<Option<(Wanted, Answer)>>,
    /// Whether an answer is waited for.
    pub(super) busy: RwSignal<bool>,
    /// Which value was just copied.
    copied: RwSignal<Option<Wanted>>,
    /// Counts what was asked, so that a late answer is not shown after it was hidden.
    asked: StoredValue<u32>,
}

/// Reveals one value: authorised and recorded before it is answered.
#[server(prefix = "/ui", endpoint = "reveal", input = server_fn::codec::Json)]
pub async fn reveal_value(wanted: Wanted, reason: String) -> Result<Revealed, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let request = domain::api::RevealRequest {
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        version: Some(wanted.version),
    };
    Ok(vault.reveal(&actor, &wanted.scope, &wanted.name, &request).await?)
}

impl Reveal {
    /// Nothing shown. Hides what it shows when the page goes out of sight.
    pub fn new() -> Self {
        let reveal = Self {
            shown: RwSignal::new(None),
            busy: RwSignal::new(false),
            copied: RwSignal::new(None),
            asked: StoredValue::new(0),
        };
        Effect::new(move |_| browser::on_hidden(move || reveal.hide()));
        reveal
    }

    /// Asks for a value and shows it.
    pub(super) fn show(self, wanted: Wanted, reason: String) {
        let Some(mine) = self.ask() else { return };
        // Another thirty seconds are another dialog, with a ring of its own.
        self.shown.set(None);
        spawn_local(async move {
            let answer = match reveal_value(wanted.clone(), reason.clone()).await {
                Ok(revealed) => Answer::Value { revealed, reason },
                Err(error) => Answer::Refused(error.0),
            };
            if self.is_current(mine) {
                self.busy.set(false);
                self.shown.set(Some((wanted, answer)));
            }
        });
    }

    /// Asks for a value and puts it into the clipboard, without ever showing it.
    fn copy(self, wanted: Wanted) {
        if !browser::can_copy() {
            self.refuse(wanted, "this browser only lets pages copy over HTTPS; reveal the value and select it");
            return;
        }
        let Some(mine) = self.ask() else { return };
        spawn_local(async move {
            let answer = reveal_value(wanted.clone(), String::new()).await;
            if !self.is_current(mine) {
                return;
            }
            self.busy.set(false);
            match answer {
                Err(error) => self.shown.set(Some((wanted, Answer::Refused(error.0)))),
                Ok(revealed) if browser::copy(&revealed.value.0).await => self.was_copied(wanted),
                Ok(_) => self.refuse(wanted, "the browser did not let this page copy"),
            }
        });
    }

    /// Copies what is shown already.
    pub(super) fn copy_shown(self) {
        let Some((wanted, Answer::Value { revealed, .. })) = self.shown.get_untracked() else {
            return;
        };
        spawn_local(async move {
            if browser::copy(&revealed.value.0).await {
                self.was_copied(wanted);
            }
        });
    }

    /// Removes the value from the page and from memory, and refuses answers that are still on their way.
    pub(super) fn hide(self) {
        let _ = self.asked.try_update_value(|asked| *asked = asked.wrapping_add(1));
        let _ = self.busy.try_set(false);
        if self.shown.try_with_untracked(Option::is_some) == Some(true) {
            self.shown.set(None);
        }
    }

    /// Whether this value was copied a moment ago.
    pub(super) fn is_copied(self, wanted: &Wanted) -> bool {
        self.copied.with(|copied| copied.as_ref() == Some(wanted))
    }

    fn ask(self) -> Option<u32> {
        if self.busy.get_untracked() {
            return None;
        }
        self.busy.set(true);
        self.asked.try_update_value(|asked| {
            *asked = asked.wrapping_add(1);
            *asked
        })
    }

    fn is_current(self, asked: u32) -> bool {
        self.asked.try_get_value() == Some(asked)
    }

    fn was_copied(self, wanted: Wanted) {
        let _ = self.copied.try_set(Some(wanted));
        set_timeout(move || drop(self.copied.try_set(None)), std::time::Duration::from_secs(2));
    }

    fn refuse(self, wanted: Wanted, why: &str) {
        let error = domain::Error::new(domain::Code::Invalid, why);
        self.shown.set(Some((wanted, Answer::Refused(error))));
    }
}

/// The buttons of one masked value. Without script *Reveal* leads to a page of its own.
#[component]
pub fn RevealButtons(
    /// The page it is on.
    place: Place,
    /// Which value.
    wanted: Wanted,
    /// What it is: the bytes of a file are not copied.
    kind: Kind,
    /// Where it is shown.
    reveal: Reveal,
    /// Where the page without script leads back to.
    back: String,
    /// Unique on the page.
    id: String,
    /// Icons alone, for tables.
    #[prop(optional)]
    square: bool,
) -> impl IntoView {
    let (downloaded, come_back, wanted_name) = (wanted.clone(), back.clone(), wanted.name.clone());
    let (asked, copied, copying) = (wanted.clone(), wanted.clone(), wanted.clone());
    let form = view! {
        <form
            id=id.clone()
            hidden=true
            action=paths::forms::REVEAL
            method="post"
            on:submit=move |event| {
                event.prevent_default();
                reveal.show(asked.clone(), String::new());
            }
        >
            <Of place=place.clone() wanted=wanted.clone() back />
        </form>
    };
    let is_copied = move || reveal.is_copied(&copied);
    let icon = {
        let is_copied = is_copied.clone();
        move || if is_copied() { "ok" } else { "copy" }
    };
    let busy = move || reveal.busy.get().then_some("true");
    let class = if square { "button quiet square small" } else { "button quiet small" };
    let (see, take) = (format!("Reveal {}", wanted.name), format!("Copy {}", wanted.name));
    let word = move || if is_copied() { "Copied" } else { "Copy" };
    let status = {
        let word = word.clone();
        move || (word() == "Copied").then_some("Copied to the clipboard")
    };
    let copy = (kind != Kind::File).then(|| {
        view! {
            <button
                class=format!("{class} scripted")
                type="button"
                aria-label=take.clone()
                title=take
                aria-disabled=busy
                data-key=(!square).then_some("y")
                on:click=move |_| reveal.copy(copying.clone())
            >
                {move || view! { <Icon name=icon() /> }}
                {(!square).then_some(word)}
            </button>
        }
    });
    let download = (kind == Kind::File).then(|| {
        let (id, title) = (format!("{id}-download"), format!("Download {wanted_name}"));
        view! {
            <button class=class type="submit" form=id.clone() aria-label=title.clone() title=title>
                <Icon name="download" />
                {(!square).then_some("Download")}
            </button>
            <form id=id hidden=true action=paths::forms::DOWNLOAD method="post"><Of place wanted=downloaded back=come_back /></form>
        }
    });
    view! {
        <button class=class type="submit" form=id aria-label=see.clone() title=see aria-disabled=busy data-key=(!square).then_some("r")>
            <Icon name="eye" />
            {(!square).then_some("Reveal")}
        </button>
        {copy}
        {download}
        <span class="sr" role="status">{status}</span>
        {form}
    }
}

/// Which value a form without script asks for, and where it leads back to.
#[component]
fn Of(place: Place, wanted: Wanted, back: String) -> impl IntoView {
    view! {
        <input type="hidden" name="level" value=wanted.scope.level.word() />
        <input type="hidden" name="project" value=place.project() />
        <input type="hidden" name="service" value=place.service() />
        <input type="hidden" name="environment" value=environment_word(wanted.scope.environment.as_ref()) />
        <input type="hidden" name="name" value=wanted.name.to_string() />
        <input type="hidden" name="version" value=wanted.version.to_string() />
        <input type="hidden" name="back" value=back />
    }
}
