//! Which signals are for the program, when strongroom stays beside it.

use std::sync::Arc;

use signal_hook::{
    consts::{SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ},
    flag,
    iterator::{SignalsInfo, exfiltrator::origin::WithOrigin},
    low_level::siginfo::{Cause, Origin},
};

use crate::failure::Failure;

/// What is passed on. Stopping and continuing are the terminal's, and reach the program without us.
const PASSED_ON: [i32; 7] = [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// The signals that reach this process from now on.
pub(super) struct Signals(SignalsInfo<WithOrigin>);

impl Signals {
    /// Catches what is passed on, and the end of a child. What is ignored (`nohup`) stays so, for the program too.
    /// `also` are further ones.
    pub(super) fn catch(also: &[i32]) -> Result<Self, Failure> {
        let ignored = ignored();
        let caught = PASSED_ON.into_iter().filter(|signal| ignored & bit(*signal) == 0);
        let signals = SignalsInfo::new(caught.chain([SIGCHLD]).chain(also.iter().copied()));
        signals.map(Self).map_err(|error| Failure::failed(format!("cannot catch signals: {error}")))
    }

    /// Waits for signals, and answers those that are news: for the program, or [`SIGCHLD`]. A program that is `apart`,
    /// on a terminal of its own, hears nothing by itself, so everything is news.
    pub(super) fn wait(&mut self, apart: bool) -> Vec<i32> {
        // All at once: what is left in an iterator that is dropped does not wake the next wait.
        self.0.wait().filter(|origin| apart || is_news(origin)).map(|origin| origin.signal).collect()
    }
}

/// A file over `ulimit -f` is an error from here on, which names it, and no end of this process that would leave its files
/// behind. The program has the signal as it was.
pub(super) fn survive_file_limits() {
    if ignored() & bit(SIGXFSZ) == 0 {
        let _ = flag::register(SIGXFSZ, Arc::default());
    }
}

/// What a key at the terminal sends goes to the whole group: the program has it already. What a process sends came to
/// us alone. A sender outside of our container shows as process 0, so only the kind of the cause can tell.
fn is_news(origin: &Origin) -> bool {
    match origin.cause {
        Cause::Kernel => origin.signal == SIGCHLD,
        Cause::Sent(_) | Cause::Chld(_) => true,
        // Systems that do not tell the cause still tell the sender.
        _ => origin.signal == SIGCHLD || origin.process.is_some_and(|process| process.pid != 0),
    }
}

/// The signals this process was started to ignore, as Linux tells them; none where it does not.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    parse_ignored(&status).unwrap_or_default()
}

fn parse_ignored(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_kernel_s_mask() {
        let mask = parse_ignored("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n").unwrap();
        assert_eq!(mask, bit(SIGHUP) | bit(13));
        assert_eq!(parse_ignored("Name:\tx\n"), None);
    }
}
