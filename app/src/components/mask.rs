//! The mask.

use leptos::prelude::*;

/// Eight dots, whatever is behind them.
#[component]
pub fn Mask() -> impl IntoView {
    view! { <span class="mask"><span aria-hidden="true">{domain::MASK}</span><span class="sr">"hidden"</span></span> }
}
