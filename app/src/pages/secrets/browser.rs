//! Everything that only a browser has: files, the clipboard, the keyboard, requests. Its twin for the server does nothing.

use domain::{Code, Error, Problem, import::IMPORT_MAX};
use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*, task::spawn_local};
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, DragEvent, Element, Event, FileList, HtmlElement, HtmlInputElement, KeyboardEvent};
use zeroize::Zeroizing;

use super::upload_file::Given;

/// The file someone chose in a file input; the input is emptied, so that the same file can be chosen again.
pub(super) fn chosen(event: &Event, then: impl Fn(Given) + 'static) {
    hand_over(&event_target(event), then);
}

/// The file that `form` was given before its page woke up.
pub(super) fn chosen_before(form: &web_sys::HtmlFormElement, then: impl Fn(Given) + 'static) {
    let input = form.query_selector("input[type=file]").ok().flatten();
    if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
        hand_over(&input, then);
    }
}

fn hand_over(input: &HtmlInputElement, then: impl Fn(Given) + 'static) {
    let Some(files) = input.files().filter(|files| files.length() > 0) else { return };
    read(&files, then);
    // The list is the input's own: emptied only once the file is held by the reader.
    input.set_value("");
}

/// Files dropped anywhere and text or files pasted outside of fields, until this component is gone.
pub(super) fn on_given(over: RwSignal<bool>, then: impl Fn(Given) + Clone + 'static) {
    listen("dragover", move |event| {
        if carries_files(&event) {
            event.prevent_default();
            over.set(true);
        }
    });
    listen("dragleave", move |event| {
        if event.unchecked_ref::<DragEvent>().related_target().is_none() {
            over.set(false);
        }
    });
    let dropped = then.clone();
    listen("drop", move |event| {
        if carries_files(&event) {
            event.prevent_default();
            over.set(false);
            if let Some(files) = event.unchecked_ref::<DragEvent>().data_transfer().and_then(|data| data.files()) {
                read(&files, dropped.clone());
            }
        }
    });
    listen("paste", move |event| {
        if is_typing(&event) || is_dialog_open() {
            return;
        }
        let Some(data) = event.unchecked_ref::<ClipboardEvent>().clipboard_data() else {
            return;
        };
        match data.files().filter(|files| files.length() > 0) {
            Some(files) => read(&files, then.clone()),
            None => match data.get_data("text/plain") {
                Ok(text) if !text.trim().is_empty() => {
                    then(Given { name: "the clipboard".to_owned(), content: Ok(Zeroizing::new(text.into_bytes())) });
                }
                _ => return,
            },
        }
        event.prevent_default();
    });
}

/// The keys of a page: each does what a click on the element with that `data-key` does, or goes to that field.
pub(super) fn on_keys() {
    listen("keydown", |event| {
        let event: KeyboardEvent = event.unchecked_into();
        let typing = is_typing(&event);
        if event.default_prevented() || event.is_composing() || is_dialog_open() {
            return;
        }
        let key = match (event.ctrl_key() || event.meta_key(), event.alt_key(), event.key().as_str()) {
            (true, false, "Enter") => "apply",
            (false, false, "Escape") if typing => {
                blur();
                return;
            }
            (false, false, "Escape") => "Escape",
            (false, false, "/") if !typing => "/",
            (false, false, "n") if !typing => "n",
            (false, false, "e") if !typing => "e",
            (false, false, "r") if !typing => "r",
            (false, false, "y") if !typing => "y",
            (false, false, "u") if !typing => "u",
            _ => return,
        };
        let found = document()
            .query_selector(&format!("[data-key='{key}']"))
            .ok()
            .flatten()
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(element) = found.filter(|element| element.get_client_rects().length() > 0) {
            event.prevent_default();
            if element.is_instance_of::<HtmlInputElement>() {
                let _ = element.focus();
            } else {
                element.click();
            }
        }
    });
}

/// When the page goes out of sight.
pub(super) fn on_hidden(then: impl Fn() + Clone + 'static) {
    let hidden = then.clone();
    listen("visibilitychange", move |_| {
        if document().visibility_state() == web_sys::VisibilityState::Hidden {
            hidden();
        }
    });
    listen("pagehide", move |_| then());
}

/// Posts a file with the session of this browser, and tells how much of it was sent: bytes, and bytes in all. `fetch`
/// cannot tell that.
pub(super) async fn send<T: DeserializeOwned>(
    path: &str,
    media_type: &str,
    body: &[u8],
    progress: impl Fn(f64, f64) + 'static,
) -> Result<T, Error> {
    let unsent = |_| Error::new(Code::Unavailable, "the file cannot be sent; nothing was stored");
    let request = web_sys::XmlHttpRequest::new().map_err(unsent)?;
    request.open("POST", path).map_err(unsent)?;
    request.set_request_header("content-type", media_type).map_err(unsent)?;
    let told = Closure::<dyn Fn(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
        progress(event.loaded(), event.total());
    });
    let upload = request.upload().map_err(unsent)?;
    upload.set_onprogress(Some(told.as_ref().unchecked_ref()));
    upload.set_onload(Some(told.as_ref().unchecked_ref()));
    let ended = js_sys::Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_u8_array(Some(body)).map_err(unsent)?;
    let _ = JsFuture::from(ended).await;
    let status = request.status().unwrap_or_default();
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match status {
        // The answer is lost, not necessarily the request.
        0 => Err(Error::new(
            Code::Unavailable,
            "the server did not answer; reload the page to see whether anything was stored",
        )),
        200..=299 => serde_json::from_str(&text)
            .map_err(|_| Error::new(Code::Internal, "the server's answer was not understood; reload the page")),
        status => Err(refusal(status, &text)),
    }
}

