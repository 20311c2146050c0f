//! The encrypted copy of the last answer, for a start without the server.
//!
//! One file per server, service and environment, for its owner only. Its key comes from the token, and the place is
//! sealed into it, so that a copy opens with the token it was fetched with, at its place, and nowhere else.

use std::{
    collections::BTreeMap,
    fs::{DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use domain::{
    EnvironmentName, SecretName, ServicePath,
    api::{Delivered, Delivery},
};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::uptime::Uptime;
use crate::{
    failure::Failure,
    settings::{ServerUrl, Token},
};

const PURPOSE: &[u8] = b"strongroom: offline copy, version 1";
const NONCE: usize = 24;
const TAG: usize = 16;

/// Where the copy of a service's answer is, and its key.
pub(super) struct Copies {
    path: PathBuf,
    key: Zeroizing<[u8; 32]>,
    /// What the copy is of; authenticated with it.
    place: Vec<u8>,
}

/// The last answer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    /// When it was fetched, in milliseconds since 1970.
    at: u64,
    /// The same by a clock that nobody sets.
    #[serde(default)]
    uptime: Option<Uptime>,
    pub(super) delivery: Delivery,
    /// What was asked for by name, beside the delivery.
    pub(super) named: BTreeMap<SecretName, Delivered>,
}

impl Answer {
    pub(super) fn now(delivery: Delivery) -> Self {
        Self { at: now(), uptime: Uptime::now(), delivery, named: BTreeMap::new() }
    }

    /// Does it answer for this name, be it with the value or with a binding that misses it?
    pub(super) fn knows(&self, name: &SecretName) -> bool {
        let Delivery { values, bindings, .. } = &self.delivery;
        values.contains_key(name)
            || self.named.contains_key(name)
            || bindings.iter().any(|binding| binding.secret == *name)
    }

    /// How old it is, or older; none when it is from the future. A clock that is set back makes nothing younger while the
    /// machine runs.
    pub(super) fn age(&self) -> Option<Duration> {
        let by_clock = now().checked_sub(self.at).map(Duration::from_millis)?;
        let by_uptime = self.uptime.as_ref().and_then(Uptime::age).unwrap_or_default();
        Some(by_clock.max(by_uptime))
    }
}

impl Copies {
    /// The copies of this user: below `$XDG_CACHE_HOME/strongroom`, by default `~/.cache`; none without a home.
    pub(super) fn of(
        server: &ServerUrl,
        token: &Token,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Option<Self> {
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        Self::at(&cache.join("strongroom"), server, token, service, environment)
    }

    fn at(
        directory: &Path,
        server: &ServerUrl,
        token: &Token,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Option<Self> {
        let mut place = PURPOSE.to_vec();
        for part in [server.as_str(), service.project.as_str(), service.service.as_str(), environment.as_str()] {
            // Length first: no two places are the same bytes.
            place.extend((part.len() as u64).to_be_bytes());
            place.extend(part.as_bytes());
        }
        let name = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&place));
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, token.expose().as_bytes()).expand(PURPOSE, &mut *key).ok()?;
        Some(Self { path: directory.join(name), key, place })
    }

    /// The copy, or why there is none.
    pub(super) fn read(&self) -> Result<Answer, String> {
        let shown = self.path.display();
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err("no run has kept a copy yet".to_owned());
            }
            Err(error) => return Err(format!("cannot read the copy {shown}: {error}")),
        };
        let wrong = || format!("the copy {shown} was kept with another token, or was changed");
        let (nonce, rest) = bytes.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
        let (sealed, tag) = rest.split_last_chunk::<TAG>().ok_or_else(wrong)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let cipher = XChaCha20Poly1305::new((&*self.key).into());
        cipher
            .decrypt_inout_detached(&XNonce::from(*nonce), &self.place, opened.as_mut_slice().into(), &Tag::from(*tag))
            .map_err(|_| wrong())?;
        // serde_json's own sentence may quote a value.
        serde_json::from_slice(&opened).map_err(|_| format!("the copy {shown} is of another version of strongroom"))
    }

    /// The copy, when it is at most this old.
    pub(super) fn read_within(&self, oldest: Option<Duration>) -> Result<Answer, String> {
        let answer = self.read()?;
        match (answer.age(), oldest) {
            (_, None) => Ok(answer),
            (Some(age), Some(oldest)) if age <= oldest => Ok(answer),
            (Some(age), Some(_)) => Err(format!("the copy is {} seconds old, which is over --max-age", age.as_secs())),
            (None, Some(_)) => Err("the copy is from the future by this machine's clock".to_owned()),
        }
    }

    /// Keeps an answer, in the place of the one before.
    pub(super) fn keep(&self, answer: &Answer) -> io::Result<()> {
        let mut bytes = Zeroizing::new(serde_json::to_vec(answer).map_err(io::Error::from)?);
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| io::Error::other("no randomness"))?;
        let cipher = XChaCha20Poly1305::new((&*self.key).into());
        let tag = cipher
            .encrypt_inout_detached(&XNonce::from(nonce), &self.place, bytes.as_mut_slice().into())
            .map_err(|_| io::Error::other("too large to seal"))?;
        if let Some(directory) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let new = self.path.with_extension(std::process::id().to_string());
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).and_then(|mut file| {
            file.write_all(&nonce)?;
            file.write_all(&bytes)?;
            file.write_all(&tag)?;
            std::fs::rename(&new, &self.path)
        });
        written.inspect_err(|_| {
            let _ = std::fs::remove_file(&new);
        })
    }

    /// Forgets the copy.
    pub(super) fn drop_copy(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The copy could not be used.
pub(super) fn no_copy(reason: &str) -> Failure {
    Failure::failed(format!("cannot start offline: {reason}; nothing was started"))
}

/// Milliseconds since 1970.
#[allow(clippy::disallowed_methods, reason = "the age of a copy is by this machine's clock, not by a vault's")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use domain::api::Mode;

    use super::*;

    fn copies(directory: &Path, token: &str, service: &str) -> Copies {
        let service = ServicePath::new("shop".parse().unwrap(), service.parse().unwrap());
        let (url, token) = ("https://a.example".parse().unwrap(), Token::new(token, "").unwrap());
        Copies::at(directory, &url, &token, &service, &"development".parse().unwrap()).unwrap()
    }

    fn answer() -> Answer {
        let value = serde_json::json!({"value": "canary", "kind": "text", "version": 1, "source": "platform"});
        let values = BTreeMap::from([("A".parse().unwrap(), serde_json::from_value(value).unwrap())]);
        Answer::now(Delivery { sequence: 1, mode: Mode::All, values, bindings: Vec::new() })
    }

    #[test]
    fn a_copy_opens_with_its_token_at_its_place_and_unchanged() {
        let home = tempfile::tempdir().unwrap();
        let api = copies(home.path(), "srm_a", "api");
        assert!(api.read().err().unwrap().contains("no run has kept a copy"));
        api.keep(&answer()).unwrap();
        api.keep(&answer()).unwrap();
        assert_eq!(api.read().ok().unwrap().delivery.values.len(), 1);
        assert_eq!(api.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);

        let bytes = std::fs::read(&api.path).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
        assert!(copies(home.path(), "srm_b", "api").read().err().unwrap().contains("another token"));
        let web = copies(home.path(), "srm_a", "web");
        std::fs::copy(&api.path, &web.path).unwrap();
        assert!(web.read().err().unwrap().contains("another token"));
        for (position, length) in [(0, bytes.len()), (30, bytes.len()), (bytes.len() - 1, bytes.len()), (0, 30), (0, 0)]
        {
            let mut changed = bytes[..length].to_vec();
            if let Some(byte) = changed.get_mut(position) {
                *byte ^= 1;
            }
            std::fs::write(&api.path, changed).unwrap();
            assert!(api.read().is_err(), "{position} {length}");
        }
        api.drop_copy();
        assert!(api.read().err().unwrap().contains("no run has kept a copy"));
    }

    #[test]
    fn a_copy_from_the_future_is_within_no_age() {
        let home = tempfile::tempdir().unwrap();
        let api = copies(home.path(), "srm_a", "api");
        let mut answer = answer();
        assert!(answer.age().unwrap() < Duration::from_mins(1));
        api.keep(&answer).unwrap();
        assert!(api.read_within(Some(Duration::from_mins(1))).is_ok());
        // As a clock leaves it that was an hour ahead and was set back.
        answer.at += 3_600_000;
        api.keep(&answer).unwrap();
        for oldest in [Duration::ZERO, Duration::from_hours(1), Duration::MAX] {
            assert!(api.read_within(Some(oldest)).err().unwrap().contains("is from the future"), "{oldest:?}");
        }
        assert!(api.read_within(None).is_ok(), "who asks for no age gets the last answer");
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_copy_younger() {
        let home = tempfile::tempdir().unwrap();
        let api = copies(home.path(), "srm_a", "api");
        // By the clock it is of this moment; by the uptime it was kept two seconds earlier.
        let mut answer = answer();
        answer.uptime = answer.uptime.and_then(|now| now.earlier(Duration::from_secs(2)));
        api.keep(&answer).unwrap();
        assert!(api.read().ok().unwrap().age().unwrap() >= Duration::from_secs(2));
        assert!(api.read_within(Some(Duration::from_secs(1))).err().unwrap().contains("2 seconds old"));
        assert!(api.read_within(Some(Duration::from_mins(1))).is_ok());
        // One that a version kept which did not know this clock.
        answer.uptime = None;
        assert!(answer.age().unwrap() < Duration::from_secs(2));
    }
}
