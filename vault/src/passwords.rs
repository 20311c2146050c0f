//! argon2id in a bounded pool: a flood of sign-ins cannot take the machine.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Passwords of at least twelve bytes that everybody tries first, in lower case. Gathered by hand from what published
/// leaks have most often; see docs/decisions.md.
const COMMON: &str = include_str!("passwords/common.txt");
/// How short and how long a password may be, in bytes.
pub(crate) const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 12..=1024;
/// 19 MiB, two passes, one lane: OWASP's choice for argon2id.
const PARAMS: Params = match Params::new(19_456, 2, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("these are valid"),
};
/// What a stored hash may ask for at most: 64 MiB, eight passes, four lanes.
const PARAMS_MAX: (u32, u32, u32) = (64 * 1024, 8, 4);
/// Of no password; checked instead of one where there is no person, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3Ryb25ncm9vbS1ub2JvZA\
                      $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// How long a check waits for its turn.
const WAIT: Duration = Duration::from_secs(2);

/// Hashes and checks passwords, a few at a time.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = available_parallelism().map_or(2, usize::from);
        Self { turns: Arc::new(Semaphore::new(cores.clamp(2, 8))) }
    }

    /// The PHC string to store instead of the password.
    pub(crate) async fn hash(&self, password: Zeroizing<String>) -> Result<String> {
        let salt: [u8; 16] = seal::random_bytes()?;
        self.take_turn(move || {
            let hash = hasher().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|_| Error::Password)
        })
        .await
    }

    /// Is `password` the one of this hash? Without a hash it never is, and that takes as long.
    pub(crate) async fn matches(&self, password: Zeroizing<String>, hash: Option<String>) -> Result<bool> {
        self.take_turn(move || {
            let matches = verify(&password, hash.as_deref().unwrap_or(NOBODY))?;
            Ok(matches && hash.is_some())
        })
        .await
    }

    /// Runs `work` beside the reactor. The permit goes with it: a client that hangs up frees no turn.
    async fn take_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(WAIT, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Error::Busy)?
            .map_err(|_| Error::Password)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| Error::Password)?
    }
}

/// Why this cannot be a password; the sentence is for whoever chose it.
pub(crate) fn problem_of(password: &str) -> Option<String> {
    if !PASSWORD_BYTES.contains(&password.len()) {
        return Some(format!("a password has {} to {} bytes", PASSWORD_BYTES.start(), PASSWORD_BYTES.end()));
    }
    if password.contains('\0') {
        return Some("a password has no NUL character".into());
    }
    if is_common(password) {
        return Some(
            "this password is among the first that anyone tries; choose another, a sentence for example".into(),
        );
    }
    None
}

/// Whether everybody would try it: on the list, or a single character or pair over and over.
fn is_common(password: &str) -> bool {
    let password = Zeroizing::new(password.trim().to_lowercase());
    let letters = || password.chars();
    let repeats = |length: usize| letters().zip(letters().skip(length)).all(|(a, b)| a == b);
    COMMON.lines().any(|common| common == password.as_str()) || (1..=3).any(repeats)
}

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

fn verify(password: &str, hash: &str) -> Result<bool> {
    let hash = phc::PasswordHash::new(hash).map_err(|_| Error::Password)?;
    if !is_affordable(&hash) {
        return Err(Error::Password);
    }
    match hasher().verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(Error::Password),
    }
}

/// A hash that asks for gigabytes is an attack on the machine, not a password.
fn is_affordable(hash: &phc::PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else {
        return false;
    };
    let (memory, passes, lanes) = PARAMS_MAX;
    Algorithm::try_from(hash.algorithm.as_str()) == Ok(Algorithm::Argon2id)
        && params.m_cost() <= memory
        && params.t_cost() <= passes
        && params.p_cost() <= lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let passwords = Passwords::new();
        let hash = passwords.hash(secret("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let again = passwords.hash(secret("correct horse")).await.unwrap();
        assert_ne!(hash, again, "each hash has its own salt");
        for (password, matches) in [("correct horse", true), ("correct horse ", false), ("", false)] {
            let answer = passwords.matches(secret(password), Some(hash.clone()));
            assert_eq!(answer.await.unwrap(), matches);
        }
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_the_same_work() {
        let passwords = Passwords::new();
        assert!(!passwords.matches(secret("correct horse"), None).await.unwrap());
        let hash = phc::PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (PARAMS.m_cost(), PARAMS.t_cost(), PARAMS.p_cost())
        );
        assert_eq!(hash.hash.unwrap().as_ref().len(), 32);
    }

    #[tokio::test]
    async fn a_stored_hash_that_asks_for_too_much_is_refused() {
        let passwords = Passwords::new();
        for params in ["m=4194304,t=2,p=1", "m=19456,t=1000,p=1", "m=19456,t=2,p=64"] {
            let hash = NOBODY.replace("m=19456,t=2,p=1", params);
            let answer = passwords.matches(secret("correct horse"), Some(hash));
            assert!(matches!(answer.await, Err(Error::Password)), "{params}");
        }
        for hash in [NOBODY.replace("argon2id", "argon2d"), "plain".into(), String::new()] {
            let answer = passwords.matches(secret("correct horse"), Some(hash));
            assert!(matches!(answer.await, Err(Error::Password)));
        }
    }

    #[tokio::test]
    async fn whoever_waits_too_long_for_a_turn_is_told_to_come_back() {
        let passwords = Passwords::new();
        let turns = u32::try_from(passwords.turns.available_permits()).unwrap();
        let _all = passwords.turns.acquire_many(turns).await.unwrap();
        let answer = passwords.hash(secret("correct horse")).await;
        assert!(matches!(answer, Err(Error::Busy)));
    }

    #[test]
    fn a_password_has_twelve_to_1024_bytes_whatever_they_are() {
        let long = "many words that make one long sentence. ".repeat(30);
        for good in [12, 13, 1024] {
            assert_eq!(problem_of(&long[..good]), None);
        }
        for bad in [0, 11, 1025] {
            assert!(problem_of(&"x".repeat(bad)).is_some());
        }
        assert_eq!(problem_of("🔑🗝️🔒🚪"), None, "bytes, not characters");
        assert!(problem_of("twelve bytes\0").is_some());
    }

    #[test]
    fn what_everybody_tries_first_is_no_password() {
        for bad in [
            "password1234",
            "PassWord1234",
            " qwertyuiop12",
            "aaaaaaaaaaaaaaaa",
            "ababababababab",
            "correct horse battery staple",
        ] {
            assert!(problem_of(bad).unwrap().contains("anyone tries"), "{bad}");
        }
        for good in ["correct horse battery", "seven quiet harbours", "password1234 and more"] {
            assert_eq!(problem_of(good), None, "{good}");
        }
        for line in COMMON.lines() {
            assert!(line.len() >= *PASSWORD_BYTES.start() && line == line.trim().to_lowercase(), "{line}");
        }
    }
}
