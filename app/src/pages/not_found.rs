//! No such page.

use domain::Error;
use leptos::prelude::*;

use crate::components::Failure;

/// No such page: the status says so, too.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <div class="page"><Failure error=Error::not_found("this page").into() /></div> }
}
