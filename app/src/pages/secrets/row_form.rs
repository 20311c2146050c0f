//! One name in every environment of a level: a field each, sent as one change. What stays empty stays as it is.

use domain::{
    EnvironmentName, Kind,
    api::{Cell, CellState, MatrixRow},
};
use leptos::{html, prelude::*};

use super::{
    matrix::Looks,
    place::{Place, environment_title, environment_word},
    secret_form::At,
    value_fields::not_json,
};
use crate::{
    components::{Field, Form, Status},
    paths::forms,
};

/// The form of a row.
#[component]
pub fn RowForm(
    /// The page.
    place: Place,
    /// The row.
    row: MatrixRow,
    /// The columns after *all environments*.
    environments: Vec<EnvironmentName>,
    /// The address without the form.
    close: String,
) -> impl IntoView {
    let name = row.name.to_string();
    let columns = std::iter::once(None).chain(environments.into_iter().map(Some));
    let usual = row.kind.filter(|kind| *kind != Kind::File).unwrap_or(Kind::Text);
    let cells: Vec<_> =
        columns.zip(row.cells).map(|(environment, cell)| view! { <CellField environment cell usual /> }).collect();
    view! {
        <Form action=forms::SECRET_ROW class="stack-3 row-form" enctype="multipart/form-data">
            <At place />
            <input type="hidden" name="name" value=name />
            <p class="hint">"Fields that stay empty stay as they are. All others are stored together, or none is."</p>
            <div class="row-fields">{cells}</div>
            <Field name="message" label="Why" id="row-message" optional=true hint="The change keeps it." />
            <div class="row">
                <button class="button primary" type="submit" data-key="apply">"Save all environments"</button>
                <a class="button quiet" href=close data-noscroll="" data-key="Escape">"Cancel"</a>
            </div>
        </Form>
    }
}

#[component]
fn CellField(environment: Option<EnvironmentName>, cell: Cell, usual: Kind) -> impl IntoView {
    let word = environment_word(environment.as_ref());
    let title = environment_title(environment.as_ref());
    let Looks { icon, tone, note, .. } = Looks::of(&cell);
    let set = cell.state == CellState::Set;
    let id = format!("row-{word}");
    let status = view! { <Status icon tone text=note /> };
    if cell.state == CellState::NoAccess || (set && cell.kind == Some(Kind::File)) {
        let why = if set { "A file is replaced in its own cell." } else { "You may not write here." };
        return view! {
            <div class="field"><span class="label">{title}</span>{status}<p class="hint">{why}</p></div>
        }
        .into_any();
    }
    let kind = cell.kind.filter(|_| set).unwrap_or(usual);
    let expected = if set { cell.version.unwrap_or_default() } else { 0 };
    let text = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<String>);
    let check = move |_| {
        let Some(area) = text.get_untracked() else { return };
        let found = not_json(kind, &area.value());
        area.set_custom_validity(found.as_deref().unwrap_or_default());
        problem.set(found);
    };
    let told = move || problem.get().map(|text| view! { <p class="error" role="alert"><span>{text}</span></p> });
    view! {
        <div class="field">
            <label for=id.clone()>{title}" " <span class="optional">{kind.word()}</span></label>
            <input type="hidden" name=format!("kind.{word}") value=kind.word() />
            <input type="hidden" name=format!("expected.{word}") value=expected.to_string() />
            <textarea
                class="input mono"
                id=id
                name=format!("value.{word}")
                rows="2"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                placeholder=if set { domain::MASK } else { "" }
                node_ref=text
                on:input=check
            ></textarea>
            {told}
            <div class="row">
                {status}
                <span class="spacer"></span>
                <label class="check small-text">
                    <input type="checkbox" name=format!("empty.{word}") value="1" />
                    "Set it empty"
                </label>
            </div>
        </div>
    }
    .into_any()
}
