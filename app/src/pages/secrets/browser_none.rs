//! On the server there is no browser: what asks for one does nothing. The twin of `browser`.

use domain::{Code, Error};
use leptos::{prelude::RwSignal, web_sys};
use serde::de::DeserializeOwned;

use super::upload_file::Given;

pub(super) fn chosen(_: &web_sys::Event, _: impl Fn(Given) + 'static) {}

pub(super) fn chosen_before(_: &web_sys::HtmlFormElement, _: impl Fn(Given) + 'static) {}

pub(super) fn on_given(_: RwSignal<bool>, _: impl Fn(Given) + Clone + 'static) {}

pub(super) fn on_keys() {}

pub(super) fn on_hidden(_: impl Fn() + Clone + 'static) {}

#[allow(clippy::unused_async, reason = "as in the browser")]
pub(super) async fn send<T: DeserializeOwned>(
    _: &str,
    _: &str,
    _: &[u8],
    _: impl Fn(f64, f64) + 'static,
) -> Result<T, Error> {
    Err(Error::new(Code::Unavailable, "only a browser posts"))
}

#[allow(clippy::unused_async, reason = "as in the browser")]
pub(super) async fn copy(_: &str) -> bool {
    false
}

pub(super) fn can_copy() -> bool {
    false
}

pub(super) fn random(_: &mut [u8]) -> Result<(), Error> {
    Err(Error::new(Code::Unavailable, "only a browser fills a field"))
}

pub(super) fn download(_: &str, _: &[u8]) {}

pub(super) fn now() -> f64 {
    0.0
}

pub(super) fn show_modal(_: &web_sys::HtmlDialogElement) {}

pub(super) fn write_into(_: &web_sys::Element, _: &[(bool, &str)]) {}

pub(super) fn set_height(_: &web_sys::HtmlElement, _: f64) {}
