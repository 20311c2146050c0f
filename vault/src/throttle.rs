//! Sign-ins of one account slow down when they fail. Kept in memory, and never for good: nobody can lock someone
//! else out by guessing badly.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{
    Code, Error as PublicError, Millis,
    time::{HOUR, MINUTE},
};

/// So many attempts may fail before the next has to wait.
const FREE: u32 = 5;
/// The first wait; it doubles with every further failure.
const FIRST_WAIT: i64 = 1_000;
const LONGEST_WAIT: i64 = MINUTE;
/// Failures this old are forgotten.
const MEMORY: i64 = HOUR;
/// So many accounts are remembered; guessing many addresses does not fill the memory.
const ACCOUNTS: usize = 10_000;

/// How often each account failed lately.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
}

impl Failures {
    /// When the next attempt may be made.
    fn until(self) -> Millis {
        match self.count.checked_sub(FREE) {
            None => self.last,
            Some(more) => self.last.plus((FIRST_WAIT << more.min(16)).min(LONGEST_WAIT)),
        }
    }
}

impl Throttle {
    /// Counts an attempt as failed before it is made, so that many at once do not slip through; 429 when it comes
    /// too early.
    pub(crate) fn begin(&self, account: &str, now: Millis) -> Result<(), PublicError> {
        let mut accounts = self.lock();
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(account) {
            forget(&mut accounts, now);
        }
        let failures = accounts.entry(account.to_owned()).or_insert(Failures { count: 0, last: now });
        if now >= failures.last.plus(MEMORY) {
            failures.count = 0;
        }
        let until = failures.until();
        if now < until {
            return Err(PublicError::new(
                Code::TooManyRequests,
                format!("too many failed sign-ins; try again in {} seconds", (until.0 - now.0).div_euclid(1_000) + 1),
            ));
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        Ok(())
    }

    /// The attempt succeeded: the account starts afresh.
    pub(crate) fn succeeded(&self, account: &str) {
        self.lock().remove(account);
    }

    /// The attempt was neither right nor wrong: it does not count.
    pub(crate) fn undo(&self, account: &str) {
        if let Some(failures) = self.lock().get_mut(account) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room: what is old first, then what does not have to wait yet, then everything.
fn forget(accounts: &mut HashMap<String, Failures>, now: Millis) {
    accounts.retain(|_, failures| now < failures.last.plus(MEMORY));
    if accounts.len() >= ACCOUNTS {
        accounts.retain(|_, failures| now < failures.until());
    }
    if accounts.len() >= ACCOUNTS {
        accounts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Millis = Millis(1_800_000_000_000);

    #[test]
    fn after_five_failures_the_wait_doubles_up_to_a_minute() {
        let throttle = Throttle::default();
        let mut now = START;
        for _ in 0..FREE {
            throttle.begin("a", now).unwrap();
        }
        for wait in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let early = now.plus(wait * 1_000 - 1);
            assert_eq!(throttle.begin("a", early).unwrap_err().code, Code::TooManyRequests);
            now = now.plus(wait * 1_000);
            throttle.begin("a", now).unwrap();
        }
        throttle.begin("b", now).unwrap();
    }

    #[test]
    fn success_and_time_forget_failures() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            throttle.begin("a", START).unwrap();
        }
        throttle.succeeded("a");
        for _ in 0..FREE {
            throttle.begin("a", START).unwrap();
        }
        assert!(throttle.begin("a", START).is_err());
        for _ in 0..FREE {
            throttle.begin("a", START.plus(MEMORY)).unwrap();
        }
    }

    #[test]
    fn an_attempt_that_was_not_answered_does_not_count() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            throttle.begin("a", START).unwrap();
            throttle.undo("a");
        }
    }

    #[test]
    fn the_memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..ACCOUNTS * 2 {
            throttle.begin(&n.to_string(), START).unwrap();
        }
        assert!(throttle.lock().len() <= ACCOUNTS);
    }
}
