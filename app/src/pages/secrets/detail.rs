//! The open cell: its value behind a mask, its facts, and what the service sees.

use domain::{
    Day, EnvironmentName, Kind, Level,
    api::{CellState, MatrixRow},
};
use leptos::prelude::*;

use super::{
    asked::{Asked, Writing},
    care_form::CareForm,
    copy::CopyLinks,
    head::Current,
    ladder::Ladder,
    matrix::{DueTag, Looks, covered},
    place::{Place, level_name, scope_name},
    reveal::{Reveal, RevealButtons, Wanted},
    row_form::RowForm,
    scope_read::{May, OpenCell, service_of},
    secret_form::{DeleteSecret, EditSecret, WrittenCell},
};
use crate::{
    components::{Icon, LevelIcon, Mask, Status},
    paths,
};

/// The open cell.
#[component]
pub fn Detail(
    /// The page.
    place: Place,
    /// What the address asks for.
    asked: Asked,
    /// The cell.
    open: OpenCell,
    /// Its column.
    column: usize,
    /// The columns after *all environments*.
    environments: Vec<EnvironmentName>,
    /// The day it is.
    today: Day,
    /// Whether the reader may write in every environment.
    whole: bool,
    /// What of it is being written.
    writing: Writing,
    /// Where its value is shown.
    reveal: Reveal,
) -> impl IntoView {
    let scope = place.level.at(open.environment.clone());
    let where_ = scope_name(&scope);
    let (name, may) = (open.row.name.clone(), open.may);
    let cell = &open.row.cells[column];
    let looks = Looks::of(cell);
    let written = WrittenCell {
        name: name.clone(),
        environment: open.environment.clone(),
        expected: open.secret.as_ref().map_or(0, |secret| secret.version),
        kind: open.secret.as_ref().map_or(Kind::Text, |secret| secret.kind),
    };
    let history = open.secret.as_ref().map(|_| {
        view! { <a class="button quiet small" href=paths::history(&scope, name.as_str())><Icon name="history" />"History"</a> }
    });
    let delete = (may.write && open.secret.is_some()).then(|| {
        view! { <DeleteSecret place=place.clone() cell=written.clone() place_name=where_.clone() /> }
    });
    let compared = compared(&open.row, column, &environments);
    let chip = (cell.state != CellState::NotSet).then(|| {
        view! { <span class=format!("chip is-{}", looks.tone)><Icon name=looks.icon />{looks.note.clone()}</span> }
    });
    let writes = may.write && writing != Writing::No && writing != Writing::New;
    let body = if whole && writing == Writing::Row {
        let row = open.row.clone();
        view! { <div class="detail-body whole"><RowForm place=place.clone() row environments close=asked.href() /></div> }
            .into_any()
    } else {
        let value = if writes {
            let beside = open.secret.clone().map(|secret| {
                view! { <CareForm place=place.clone() scope=scope.clone() secret /> }
            });
            view! { <EditSecret place=place.clone() cell=written close=asked.href() />{beside} }.into_any()
        } else {
            let edit = may.write.then(|| asked.href_with("edit=1"));
            view! { <ValueBox place=place.clone() open=open.clone() reveal may edit back=address(&place, &asked) /> }
                .into_any()
        };
        view! {
            <div class="detail-body">
                <div class="stack-3">{value}</div>
                <Facts open=open.clone() looks compared today column />
                <div class="stack-2"><Seen place=place.clone() open=open.clone() column /></div>
            </div>
        }
        .into_any()
    };
    let everywhere = (whole && writing != Writing::Row).then(|| {
        view! {
            <a class="button quiet small" href=asked.href_with("edit=row") data-noscroll="">
                <Icon name="edit" />
                "Every environment"
            </a>
        }
    });
    view! {
        <section class="detail" aria-label=format!("{name} in {where_}")>
            <header class="detail-head">
                <h2 class="name">{name.to_string()}</h2>
                <LevelIcon level=place.level.clone() label=where_.clone() />
                {chip}
                <span class="spacer"></span>
                {history}
                {everywhere}
                {delete}
                <a
                    class="button quiet square small"
                    href=asked.closed().href()
                    data-noscroll=""
                    aria-label="Close"
                    title="Close"
                    data-key=(!writes).then_some("Escape")
                >
                    <Icon name="close" />
                </a>
            </header>
            {body}
        </section>
    }
}

/// The page with everything its address asks for.
fn address(place: &Place, asked: &Asked) -> String {
    format!("{}{}", place.path(), asked.href())
}

