//! A line to copy.

use leptos::prelude::*;

use super::Icon;

/// A command line with a button that copies it; the button needs the page's small script and is hidden without.
#[component]
pub fn Command(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The line.
    #[prop(into)]
    line: String,
    /// Whether to show a shell's prompt before it.
    #[prop(default = true)]
    prompt: bool,
    /// What the button says.
    #[prop(default = "Copy")]
    label: &'static str,
    /// Whether long lines break instead of scrolling.
    #[prop(optional)]
    wraps: bool,
) -> impl IntoView {
    let class = if wraps { "command wraps" } else { "command" };
    view! {
        <div class=class>
            <code tabindex="0">
                {prompt.then(|| view! { <span class="prompt">"$ "</span> })}
                <span id=id.clone()>{words(&line)}</span>
            </code>
            <button class="button small scripted" type="button" data-copy=id>
                <Icon name="copy" />
                <span class="when-idle">{label}</span>
                <span class="when-copied">"Copied"</span>
            </button>
        </div>
    }
}

/// The line with its flags set apart.
fn words(line: &str) -> Vec<AnyView> {
    line.split_inclusive(' ')
        .map(|word| {
            let word = word.to_owned();
            if word.starts_with("--") && word.trim_end() != "--" {
                view! { <span class="flag">{word}</span> }.into_any()
            } else {
                word.into_any()
            }
        })
        .collect()
}
