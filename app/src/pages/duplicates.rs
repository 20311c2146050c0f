//! Equal values in several places: whoever replaces one has to know of the others. Never a value.

use domain::{
    Level,
    api::{Duplicate, DuplicatePlace, Page},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Empty, Icon, LevelIcon, Loaded, PageHead, counted},
    error::UiError,
    pages::secrets::{Place, scope_name},
    paths,
};

/// One page of the values that lie in several places.
#[server(prefix = "/ui", endpoint = "duplicates")]
pub async fn load_duplicates(#[server(default)] cursor: String) -> Result<Page<Duplicate>, UiError> {
    let cursor = Some(cursor).filter(|text| !text.is_empty());
    let query = domain::api::ListQuery { search: None, cursor, limit: Some(50) };
    Ok(crate::context::vault()?.list_duplicates(&crate::context::actor()?, &query).await?)
}

/// Values in more than one place, those in most places first.
#[component]
pub fn Duplicates() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor").unwrap_or_default()));
    let data = Resource::new(move || cursor.get(), load_duplicates);
    view! {
        <div class="page">
            <PageHead
                title="Equal values"
                lead="One value in several places, told by keyed fingerprint. Replacing it in one leaves it in the others."
            />
            <Loaded data view=|page| view! { <List page /> }.into_any() />
        </div>
    }
}

#[component]
fn List(page: Page<Duplicate>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <section class="panel">
                <Empty icon="unchanged" title="No value lies in two places"><p>"Every secret has a value of its own."</p></Empty>
            </section>
        }
        .into_any();
    }
    let next = page.next_cursor.map(|cursor| {
        let href = paths::query(paths::DUPLICATES, &[("cursor", &cursor)]);
        view! { <div class="pager"><span class="spacer"></span><a class="button quiet small" href=href>"Next page"</a></div> }
    });
    let rows: Vec<_> = page.items.into_iter().map(|value| view! { <Value value /> }).collect();
    view! {
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"Values that lie in more than one place. Values are hidden."</caption>
                <thead><tr><th scope="col">"Places"</th><th scope="col">"Where"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {next}
        </div>
    }
    .into_any()
}

#[component]
fn Value(value: Duplicate) -> impl IntoView {
    let Duplicate { count, places } = value;
    let more = (count as usize).saturating_sub(places.len());
    let places: Vec<_> = places.into_iter().map(|place| view! { <li><At place /></li> }).collect();
    view! {
        <tr>
            <th scope="row"><span class="row-name"><Icon name="unchanged" />{counted(count as usize, "place")}</span></th>
            <td class="wraps" data-label="Where">
                <ul class="equal-places">
                    {places}
                    {(more > 0).then(|| view! { <li class="quiet-text">{format!("and {more} more")}</li> })}
                </ul>
            </td>
        </tr>
    }
}

/// One place, with the way to its cell.
#[component]
fn At(place: DuplicatePlace) -> impl IntoView {
    let scope = place.scope;
    let page = Place { base: scope.level.clone(), level: scope.level.clone() };
    let href = page.path_open(place.name.as_str(), scope.environment.as_ref());
    let project = match &scope.level {
        Level::Service(path) => format!("{}/", path.project),
        _ => String::new(),
    };
    let label = format!("{project}{}", scope_name(&scope));
    view! {
        <a class="link" href=href><span class="name">{place.name.to_string()}</span></a>
        " "
        <LevelIcon level=scope.level label />
    }
}
