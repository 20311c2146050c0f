//! The cells of the table as one stop of the tab key: `j` and `k` or the arrow keys go from row to row, `h` and `l` from cell to cell.
//! Without script every cell is a link of its own.

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// Listens while the page is there.
pub(super) fn listen() {
    request_animation_frame(tidy);
    for event in ["keydown", "focusin"] {
        let handle = window_event_listener_untyped(event, move |event| {
            if event.type_() == "keydown" {
                key(event.unchecked_ref());
            } else {
                focused(&event);
            }
        });
        on_cleanup(move || handle.remove());
    }
}

fn key(event: &KeyboardEvent) {
    let in_grid = active().is_some();
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let key = event.key();
    if key == "Tab" {
        // A table that was made anew has stops of its own.
        tidy();
        return;
    }
    if super::browser::is_typing(event) || super::browser::is_dialog_open() {
        return;
    }
    let moved = match key.as_str() {
        "j" => row(1),
        "k" => row(-1),
        "h" => column(-1),
        "l" => column(1),
        "ArrowDown" if in_grid => row(1),
        "ArrowUp" if in_grid => row(-1),
        "ArrowLeft" if in_grid => column(-1),
        "ArrowRight" if in_grid => column(1),
        "Home" if in_grid => column(-100),
        "End" if in_grid => column(100),
        _ => return,
    };
    if let Some(cell) = moved {
        stop_at(&cell);
        let _ = cell.focus();
        event.prevent_default();
    }
}

/// The cell of the grid that has the focus.
fn active() -> Option<HtmlElement> {
    let element = document().active_element()?;
    let cell = element.closest("[role='grid'] a.cell").ok().flatten()?;
    cell.dyn_into().ok()
}

/// The cell the tab key leads to.
fn stop() -> Option<HtmlElement> {
    let found = |selector: &str| document().query_selector(selector).ok().flatten();
    let cell = found("[role='grid'] a.cell[tabindex='0']").or_else(|| found("[role='grid'] a.cell"))?;
    cell.dyn_into().ok()
}

fn row(step: i32) -> Option<HtmlElement> {
    let Some(cell) = active() else { return stop() };
    let column = cells(&cell.closest("tr").ok()??).iter().position(|other| *other == cell)?;
    let rows = all(&document().query_selector("[role='grid']").ok()??, "tr:has(a.cell)");
    let own: Element = cell.closest("tr").ok()??;
    let at = i32::try_from(rows.iter().position(|row| **row == own)?).ok()?;
    let next = rows.get(usize::try_from(at + step).ok()?)?;
    // Of a long table only a part is in the page: what stands below need not be next.
    let is_next = match (index(&own), index(next)) {
        (Some(own), Some(next)) => next == own + step,
        _ => true,
    };
    cells(next).into_iter().nth(column).filter(|_| is_next)
}

/// The place of a row in its table.
fn index(row: &Element) -> Option<i32> {
    row.get_attribute("aria-rowindex")?.parse().ok()
}

/// The row and the column of the cell that has the focus.
pub(super) fn place() -> Option<(String, usize)> {
    let cell = active()?;
    let row = cell.closest("tr").ok()??;
    let column = cells(&row).iter().position(|other| *other == cell)?;
    Some((row.get_attribute("aria-rowindex")?, column))
}

/// The cell of a row and a column.
pub(super) fn at(row: &str, column: usize) -> Option<HtmlElement> {
    let row = document().query_selector(&format!("[role='grid'] tr[aria-rowindex='{row}']")).ok()??;
    cells(&row).into_iter().nth(column)
}

fn column(step: i32) -> Option<HtmlElement> {
    let Some(cell) = active() else { return stop() };
    let cells = cells(&cell.closest("tr").ok()??);
    let at = i32::try_from(cells.iter().position(|other| *other == cell)?).ok()?;
    let last = i32::try_from(cells.len()).ok()? - 1;
    cells.into_iter().nth(usize::try_from((at + step).clamp(0, last)).ok()?)
}

fn cells(row: &Element) -> Vec<HtmlElement> {
    all(row, "a.cell")
}

pub(super) fn all(within: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = within.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

/// A click or a key has led into the grid: this cell is its stop now.
fn focused(event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let cell = target.and_then(|target| target.closest("[role='grid'] a.cell").ok().flatten());
    if let Some(cell) = cell.and_then(|cell| cell.dyn_into().ok()) {
        stop_at(&cell);
    }
}

/// Makes the grid one stop: the cell it was, or the first.
fn tidy() {
    if let Some(cell) = active().or_else(stop) {
        stop_at(&cell);
    }
}

fn stop_at(cell: &HtmlElement) {
    let Ok(Some(grid)) = document().query_selector("[role='grid']") else { return };
    for other in all(&grid, "a.cell:not([tabindex='-1'])") {
        let _ = other.set_attribute("tabindex", "-1");
    }
    let _ = cell.set_attribute("tabindex", "0");
}
