//! A level as a table: names down, environments across. A cell is one link.

use std::sync::Arc;

use domain::{
    Day, EnvironmentName, Kind, SecretName,
    api::{Cell, CellState, DUE_DAYS, MatrixRow},
};
use leptos::prelude::*;

use super::{
    asked::Asked,
    blocks::Piece,
    browser,
    place::{environment_title, environment_word},
    scope_read::ScopeView,
    window::Window,
};
use crate::components::{Icon, Mask};

/// How a cell looks and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Looks {
    /// The class and the tone of its chip.
    pub(super) class: &'static str,
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) note: String,
}

impl Looks {
    /// The looks of a cell.
    pub(super) fn of(cell: &Cell) -> Self {
        let looks = |class, tone, icon, note: String| Self { class, tone, icon, note };
        match (cell.state, cell.other.as_deref()) {
            (CellState::Missing, _) => looks("lacks", "warn", "missing", "missing".to_owned()),
            (CellState::NoAccess, _) => looks("denied", "mute", "denied", "no access".to_owned()),
            (CellState::Set, None) => {
                let version = cell.version.map(|version| format!(", v{version}"));
                looks("set", "good", "set", format!("set{}", version.unwrap_or_default()))
            }
            (CellState::Set, Some("all")) => looks("set", "good", "set", "overrides all".to_owned()),
            (CellState::Set, Some(wider)) => looks("shadows", "shade", "shadows", format!("shadows {wider}")),
            (CellState::From, from) => looks("from", "mute", "from", format!("from {}", from.unwrap_or("all"))),
            (CellState::NotSet, _) => looks("unset", "mute", "none", "not set".to_owned()),
        }
    }
}

/// What every row of a table knows of it.
#[derive(Clone)]
struct Sheet {
    environments: Vec<EnvironmentName>,
    asked: Asked,
    /// The open row, its column, and what is shown below it.
    open: Option<(MatrixRow, usize, ViewFn)>,
    today: Day,
    write: bool,
}

/// The table; `detail` is the open cell, shown below its row.
#[component]
pub(super) fn MatrixTable(
    /// The page.
    view: ScopeView,
    /// What the address asks for.
    asked: Asked,
    /// What the table is of.
    caption: String,
    /// The open cell.
    detail: Option<ViewFn>,
    /// Which rows stand in the page.
    window: Window,
) -> impl IntoView {
    let environments = view.matrix.environments;
    let missing = std::iter::once(0).chain(view.matrix.missing);
    let head: Vec<_> = columns(&environments)
        .zip(missing)
        .map(|(environment, missing)| {
            let title = match environment {
                None => "All environments".to_owned(),
                Some(name) => name.to_string(),
            };
            let tag = (missing > 0).then(|| view! { " " <span class="tag warn">{format!("{missing} missing")}</span> });
            view! { <th class="at" scope="col">{title}{tag}</th> }
        })
        .collect();
    let open = view.open.zip(detail).map(|(open, detail)| {
        let column = open.column(&environments);
        (open.row, column, detail)
    });
    let (today, write, width) = (view.matrix.today, view.writable.whole, environments.len() + 2);
    let sheet = Arc::new(Sheet { environments, asked, open, today, write });
    let apart = sheet.clone();
    // An open cell that was not read with the others stands above them.
    let apart = move || {
        let (row, ..) = apart.open.as_ref().filter(|(row, ..)| !window.has(&row.name))?;
        Some(view! { <tbody>{apart.row(None, row.clone())}</tbody> })
    };
    let piece = move |piece| match piece {
        Piece::Gap(from) => view! { <Gap window from width /> }.into_any(),
        Piece::Rows(block, _) => {
            let rows: Vec<_> = window.rows(block).into_iter().map(|(place, row)| sheet.row(Some(place), row)).collect();
            view! { <tbody data-block=block.to_string()>{rows}</tbody> }.into_any()
        }
    };
    view! {
        <table class="sheet matrix" role="grid" aria-rowcount=move || (window.reach().found + 1).to_string()>
            <caption>{caption}</caption>
            <thead><tr aria-rowindex="1"><th scope="col">"Name"</th>{head}</tr></thead>
            {apart}
            <For each=move || window.pieces() key=|piece| *piece children=piece />
        </table>
    }
}

impl Sheet {
    /// A row, and the open cell below it where it is one of its cells.
    fn row(&self, place: Option<u32>, row: MatrixRow) -> impl IntoView + use<> {
        let open = self.open.as_ref().filter(|(open, ..)| open.name == row.name);
        let column = open.map(|(_, column, _)| *column);
        let width = self.environments.len() + 2;
        let below = open.map(|(.., detail)| {
            view! { <tr class="detail-row"><td colspan=width.to_string()>{detail.run()}</td></tr> }
        });
        let Self { environments, asked, today, write, .. } = self.clone();
        view! { <Row place row environments asked column today write />{below} }
    }
}

/// Rows that are not in the page.
#[component]
fn Gap(window: Window, from: usize, width: usize) -> impl IntoView {
    let cell = NodeRef::<leptos::html::Td>::new();
    Effect::new(move |_| {
        if let Some(cell) = cell.get() {
            browser::set_height(&cell, window.gap(from));
        }
    });
    view! { <tbody class="gap" aria-hidden="true"><tr><td node_ref=cell colspan=width.to_string()></td></tr></tbody> }
}

/// The kind of a value as an icon, with its word.
#[component]
pub fn KindIcon(
    /// The kind.
    kind: Kind,
) -> impl IntoView {
    view! { <span class="kind" title=kind.word()><Icon name=kind.word() /><span class="sr">{kind.word()}</span></span> }
}

