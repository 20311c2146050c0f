//! The keyring of the operating system: the Secret Service of Linux desktops, the Keychain of macOS.
//!
//! Many machines have none (servers, containers, `ssh`), so nothing but `strongroom login` ever asks for one to be there.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::{ServerUrl, Token};
use crate::failure::Failure;

/// Under which our tokens stand in the keyring, each by the address of its server.
const SERVICE: &str = "strongroom";

/// Keeps a token; the reason when there is no keyring that takes it.
pub(super) fn keep(server: &ServerUrl, token: &Token) -> Result<(), String> {
    let kept = entry(server).and_then(|entry| entry.set_password(token.expose()));
    kept.map_err(|error| reason(&error))
}

/// The token that was kept.
pub(super) fn find(server: &ServerUrl) -> Result<Token, Failure> {
    match entry(server).and_then(|entry| entry.get_password()) {
        Ok(text) => Token::new(&Zeroizing::new(text), "the keyring"),
        Err(error) => Err(Failure::failed(format!(
            "the keyring does not give the token for {server}: {}; unlock it, or log in again",
            reason(&error)
        ))),
    }
}

/// Removes the token; one that is gone already is fine.
pub(super) fn forget(server: &ServerUrl) -> Result<(), Failure> {
    match entry(server).and_then(|entry| entry.delete_credential()) {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => {
            Err(Failure::failed(format!("the keyring does not give up the token for {server}: {}", reason(&error))))
        }
    }
}

fn entry(server: &ServerUrl) -> Result<Entry, Error> {
    Entry::new(SERVICE, server.as_str())
}

/// In our words: the library's own would quote bytes that may be a token.
fn reason(error: &Error) -> String {
    match error {
        Error::NoDefaultStore => "there is none here".to_owned(),
        Error::NoStorageAccess(why) => format!("it is locked ({why})"),
        Error::PlatformFailure(why) => why.to_string(),
        Error::NoEntry => "it holds none".to_owned(),
        Error::Ambiguous(_) => "it holds several".to_owned(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is no token".to_owned(),
        _ => "it refused".to_owned(),
    }
}