#[component]
fn ValueBox(
    place: Place,
    open: OpenCell,
    reveal: Reveal,
    may: May,
    edit: Option<String>,
    back: String,
) -> impl IntoView {
    let Some(secret) = open.secret.clone() else {
        let set = edit.map(|href| {
            view! { <div><a class="button" href=href data-noscroll="" data-key="e"><Icon name="plus" />"Set a value here"</a></div> }
        });
        return view! {
            <div class="stack-2">
                <span class="label">"Value"</span>
                <p>"Not set here."</p>
                {set}
            </div>
        }
        .into_any();
    };
    let scope = place.level.at(open.environment);
    let wanted = Wanted { scope: scope.clone(), name: secret.name.clone(), version: secret.version };
    let buttons = if may.reveal {
        view! { <RevealButtons place=place.clone() wanted kind=secret.kind reveal back id="reveal-open".to_owned() /> }
            .into_any()
    } else {
        view! { <Status icon="denied" tone="mute" text="no access" /> }.into_any()
    };
    let edit = edit.map(|href| {
        view! {
            <a class="button quiet small" href=href data-noscroll="" data-key="e">
                <Icon name="edit" />
                "Edit "
                <kbd class="scripted" aria-hidden="true">"e"</kbd>
            </a>
        }
    });
    let level = place.level.clone();
    let moves = (may.reveal && may.write).then(|| view! { <CopyLinks place scope name=secret.name.clone() /> });
    let hint = if may.reveal {
        "Revealing and copying are recorded. A revealed value goes away after 30 s."
    } else {
        match level {
            Level::Platform => {
                "Only admins see and change what is set for the whole platform; your services get it all the same."
            }
            _ => "To see this value takes a role that reveals in this environment; services get it all the same.",
        }
    };
    view! {
        <div class="field">
            <span class="label">"Value"</span>
            <div class="strongbox"><Mask />{buttons}{edit}</div>
            <p class="hint">{hint}</p>
            {moves}
        </div>
    }
    .into_any()
}

/// Which environments have another value under the name, and which the same; told by fingerprint.
fn compared(row: &MatrixRow, column: usize, environments: &[EnvironmentName]) -> Option<String> {
    let (different, same) = row.compared(column);
    let words = |word: &str, columns: &[usize]| {
        let names: Vec<&str> =
            columns.iter().filter_map(|at| environments.get(at - 1)).map(EnvironmentName::as_str).collect();
        match names.as_slice() {
            [] => None,
            [only] => Some(format!("{word} {only}")),
            [most @ .., last] => Some(format!("{word} {} and {last}", most.join(", "))),
        }
    };
    match (words("different from", &different), words("same as", &same)) {
        (Some(different), Some(same)) => Some(format!("{different}; {same}")),
        (one, other) => one.or(other),
    }
}

#[component]
fn Facts(open: OpenCell, looks: Looks, compared: Option<String>, today: Day, column: usize) -> impl IntoView {
    let compared = compared.filter(|_| column > 0).map(|words| {
        view! { <dt>"Compared"</dt><dd>{words}</dd> }
    });
    let status = match &open.secret {
        Some(secret) => format!("set, version {}", secret.version),
        None => looks.note,
    };
    let (icon, tone) = if open.secret.is_some() { ("set", "good") } else { (looks.icon, looks.tone) };
    let more = open.secret.map(|secret| {
        let said = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        let (comment, owner) = (said(secret.comment), said(secret.owner));
        let file = secret.file_name.map(|name| view! { <dt>"File name"</dt><dd>{name}</dd> });
        let due = secret.rotate_by.map(|day| {
            view! { <dt>"Replace by"</dt><dd class="row">{day.to_string()}" " <DueTag day today /></dd> }
        });
        view! {
            <dt>"Changed"</dt>
            <dd>
                <time datetime=secret.updated_at.to_string()>{secret.updated_at.minute()}</time>
                {format!(" UTC by {}", secret.updated_by)}
            </dd>
            <dt>"Kind"</dt>
            <dd>{secret.kind.word()}</dd>
            {file}
            <dt>"Comment"</dt>
            <dd>{comment}</dd>
            <dt>"Owner"</dt>
            <dd>{owner}</dd>
            {due}
        }
    });
    view! {
        <dl class="facts">
            <dt>"Status"</dt>
            <dd><Status icon=icon tone=tone text=status /></dd>
            {more}
            {compared}
        </dl>
    }
}

/// What the service of the page sees, or who reads what is set here.
#[component]
fn Seen(place: Place, open: OpenCell, column: usize) -> impl IntoView {
    let this = place.level.at(open.environment.clone());
    if let (Some(service), Some(environment), Some(explanation)) =
        (service_of(&place.base), open.environment, open.ladder)
    {
        let title = format!("What {} sees in {environment}", service.service);
        return view! {
            <h3 class="label">{title}</h3>
            <Ladder service=service.clone() environment explanation this compact=true />
        }
        .into_any();
    }
    let words = match (&place.base, &place.level) {
        (Level::Service(_), Level::Service(path)) => {
            format!("{} sees this in every environment that has no value of its own.", path.service)
        }
        (_, Level::Project { project }) => {
            format!("Every service of {project} sees this, unless it or a narrower environment has its own.")
        }
        _ => {
            format!("Every service sees this {} value, unless a narrower level has its own.", level_name(&place.level))
        }
    };
    let cell = &open.row.cells[column];
    let covering = (cell.covered > 0).then(|| {
        let named: Vec<_> = cell.covered_by.iter().map(|source| view! { <li>{source.clone()}</li> }).collect();
        let more = cell.covered as usize - named.len();
        let more = (more > 0).then(|| view! { <li class="quiet-text">{format!("and {more} more")}</li> });
        view! {
            <Status icon="shadowed" tone="shade" text=format!("{}: a narrower value stands in its place", covered(cell.covered)) />
            <ul class="small-text">{named}{more}</ul>
        }
    });
    view! {
        <h3 class="label">"Who sees it"</h3>
        <p class="small-text quiet-text">{words}</p>
        {covering}
    }
    .into_any()
}

/// The tab of a level.
pub(super) fn current(place: &Place) -> Current {
    Current::Level(place.level.clone())
}
