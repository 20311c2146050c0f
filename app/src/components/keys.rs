//! Every key of the dashboard: in a dialog on `?`, and on the page about searching for those without script.

use leptos::{html, prelude::*};

use super::Icon;

/// Keys, and what they do.
const KEYS: [(&[&str], &str); 12] = [
    (&["Ctrl K"], "Search everything"),
    (&["/"], "Filter the names of this page"),
    (&["j", "k"], "Next and previous row"),
    (&["h", "l"], "Previous and next cell"),
    (&["Enter"], "Open the cell"),
    (&["e"], "Edit the open cell"),
    (&["r"], "Reveal its value"),
    (&["y"], "Copy its value"),
    (&["n"], "New secret"),
    (&["u"], "Undo what was just done"),
    (&["Ctrl Enter"], "Apply a plan"),
    (&["Esc"], "Close or hide"),
];

/// The list of keys.
#[component]
pub fn Keys() -> impl IntoView {
    let row = |(keys, what): (&'static [&'static str], &'static str)| {
        let keys: Vec<_> = keys.iter().map(|key| view! { <kbd>{*key}</kbd>" " }).collect();
        view! { <dt>{keys}</dt><dd>{what}</dd> }
    };
    view! {
        <dl class="facts key-list">{KEYS.map(row)}<dt><kbd>"?"</kbd></dt><dd>"This list"</dd></dl>
        <p class="hint">"Keys rest while you type. In a table the arrow keys move like h, j, k and l."</p>
    }
}

/// The list in a dialog, while `open`.
#[component]
pub(crate) fn KeysDialog(open: RwSignal<bool>) -> impl IntoView {
    move || open.get().then(|| view! { <Shown open /> })
}

#[component]
fn Shown(open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| super::palette::show(&dialog));
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="keys-title" on:close=move |_| open.set(false)>
            <header class="dialog-head">
                <h2 id="keys-title">"Keys"</h2>
                <button class="button quiet square small" type="button" aria-label="Close" title="Close" on:click=close>
                    <Icon name="close" />
                </button>
            </header>
            <div class="dialog-body"><Keys /></div>
        </dialog>
    }
}
