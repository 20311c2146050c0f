//! How many reads, writes and denials there were, by day or by hour. Each row has its own scale; drawn on the server.

use domain::api::{AuditChart, AuditSlot};
use leptos::prelude::*;

use super::grouped;
use crate::paths;

/// Where the bars begin and end, in the units of the drawing.
const LEFT: f64 = 96.0;
const WIDE: f64 = 968.0;
/// How much of a slot is bar.
const FILL: f64 = 0.88;

/// A panel with the chart.
#[component]
pub(super) fn Chart(chart: AuditChart) -> impl IntoView {
    let (title, other, link) = if chart.by_hour {
        ("Last 48 hours", paths::AUDIT.to_owned(), "By day")
    } else {
        ("Last 30 days", paths::query(paths::AUDIT, &[("by", "hour")]), "By hour")
    };
    let worst = worst(&chart).map(|(denials, href, when)| {
        view! {
            <span class="status is-bad">{format!("{} denials on {when}", grouped(denials))}</span>
            <a class="link small-text" href=href>"Show"</a>
        }
    });
    let bars = [
        Row { title: "Reads", class: "reads", base: 64.0, tall: 56.0, of: |slot| slot.reads },
        Row { title: "Writes", class: "writes", base: 118.0, tall: 36.0, of: |slot| slot.writes },
        Row { title: "Denials", class: "denials", base: 172.0, tall: 36.0, of: |slot| slot.denials },
    ]
    .map(|row| row.draw(&chart, title));
    let ticks = ticks(&chart);
    view! {
        <section class="panel" aria-labelledby="chart-title">
            <header class="panel-head">
                <h2 id="chart-title">{title}</h2>
                <span class="hint">"each row has its own scale"</span>
                <a class="link small-text" href=other>{link}</a>
                <span class="spacer"></span>
                {worst}
            </header>
            <div class="panel-body">
                <svg class="chart" viewBox="0 0 1120 198" aria-labelledby="chart-title">{Vec::from(bars)}{ticks}</svg>
            </div>
        </section>
    }
}

/// The day with the most denials, where there were some.
fn worst(chart: &AuditChart) -> Option<(u64, String, String)> {
    let slot = chart.slots.iter().max_by_key(|slot| slot.denials).filter(|slot| slot.denials > 0)?;
    let day = slot.from.day();
    let href = paths::query(paths::AUDIT, &[("outcome", "denied"), ("from", &day), ("to", &day)]);
    Some((slot.denials, href, day))
}

struct Row {
    title: &'static str,
    class: &'static str,
    base: f64,
    tall: f64,
    of: fn(&AuditSlot) -> u64,
}

impl Row {
    #[allow(clippy::cast_precision_loss, reason = "a bar is some pixels high")]
    fn draw(&self, chart: &AuditChart, period: &str) -> AnyView {
        let most = chart.slots.iter().map(self.of).max().unwrap_or(0);
        let all: u64 = chart.slots.iter().map(self.of).sum();
        let step = WIDE / chart.slots.len().max(1) as f64;
        let bars = chart.slots.iter().enumerate().filter(|(_, slot)| (self.of)(slot) > 0).map(|(place, slot)| {
            let high = ((self.of)(slot) as f64 / most as f64 * self.tall).max(2.0);
            let left = LEFT + step * place as f64 + step * (1.0 - FILL) / 2.0;
            view! {
                <rect
                    class=self.class
                    x=format!("{left:.1}")
                    y=format!("{:.1}", self.base - high)
                    width=format!("{:.1}", step * FILL)
                    height=format!("{high:.1}")
                    rx="1.5"
                />
            }
        });
        let label =
            format!("{}, {}: {}, at most {} at once", self.title, period.to_lowercase(), grouped(all), grouped(most));
        let (title_at, total_at) = (self.base - 12.0, self.base + 2.0);
        let axis = format!("M{LEFT} {}H{}", self.base + 0.5, LEFT + WIDE);
        view! {
            <g role="img" aria-label=label>
                <text class="title" x="0" y=title_at.to_string()>{self.title}</text>
                <text x="0" y=total_at.to_string()>{grouped(all)}</text>
                <path class="axis" d=axis />
                <text x="1072" y=(self.base - self.tall + 10.0).to_string()>{grouped(most)}</text>
                {bars.collect::<Vec<_>>()}
            </g>
        }
        .into_any()
    }
}

/// A date, or an hour, below the first slot, the last, and some between.
#[allow(clippy::cast_precision_loss, reason = "there are some dozens of slots")]
fn ticks(chart: &AuditChart) -> Vec<AnyView> {
    let slots = chart.slots.len();
    let step = WIDE / slots.max(1) as f64;
    let every = slots.div_ceil(4).max(1);
    let chosen = chart.slots.iter().enumerate().filter(|(place, _)| place.is_multiple_of(every) || place + 1 == slots);
    chosen
        .map(|(place, slot)| {
            let minute = slot.from.minute();
            let words = if chart.by_hour { minute[11..].to_owned() } else { minute[5..10].to_owned() };
            let at = LEFT + step * (place as f64 + 0.5);
            view! { <text x=format!("{at:.1}") y="192" text-anchor="middle">{words}</text> }.into_any()
        })
        .collect()
}
