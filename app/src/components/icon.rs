//! Icons, the mark, and what always goes with an icon: words.

use leptos::prelude::*;

/// An icon of the sprite.
#[component]
pub fn Icon(
    /// Its id without `i-`.
    name: &'static str,
    /// 14 instead of 16 px.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small { "icon small" } else { "icon" };
    view! {
        <svg class=class viewBox="0 0 16 16" aria-hidden="true">
            <use_ href=format!("#i-{name}") />
        </svg>
    }
}

/// An icon and words; the colour only underlines what they say.
#[component]
pub fn Status(
    /// Its icon.
    icon: &'static str,
    /// `good`, `warn`, `bad`, `info`, `shade`, `mute` or `ink`.
    #[prop(optional)]
    tone: &'static str,
    /// The words.
    #[prop(into)]
    text: Oco<'static, str>,
) -> impl IntoView {
    let class = if tone.is_empty() { "status".to_owned() } else { format!("status is-{tone}") };
    view! { <span class=class><Icon name=icon />{text}</span> }
}

/// The first letters of a person's name, or of what stands before the `@`.
#[component]
pub fn Avatar(
    /// A name or e-mail address.
    #[prop(into)]
    of: String,
    /// `tiny plain` and the like.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! { <span class=format!("avatar {class}") aria-hidden="true">{initials(&of)}</span> }
}

fn initials(of: &str) -> String {
    let name = of.split('@').next().unwrap_or_default();
    let mut letters =
        name.split([' ', '.', '-', '_']).filter_map(|word| word.chars().next()).flat_map(char::to_uppercase);
    letters.by_ref().take(2).collect()
}

/// The mark: a door with three bolts.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="10.5" cy="12" r="9" stroke-width="2" />
            <path class="bolt" d="M6.75 8.25h16M6.75 12h8.5M6.75 15.75h5" stroke-width="2.25" stroke-linecap="round" />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_two_letters_at_most() {
        assert_eq!(initials("Mara Lindqvist"), "ML");
        assert_eq!(initials("mara@harbour.example"), "M");
        assert_eq!(initials("ci-deploy"), "CD");
        assert_eq!(initials("a b c"), "AB");
        assert_eq!(initials(""), "");
    }
}
