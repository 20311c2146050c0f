//! The log: on stderr, text for people or JSON lines for machines. No line ever carries a value, a token, a password,
//! a query or a body.

use std::{
    io::{self, IsTerminal},
    panic::PanicHookInfo,
};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{EnvFilter, Layer, filter::filter_fn, fmt::MakeWriter, layer::SubscriberExt};

use crate::config::LogFormat;

/// Who may say more than `info`. Other crates do not know what must not be said: some of them log whole addresses,
/// and one address has the setup link's token.
const TALKATIVE: [&str; 6] = ["app", "domain", "seal", "server", "sqlx", "vault"];

/// Starts logging to stderr what `filter` lets through. Once per process.
pub(crate) fn start(filter: &str, format: LogFormat) {
    let colours = io::stderr().is_terminal();
    let _ = tracing::subscriber::set_global_default(subscriber(filter, format, colours, io::stderr));
    std::panic::set_hook(Box::new(panicked));
}

/// Writes what `filter` lets through; a filter that cannot be read is `info`.
pub fn subscriber<W>(filter: &str, format: LogFormat, colours: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(colours).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(filter).with(lines.with_filter(filter_fn(may_say)))
}

fn may_say(event: &Metadata<'_>) -> bool {
    let target = event.target().split("::").next().unwrap_or_default();
    *event.level() <= Level::INFO || TALKATIVE.contains(&target)
}

/// Logs where a panic was. Its text only where it is fixed in the program: one that was put together may hold a value.
fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let text = info.payload().downcast_ref::<&str>().copied();
    tracing::error!(place, text, "panicked");
}
