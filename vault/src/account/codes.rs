//! The codes themselves: six digits of RFC 6238, and recovery codes. What is stored of either is no code.

use std::fmt::Write as _;

use domain::{Code, Error as PublicError, Kind, Millis, Scope};
use seal::SealedValue;
use totp_rs::{Algorithm, Builder, Totp};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use crate::{
    Vault,
    changes::value_place,
    db::{Tx, people::StoredPerson, scopes::StoredScope, second_factors::StoredFactor},
    error::{Error, Result},
};

/// RFC 4226 recommends 160 bits.
const SECRET_BYTES: usize = 20;
/// How long a code is shown, in seconds.
const STEP_SECONDS: u64 = 30;
/// So many digits.
const DIGITS: u8 = 6;
/// How many recovery codes there are at first.
pub(super) const RECOVERY_CODES: usize = 10;
/// Letters and digits of a recovery code, without those that look alike; 32 of them, so that each byte is fair.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 50 bits each: guessing is slowed down like that of passwords, and the hash is keyed.
const RECOVERY_LETTERS: usize = 10;
/// No version of a secret has this number, and no secret has the id of a person.
const VERSION: i64 = 0;

/// What a code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Used {
    /// Six digits that the device shows.
    Device,
    /// A recovery code; it is gone now.
    Recovery,
}

impl Used {
    /// For the audit log.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Device => "code",
            Self::Recovery => "recovery code",
        }
    }
}

impl Vault {
    /// Uses a code of `person` up in `tx`: none when it is no code of theirs, or was used before.
    pub(crate) async fn use_code(&self, tx: &mut Tx, person: &StoredPerson, code: &str) -> Result<Option<Used>> {
        if !person.second_factor {
            return Ok(None);
        }
        let factor = self.factor(tx, person.id).await?;
        let factor = factor.ok_or(Error::Tampered { table: "second_factors" })?;
        let code = code.trim();
        if is_six_digits(code) {
            let is_used = self.use_step(tx, factor, code).await?;
            return Ok(is_used.then_some(Used::Device));
        }
        let is_used = tx.delete_recovery_code(person.id, &self.recovery_hash(person.id, code)).await?;
        Ok(is_used.then_some(Used::Recovery))
    }

    /// Whether these six digits are the factor's now, and newer than the last that were used.
    pub(super) async fn use_step(&self, tx: &mut Tx, factor: StoredFactor, code: &str) -> Result<bool> {
        if !is_six_digits(code) {
            return Ok(false);
        }
        let secret = self.open_secret(tx, &factor).await?;
        let seconds = u64::try_from(self.inner.clock.now().0 / 1000).unwrap_or_default();
        let step = totp(&secret)?.check(code, seconds).and_then(|step| i64::try_from(step).ok());
        let Some(step) = step.filter(|step| *step > factor.last_step) else {
            return Ok(false);
        };
        let row = self.guard(StoredFactor { last_step: step, ..factor });
        Ok(tx.put_factor_step(&row).await?)
    }

    pub(super) async fn factor(&self, tx: &mut Tx, person: Uuid) -> Result<Option<StoredFactor>> {
        tx.find_factor(person).await?.map(|row| self.checked(row)).transpose()
    }

    /// A new secret, sealed for this person like a value of the platform: by both layers, bound to their id.
    pub(super) async fn new_factor(&self, tx: &mut Tx, person: Uuid) -> Result<(StoredFactor, Zeroizing<Vec<u8>>)> {
        let mut bytes: [u8; SECRET_BYTES] = seal::random_bytes()?;
        let secret = Zeroizing::new(bytes.to_vec());
        bytes.zeroize();
        let platform = self.find_place(tx, &Scope::platform(None)).await?;
        let scope = self.obtain_scope(tx, &platform).await?;
        let place = value_place(&scope, person, VERSION, Kind::File)?;
        let SealedValue { wrapped_key, blob } =
            self.inner.keys.seal_value(&self.scope_key(&scope)?, &place, &secret)?;
        let row = self.guard(StoredFactor {
            person_id: person,
            scope_id: scope.id,
            wrapped_key,
            sealed: blob,
            last_step: 0,
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
        });
        Ok((row, secret))
    }

