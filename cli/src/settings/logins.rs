//! What `strongroom login` keeps: one token per server, in the keyring where there is one, else in a file that only
//! its owner can read. The file also says for which servers there is a login, and which was the last.

use std::{
    collections::BTreeMap,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use domain::api::WireValue;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{ServerUrl, Token, keyring};
use crate::failure::Failure;

/// The stored logins, and the file they are in.
pub(crate) struct Logins {
    path: PathBuf,
    document: Document,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// The server of the last login: where commands go when nothing else is said.
    current: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, Login>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    /// None when the keyring has it.
    token: Option<WireValue>,
}

/// Where a token was put.
#[derive(Debug)]
pub(crate) enum Kept {
    /// In the keyring.
    Keyring,
    /// In the file, and why not in a keyring.
    File(String),
}

impl Logins {
    /// The logins of this user: `$XDG_CONFIG_HOME/strongroom/credentials.toml`, below `~/.config` by default.
    pub(crate) fn load() -> Result<Self, Failure> {
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        match config {
            Some(config) => Self::read(config.join("strongroom/credentials.toml")),
            // Without a home nobody can have logged in; `login` says so when it comes to storing.
            None => Ok(Self { path: PathBuf::new(), document: Document::default() }),
        }
    }

    /// The server of the last login.
    pub(crate) fn current(&self) -> Option<ServerUrl> {
        self.document.current.as_ref()?.parse().ok()
    }

    /// The token for a server.
    pub(crate) fn token(&self, server: &ServerUrl) -> Result<Option<Token>, Failure> {
        let Some(login) = self.document.servers.get(server.as_str()) else {
            return Ok(None);
        };
        match &login.token {
            Some(token) => Token::new(&token.0, &self.path.display().to_string()),
            None => keyring::find(server),
        }
        .map(Some)
    }

    /// Keeps a token for a server, which becomes the current one; in the file where there is no keyring, or when
    /// the file is asked for.
    pub(crate) fn keep(&mut self, server: &ServerUrl, token: &Token, in_file: bool) -> Result<Kept, Failure> {
        let refused = if in_file { Some("--in-file".to_owned()) } else { keyring::keep(server, token).err() };
        let in_document = refused.as_ref().map(|_| WireValue(Zeroizing::new(token.expose().to_owned())));
        let before = self.document.servers.insert(server.to_string(), Login { token: in_document });
        if refused.is_some() && before.is_some_and(|login| login.token.is_none()) {
            // The token of an earlier login; a keyring that is away now keeps it, which is no reason to fail here.
            let _ = keyring::forget(server);
        }
        self.document.current = Some(server.to_string());
        self.write()?;
        Ok(refused.map_or(Kept::Keyring, Kept::File))
    }

    /// Forgets the token of a server; whether there was one.
    pub(crate) fn forget(&mut self, server: &ServerUrl) -> Result<bool, Failure> {
        let login = self.document.servers.remove(server.as_str());
        let known = login.is_some();
        if login.is_some_and(|login| login.token.is_none()) {
            keyring::forget(server)?;
        }
        if self.document.current.as_deref() == Some(server.as_str()) {
            self.document.current = None;
        }
        if known {
            self.write()?;
        }
        Ok(known)
    }

    /// The file, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(path: PathBuf) -> Result<Self, Failure> {
        let failed = |what: &str| Failure::failed(format!("{}: {what}", path.display()));
        let text = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, document: Document::default() });
            }
            Err(error) => return Err(failed(&error.to_string())),
            Ok(file) => {
                let mode = file.metadata().map_err(|error| failed(&error.to_string()))?.mode();
                if mode & 0o077 != 0 {
                    return Err(failed("others may read the tokens in this file; run `chmod 600` on it"));
                }
                let text = io::read_to_string(file).map_err(|error| failed(&error.to_string()))?;
                Zeroizing::new(text)
            }
        };
        // The parser's own sentence would quote the file.
        let document = toml::from_str(&text)
            .map_err(|_| failed("this is not what `strongroom login` writes; remove the file and log in again"))?;
        Ok(Self { path, document })
    }

    /// Writes a new file beside the old one and puts it in its place, so that no reader finds half of it.
    fn write(&self) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::failed(format!("cannot write {}: {error}", self.path.display()));
        let Some(directory) = self.path.parent() else {
            return Err(Failure::failed("nowhere to keep the login: neither HOME nor XDG_CONFIG_HOME is set"));
        };
        let text =
            Zeroizing::new(toml::to_string(&self.document).map_err(|_| failed(io::ErrorKind::InvalidData.into()))?);
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        let new = directory.join(format!("credentials.toml.{}", std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&new, &self.path));
        written.map_err(|error| {
            let _ = std::fs::remove_file(&new);
            failed(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_login_is_kept_per_server_and_for_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config/strongroom/credentials.toml");
        let (a, b): (ServerUrl, ServerUrl) =
            ("https://a.example".parse().unwrap(), "https://b.example".parse().unwrap());
        let mut logins = Logins::read(path.clone()).unwrap();
        assert!(logins.current().is_none());
        logins.keep(&a, &Token::new("srm_a", "").unwrap(), true).unwrap();
        logins.keep(&b, &Token::new("srm_b", "").unwrap(), true).unwrap();

        let mut logins = Logins::read(path.clone()).unwrap();
        assert_eq!(logins.current(), Some(b.clone()));
        assert_eq!(logins.token(&a).unwrap().unwrap().expose(), "srm_a");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(path.parent().unwrap().metadata().unwrap().mode() & 0o777, 0o700);

        assert!(logins.forget(&b).unwrap());
        assert!(!logins.forget(&b).unwrap());
        let logins = Logins::read(path.clone()).unwrap();
        assert!(logins.current().is_none() && logins.token(&b).unwrap().is_none());

        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let error = Logins::read(path).err().unwrap().lines().join("\n");
        assert!(error.contains("chmod 600"), "{error}");
    }
}
