//! Everything that has the words: the page of hits, for those without script and for long lists.

use domain::api::SearchHit;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Empty, HitWords, Icon, Keys, Loaded, PageHead, counted},
    error::UiError,
    paths,
};

/// One page of hits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// The hits.
    pub items: Vec<SearchHit>,
    /// Where the next page starts; empty on the last.
    pub next: String,
}

/// What has all the words of `q`. Never a value.
#[server(prefix = "/ui", endpoint = "find")]
pub async fn find(#[server(default)] q: String, #[server(default)] cursor: String) -> Result<Hits, UiError> {
    /// How many hits a page shows.
    const ROWS: u32 = 30;
    /// How often a page without a hit is passed over.
    const PASSES: usize = 4;
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let mut cursor = Some(cursor).filter(|cursor| !cursor.is_empty());
    let mut hits = Hits::default();
    for _ in 0..PASSES {
        let list = domain::api::ListQuery { search: None, cursor: cursor.take(), limit: Some(ROWS) };
        let page = vault.search(&actor, &q, &list).await?;
        hits = Hits { items: page.items, next: page.next_cursor.clone().unwrap_or_default() };
        cursor = page.next_cursor;
        if !hits.items.is_empty() || cursor.is_none() {
            break;
        }
    }
    Ok(hits)
}

/// The page: a form, its hits, what can be asked, and the keys.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key| query.get(key).unwrap_or_default();
            (text("q"), text("cursor"))
        })
    });
    let data = Resource::new(move || asked.get(), |(q, cursor)| find(q, cursor));
    let view = move |hits| view! { <List hits asked=asked.get_untracked() /> }.into_any();
    view! {
        <div class="page narrow">
            <PageHead title="Search" lead="Names, comments, descriptions and bindings on every level and in every environment. Values are not searched." />
            <form class="toolbar" method="get" action=paths::SEARCH role="search" aria-label="All hits">
                <div class="filter grow">
                    <label class="sr" for="all-q">"Words and filters"</label>
                    <Icon name="search" />
                    <input
                        class="input"
                        id="all-q"
                        name="q"
                        type="search"
                        maxlength="200"
                        placeholder="Words and filters"
                        value=move || asked.get().0
                        autocomplete="off"
                        spellcheck="false"
                        data-key="/"
                    />
                </div>
                <button class="button" type="submit">"Search"</button>
            </form>
            <Loaded data view />
            <div class="halves">
                <section class="panel" aria-labelledby="filters-title">
                    <header class="panel-head"><h2 id="filters-title">"Filters"</h2></header>
                    <div class="panel-body"><Filters /></div>
                </section>
                <section class="panel" id="keys" aria-labelledby="key-title">
                    <header class="panel-head"><h2 id="key-title">"Keys"</h2></header>
                    <div class="panel-body stack-3"><Keys /></div>
                </section>
            </div>
        </div>
    }
}

#[component]
fn List(hits: Hits, asked: (String, String)) -> impl IntoView {
    let (q, cursor) = asked;
    let more = !hits.next.is_empty();
    if hits.items.is_empty() && !more {
        let title = match q.trim() {
            "" => "What are you looking for?".to_owned(),
            _ if !cursor.is_empty() => "No more hits".to_owned(),
            words => format!("Nothing that you may see has “{words}”"),
        };
        return view! { <section class="panel"><Empty icon="search" title /></section> }.into_any();
    }
    let next = more.then(|| paths::query(paths::SEARCH, &[("q", &q), ("cursor", &hits.next)]));
    let first = (!cursor.is_empty()).then(|| paths::query(paths::SEARCH, &[("q", &q)]));
    let words = match (hits.items.len(), more) {
        (0, _) => "No hit among the first few thousand".to_owned(),
        (count, true) => format!("{count} hits, and more"),
        (count, false) => counted(count, "hit"),
    };
    let rows: Vec<_> = hits
        .items
        .into_iter()
        .map(|hit| {
            let href = paths::hit(&hit);
            view! { <li><a href=href><HitWords hit /></a></li> }
        })
        .collect();
    view! {
        <section class="panel" aria-label="Hits">
            <ul class="hit-list">{rows}</ul>
            <div class="pager">
                <span>{words}</span>
                <span class="spacer"></span>
                {first.map(|href| view! { <a class="button quiet small" href=href>"First page"</a> })}
                {next.map(|href| view! { <a class="button quiet small" href=href>"Look further"</a> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Filters() -> impl IntoView {
    view! {
        <dl class="facts key-list">
            <dt><code>"kind:file"</code></dt>
            <dd>"Secrets that are text, json or file"</dd>
            <dt><code>"env:staging"</code></dt>
            <dd>"Set for that environment; env:all for all environments"</dd>
            <dt><code>"level:project"</code></dt>
            <dd>"On the platform, project or service level"</dd>
            <dt><code>"unused:true"</code></dt>
            <dd>"No service gets it in any environment: a nearer value covers it everywhere, or nothing binds it"</dd>
            <dt><code>"stale:>90d"</code></dt>
            <dd>"Not changed for longer than that; also w and y"</dd>
            <dt><code>"\"two words\""</code></dt>
            <dd>"Side by side"</dd>
        </dl>
    }
}
