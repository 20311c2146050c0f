//! The value on show: a dialog whose ring runs out, and with it the value.

use std::time::Duration;

use domain::{Kind, SecretValue, api::Revealed};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

use super::{
    browser,
    place::scope_name,
    reveal::{Answer, Reveal, SHOWN_SECONDS, Wanted},
    unseen,
};
use crate::{
    components::{Icon, LevelIcon, sentence},
    paths,
};

/// The dialog; nothing of it is in the page while no value is shown.
#[component]
pub fn RevealDialog(
    /// What is shown.
    reveal: Reveal,
) -> impl IntoView {
    move || reveal.shown.get().map(|(wanted, answer)| view! { <Shown reveal wanted answer /> })
}

#[component]
fn Shown(reveal: Reveal, wanted: Wanted, answer: Answer) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| browser::show_modal(&dialog));
    let label = scope_name(&wanted.scope);
    let body = match answer {
        Answer::Value { revealed, reason } => {
            view! { <Value reveal wanted=wanted.clone() revealed reason /> }.into_any()
        }
        Answer::Refused(error) => view! { <Refused error /> }.into_any(),
    };
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby="reveal-title"
            aria-describedby="reveal-note"
            on:close=move |_| reveal.hide()
        >
            <header class="dialog-head">
                <div class="stack-1">
                    <h2 class="name" id="reveal-title">{wanted.name.to_string()}</h2>
                    <p class="small-text quiet-text" id="reveal-note">
                        <LevelIcon level=wanted.scope.level.clone() label />
                        {format!(", version {}", wanted.version)}
                    </p>
                </div>
                <button
                    class="button quiet square small"
                    type="button"
                    aria-label="Hide and close"
                    title="Hide and close"
                    on:click=move |_| reveal.hide()
                >
                    <Icon name="close" />
                </button>
            </header>
            <div class="dialog-body">{body}</div>
        </dialog>
    }
}

/// Why no value is shown; where it only has to be confirmed who asks, the way there.
#[component]
fn Refused(error: domain::Error) -> impl IntoView {
    let here = use_location();
    let confirm = (error.code == domain::Code::StepUpRequired).then(|| {
        let search = here.search.get_untracked();
        let search = search.trim_start_matches('?');
        let path = here.pathname.get_untracked();
        let next = if search.is_empty() { path } else { format!("{path}?{search}") };
        view! { <p><a class="button" href=paths::confirm(&next) rel="external"><Icon name="lock" />"Confirm that it is you"</a></p> }
    });
    view! {
        <div class="callout bad" role="alert">
            <Icon name="invalid" />
            <div><b>"No value is shown."</b>" "{sentence(&error.detail)}"."{confirm}</div>
        </div>
    }
}

#[component]
fn Value(reveal: Reveal, wanted: Wanted, revealed: Revealed, reason: String) -> impl IntoView {
    let longer = wanted.clone();
    let record = revealed.audit_id.clone();
    let input = NodeRef::<html::Input>::new();
    let inside = if revealed.kind == Kind::File {
        view! { <FileValue reveal wanted=wanted.clone() revealed /> }.into_any()
    } else {
        view! { <TextValue reveal wanted=wanted.clone() revealed /> }.into_any()
    };
    let given = (!reason.is_empty()).then(|| view! { <dt>"Reason given"</dt><dd>{reason}</dd> });
    view! {
        <div class="value-box">{inside}</div>
        <dl class="facts"><dt>"Recorded as"</dt><dd><code>{record}</code></dd>{given}</dl>
        <form
            class="field"
            on:submit=move |event| {
                event.prevent_default();
                let reason = input.get_untracked().map(|input| input.value()).unwrap_or_default();
                reveal.show(longer.clone(), reason);
            }
        >
            <label for="reason">"Need it longer? Say why " <span class="optional">"kept in the audit log"</span></label>
            <div class="row">
                <input class="input auto grow" id="reason" node_ref=input maxlength="200" required autocomplete="off" />
                <button class="button" type="submit"><Icon name="eye" />"Show 30 s more"</button>
            </div>
        </form>
    }
}

/// Text is written into its element by hand: the view keeps no copy of it.
#[component]
fn TextValue(reveal: Reveal, wanted: Wanted, revealed: Revealed) -> impl IntoView {
    let length = unseen::sentence(&revealed.value.0);
    let pre = NodeRef::<html::Pre>::new();
    pre.on_load(move |pre| browser::write_into(&pre, &unseen::pieces(&revealed.value.0)));
    let word = move || if reveal.is_copied(&wanted) { "Copied" } else { "Copy" };
    view! {
        <pre node_ref=pre tabindex="0" aria-label="Revealed value"></pre>
        <Ring reveal />
        <footer>
            <span>{length}</span>
            <span class="spacer"></span>
            <button class="button small" type="button" on:click=move |_| reveal.copy_shown()><Icon name="copy" />{word}</button>
            <button class="button small" type="button" on:click=move |_| reveal.hide()>
                <Icon name="lock" />
                "Hide now "
                <kbd aria-hidden="true">"Esc"</kbd>
            </button>
        </footer>
    }
}

#[component]
fn FileValue(reveal: Reveal, wanted: Wanted, revealed: Revealed) -> impl IntoView {
    let name = revealed.file_name.clone().unwrap_or_else(|| wanted.name.to_string());
    let file = StoredValue::new(SecretValue::from_wire(Kind::File, &revealed.value.0).ok());
    let bytes = file.with_value(|file| file.as_ref().map_or(0, |file| file.expose().len()));
    let save = move |_| {
        file.with_value(|file| {
            if let Some(file) = file {
                browser::download(&name, file.expose());
            }
        });
    };
    view! {
        <div class="panel-body stack-2">
            <p>"A file is not shown. Download it while the ring runs."</p>
            <div><button class="button" type="button" on:click=save><Icon name="download" />"Download"</button></div>
        </div>
        <Ring reveal />
        <footer><span>{format!("{bytes} bytes")}</span></footer>
    }
}

/// What is left of the thirty seconds. Screen readers hear of it at 30, 10 and 5.
#[component]
fn Ring(reveal: Reveal) -> impl IntoView {
    let end = browser::now() + f64::from(SHOWN_SECONDS) * 1000.0;
    let left = RwSignal::new(SHOWN_SECONDS);
    let tick = move || {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 30")]
        let seconds = ((end - browser::now()) / 1000.0).ceil().max(0.0) as u32;
        if seconds == 0 {
            reveal.hide();
        } else if left.try_get_untracked().is_some_and(|left| left != seconds) {
            left.set(seconds);
        }
    };
    if let Ok(timer) = set_interval_with_handle(tick, Duration::from_millis(200)) {
        on_cleanup(move || timer.clear());
    }
    let said = Memo::new(move |_| match left.get() {
        6..=10 => 10,
        0..=5 => 5,
        _ => SHOWN_SECONDS,
    });
    view! {
        <div class="ring running" aria-hidden="true">
            <svg viewBox="0 0 36 36">
                <circle class="track" cx="18" cy="18" r="15.9" />
                <circle class="left" cx="18" cy="18" r="15.9" pathLength="100" />
            </svg>
            <b>{left}</b>
            <span>"s left"</span>
        </div>
        <p class="sr" role="status">{move || format!("{} seconds until the value is hidden", said.get())}</p>
    }
}
