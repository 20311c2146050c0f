//! Sign-ins slow down when they fail: those of one account, and those from one network. Kept in memory, and never for
//! good: nobody can lock someone else out by guessing badly. Where an account has signed in before, it is counted by
//! itself, so that its person gets in however many others guess at it, or at others from the same network.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{
    Code, Error as PublicError, Millis,
    time::{DAY, HOUR, MINUTE},
};

/// So many attempts at an account may fail before the next has to wait.
const FREE: u32 = 5;
/// So many from a network: a house with one address, with everybody in it.
const FREE_OF_NETWORK: u32 = 50;
/// The first wait; it doubles with every further failure.
const FIRST_WAIT: i64 = 1_000;
const LONGEST_WAIT: i64 = MINUTE;
/// Failures this old are forgotten.
const MEMORY: i64 = HOUR;
/// For how long it is known where an account signed in.
const KNOWN: i64 = 30 * DAY;
/// So many of each are remembered; guessing many addresses does not fill the memory.
const REMEMBERED: usize = 10_000;

/// How often each account and each network failed lately, and where each account has signed in.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    failures: HashMap<Key, Failures>,
    known: HashMap<(String, Network), Millis>,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Network(Network),
    /// An account where it has signed in before.
    Known(String, Network),
}

/// The part of an address that one customer of a provider has: /24 of IPv4, /64 of IPv6.
type Network = IpAddr;

/// One attempt, counted as failed until it succeeds.
pub(crate) struct Attempt {
    account: String,
    network: Option<Network>,
    keys: Vec<Key>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
}

impl Key {
    fn free(&self) -> u32 {
        match self {
            Self::Network(_) => FREE_OF_NETWORK,
            Self::Account(_) | Self::Known(..) => FREE,
        }
    }
}

impl Failures {
    /// When the next attempt may be made.
    fn until(self, key: &Key) -> Millis {
        match self.count.checked_sub(key.free()) {
            None => self.last,
            Some(more) => self.last.plus((FIRST_WAIT << more.min(16)).min(LONGEST_WAIT)),
        }
    }
}

impl Throttle {
    /// Counts an attempt as failed before it is made, so that many at once do not slip through; 429 when it comes
    /// too early.
    pub(crate) fn begin(&self, account: &str, address: &str, now: Millis) -> Result<Attempt, PublicError> {
        let mut memory = self.lock();
        let network = network_of(address);
        let account = account.to_owned();
        let place = network.map(|network| (account.clone(), network));
        let is_known = place.as_ref().and_then(|place| memory.known.get(place)).is_some_and(|until| now < *until);
        let keys = match place {
            Some((account, network)) if is_known => vec![Key::Known(account, network)],
            Some((account, network)) => vec![Key::Account(account), Key::Network(network)],
            None => vec![Key::Account(account.clone())],
        };
        for key in &keys {
            memory.make_room(key, now);
            let failures = memory.failures.entry(key.clone()).or_insert(Failures { count: 0, last: now });
            if now >= failures.last.plus(MEMORY) {
                failures.count = 0;
            }
        }
        let waits = keys.iter().filter_map(|key| memory.failures.get(key).map(|failures| failures.until(key)));
        let until = waits.max().unwrap_or(now);
        if now < until {
            return Err(PublicError::new(
                Code::TooManyRequests,
                format!("too many failed sign-ins; try again in {} seconds", (until.0 - now.0).div_euclid(1_000) + 1),
            ));
        }
        for key in &keys {
            if let Some(failures) = memory.failures.get_mut(key) {
                failures.count = failures.count.saturating_add(1);
                failures.last = now;
            }
        }
        Ok(Attempt { account, network, keys })
    }

    /// The attempt succeeded: the account starts afresh, and is known where it was made.
    pub(crate) fn succeeded(&self, attempt: &Attempt, now: Millis) {
        let mut memory = self.lock();
        for key in &attempt.keys {
            match key {
                Key::Network(_) => memory.undo(key),
                Key::Account(_) | Key::Known(..) => drop(memory.failures.remove(key)),
            }
        }
        memory.know(&attempt.account, attempt.network, now);
    }

    /// An account has signed in from an address.
    pub(crate) fn know(&self, account: &str, address: &str, now: Millis) {
        self.lock().know(account, network_of(address), now);
    }