    /// The secret of a factor that is checked.
    pub(super) async fn open_secret(&self, tx: &mut Tx, factor: &StoredFactor) -> Result<Zeroizing<Vec<u8>>> {
        let scope: Option<StoredScope> = {
            let platform = self.find_place(tx, &Scope::platform(None)).await?;
            self.find_scope(tx, &platform).await?
        };
        let tampered = || Error::Tampered { table: "second_factors" };
        let scope = scope.filter(|scope| scope.id == factor.scope_id).ok_or_else(tampered)?;
        let place = value_place(&scope, factor.person_id, VERSION, Kind::File)?;
        let sealed = SealedValue { wrapped_key: factor.wrapped_key.clone(), blob: factor.sealed.clone() };
        Ok(self.inner.keys.open_value(&self.scope_key(&scope)?, &place, &sealed)?)
    }

    /// New recovery codes in place of those there were; the only time they are known.
    pub(super) async fn new_recovery_codes(&self, tx: &mut Tx, person: Uuid) -> Result<Vec<Zeroizing<String>>> {
        tx.delete_recovery_codes(person).await?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let code = new_recovery_code()?;
            tx.append_recovery_code(person, &self.recovery_hash(person, &code)).await?;
            codes.push(code);
        }
        Ok(codes)
    }

    /// What is stored instead of a recovery code. Dashes, spaces and capitals are how it is written, not what it is.
    fn recovery_hash(&self, person: Uuid, code: &str) -> [u8; 32] {
        let mut text = Zeroizing::new(format!("recovery {person} "));
        text.extend(code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
        self.inner.keys.token_hash(text.as_bytes())
    }
}

/// The two forms in which a secret leaves: base 32 to be typed, and an address to be shown as a QR code.
pub(super) fn written(secret: &[u8], email: &str) -> (Zeroizing<String>, Zeroizing<String>) {
    let base32 = Zeroizing::new(data_encoding::BASE32_NOPAD.encode(secret));
    let mut account = String::new();
    for byte in email.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            account.push(char::from(byte));
        } else {
            let _ = write!(account, "%{byte:02X}");
        }
    }
    let uri = Zeroizing::new(format!(
        "otpauth://totp/Strongroom:{account}?secret={}&issuer=Strongroom&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        base32.as_str()
    ));
    (base32, uri)
}

pub(super) fn wrong_code() -> Error {
    PublicError::new(Code::Unauthenticated, "this code does not match, or was used before; wait for the next one")
        .into()
}

/// When a factor was made.
pub(super) fn since(factor: &StoredFactor) -> Millis {
    Millis(factor.created_at)
}

/// Exactly six ASCII digits: what else a parser might let through could make one code into several.
fn is_six_digits(code: &str) -> bool {
    code.len() == usize::from(DIGITS) && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn totp(secret: &[u8]) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(1)
        .with_step_duration(STEP_SECONDS)
        .with_secret(secret.to_vec())
        .build()
        .map_err(|_| Error::Tampered { table: "second_factors" })
}

fn new_recovery_code() -> Result<Zeroizing<String>> {
    let mut bytes: [u8; RECOVERY_LETTERS] = seal::random_bytes()?;
    let mut code = Zeroizing::new(String::with_capacity(RECOVERY_LETTERS + 1));
    for (place, byte) in bytes.iter().enumerate() {
        if place == RECOVERY_LETTERS / 2 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    bytes.zeroize();
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the SHA-1 rows, of which six digits are the last six.
    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = totp(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp.check(code, seconds), Some(seconds / STEP_SECONDS));
            assert_eq!(totp.check(code, seconds + STEP_SECONDS), Some(seconds / STEP_SECONDS), "one step late");
            assert_eq!(totp.check(code, seconds + 2 * STEP_SECONDS), None);
        }
    }

    #[test]
    fn a_code_is_six_digits_and_nothing_else() {
        assert!(is_six_digits("012345"));
        for odd in ["", "12345", "1234567", "12 345", "123 456", "+12345", "１２３４５６", "12345\n", "abcdef"] {
            assert!(!is_six_digits(odd), "{odd:?}");
        }
    }

    #[test]
    fn recovery_codes_are_easy_to_read_and_no_two_alike() {
        let code = new_recovery_code().unwrap();
        assert_eq!(code.len(), RECOVERY_LETTERS + 1);
        assert_eq!(code.find('-'), Some(RECOVERY_LETTERS / 2));
        assert!(code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{}", code.as_str());
        assert_ne!(code, new_recovery_code().unwrap());
    }

    #[test]
    fn a_secret_is_written_for_devices() {
        let (base32, uri) = written(b"12345678901234567890", "ada+x@harbour.example");
        assert_eq!(base32.as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            uri.as_str(),
            "otpauth://totp/Strongroom:ada%2Bx%40harbour.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Strongroom&algorithm=SHA1&digits=6&period=30"
        );
    }
}