/// Puts text into the clipboard.
pub(super) async fn copy(text: &str) -> bool {
    if !can_copy() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

/// Whether this page may write to the clipboard: browsers allow it over HTTPS and on this machine only.
pub(super) fn can_copy() -> bool {
    js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined())
}

/// Fills the buffer with random bytes of the browser.
pub(super) fn random(bytes: &mut [u8]) -> Result<(), Error> {
    let none = |_| Error::new(Code::Unavailable, "this browser gives no random numbers");
    let crypto = js_sys::Reflect::get(&window(), &JsValue::from_str("crypto")).map_err(none)?;
    let fill = js_sys::Reflect::get(&crypto, &JsValue::from_str("getRandomValues")).map_err(none)?;
    let fill: js_sys::Function = fill.dyn_into().map_err(none)?;
    #[allow(clippy::cast_possible_truncation, reason = "a small buffer")]
    let random = js_sys::Uint8Array::new_with_length(bytes.len() as u32);
    fill.call1(&crypto, &random).map_err(none)?;
    random.copy_to(bytes);
    random.fill(0, 0, random.length());
    Ok(())
}

/// Saves bytes as a file.
pub(super) fn download(name: &str, bytes: &[u8]) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence(&parts) else {
        return;
    };
    let (Ok(url), Ok(link)) = (web_sys::Url::create_object_url_with_blob(&blob), document().create_element("a")) else {
        return;
    };
    let _ = link.set_attribute("href", &url);
    let _ = link.set_attribute("download", name);
    link.unchecked_ref::<HtmlElement>().click();
    let _ = web_sys::Url::revoke_object_url(&url);
}

/// The time, in milliseconds since some point.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// Shows a modal dialog.
pub(super) fn show_modal(dialog: &web_sys::HtmlDialogElement) {
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
    }
}

/// Makes an element so many pixels high. Not in HTML: the Content-Security-Policy lets only script do it.
pub(super) fn set_height(element: &HtmlElement, height: f64) {
    let _ = element.style().set_property("height", &format!("{height}px"));
}

/// Writes pieces of text into an element: plain ones, and marks for what cannot be seen.
pub(super) fn write_into(element: &Element, pieces: &[(bool, &str)]) {
    element.set_text_content(None);
    for (mark, text) in pieces {
        let Ok(span) = document().create_element("span") else {
            return;
        };
        span.set_text_content(Some(text));
        if *mark {
            let _ = span.set_attribute("class", "unseen");
        }
        let _ = element.append_child(&span);
    }
}

fn listen(event: &'static str, then: impl Fn(Event) + 'static) {
    let handle = window_event_listener_untyped(event, then);
    on_cleanup(move || handle.remove());
}

fn read(files: &FileList, then: impl Fn(Given) + 'static) {
    let Some(file) = files.get(0) else { return };
    let name = file.name();
    let too_large =
        |size: f64| format!("the file is too large: at most 5 MiB ({IMPORT_MAX} bytes), this one has {size}");
    #[allow(clippy::cast_precision_loss, reason = "5 MiB is exact")]
    if file.size() > IMPORT_MAX as f64 {
        then(Given { name, content: Err(Error::new(Code::TooLarge, too_large(file.size()))) });
        return;
    }
    spawn_local(async move {
        let content = match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => {
                let bytes = js_sys::Uint8Array::new(&buffer);
                let copy = Zeroizing::new(bytes.to_vec());
                bytes.fill(0, 0, bytes.length());
                Ok(copy)
            }
            Err(_) => Err(Error::new(Code::Malformed, "this file cannot be read")),
        };
        then(Given { name, content });
    });
}

fn carries_files(event: &Event) -> bool {
    event
        .unchecked_ref::<DragEvent>()
        .data_transfer()
        .is_some_and(|data| data.types().includes(&JsValue::from_str("Files"), 0))
}

pub(super) fn is_typing(event: &Event) -> bool {
    event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
        element
            .matches("input:not([type='checkbox'], [type='radio']), textarea, select, [contenteditable]")
            .unwrap_or_default()
    })
}

pub(super) fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

fn blur() {
    let active = document().active_element();
    if let Some(element) = active.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.blur();
    }
}

/// What a refusal of the REST interface says.
fn refusal(status: u16, text: &str) -> Error {
    #[derive(Deserialize)]
    struct Refusal {
        code: Code,
        detail: String,
        #[serde(default)]
        problems: Vec<Problem>,
    }
    match serde_json::from_str(text) {
        Ok(Refusal { code, detail, problems }) => Error { code, detail, problems },
        Err(_) => Error::new(Code::Internal, format!("the server refused this ({status}) and did not say why")),
    }
}
