//! A directory with one file per secret, named by its key: ours alone while the program runs, empty or gone afterwards.
//!
//! Its marker, `.strongroom`, is locked for as long as this process lives, and names the files that were made. Where its
//! lock is free it is left over from a process that was killed, and what it names is removed first.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use domain::{SecretName, SecretValue};
use rustix::fs::{FlockOperation, flock};
use zeroize::Zeroizing;

use super::files::{no_follow, same};
use crate::{failure::Failure, printer::Printer};

const MARKER: &str = ".strongroom";
/// A file that is to take another's place; no secret has such a name.
const NEXT: &str = ".strongroom.next";

/// The mounted directory. Cleared when dropped.
pub(super) struct Mount {
    directory: PathBuf,
    /// Whether the directory goes as well.
    is_ours: bool,
    marker: File,
    names: Vec<SecretName>,
    /// Whether it is still there: another run may have the directory after us.
    is_placed: bool,
}

impl Mount {
    /// Writes every secret into the directory, or none.
    pub(super) fn place(
        directory: &Path,
        secrets: &[(SecretName, SecretValue)],
        printer: &Printer,
    ) -> Result<Self, Failure> {
        let shown = directory.display();
        let failed = |error: io::Error| Failure::failed(format!("cannot use {shown}: {error}; nothing was started"));
        let refuse = |why: &str| Failure::failed(format!("{shown} {why}; nothing was started"));
        let is_ours = !std::fs::exists(directory).map_err(failed)?;
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        let there = std::fs::symlink_metadata(directory).map_err(failed)?;
        if !there.is_dir() {
            return Err(refuse("is not a directory"));
        }
        if there.uid() != rustix::process::geteuid().as_raw() {
            return Err(refuse("belongs to another user"));
        }
        if there.mode() & 0o077 != 0 {
            return Err(refuse("is open to others: run `chmod 700` on it, or name one that does not exist yet"));
        }
        let marker = lock(&directory.join(MARKER))
            .map_err(failed)?
            .ok_or_else(|| refuse("is in use by another `strongroom run`"))?;
        let text = io::read_to_string(&marker).map_err(failed)?;
        let mut mount = Self { directory: directory.to_owned(), is_ours, marker, names: Vec::new(), is_placed: true };
        mount.take_over(&text);
        if !is_memory(directory) {
            printer.warn(&format!(
                "{shown} is not in memory: the values reach a disk; a directory in {} would not",
                if std::fs::exists("/dev/shm").unwrap_or_default() { "/dev/shm" } else { "a tmpfs" }
            ));
        }
        mount.fill(secrets).map_err(|(name, error)| match error.kind() {
            ErrorKind::AlreadyExists => refuse(&format!("has a file {name} that was not made by strongroom")),
            _ => Failure::failed(format!("cannot write {shown}/{name}: {error}; nothing was started")),
        })?;
        Ok(mount)
    }

    /// Writes anew what has changed, each file in the place of the one before; what is new is added, what is gone removed.
    /// Answers what could not be done, and stays as it was.
    pub(super) fn renew(&mut self, secrets: &[(SecretName, SecretValue)]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut problem =
            |name: &str, error: io::Error| problems.push(format!("{}/{name}: {error}", self.directory.display()));
        let is_wanted = |name: &SecretName| secrets.iter().any(|(wanted, _)| wanted == name);
        let (kept, gone): (Vec<_>, Vec<_>) = self.names.drain(..).partition(is_wanted);
        let added: Vec<_> = secrets.iter().map(|(name, _)| name).filter(|name| !kept.contains(name)).collect();
        let (added, taken): (Vec<_>, Vec<_>) =
            added.into_iter().partition(|name| std::fs::symlink_metadata(self.directory.join(name.as_str())).is_err());
        for name in &taken {
            problem(name.as_str(), io::Error::other("a file that was not made by strongroom is in its place"));
        }
        self.names = kept.into_iter().chain(added.into_iter().cloned()).collect();
        // Before the first file, and with those that go: whoever finds this marker free knows what to remove.
        if let Err(error) = self.note(self.names.iter().chain(&gone)) {
            self.names.extend(gone);
            problem(MARKER, error);
            return problems;
        }
        for (name, value) in secrets.iter().filter(|(name, _)| self.names.contains(name)) {
            if let Err(error) = self.replace(name, value.expose()) {
                problem(name.as_str(), error);
            }
        }
        for name in gone {
            match std::fs::remove_file(self.directory.join(name.as_str())) {
                Err(error) if error.kind() != ErrorKind::NotFound => problem(name.as_str(), error),
                _ => {}
            }
        }
        problems
    }

