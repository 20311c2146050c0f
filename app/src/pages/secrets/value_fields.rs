//! The fields of a value: its kind, the text or file, and a way to have it generated. JSON is checked while it is typed,
//! by the same code as on the server.

use domain::{Kind, SecretValue, generate};
use leptos::{html, prelude::*};

use super::browser;
use crate::components::Icon;

/// The alphabets of a form, by their word; the first is the one of those who choose none.
const ALPHABETS: [(&str, &str, &str); 3] = [
    ("letters", "letters and digits", generate::LETTERS_AND_DIGITS),
    ("hex", "hex digits", generate::HEX),
    ("signs", "letters, digits and - _ . ~ + ,", generate::WITH_SIGNS),
];

/// The alphabet of a form's word.
pub fn alphabet_of(word: &str) -> Option<&'static str> {
    ALPHABETS.iter().find(|(own, ..)| *own == word).map(|(_, _, alphabet)| *alphabet)
}

/// Kind, value and file of a form. The stylesheet shows the one that fits the chosen kind.
#[component]
pub fn ValueFields(
    /// The kind at first.
    kind: Kind,
    /// Unique on the page; what the ids of the fields start with.
    id: &'static str,
) -> impl IntoView {
    let kind = RwSignal::new(kind);
    let text = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<String>);
    let check = move || {
        let Some(area) = text.get_untracked() else { return };
        let found = not_json(kind.get_untracked(), &area.value());
        // The browser does not send a form whose field says so.
        area.set_custom_validity(found.as_deref().unwrap_or_default());
        problem.set(found);
    };
    let (value, file, kind_id) = (format!("{id}-value"), format!("{id}-file"), format!("{id}-kind"));
    let (hint, error) = (format!("{id}-value-hint"), format!("{id}-value-error"));
    let option = move |of: Kind| {
        view! { <option value=of.word() selected=move || kind.get() == of>{of.word()}</option> }
    };
    let described = {
        let (hint, error) = (hint.clone(), error.clone());
        move || if problem.with(Option::is_some) { error.clone() } else { hint.clone() }
    };
    let told = move || {
        let id = error.clone();
        problem.get().map(|text| view! { <p class="error" id=id role="alert"><span>{text}</span></p> })
    };
    view! {
        <div class="field">
            <label for=kind_id.clone()>"Kind"</label>
            <select
                class="input"
                id=kind_id
                name="kind"
                on:change=move |event| {
                    kind.set(Kind::from_word(&event_target_value(&event)).unwrap_or(Kind::Text));
                    check();
                }
            >
                {option(Kind::Text)}
                {option(Kind::Json)}
                {option(Kind::File)}
            </select>
        </div>
        <div class="field for-text">
            <label for=value.clone()>"Value"</label>
            <textarea
                class="input mono"
                id=value
                name="value"
                rows="4"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described
                node_ref=text
                on:input=move |_| check()
            ></textarea>
            {told}
            <p class="hint" id=hint>"Stored as typed, spaces and line breaks included."</p>
            <label class="check small-text"><input type="checkbox" name="empty" value="1" />"An empty value is meant"</label>
        </div>
        <Generate id text />
        <div class="field for-file">
            <label for=file.clone()>"File"</label>
            <input class="input" id=file name="file" type="file" />
            <p class="hint">"Its bytes, as they are, under its own name; 1 MiB at most."</p>
        </div>
    }
}

/// What is wrong with a text that should be JSON: line and column, never what stands there.
pub(super) fn not_json(kind: Kind, text: &str) -> Option<String> {
    if kind != Kind::Json || text.is_empty() {
        return None;
    }
    let checked = SecretValue::new(Kind::Json, text.as_bytes().to_vec());
    checked.err().map(|error| {
        let mut letters = error.detail.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    })
}

/// Has a value made: by the server, where nobody sees it, or with script into the field above.
#[component]
fn Generate(id: &'static str, text: NodeRef<html::Textarea>) -> impl IntoView {
    let (length, alphabet) = (NodeRef::<html::Input>::new(), NodeRef::<html::Select>::new());
    let fill = move |_| {
        let (Some(length), Some(alphabet), Some(text)) =
            (length.get_untracked(), alphabet.get_untracked(), text.get_untracked())
        else {
            return;
        };
        let wish = generate::Generate {
            length: length.value().parse().unwrap_or_default(),
            alphabet: alphabet_of(&alphabet.value()).unwrap_or_default().to_owned(),
        };
        if let Ok(value) = wish.draw(browser::random) {
            text.set_value(&String::from_utf8_lossy(value.expose()));
            text.set_custom_validity("");
        }
    };
    let (length_id, alphabet_id) = (format!("{id}-length"), format!("{id}-alphabet"));
    let options = ALPHABETS.map(|(word, label, _)| view! { <option value=word>{label}</option> });
    view! {
        <details class="for-text generate">
            <summary class="link">"Generate a value"</summary>
            <div class="stack-2 first">
                <div class="fields">
                    <div class="field">
                        <label for=length_id.clone()>"Characters"</label>
                        <input
                            class="input"
                            id=length_id
                            name="length"
                            type="number"
                            min="1"
                            max=generate::LENGTH_MAX.to_string()
                            value=generate::LENGTH.to_string()
                            node_ref=length
                        />
                    </div>
                    <div class="field">
                        <label for=alphabet_id.clone()>"Alphabet"</label>
                        <select class="input" id=alphabet_id name="alphabet" node_ref=alphabet>{options}</select>
                    </div>
                </div>
                <label class="check">
                    <input type="checkbox" name="generate" value="1" />
                    "Let the server make it: a text that nobody sees"
                </label>
                <div class="scripted">
                    <button class="button small" type="button" on:click=fill><Icon name="update" />"Fill in a value here"</button>
                </div>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_line_and_column_and_never_quoted() {
        let wrong = not_json(Kind::Json, "{\n  \"a\": canary\n}").unwrap();
        assert_eq!(wrong, "The value is not JSON: line 2, column 8");
        assert_eq!(not_json(Kind::Json, "{\"a\": 1}"), None);
        assert_eq!(not_json(Kind::Json, ""), None);
        assert_eq!(not_json(Kind::Text, "{"), None);
    }

    #[test]
    fn every_alphabet_of_the_form_draws() {
        for (word, _, alphabet) in ALPHABETS {
            assert_eq!(alphabet_of(word), Some(alphabet));
            let wish = generate::Generate { length: 8, alphabet: alphabet.into() };
            assert!(
                wish.draw(|bytes: &mut [u8]| {
                    bytes.fill(7);
                    Ok::<_, domain::Error>(())
                })
                .is_ok()
            );
        }
        assert_eq!(alphabet_of("klingon"), None);
    }
}
