//! The two key files: made once, checked at every start.
//!
//! One line each, `strongroom-root-key-v1:` or `strongroom-store-key-v1:` and 32 bytes in base64, so that two
//! swapped files are told by their labels. A file is used only when nobody but us can read it.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustix::fs::OFlags;
use seal::{KEY_LEN, RootKey, SealError, StoreKey};
use zeroize::Zeroizing;

use crate::error::StartError;

const ROOT_LABEL: &str = "strongroom-root-key-v1:";
const STORE_LABEL: &str = "strongroom-store-key-v1:";
/// More than a key file ever holds; a longer one is not read to its end.
const LINE_MAX: u64 = 256;

/// Where the root key and the store key are.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    /// Wraps data keys: the inner layer.
    pub root: PathBuf,
    /// Wraps scope keys: the outer layer.
    pub store: PathBuf,
}

/// Both keys, in memory until the key ring is made of them.
pub(crate) struct Keys {
    pub(crate) root: RootKey,
    pub(crate) store: StoreKey,
}

impl KeyFiles {
    /// `root.key` and `store.key` in `directory`.
    pub fn in_directory(directory: &Path) -> Self {
        Self { root: directory.join("root.key"), store: directory.join("store.key") }
    }

    /// The keys in the files; `None` when there is neither file. Writes nothing.
    pub(crate) fn read(&self) -> Result<Option<Keys>, StartError> {
        let root = read_key(&self.root, ROOT_LABEL)?;
        let store = read_key(&self.store, STORE_LABEL)?;
        let (root, store) = match (root, store) {
            (None, None) => return Ok(None),
            (Some(root), Some(store)) => (root, store),
            (None, Some(_)) => return Err(one_of_two(&self.root, &self.store)),
            (Some(_), None) => return Err(one_of_two(&self.store, &self.root)),
        };
        if *root == *store {
            return Err(refused(
                &self.store,
                "holds the same key as the root key file, so there is only one layer; \
                 restore the store key from its backup",
            ));
        }
        Ok(Some(Keys {
            root: RootKey::from_bytes(&root).map_err(|why| unusable(&self.root, &why))?,
            store: StoreKey::from_bytes(&store).map_err(|why| unusable(&self.store, &why))?,
        }))
    }

    /// New keys, written and synced under other names: [`NewKeys::publish`] gives them theirs.
    pub(crate) fn prepare(&self) -> Result<NewKeys<'_>, StartError> {
        let unmade =
            |path: &Path, why: &SealError| refused(path, &format!("cannot be made: {why}; nothing was written"));
        let keys = Keys {
            root: RootKey::generate().map_err(|why| unmade(&self.root, &why))?,
            store: StoreKey::generate().map_err(|why| unmade(&self.store, &why))?,
        };
        Ok(NewKeys {
            root: Draft::write(&self.root, ROOT_LABEL, keys.root.expose_bytes())?,
            store: Draft::write(&self.store, STORE_LABEL, keys.store.expose_bytes())?,
            keys,
        })
    }
}

/// New keys that no file holds under its name yet. Dropped, they leave nothing behind.
pub(crate) struct NewKeys<'a> {
    // Dropped in this order: the directory, made with the first draft, goes last.
    store: Draft<'a>,
    root: Draft<'a>,
    pub(crate) keys: Keys,
}

impl NewKeys<'_> {
    /// Gives both files their names, whole and synced; never replaces a file.
    pub(crate) fn publish(self) -> Result<Keys, StartError> {
        self.root.publish()?;
        if let Err(error) = self.store.publish() {
            // Ours, made a moment ago and used for nothing: half a pair would stop every later start.
            let _ = std::fs::remove_file(self.root.path);
            return Err(error);
        }
        self.root.sync()?;
        self.store.sync()?;
        Ok(self.keys)
    }
}

/// A key file under a temporary name beside its place; taken away when dropped.
struct Draft<'a> {
    path: &'a Path,
    temporary: PathBuf,
    /// The directory, where it was made for this file.
    made: Option<PathBuf>,
}