#[component]
fn Row(
    place: Option<u32>,
    row: MatrixRow,
    environments: Vec<EnvironmentName>,
    asked: Asked,
    column: Option<usize>,
    today: Day,
    write: bool,
) -> impl IntoView {
    let here = row.cells.iter().any(|cell| cell.state == CellState::Set);
    let class = if here { "name" } else { "name plain quiet-text" };
    let name = row.name.clone();
    let due = row.cells.iter().filter_map(|cell| cell.rotate_by).min();
    let due = due.map(|day| view! { <DueTag day today soon_only=true /> });
    let kind = row.kind.map(|kind| view! { <KindIcon kind /> });
    let marks: Vec<_> = (0..row.cells.len()).map(|at| beside(&row, at, &environments)).collect();
    let cells: Vec<_> = columns(&environments)
        .zip(row.cells)
        .zip(marks)
        .enumerate()
        .map(|(at, ((environment, cell), differs))| {
            let open = column == Some(at);
            view! { <CellLink name=name.clone() environment=environment.cloned() cell differs asked=asked.clone() open /> }
        })
        .collect();
    let edit = write.then(|| {
        let href = asked.opening(&name, "all").href_with("edit=row");
        let title = format!("Every environment of {name}");
        view! {
            <a class="row-edit" href=href data-noscroll="" aria-label=title.clone() title=title><Icon name="edit" small=true /></a>
        }
    });
    view! {
        <tr class=column.map(|_| "opened") aria-rowindex=place.map(|place| (place + 2).to_string())>
            <th scope="row"><span class="row-name">{kind}<span class=class>{row.name.to_string()}</span>{due}{edit}</span></th>
            {cells}
        </tr>
    }
}

/// The environment to the left of a set cell that holds another value.
fn beside(row: &MatrixRow, column: usize, environments: &[EnvironmentName]) -> Option<EnvironmentName> {
    let set = row.cells[column].state == CellState::Set;
    let neighbour = row.differs_from_neighbour(column).filter(|_| set)?;
    environments.get(neighbour - 1).cloned()
}

/// Until when a value is good: nothing while that is far away, unless it is asked for.
#[component]
pub fn DueTag(
    /// The last day of the value.
    day: Day,
    /// The day it is.
    today: Day,
    /// Only what someone must look at.
    #[prop(optional)]
    soon_only: bool,
) -> impl IntoView {
    let left = day.days_after(today);
    let (class, words) = match left {
        ..0 => ("tag bad", "overdue".to_owned()),
        0 => ("tag warn", "due today".to_owned()),
        1 => ("tag warn", "due in 1 day".to_owned()),
        2..=DUE_DAYS => ("tag warn", format!("due in {left} days")),
        _ if soon_only => return None,
        _ => ("tag", format!("due in {left} days")),
    };
    Some(view! { <span class=class title=format!("to be replaced by {day}")>{words}</span> })
}

#[component]
fn CellLink(
    name: SecretName,
    environment: Option<EnvironmentName>,
    cell: Cell,
    differs: Option<EnvironmentName>,
    asked: Asked,
    open: bool,
) -> impl IntoView {
    let Looks { class, icon, note, .. } = Looks::of(&cell);
    let title = match &environment {
        None => "All environments".to_owned(),
        Some(name) => name.to_string(),
    };
    let mut label = format!("{name}, {}: {note}", environment_title(environment.as_ref()));
    let covered = (cell.covered > 0).then(|| {
        let words = covered(cell.covered);
        label = format!("{label} {words}");
        view! { " " <span class="mark" title=cell.covered_by.join("; ")><Icon name="shadowed" small=true />{words}</span> }
    });
    let differs = differs.map(|other| {
        let words = format!("differs from {other}");
        label = format!("{label} {words}");
        view! { " " <span class="mark"><Icon name="differs" small=true />{words}</span> }
    });
    let href =
        if open { asked.closed().href() } else { asked.opening(&name, &environment_word(environment.as_ref())).href() };
    let mask = (cell.state == CellState::Set).then(|| view! { <Mask /> });
    let note = if cell.state == CellState::NotSet {
        view! { <span class="note"><span class="sr">{note}</span></span> }.into_any()
    } else {
        view! { <span class="note">{note}</span> }.into_any()
    };
    view! {
        <td class=if open { "at opened" } else { "at" } data-label=title>
            <a class=format!("cell {class}") href=href data-noscroll="" aria-label=label aria-expanded=open.then_some("true")>
                <Icon name=icon />
                {mask}
                {note}
                {covered}
                {differs}
            </a>
        </td>
    }
}

/// How many narrower scopes have a value of their own.
pub(super) fn covered(by: u32) -> String {
    match by {
        1 => "covered in 1 place".to_owned(),
        by => format!("covered in {by} places"),
    }
}

/// All environments first, then one column each.
fn columns(environments: &[EnvironmentName]) -> impl Iterator<Item = Option<&EnvironmentName>> {
    std::iter::once(None).chain(environments.iter().map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_what_it_is() {
        let note = |state, version, other: Option<&str>| {
            Looks::of(&Cell { version, other: other.map(str::to_owned), ..Cell::of(state) }).note
        };
        assert_eq!(note(CellState::Set, Some(7), None), "set, v7");
        assert_eq!(note(CellState::Set, Some(7), Some("all")), "overrides all");
        assert_eq!(note(CellState::Set, Some(7), Some("project")), "shadows project");
        assert_eq!(note(CellState::From, None, Some("platform")), "from platform");
        assert_eq!(note(CellState::NotSet, None, None), "not set");
        assert_eq!(note(CellState::Missing, None, None), "missing");
        assert_eq!(note(CellState::NoAccess, None, None), "no access");
    }
}
