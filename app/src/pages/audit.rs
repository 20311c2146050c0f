//! What was done, and what was refused; whether the record of it is whole; and all of it as a file.

mod chart;
mod row;

use domain::{
    Error, Millis,
    api::{AuditChart, AuditQuery, AuditRow, AuditStatus, Outcome, Page},
    time::{DAY, HOUR, MINUTE},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Callout, Empty, Icon, Loaded, PageHead},
    error::UiError,
    paths,
};
use chart::Chart;
use row::row;

/// What the address asks for, as it was typed; empty texts narrow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A text anywhere in a record, or its id.
    pub text: String,
    /// An e-mail address or token name.
    pub actor: String,
    /// A dotted word.
    pub action: String,
    /// `allowed` or `denied`.
    pub outcome: String,
    /// A source text.
    pub scope: String,
    /// The name of a secret, token, project …
    pub name: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Where the page before ended.
    pub cursor: String,
    /// `hour` for a chart by hours.
    pub by: String,
}

impl Asked {
    /// The query that this is; what cannot be read is said.
    pub fn query(&self) -> Result<AuditQuery, Error> {
        let given = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let day = |field: &str, text: &String| match given(text) {
            None => Ok(None),
            Some(text) => Millis::of_day(&text)
                .map(Some)
                .ok_or_else(|| Error::field(field, "this is not a day such as 2026-01-31")),
        };
        let outcome = match given(&self.outcome) {
            None => None,
            Some(word) => Some(
                Outcome::from_word(&word).ok_or_else(|| Error::field("outcome", "this is `allowed` or `denied`"))?,
            ),
        };
        Ok(AuditQuery {
            actor: given(&self.actor),
            action: given(&self.action),
            outcome,
            scope: given(&self.scope),
            name: given(&self.name),
            from: day("from", &self.from)?,
            // The last day belongs to what is shown.
            to: day("to", &self.to)?.map(|to| to.plus(DAY)),
            text: given(&self.text),
            cursor: given(&self.cursor),
            limit: None,
        })
    }

    /// What narrows, as pairs for an address or a form.
    fn filters(&self) -> [(&'static str, &str); 8] {
        [
            ("text", &self.text),
            ("actor", &self.actor),
            ("action", &self.action),
            ("outcome", &self.outcome),
            ("scope", &self.scope),
            ("name", &self.name),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    fn is_filtered(&self) -> bool {
        self.filters().iter().any(|(_, text)| !text.is_empty())
    }

    /// The address of the same, from another place on.
    fn href(&self, cursor: &str) -> String {
        let mut pairs = self.filters().to_vec();
        pairs.extend([("by", self.by.as_str()), ("cursor", cursor)]);
        paths::query(paths::AUDIT, &pairs)
    }
}

/// Everything the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditView {
    page: Page<AuditRow>,
    status: AuditStatus,
    chart: AuditChart,
}

/// One page of the audit log, its chart and its state.
#[server(prefix = "/ui", endpoint = "audit")]
pub async fn load_audit(#[server(default)] asked: Asked) -> Result<AuditView, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(AuditView {
        page: vault.list_audit(&actor, &asked.query()?).await?,
        status: vault.audit_status(&actor).await?,
        chart: vault.chart_audit(&actor, asked.by == "hour").await?,
    })
}

/// The log, newest first, with filters that have an address.
#[component]
pub fn Audit() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key| query.get(key).unwrap_or_default().trim().to_owned();
            Asked {
                text: text("text"),
                actor: text("actor"),
                action: text("action"),
                outcome: text("outcome"),
                scope: text("scope"),
                name: text("name"),
                from: text("from"),
                to: text("to"),
                cursor: text("cursor"),
                by: text("by"),
            }
        })
    });
    let data = Resource::new(move || asked.get(), load_audit);
    let view = move |view| view! { <Log view asked=asked.get_untracked() /> }.into_any();
    view! {
        <div class="page">
            <Loaded data view />
        </div>
    }
}

#[component]
fn Log(view: AuditView, asked: Asked) -> impl IntoView {
    let AuditView { page, status, chart } = view;
    let filters = asked.filters().map(|(name, text)| (name, text.to_owned()));
    let kept = filters
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| view! { <input type="hidden" name=name value=text /> })
        .collect::<Vec<_>>();
    let (lead, verdict, alarms) = (lead(&status), verdict(&status), alarms(&status));
    view! {
        <PageHead title="Audit log" lead=lead>
            {verdict}
            <form method="post" action=paths::forms::AUDIT_VERIFY>
                <button class="button" type="submit"><Icon name="shieldok" />"Verify now"</button>
            </form>
            <form method="post" action=paths::forms::AUDIT_EXPORT>
                {kept}
                <button class="button" type="submit"><Icon name="download" />"Export JSON lines"</button>
            </form>
        </PageHead>
        {alarms}
        <Chart chart />
        <Filters asked=asked.clone() />
        <Records page asked />
    }
}

/// How many records there are, and since when they are known to be whole.
fn lead(status: &AuditStatus) -> String {
    let records = grouped(status.records);
    match &status.checked {
        None => format!(
            "Every read, write and refusal. {records} records, not checked since this server started. Times are UTC."
        ),
        Some(report) => {
            let ago = ago(status.now.0 - report.at.0);
            format!(
                "Every read, write and refusal. {records} records, checked from the first to the last {ago}. Times are UTC."
            )
        }
    }
}

