//! Audit records as lines of JSON for whoever collects them: each once, after it is committed.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::{fs::OpenOptionsExt, net::UnixDatagram},
    path::Path,
};

use domain::api::{AuditRow, Outcome};
use tokio::{sync::mpsc::UnboundedReceiver, task};

use crate::config::StreamTo;

/// Where the syslog of a machine listens.
const SYSLOG: &str = "/dev/log";
/// Facility 13, log audit, as RFC 5424 has it.
const FACILITY: u8 = 13;
/// The severities of what was done and what was refused: informational and warning.
const DONE: u8 = 6;
const REFUSED: u8 = 4;

/// Somewhere lines go.
pub(crate) enum Sink {
    Stdout,
    File(std::fs::File),
    Syslog(UnixDatagram),
}

impl Sink {
    /// Opens it, so that what cannot be written to is told at the start.
    pub(crate) fn open(to: &StreamTo) -> io::Result<Self> {
        let named = |path: &Path, error: io::Error| {
            io::Error::new(error.kind(), format!("--audit-stream {}: {error}", path.display()))
        };
        Ok(match to {
            StreamTo::Stdout => Self::Stdout,
            StreamTo::File(path) => {
                let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
                Self::File(file.map_err(|error| named(path, error))?)
            }
            StreamTo::Syslog => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(SYSLOG).map_err(|error| named(Path::new(SYSLOG), error))?;
                Self::Syslog(socket)
            }
        })
    }

    fn write(&mut self, row: &AuditRow) -> io::Result<()> {
        let mut line = serde_json::to_vec(row)?;
        match self {
            Self::Syslog(socket) => socket.send(&message(row, &line)).map(drop),
            Self::Stdout => {
                line.push(b'\n');
                let mut stdout = io::stdout().lock();
                stdout.write_all(&line)?;
                stdout.flush()
            }
            Self::File(file) => {
                line.push(b'\n');
                file.write_all(&line)
            }
        }
    }
}

/// One message of RFC 5424; the machine's syslog knows its own name.
fn message(row: &AuditRow, line: &[u8]) -> Vec<u8> {
    let severity = if row.outcome == Outcome::Denied { REFUSED } else { DONE };
    let priority = FACILITY * 8 + severity;
    let head = format!("<{priority}>1 {} - strongroom-server {} audit - ", row.at, std::process::id());
    [head.as_bytes(), line].concat()
}

/// Writes records until there are no more. One that cannot be written is told, and the next is tried.
pub(crate) async fn write(mut records: UnboundedReceiver<AuditRow>, sink: Sink) {
    let mut sink = Some(sink);
    while let Some(row) = records.recv().await {
        let Some(mut open) = sink.take() else { return };
        // A disk may be slow; nobody else waits for it.
        let written = task::spawn_blocking(move || {
            let done = open.write(&row);
            (open, row.id, done)
        });
        let Ok((open, record, done)) = written.await else { return };
        if let Err(error) = done {
            tracing::error!(%error, record, "an audit record could not be streamed; it is in the log");
        }
        sink = Some(open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_how_bad_it_is_and_carries_the_record() {
        let row: AuditRow = serde_json::from_value(serde_json::json!({
            "id": "1", "chain": "2", "sequence": 3, "at": "2026-11-28T07:00:00.000Z", "actor": "a", "action": "secret.reveal",
            "source": "", "name": "", "version": null, "outcome": "denied", "reason": "", "address": "", "request_id": "",
        }))
        .unwrap();
        let text = String::from_utf8(message(&row, b"{}")).unwrap();
        assert!(text.starts_with("<108>1 2026-11-28T07:00:00Z - strongroom-server "), "{text}");
        assert!(text.ends_with(" audit - {}"), "{text}");
    }
}