    /// The attempt was neither right nor wrong: it does not count.
    pub(crate) fn undo(&self, attempt: &Attempt) {
        let mut memory = self.lock();
        for key in &attempt.keys {
            memory.undo(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn know(&mut self, account: &str, network: Option<Network>, now: Millis) {
        let Some(network) = network else { return };
        if self.known.len() >= REMEMBERED {
            self.known.retain(|_, until| now < *until);
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert((account.to_owned(), network), now.plus(KNOWN));
    }

    fn undo(&mut self, key: &Key) {
        if let Some(failures) = self.failures.get_mut(key) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// Makes room for one more: what is old goes first, then what does not have to wait yet, then everything.
    fn make_room(&mut self, key: &Key, now: Millis) {
        let all = &mut self.failures;
        if all.len() < REMEMBERED || all.contains_key(key) {
            return;
        }
        all.retain(|_, failures| now < failures.last.plus(MEMORY));
        if all.len() >= REMEMBERED {
            all.retain(|key, failures| now < failures.until(key));
        }
        if all.len() >= REMEMBERED {
            all.clear();
        }
    }
}

/// The network of an address; none where the address is unknown.
fn network_of(address: &str) -> Option<Network> {
    Some(match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((u32::from(v4) & 0xFFFF_FF00).into()),
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Millis = Millis(1_800_000_000_000);
    const HERE: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";

    #[test]
    fn after_five_failures_the_wait_doubles_up_to_a_minute() {
        let throttle = Throttle::default();
        let mut now = START;
        for _ in 0..FREE {
            throttle.begin("a", HERE, now).unwrap();
        }
        for wait in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let early = now.plus(wait * 1_000 - 1);
            assert_eq!(throttle.begin("a", HERE, early).err().unwrap().code, Code::TooManyRequests);
            now = now.plus(wait * 1_000);
            throttle.begin("a", HERE, now).unwrap();
        }
        throttle.begin("b", HERE, now).unwrap();
    }

    #[test]
    fn success_and_time_forget_failures() {
        let throttle = Throttle::default();
        let mut last = None;
        for _ in 0..FREE {
            last = Some(throttle.begin("a", "", START).unwrap());
        }
        throttle.succeeded(&last.unwrap(), START);
        for _ in 0..FREE {
            throttle.begin("a", "", START).unwrap();
        }
        assert!(throttle.begin("a", "", START).is_err());
        for _ in 0..FREE {
            throttle.begin("a", "", START.plus(MEMORY)).unwrap();
        }
    }

    #[test]
    fn an_attempt_that_was_not_answered_does_not_count() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            let attempt = throttle.begin("a", HERE, START).unwrap();
            throttle.undo(&attempt);
        }
    }

    #[test]
    fn who_signed_in_here_before_gets_in_whatever_others_try() {
        let throttle = Throttle::default();
        let attempt = throttle.begin("a", HERE, START).unwrap();
        throttle.succeeded(&attempt, START);
        for n in 0..FREE_OF_NETWORK * 2 {
            let _ = throttle.begin("a", ELSEWHERE, START);
            let _ = throttle.begin(&n.to_string(), HERE, START);
        }
        assert!(throttle.begin("a", ELSEWHERE, START).is_err());
        assert!(throttle.begin("new", HERE, START).is_err());
        throttle.begin("a", HERE, START).unwrap();
        throttle.begin("a", "192.0.2.200", START).unwrap();
        for _ in 0..FREE {
            let _ = throttle.begin("a", HERE, START);
        }
        assert!(throttle.begin("a", HERE, START).is_err(), "there, too, guessing slows down");
    }

    #[test]
    fn one_network_cannot_try_many_accounts_without_waiting() {
        let throttle = Throttle::default();
        for n in 0..FREE_OF_NETWORK {
            throttle.begin(&n.to_string(), &format!("2001:db8::{n}"), START).unwrap();
        }
        assert!(throttle.begin("next", "2001:db8::ffff", START).is_err());
        throttle.begin("next", "2001:db8:0:1::1", START).unwrap();
    }

    #[test]
    fn the_memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..REMEMBERED * 2 {
            let attempt = throttle.begin(&n.to_string(), "", START).unwrap();
            throttle.succeeded(&Attempt { network: network_of(HERE), ..attempt }, START);
            throttle.begin(&n.to_string(), "", START).unwrap();
        }
        assert!(throttle.lock().failures.len() <= REMEMBERED);
        assert!(throttle.lock().known.len() <= REMEMBERED);
    }
}
