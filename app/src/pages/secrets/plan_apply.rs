//! What applying a plan will do, the button that does it, and how far it is.

use leptos::prelude::*;

use super::{
    place::{environment_title, level_title},
    plan_effects::Affected,
    upload::Upload,
    upload_file::{Known, Stage},
};
use crate::components::{Icon, counted, level_icon};

/// The end of a plan: what it comes to, a message, the button.
#[component]
pub(super) fn Apply(
    /// The upload of the page.
    upload: Upload,
) -> impl IntoView {
    let writes = move || {
        let counts = upload.counts();
        counts.create + counts.update
    };
    let place = move || {
        let scope = upload.scope.get();
        let name = format!("{}, {}", level_title(&scope.level), environment_title(scope.environment.as_ref()));
        view! { <span class="level"><Icon name=level_icon(&scope.level) /><b>{name}</b></span> }
    };
    let names = move || match writes() {
        1 => "1 name".to_owned(),
        writes => format!("{writes} names"),
    };
    let parts = move || {
        let counts = upload.counts();
        format!("{} new, {}", counts.create, counted(counts.update as usize, "new version"))
    };
    let rest = move || {
        let counts = upload.counts();
        format!("{} unchanged, {} left out", counts.unchanged, counts.left_out)
    };
    let label = move || match (upload.stage.get(), writes()) {
        (stage, _) if stage.applies() => "Working…".to_owned(),
        (Stage::Quiet, 0) => "Nothing to apply".to_owned(),
        (Stage::Quiet, 1) => "Apply 1 change".to_owned(),
        (Stage::Quiet, writes) => format!("Apply {writes} changes"),
        _ => "Planning…".to_owned(),
    };
    let affected = move || {
        upload.known.with(|known| match known {
            Known::Plan(plan) => Some(view! { <Affected affects=plan.affects.clone() /> }),
            _ => None,
        })
    };
    let whole = move || {
        let some = upload.left_out.with(|left_out| !left_out.is_empty());
        some.then(|| view! { <li class="quiet-text">"Counted before anything is left out."</li> })
    };
    view! {
        <aside class="panel" aria-labelledby="apply-title">
            <header class="panel-head"><h2 id="apply-title">"What Apply will do"</h2></header>
            <div class="panel-body stack-3">
                <p>"Write " <b>{names}</b> " to " {place} " as one change: " <b>{parts}</b> "."</p>
                <ul class="stack-2 small-text">{affected}{whole}<li class="status is-ink"><Icon name="none" />{rest}</li></ul>
                <p class="small-text quiet-text">
                    "All of it or none of it: while one key cannot be stored, nothing is. If someone changes one of these names first, you get a new plan."
                </p>
                <div class="field">
                    <label for="plan-message">"Message " <span class="optional">"shown in history"</span></label>
                    <textarea
                        class="input"
                        id="plan-message"
                        rows="2"
                        maxlength="2000"
                        prop:value=move || upload.message.get()
                        on:input=move |event| upload.message.set(event_target_value(&event))
                    ></textarea>
                </div>
                <button
                    class="button primary wide"
                    type="button"
                    disabled=move || !upload.can_apply()
                    data-key="apply"
                    on:click=move |_| upload.apply()
                >
                    {label}
                </button>
                <p class="keys"><span><kbd>"Ctrl"</kbd> " " <kbd>"Enter"</kbd> " apply"</span><span><kbd>"Esc"</kbd> " discard"</span></p>
            </div>
        </aside>
    }
}

/// How far it is: bytes while they are sent, then only that the server works, for it tells no more.
#[component]
pub(super) fn Progress(
    /// The upload of the page.
    upload: Upload,
) -> impl IntoView {
    move || {
        let keys = upload.known.with_untracked(|known| counted(known.items().len(), "key"));
        let what = |apply| if apply { "writes" } else { "compares" };
        let (words, bar) = match upload.stage.get() {
            Stage::Quiet => return None,
            Stage::Sending { sent, of, .. } => {
                let words = format!("{} of {} sent", shown(sent), shown(of));
                (
                    words,
                    view! { <progress class="progress" max=of.to_string() value=sent.to_string()></progress> }
                        .into_any(),
                )
            }
            Stage::Waiting { apply } => {
                let words = format!("All sent; the server {} {keys}", what(apply));
                (words, view! { <progress class="progress"></progress> }.into_any())
            }
        };
        Some(
            view! { <div class="panel panel-body stack-2" role="status" aria-live="polite"><span>{words}</span>{bar}</div> },
        )
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 5 MiB")]
fn shown(bytes: f64) -> String {
    size(bytes as usize)
}

/// So many bytes, in words.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{}.{} kB", bytes / 1024, bytes % 1024 * 10 / 1024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}
