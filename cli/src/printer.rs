//! The only place that writes: what was asked for goes to stdout, everything else to stderr.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    failure::Failure,
    table::{Table, visible},
};

/// What stdout gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Output {
    /// Tables and sentences, for people.
    #[default]
    Table,
    /// The server's JSON, for programs.
    Json,
}

/// Writes for people and programs.
#[derive(Debug, Clone)]
pub(crate) struct Printer {
    output: Output,
}

#[allow(clippy::unused_self, reason = "whoever writes holds the printer")]
impl Printer {
    /// A printer of that output.
    pub(crate) fn new(output: Output) -> Self {
        Self { output }
    }

    /// What was asked for: the server's JSON, or the table that shows it.
    pub(crate) fn answer(&self, json: &impl Serialize, table: impl FnOnce() -> Table) -> Result<(), Failure> {
        match self.output {
            Output::Json => self.json(json),
            Output::Table => self.table(&table()),
        }
    }

    /// What happened: the server's JSON on stdout, or sentences and tables on stderr.
    pub(crate) fn report(&self, json: &impl Serialize, tell: impl FnOnce(&Self)) -> Result<(), Failure> {
        match self.output {
            Output::Json => self.json(json),
            Output::Table => {
                tell(self);
                Ok(())
            }
        }
    }

    /// A table that was asked for.
    pub(crate) fn table(&self, table: &Table) -> Result<(), Failure> {
        Ok(io::stdout().lock().write_all(table.to_string().as_bytes())?)
    }

    /// A value that was asked for, byte by byte. A terminal gets a line break after it; files and pipes nothing.
    pub(crate) fn value(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        if stdout.is_terminal() && !bytes.ends_with(b"\n") {
            stdout.write_all(b"\n")?;
        }
        Ok(stdout.flush()?)
    }

    /// A file that was asked for, byte by byte.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        Ok(stdout.flush()?)
    }

    /// JSON that was asked for.
    pub(crate) fn json(&self, json: &impl Serialize) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        serde_json::to_writer_pretty(&mut stdout, json).map_err(io::Error::from)?;
        Ok(stdout.write_all(b"\n")?)
    }

    /// A sentence beside the output. Nothing depends on its being read.
    pub(crate) fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", visible(text));
    }

    /// A question beside the output: the answer follows on its line.
    pub(crate) fn ask(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "{}", visible(text)).and_then(|()| stderr.flush());
    }

    /// A table beside the output.
    pub(crate) fn note_table(&self, table: &Table) {
        let _ = write!(io::stderr().lock(), "{table}");
    }

    /// A sentence while a program has the terminal, which may not end lines by itself.
    pub(crate) fn beside(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let end = if stderr.is_terminal() { "\r\n" } else { "\n" };
        let _ = write!(stderr, "strongroom: {}{end}", visible(text));
    }

    /// Something to know that does not stop the command.
    pub(crate) fn warn(&self, text: &str) {
        self.note(&format!("warning: {text}"));
    }

    /// Why the command stopped.
    pub(crate) fn error(&self, failure: &Failure) {
        let mut lines = failure.lines().into_iter();
        if let Some(first) = lines.next() {
            self.note(&format!("error: {first}"));
        }
        for line in lines {
            self.note(&format!("  {line}"));
        }
    }

    /// Whether JSON was asked for.
    pub(crate) fn is_json(&self) -> bool {
        self.output == Output::Json
    }
}