    /// Removes the files; answers what could not be.
    pub(super) fn remove(mut self) -> Vec<String> {
        self.clear()
    }

    /// What a killed run left here is ours to remove now, the directory too where it had made it.
    fn take_over(&mut self, text: &str) {
        let mut lines = text.lines();
        self.is_ours |= lines.next() == Some("made");
        self.names = lines.filter_map(|name| name.parse().ok()).collect();
        // What cannot be removed is found again when the files are made.
        self.remove_files();
        let _ = std::fs::remove_file(self.directory.join(NEXT));
    }

    /// Puts a file with these bytes in its place, unless one with them is there.
    fn replace(&self, name: &SecretName, bytes: &[u8]) -> io::Result<()> {
        let (path, next) = (self.directory.join(name.as_str()), self.directory.join(NEXT));
        if std::fs::read(&path).map(Zeroizing::new).is_ok_and(|there| there.as_slice() == bytes) {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o400).custom_flags(no_follow());
        let written = options.open(&next)?.write_all(bytes);
        written.and_then(|()| std::fs::rename(&next, &path)).inspect_err(|_| {
            let _ = std::fs::remove_file(&next);
        })
    }

    /// Says which files are made here.
    fn note<'a>(&self, names: impl Iterator<Item = &'a SecretName>) -> io::Result<()> {
        let mut text = String::from(if self.is_ours { "made\n" } else { "found\n" });
        for name in names {
            text.push_str(name.as_str());
            text.push('\n');
        }
        self.marker.write_all_at(text.as_bytes(), 0)?;
        self.marker.set_len(text.len() as u64)
    }

    fn fill(&mut self, secrets: &[(SecretName, SecretValue)]) -> Result<(), (String, io::Error)> {
        for (name, _) in secrets {
            if std::fs::symlink_metadata(self.directory.join(name.as_str())).is_ok() {
                return Err((name.to_string(), ErrorKind::AlreadyExists.into()));
            }
        }
        // Before the first file: whoever finds this marker free knows what to remove.
        self.note(secrets.iter().map(|(name, _)| name)).map_err(|error| (MARKER.to_owned(), error))?;
        for (name, value) in secrets {
            self.names.push(name.clone());
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o400).custom_flags(no_follow());
            let file = options.open(self.directory.join(name.as_str()));
            file.and_then(|mut file| file.write_all(value.expose())).map_err(|error| (name.to_string(), error))?;
        }
        Ok(())
    }

    fn remove_files(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        for name in self.names.drain(..) {
            let path = self.directory.join(name.as_str());
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    problems.push(format!("{}: {error}", path.display()));
                }
                _ => {}
            }
        }
        problems
    }

    fn clear(&mut self) -> Vec<String> {
        if !std::mem::take(&mut self.is_placed) {
            return Vec::new();
        }
        let mut problems = self.remove_files();
        if let Err(error) = std::fs::remove_file(self.directory.join(MARKER))
            && error.kind() != ErrorKind::NotFound
        {
            problems.push(format!("{}: {error}", self.directory.join(MARKER).display()));
        }
        if self.is_ours {
            // The program may have put something of its own there.
            let _ = std::fs::remove_dir(&self.directory);
        }
        problems
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The marker, locked; none when another process holds it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(no_follow());
    let file = options.open(path)?;
    let is_locked = flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
    // Whoever ends removes its marker before it lets go of the lock: what is locked must still be what is there.
    let is_there = std::fs::symlink_metadata(path).is_ok_and(|there| file.metadata().is_ok_and(|it| same(&there, &it)));
    Ok((is_locked && is_there).then_some(file))
}

/// Are the files of this directory in memory only? Elsewhere than on Linux nobody tells.
fn is_memory(directory: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        const TMPFS: i64 = 0x0102_1994;
        const RAMFS: i64 = 0x8584_58f6;
        rustix::fs::statfs(directory).is_ok_and(|it| {
            #[allow(clippy::useless_conversion, reason = "the type differs between architectures")]
            let kind = i64::from(it.f_type);
            kind == TMPFS || kind == RAMFS
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = directory;
        false
    }
}
