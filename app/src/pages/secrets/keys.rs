//! The keyboard of these pages. A key works where its element is: `data-key` says which.
//!
//! `/` filter · `n` new secret · `r` reveal and `e` edit the open cell · `Esc` close · `Ctrl-Enter` apply. Off while someone types.

use leptos::prelude::*;

use super::browser;

/// Listens while the page is there.
pub fn listen() {
    Effect::new(|_| browser::on_keys());
}
