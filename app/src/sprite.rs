//! The icons: one sprite per page, used by the component `Icon`. It stands behind the app's root, so the browser's
//! program neither carries nor walks it.

use leptos::prelude::*;

/// Every icon there is.
#[allow(clippy::too_many_lines, reason = "one line per icon")]
pub(crate) fn sprite() -> impl IntoView {
    view! {
        <svg class="sprite" aria-hidden="true">
            <symbol id="i-absent" viewBox="0 0 16 16">
                <circle class="glyph-dots" cx="8" cy="8" r="5.25" />
            </symbol>
            <symbol id="i-arrow" viewBox="0 0 16 16">
                <path d="M13 8H3M6.5 4.5 3 8l3.5 3.5" />
            </symbol>
            <symbol id="i-auto" viewBox="0 0 16 16">
                <rect x="2" y="3" width="12" height="8" rx="1.25" />
                <path d="M6 13.5h4" />
            </symbol>
            <symbol id="i-box" viewBox="0 0 16 16">
                <path d="M8 1.75 13.5 4.75v6.5L8 14.25 2.5 11.25v-6.5zM2.5 4.75 8 7.75l5.5-3M8 7.75v6.5" />
            </symbol>
            <symbol id="i-clock" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="5.75" />
                <path d="M8 4.75V8l2.25 1.5" />
            </symbol>
            <symbol id="i-close" viewBox="0 0 16 16">
                <path d="m4 4 8 8M12 4l-8 8" />
            </symbol>
            <symbol id="i-copy" viewBox="0 0 16 16">
                <rect x="5.5" y="5.5" width="8" height="8" rx="1.25" />
                <path d="M10.5 5.5V3.75A1.25 1.25 0 0 0 9.25 2.5h-5.5A1.25 1.25 0 0 0 2.5 3.75v5.5a1.25 1.25 0 0 0 1.25 1.25H5.5" />
            </symbol>
            <symbol id="i-create" viewBox="0 0 16 16">
                <path d="M8 3.25v9.5M3.25 8h9.5" />
            </symbol>
            <symbol id="i-denied" viewBox="0 0 16 16">
                <rect x="2.75" y="2.75" width="10.5" height="10.5" rx="2" />
                <path d="M3 9.5 9.5 3M5.5 13 13 5.5" />
            </symbol>
            <symbol id="i-differs" viewBox="0 0 16 16">
                <path d="M3.5 6.25h9M3.5 9.75h9M10.5 3l-5 10" />
            </symbol>
            <symbol id="i-down" viewBox="0 0 16 16">
                <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />
            </symbol>
            <symbol id="i-download" viewBox="0 0 16 16">
                <path d="M8 2.5v8M4.75 7.5 8 10.75 11.25 7.5M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2" />
            </symbol>
            <symbol id="i-edit" viewBox="0 0 16 16">
                <path d="M11.25 2.5 13.5 4.75 5.5 12.75 2.5 13.5l.75-3z" />
            </symbol>
            <symbol id="i-effective" viewBox="0 0 16 16">
                <path d="M2.5 3h6.5M2.5 8h6.5M2.5 13h6.5" />
                <path d="m11 5.5 2.5 2.5L11 10.5" />
            </symbol>
            <symbol id="i-env" viewBox="0 0 16 16">
                <path d="M3 3.5h10v9H3zM5.5 6.5 7 8l-1.5 1.5M8.5 10h2" />
            </symbol>
            <symbol id="i-eye" viewBox="0 0 16 16">
                <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z" />
                <circle cx="8" cy="8" r="2" />
            </symbol>
            <symbol id="i-file" viewBox="0 0 16 16">
                <path d="M9 1.75H4.5a1 1 0 0 0-1 1v10.5a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5.25z" />
                <path d="M9 1.75v3.5h3.5" />
            </symbol>
            <symbol id="i-folder" viewBox="0 0 16 16">
                <path d="M2 4a1 1 0 0 1 1-1h3.25l1.5 1.75H13a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z" />
            </symbol>
            <symbol id="i-from" viewBox="0 0 16 16">
                <path d="M4 3v4.5A2.5 2.5 0 0 0 6.5 10H12M9.5 7.5 12 10l-2.5 2.5" />
            </symbol>
            <symbol id="i-gear" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="2" />
                <path d="M8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4" />
            </symbol>
            <symbol id="i-help" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="6" />
                <path d="M6.25 6.25a1.75 1.75 0 1 1 2.4 1.65c-.5.2-.65.5-.65 1M8 11v.05" />
            </symbol>
            <symbol id="i-history" viewBox="0 0 16 16">
                <path d="M2.5 8a5.5 5.5 0 1 0 1.75-4L2.5 5.5M2.5 2.5v3h3" />
                <path d="M8 5v3l2 1.5" />
            </symbol>
            <symbol id="i-home" viewBox="0 0 16 16">
                <path d="M2.5 7 8 2.5 13.5 7v6.5h-4V9.5h-3v4h-4z" />
            </symbol>
            <symbol id="i-invalid" viewBox="0 0 16 16">
                <path d="M5.7 2.25h4.6l3.45 3.45v4.6l-3.45 3.45H5.7L2.25 10.3V5.7z" />
                <path d="m6 6 4 4M10 6l-4 4" />
            </symbol>
            <symbol id="i-json" viewBox="0 0 16 16">
                <path d="M6 2.75H5.25A1.5 1.5 0 0 0 3.75 4.25v2.25L2.5 8l1.25 1.5v2.25a1.5 1.5 0 0 0 1.5 1.5H6M10 2.75h.75a1.5 1.5 0 0 1 1.5 1.5v2.25L13.5 8l-1.25 1.5v2.25a1.5 1.5 0 0 1-1.5 1.5H10" />
            </symbol>
            <symbol id="i-layers" viewBox="0 0 16 16">
                <path d="M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3" />
            </symbol>
            <symbol id="i-link" viewBox="0 0 16 16">
                <path d="M6.5 9.5a2.75 2.75 0 0 0 3.9 0l2.2-2.2a2.75 2.75 0 0 0-3.9-3.9l-.7.7M9.5 6.5a2.75 2.75 0 0 0-3.9 0L3.4 8.7a2.75 2.75 0 0 0 3.9 3.9l.7-.7" />
            </symbol>
            <symbol id="i-list" viewBox="0 0 16 16">
                <path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01" />
            </symbol>
            <symbol id="i-lock" viewBox="0 0 16 16">
                <rect x="3" y="7" width="10" height="6.5" rx="1.25" />
                <path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2" />
            </symbol>
            <symbol id="i-machine" viewBox="0 0 16 16">
                <rect x="2.5" y="3" width="11" height="4.5" rx="1" />
                <rect x="2.5" y="8.5" width="11" height="4.5" rx="1" />
                <path d="M5 5.25h.01M5 10.75h.01" />
            </symbol>
            <symbol id="i-menu" viewBox="0 0 16 16">
                <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />
            </symbol>
            <symbol id="i-missing" viewBox="0 0 16 16">
                <circle class="glyph-dots" cx="8" cy="8" r="5.75" />
                <path d="M8 5.25v3.1M8 10.6v.1" />
            </symbol>
            <symbol id="i-moon" viewBox="0 0 16 16">
                <path d="M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z" />
            </symbol>
            <symbol id="i-more" viewBox="0 0 16 16">
                <path class="glyph-solid" d="M3 7a1 1 0 1 1 0 2 1 1 0 0 1 0-2zM8 7a1 1 0 1 1 0 2 1 1 0 0 1 0-2zM13 7a1 1 0 1 1 0 2 1 1 0 0 1 0-2z" />
            </symbol>
            <symbol id="i-none" viewBox="0 0 16 16">
                <path d="M5.5 8h5" />
            </symbol>
            <symbol id="i-ok" viewBox="0 0 16 16">
                <path d="m3.5 8.5 3 3 6-7" />
            </symbol>
            <symbol id="i-out" viewBox="0 0 16 16">
                <path d="M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10 5l3 3-3 3M13 8H6.5" />
            </symbol>
            <symbol id="i-people" viewBox="0 0 16 16">
                <circle cx="6" cy="5.25" r="2.5" />
                <path d="M1.75 13.25a4.25 4.25 0 0 1 8.5 0M10.5 3a2.5 2.5 0 0 1 0 4.5M11.75 9.5a4.25 4.25 0 0 1 2.5 3.75" />
            </symbol>
            <symbol id="i-pin" viewBox="0 0 16 16">
                <path d="M8 9.5V14M5 2.5h6M6 2.5v3.5L4.25 9.5h7.5L10 6V2.5" />
            </symbol>
            <symbol id="i-platform" viewBox="0 0 16 16">
                <path d="M2.5 12h11" stroke-width="2.5" />
                <path class="glyph-faint" d="M2.5 4h8M2.5 8h5.5" stroke-width="2.5" />
            </symbol>
            <symbol id="i-plus" viewBox="0 0 16 16">
                <path d="M8 3.25v9.5M3.25 8h9.5" />
            </symbol>
            <symbol id="i-project" viewBox="0 0 16 16">
                <path d="M2.5 8h11" stroke-width="2.5" />
                <path class="glyph-faint" d="M2.5 4h8M2.5 12h5.5" stroke-width="2.5" />
            </symbol>
            <symbol id="i-promote" viewBox="0 0 16 16">
                <path d="M8 13V3.5M4 7.25 8 3.25l4 4M3 13.5h10" />
            </symbol>
            <symbol id="i-search" viewBox="0 0 16 16">
                <circle cx="7" cy="7" r="4.25" />
                <path d="m10.25 10.25 3.25 3.25" />
            </symbol>
            <symbol id="i-service" viewBox="0 0 16 16">
                <path d="M2.5 4h11" stroke-width="2.5" />
                <path class="glyph-faint" d="M2.5 8h8M2.5 12h5.5" stroke-width="2.5" />
            </symbol>
            <symbol id="i-set" viewBox="0 0 16 16">
                <circle class="glyph-solid" cx="8" cy="8" r="4.75" />
            </symbol>
            <symbol id="i-shadowed" viewBox="0 0 16 16">
                <circle cx="6.25" cy="8" r="4" />
                <path class="glyph-solid" d="M10.4 3.4a5 5 0 0 1 0 9.2 6.6 6.6 0 0 0 0-9.2z" />
            </symbol>
            <symbol id="i-shadows" viewBox="0 0 16 16">
                <circle class="glyph-solid" cx="6.25" cy="8" r="4.25" />
                <path d="M9.6 3.6a4.75 4.75 0 0 1 0 8.8" />
            </symbol>
            <symbol id="i-shield" viewBox="0 0 16 16">
                <path d="M8 1.75 13 3.5v4c0 3.25-2.25 5.5-5 6.75-2.75-1.25-5-3.5-5-6.75v-4z" />
            </symbol>
            <symbol id="i-shieldok" viewBox="0 0 16 16">
                <path d="M8 1.75 13 3.5v4c0 3.25-2.25 5.5-5 6.75-2.75-1.25-5-3.5-5-6.75v-4z" />
                <path d="m5.75 7.75 1.65 1.65 2.9-3.15" />
            </symbol>
            <symbol id="i-sun" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="2.75" />
                <path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
            </symbol>
            <symbol id="i-text" viewBox="0 0 16 16">
                <path d="M3.5 5V3.5h9V5M8 3.5v9M6.25 12.5h3.5" />
            </symbol>
            <symbol id="i-token" viewBox="0 0 16 16">
                <circle cx="5" cy="11" r="2.5" />
                <path d="M6.8 9.2 13 3M10.5 5.5l2 2" />
            </symbol>
            <symbol id="i-trash" viewBox="0 0 16 16">
                <path d="M2.5 4.25h11M6 4.25V2.5h4v1.75M4 4.25l.65 9.25h6.7L12 4.25M6.75 7v4M9.25 7v4" />
            </symbol>
            <symbol id="i-unchanged" viewBox="0 0 16 16">
                <path d="M3.5 6.25h9M3.5 9.75h9" />
            </symbol>
            <symbol id="i-undo" viewBox="0 0 16 16">
                <path d="M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6.5" />
            </symbol>
            <symbol id="i-up" viewBox="0 0 16 16">
                <path d="m4.5 9.5 3.5-3.5 3.5 3.5" />
            </symbol>
            <symbol id="i-update" viewBox="0 0 16 16">
                <path d="M8 13V3.5M4 7.25 8 3.25l4 4" />
            </symbol>
            <symbol id="i-upload" viewBox="0 0 16 16">
                <path d="M8 10.5V2.5M4.75 5.5 8 2.25l3.25 3.25M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2" />
            </symbol>
            <symbol id="i-waits" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="4.75" />
            </symbol>
            <symbol id="i-warn" viewBox="0 0 16 16">
                <path d="M8 2.5 14 13H2z" />
                <path d="M8 6.5v3M8 11.2v.05" />
            </symbol>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Every file of this crate's source.
    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                into.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_icon_that_is_used_is_drawn() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        for start in ["<Icon name=\"", " icon=\""] {
            for rest in text.split(start).skip(1) {
                let name = rest.split('"').next().unwrap();
                let drawn = format!("<symbol id=\"i-{name}\"");
                assert!(name.ends_with('\\') || text.contains(&drawn), "{name}");
            }
        }
    }
}
