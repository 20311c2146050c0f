//! What a browser sees of a long table, and where its focus is. Without script nothing scrolls but the page.

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use web_sys::{Element, FocusOptions};

use super::{blocks::Sight, grid, window::Window};

/// Listens while the page is there.
pub(super) fn listen(window: Window) {
    let is_due = StoredValue::new(false);
    for event in ["scroll", "resize", "focusin"] {
        let handle = window_event_listener_untyped(event, move |_| later(window, is_due));
        on_cleanup(move || handle.remove());
    }
    Effect::new(move |_| {
        window.reach();
        later(window, is_due);
    });
}

/// Once in a frame is enough.
fn later(window: Window, is_due: StoredValue<bool>) {
    if is_due.try_get_value() != Some(false) {
        return;
    }
    is_due.set_value(true);
    request_animation_frame(move || {
        if is_due.try_set_value(false).is_some() {
            return;
        }
        if sight().is_some_and(|sight| window.look(&sight)) {
            later(window, is_due);
        }
    });
}

/// Nothing while the table is not to be seen.
fn sight() -> Option<Sight> {
    let grid = document().query_selector("[role='grid']").ok()??;
    let width = grid.get_bounding_client_rect().width();
    let view = f64::from(document().document_element()?.client_height());
    let focus = document().active_element().and_then(|element| element.closest("[data-block]").ok()?);
    let mut sight = Sight { width, view, focus: focus.as_ref().and_then(number), ..Sight::default() };
    let mut nearest = f64::INFINITY;
    for body in grid::all(&grid, "[data-block]") {
        let (Some(block), place) = (number(&body), body.get_bounding_client_rect()) else { continue };
        sight.heights.push((block, place.height()));
        // The gaps in between may be a little off.
        let distance = place.top().max(-place.bottom()).max(0.0);
        if distance < nearest {
            nearest = distance;
            sight.anchor = (block, place.top());
        }
    }
    (nearest.is_finite() && width > 0.0).then_some(sight)
}

fn number(body: &Element) -> Option<usize> {
    body.get_attribute("data-block")?.parse().ok()
}

/// The table is about to be made anew, of the same list: it stays where it is, and the cell that has the focus gets it again.
pub(super) fn hold() {
    let scrolled = window().scroll_y().unwrap_or_default();
    let focus = grid::place();
    request_animation_frame(move || {
        // Until its gaps were as high as before, the page was too short to be scrolled so far.
        window().scroll_to_with_x_and_y(0.0, scrolled);
        let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        let Some(cell) = focus.filter(|_| is_lost).and_then(|(row, column)| grid::at(&row, column)) else { return };
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = cell.focus_with_options(&options);
    });
}