impl<'a> Draft<'a> {
    fn write(path: &'a Path, label: &str, key: &[u8; KEY_LEN]) -> Result<Self, StartError> {
        let failed = |why: std::io::Error| {
            refused(path, &format!("cannot be made: {why}; give the server's user a directory it may write to"))
        };
        let made = make_directory(directory_of(path)).map_err(failed)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", crate::clock::new_id().simple()));
        let new = Self { path, temporary: path.with_file_name(name), made };
        let mut line = Zeroizing::new(String::with_capacity(label.len() + KEY_LEN * 2));
        line.push_str(label);
        STANDARD.encode_string(key, &mut line);
        line.push('\n');
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new.temporary).map_err(failed)?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(new)
    }

    /// A second name for the same file: fails where the name is taken, and a crash never leaves half a key.
    fn publish(&self) -> Result<(), StartError> {
        std::fs::hard_link(&self.temporary, self.path).map_err(|why| self.failed(&why))
    }

    /// Makes the name survive a power cut.
    fn sync(&self) -> Result<(), StartError> {
        sync_directory(directory_of(self.path)).map_err(|why| self.failed(&why))
    }

    fn failed(&self, why: &std::io::Error) -> StartError {
        refused(self.path, &format!("cannot be made: {why}; look at the directory, then start again"))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.temporary);
        if let Some(directory) = &self.made {
            // Fails, as it should, when a key is in it.
            let _ = std::fs::remove_dir(directory);
        }
    }
}

/// Makes the directory with mode 0700 where it is missing; answers it when it did.
fn make_directory(directory: &Path) -> std::io::Result<Option<PathBuf>> {
    if directory.is_dir() {
        return Ok(None);
    }
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    sync_directory(directory_of(directory))?;
    Ok(Some(directory.to_owned()))
}

pub(crate) fn sync_directory(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The bytes of one key file; `None` when there is no such file.
fn read_key(path: &Path, label: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StartError> {
    let Some(file) = open(path)? else {
        return Ok(None);
    };
    let mut text = Zeroizing::new(String::with_capacity(512));
    file.take(LINE_MAX)
        .read_to_string(&mut text)
        .map_err(|why| refused(path, &format!("cannot be read as a key: {why}; restore it from its backup")))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let Some(encoded) = line.strip_prefix(label) else {
        return Err(wrong_label(path, line, label));
    };
    // Room for any line that was read, so that a wrong length is told as one.
    let mut bytes = Zeroizing::new(vec![0; 512]);
    let length = STANDARD.decode_slice(encoded, &mut bytes).map_err(|_| {
        refused(path, &format!("does not hold one line of base64 after `{label}`; restore it from its backup"))
    })?;
    bytes.truncate(length);
    // Tells a wrong length and zeros, which are the same for both keys.
    RootKey::from_bytes(&bytes).map_err(|why| unusable(path, &why))?;
    Ok(Some(bytes))
}

/// Opens a key file that nobody else can read or has put there. Looks at what it opened, not at the name.
fn open(path: &Path) -> Result<Option<File>, StartError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) if path.is_symlink() => {
            return Err(refused(path, "is a symbolic link; put the key file itself there"));
        }
        Err(why) => {
            return Err(refused(path, &format!("cannot be opened: {why}; let the server's user own and read it")));
        }
    };
    let about = file.metadata().map_err(|why| refused(path, &format!("cannot be looked at: {why}")))?;
    if !about.is_file() {
        return Err(refused(path, "is not a regular file; put the key file there"));
    }
    let us = rustix::process::geteuid().as_raw();
    if about.uid() != us {
        return Err(refused(
            path,
            &format!(
                "belongs to the user {}, and the server runs as {us}; run `chown {us} {}`",
                about.uid(),
                path.display()
            ),
        ));
    }
    if about.mode() & 0o077 != 0 {
        return Err(refused(
            path,
            &format!(
                "can be used by others than its owner (mode {:04o}); run `chmod 600 {}`",
                about.mode() & 0o7777,
                path.display()
            ),
        ));
    }
    Ok(Some(file))
}

fn wrong_label(path: &Path, line: &str, label: &str) -> StartError {
    let other = if label == ROOT_LABEL { STORE_LABEL } else { ROOT_LABEL };
    if line.starts_with(other) {
        return refused(
            path,
            &format!(
                "holds a {}: the two key files are swapped; exchange them",
                if other == ROOT_LABEL { "root key" } else { "store key" }
            ),
        );
    }
    refused(path, &format!("does not start with `{label}`; restore it from its backup"))
}

fn unusable(path: &Path, why: &SealError) -> StartError {
    refused(path, &format!("is not usable: {why}; restore it from its backup"))
}

fn one_of_two(missing: &Path, found: &Path) -> StartError {
    refused(
        missing,
        &format!(
            "is missing, but {} exists; restore the missing one from its backup \
             (only if no installation was ever made with it: remove the other)",
            found.display()
        ),
    )
}

/// The file, what is wrong with it, and what to do.
pub(crate) fn refused(path: &Path, what: &str) -> StartError {
    StartError::Key(format!("the key file {} {what}", path.display()))
}
