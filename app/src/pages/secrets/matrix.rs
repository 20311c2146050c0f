//! A level as a table: names down, environments across. A cell is one link.

use domain::{
    EnvironmentName, Kind, SecretName,
    api::{Cell, CellState, MatrixRow},
};
use leptos::prelude::*;

use super::{
    asked::Asked,
    place::{environment_title, environment_word},
    scope_read::ScopeView,
    window::{CHUNK, FurtherRows, MakeDetail, RowWindow},
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

/// The table; `detail` is the open cell, shown below its row.
#[component]
pub fn MatrixTable(
    /// The page.
    view: ScopeView,
    /// What the address asks for.
    asked: Asked,
    /// What the table is of.
    caption: String,
    /// The open cell.
    detail: Option<MakeDetail>,
    /// The rows behind the first page.
    window: RowWindow,
) -> impl IntoView {
    let environments = view.matrix.environments.clone();
    let head: Vec<_> = columns(&environments)
        .map(|environment| {
            let title = match environment {
                None => "All environments".to_owned(),
                Some(name) => name.to_string(),
            };
            view! { <th class="at" scope="col">{title}</th> }
        })
        .collect();
    let open = view.open.as_ref().map(|open| (open.row.name.clone(), open.column(&environments)));
    let total = view.matrix.total;
    let first = asked.after.is_empty();
    window.is_of(&view.matrix.level, &asked, total);
    // A row that was put first, because it is not on this page, stands further down when it was fetched there.
    let elsewhere = view.open.as_ref().is_some_and(|open| open.elsewhere && first && window.holds(&open.row.name));
    let width = environments.len() + 2;
    let rows: Vec<_> = (2..)
        .zip(view.matrix.rows.into_iter().skip(usize::from(elsewhere)))
        .map(|(number, row)| {
            let column = open.as_ref().filter(|(name, _)| *name == row.name).map(|(_, column)| *column);
            let below = column.and(detail.as_ref()).map(|detail| {
                view! { <tr class="detail-row"><td colspan=width.to_string()>{detail()}</td></tr> }
            });
            view! { <Row row number environments=environments.clone() asked=asked.clone() column />{below} }
        })
        .collect();
    let further = (first && total > CHUNK).then(
        || view! { <FurtherRows window total environments=environments.clone() asked=asked.clone() open detail /> },
    );
    view! {
        <table class="sheet matrix" role="grid" aria-rowcount=(total + 1).to_string()>
            <caption>{caption}</caption>
            <thead><tr aria-rowindex="1"><th scope="col">"Name"</th>{head}</tr></thead>
            <tbody>{rows}</tbody>
            {further}
        </table>
    }
}

/// The kind of a value as an icon, with its word.
#[component]
pub fn KindIcon(
    /// The kind.
    kind: Kind,
) -> impl IntoView {
    view! { <span class="kind" title=kind.word()><Icon name=kind.word() /><span class="sr">{kind.word()}</span></span> }
}

/// One name. `number` is its place in the whole table, counted from the head.
#[component]
pub(super) fn Row(
    row: MatrixRow,
    number: u32,
    environments: Vec<EnvironmentName>,
    asked: Asked,
    column: Option<usize>,
) -> impl IntoView {
    let here = row.cells.iter().any(|cell| cell.state == CellState::Set);
    let class = if here { "name" } else { "name plain quiet-text" };
    let name = row.name.clone();
    let cells: Vec<_> = columns(&environments)
        .zip(row.cells)
        .enumerate()
        .map(|(at, (environment, cell))| {
            view! { <CellLink name=name.clone() environment=environment.cloned() cell asked=asked.clone() open=column == Some(at) /> }
        })
        .collect();
    view! {
        <tr class=column.map(|_| "opened") aria-rowindex=number.to_string()>
            <th scope="row"><span class="row-name"><KindIcon kind=row.kind /><span class=class>{row.name.to_string()}</span></span></th>
            {cells}
        </tr>
    }
}

#[component]
fn CellLink(
    name: SecretName,
    environment: Option<EnvironmentName>,
    cell: Cell,
    asked: Asked,
    open: bool,
) -> impl IntoView {
    let Looks { class, icon, note, .. } = Looks::of(&cell);
    let title = match &environment {
        None => "All environments".to_owned(),
        Some(name) => name.to_string(),
    };
    let label = format!("{name}, {}: {note}", environment_title(environment.as_ref()));
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
            </a>
        </td>
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
            Looks::of(&Cell { state, version, other: other.map(str::to_owned) }).note
        };
        assert_eq!(note(CellState::Set, Some(7), None), "set, v7");
        assert_eq!(note(CellState::Set, Some(7), Some("all")), "overrides all");
        assert_eq!(note(CellState::Set, Some(7), Some("project")), "shadows project");
        assert_eq!(note(CellState::From, None, Some("platform")), "from platform");
        assert_eq!(note(CellState::NotSet, None, None), "not set");
    }
}
