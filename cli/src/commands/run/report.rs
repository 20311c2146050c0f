//! Telling the server which change the program has applied, for the list of those who watch. Nothing depends on it.

use std::sync::{Mutex, PoisonError};

use domain::api::Applied;
use rustix::{process::getpid, system::uname};

use super::delivery::Source;
use crate::client::{Client, Route};

/// Tells what is applied.
pub(super) struct Reporter {
    client: Client,
    route: Route,
    said: Mutex<Said>,
}

struct Said {
    /// The watch that is going on.
    watch: Option<String>,
    sequence: i64,
}

impl Reporter {
    /// Of a program that has this.
    pub(super) fn new(source: &Source, sequence: i64) -> Self {
        let route = Route::of_service(&source.service, &source.environment, "watch/applied");
        Self { client: source.client.clone(), route, said: Mutex::new(Said { watch: None, sequence }) }
    }

    /// A watch has begun: the server knows nothing of it yet.
    pub(super) fn begin(&self, watch: Option<String>) {
        self.tell(|said| said.watch = watch);
    }

    /// The program has what came with this change.
    pub(super) fn applied(&self, sequence: i64) {
        self.tell(|said| said.sequence = said.sequence.max(sequence));
    }

    fn tell(&self, learn: impl FnOnce(&mut Said)) {
        let report = {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            learn(&mut said);
            said.watch.clone().map(|watch| Applied { watch, sequence: said.sequence })
        };
        if let Some(report) = report {
            let _ = self.client.post::<()>(&self.route, &report);
        }
    }
}

/// What this process calls itself: its host, and its number there.
pub(super) fn own_name() -> String {
    format!("{}:{}", uname().nodename().to_string_lossy(), getpid().as_raw_pid())
}
