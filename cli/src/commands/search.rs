//! Finding things by their words, over everything the token reaches.

use domain::api::{Found, SearchHit};
use serde_json::Value;

use super::{Context, DONE, lists};
use crate::{args::SearchArgs, client::Route, failure::Failure};

/// A page of hits, as the server sent them.
#[derive(serde::Deserialize)]
struct Page {
    items: Vec<Value>,
    next_cursor: Option<String>,
}

pub(super) fn search(context: &Context, args: &SearchArgs) -> Result<u8, Failure> {
    let client = context.client()?;
    let query = args.query.join(" ");
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let (mut items, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let wanted = (limit - items.len()).min(1000).to_string();
        let route = Route::new("search").with("q", query.clone()).with("limit", wanted).with_some("cursor", cursor);
        let page: Page = client.get(&route)?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() || items.len() >= limit {
            break;
        }
    }
    lists::answer(context, &items, &["What", "Name", "Kind", "Source", "About"], row)?;
    if cursor.is_some() {
        context.printer.note(&format!("these are the first {}; --limit shows more", items.len()));
    } else if items.is_empty() && !context.printer.is_json() {
        context.printer.note("nothing is found; every word has to be in a name, comment, description or target");
    }
    Ok(DONE)
}

fn row(hit: SearchHit) -> Vec<String> {
    let about = match hit.found {
        Found::Binding => format!("takes {}", hit.about),
        _ => hit.about.replace('\n', " "),
    };
    let kind = hit.kind.map(|kind| kind.word().to_owned()).unwrap_or_default();
    vec![hit.found.word().to_owned(), hit.name, kind, hit.source, about]
}
