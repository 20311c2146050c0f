//! The keyboard of these pages. A key works where its element is: `data-key` says which.
//!
//! `/` filter · `n` new secret · `r` reveal, `y` copy and `e` edit the open cell · `u` undo · `Esc` close · `Ctrl-Enter` apply;
//! `j` `k` `h` `l` and the arrow keys go through the table. Off while someone types. The whole list is in
//! [`crate::components::Keys`].

use leptos::prelude::*;

use super::browser;

/// Listens while the page is there.
pub fn listen() {
    Effect::new(|_| {
        browser::on_keys();
        #[cfg(feature = "hydrate")]
        super::grid::listen();
    });
}