fn verdict(status: &AuditStatus) -> Option<AnyView> {
    let report = status.checked.as_ref()?;
    let is_whole = report.verdict().is_ok() && status.lost.is_empty();
    let (class, icon, words) =
        if is_whole { ("chip is-good", "shieldok", "chain verified") } else { ("chip is-bad", "warn", "chain broken") };
    Some(view! { <span class=class><Icon name=icon />{words}</span> }.into_any())
}

/// What is wrong with the log, each in a line of its own.
fn alarms(status: &AuditStatus) -> Option<AnyView> {
    let mut lines: Vec<String> = status.lost.clone();
    if let Some(report) = &status.checked {
        lines.extend(report.chains.iter().filter_map(|chain| {
            let broken = chain.broken.as_ref()?;
            Some(format!("chain {}: {}", chain.writer, broken.detail))
        }));
        if lines.is_empty() {
            lines.extend(report.verdict().err());
        }
    }
    if lines.is_empty() {
        return None;
    }
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    Some(
        view! {
            <Callout tone="bad" icon="warn">
                <p>"The log is not as it was written. Somebody changed the database, or put an older copy in its place:"</p>
                <ul>{lines}</ul>
            </Callout>
        }
        .into_any(),
    )
}

#[component]
fn Filters(asked: Asked) -> impl IntoView {
    let clear = asked.is_filtered().then(|| view! { <a class="button quiet" href=paths::AUDIT>"Clear"</a> });
    let outcomes = [("", "Any outcome"), ("allowed", "Allowed"), ("denied", "Denied")]
        .into_iter()
        .map(|(word, label)| view! { <option value=word selected=asked.outcome == word>{label}</option> })
        .collect::<Vec<_>>();
    let by = (!asked.by.is_empty()).then(|| view! { <input type="hidden" name="by" value=asked.by.clone() /> });
    view! {
        <form class="toolbar" method="get" action=paths::AUDIT role="search">
            {by}
            <div class="filter">
                <label class="sr" for="text">"Name, scope, reason or record id"</label>
                <Icon name="search" />
                <input class="input" id="text" name="text" type="search" placeholder="Name, scope, reason, id" value=asked.text />
            </div>
            <div class="filter">
                <label class="sr" for="actor">"E-mail address or token name"</label>
                <Icon name="people" />
                <input class="input" id="actor" name="actor" type="search" placeholder="E-mail or token name" value=asked.actor />
            </div>
            <div class="filter">
                <label class="sr" for="action">"Action"</label>
                <Icon name="list" />
                <input class="input" id="action" name="action" type="search" placeholder="secret.reveal" value=asked.action />
            </div>
            <div class="filter">
                <label class="sr" for="scope">"Scope"</label>
                <Icon name="layers" />
                <input class="input" id="scope" name="scope" type="search" placeholder="project: shop" value=asked.scope />
            </div>
            <div class="filter">
                <label class="sr" for="name">"Exact name"</label>
                <Icon name="token" />
                <input class="input" id="name" name="name" type="search" placeholder="Exact name" value=asked.name />
            </div>
            <label class="sr" for="outcome">"Outcome"</label>
            <select class="input auto" id="outcome" name="outcome">{outcomes}</select>
            <label class="quiet-text small-text" for="from">"From"</label>
            <input class="input auto" id="from" name="from" type="date" value=asked.from />
            <label class="quiet-text small-text" for="to">"to"</label>
            <input class="input auto" id="to" name="to" type="date" value=asked.to />
            <button class="button" type="submit">"Filter"</button>
            {clear}
        </form>
    }
}

#[component]
fn Records(page: Page<AuditRow>, asked: Asked) -> impl IntoView {
    if page.items.is_empty() {
        let (title, words) = if asked.is_filtered() {
            ("No record fits", "Take a filter away, or look at other days.")
        } else {
            ("No record here", "Whatever anybody does from now on is listed here.")
        };
        return view! { <section class="panel"><Empty icon="list" title=title><p>{words}</p></Empty></section> }
            .into_any();
    }
    let older = page.next_cursor.as_ref().map(|next| asked.href(next));
    let newest = (!asked.cursor.is_empty()).then(|| asked.href(""));
    let count = page.items.len();
    view! {
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"Audit records, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Actor"</th>
                        <th scope="col">"Action"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Scope"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col">"Reason"</th>
                    </tr>
                </thead>
                <tbody>{page.items.into_iter().map(row).collect::<Vec<_>>()}</tbody>
            </table>
            <div class="pager">
                <span>{format!("{count} records")}</span>
                <span class="spacer"></span>
                {newest.map(|href| view! { <a class="button quiet small" href=href>"Newest"</a> })}
                {older.map(|href| view! { <a class="button quiet small" href=href>"Older"</a> })}
            </div>
        </div>
    }
    .into_any()
}

/// A number with a narrow space between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// How long ago, roughly.
fn ago(millis: i64) -> String {
    let of = |number: i64, unit: &str| format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" });
    match millis {
        ..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => of(millis / MINUTE, "minute"),
        HOUR..DAY => of(millis / HOUR, "hour"),
        _ => of(millis / DAY, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::{ago, grouped};

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_048_211), "1\u{202f}048\u{202f}211");
        assert_eq!(ago(5), "just now");
        assert_eq!(ago(60_000), "1 minute ago");
        assert_eq!(ago(3 * 3_600_000), "3 hours ago");
    }
}
