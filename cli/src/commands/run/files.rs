//! Secrets as files: written before the program starts, gone when it has ended.
//!
//! Beside each file stands a marker, `.NAME.strongroom`, locked for as long as this process lives. It holds the number
//! (inode) of the file that was made. Where its lock is free it is left over from a process that was killed, and the
//! file of that number is written anew. Any other file is somebody else's, and is left alone.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use domain::{SecretValue, injection::FilePath};
use rustix::fs::{FlockOperation, OFlags, flock};

use crate::failure::Failure;

/// The files of a program. Removed when dropped.
pub(super) struct Files {
    placed: Vec<Placed>,
}

/// One file with its marker.
struct Placed {
    path: PathBuf,
    marker: Marker,
    /// The file that was made; none while it is not.
    file: Option<File>,
}

/// The locked marker of a file.
pub(super) struct Marker {
    path: PathBuf,
    file: File,
    /// What the marker says: the file that a process made, which is gone.
    left_over: Option<u64>,
}

impl Files {
    /// Writes all files, or none.
    pub(super) fn place<'a>(files: impl IntoIterator<Item = &'a (FilePath, SecretValue)>) -> Result<Self, Failure> {
        let mut placed = Self { placed: Vec::new() };
        for (path, value) in files {
            // What is placed so far is removed when this fails.
            placed.add(Path::new(path.as_str()), value)?;
        }
        Ok(placed)
    }

    /// Removes the files; answers what could not be.
    pub(super) fn remove(mut self) -> Vec<String> {
        self.clear()
    }

    fn add(&mut self, path: &Path, value: &SecretValue) -> Result<(), Failure> {
        let failed = |error: io::Error| {
            Failure::failed(format!(
                "cannot write {}: {error}; bind the file to a directory that this user may write to",
                path.display()
            ))
        };
        let directory = path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        let marker = Marker::take(path)
            .map_err(failed)?
            .ok_or_else(|| Failure::failed(format!("{} is in use by another `strongroom run`", path.display())))?;
        if let Some(number) = marker.left_over {
            remove_if(path, |there| there.ino() == number).map_err(failed)?;
        }
        self.placed.push(Placed { path: path.to_owned(), marker, file: None });
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o400).custom_flags(no_follow()).open(path).map_err(
                |error| match error.kind() {
                    ErrorKind::AlreadyExists => Failure::failed(format!(
                        "{} exists and was not made by strongroom; move it away, or bind the secret to another path",
                        path.display()
                    )),
                    _ => failed(error),
                },
            )?;
        let placed = self.placed.last_mut().map(|placed| placed.fill(file, value.expose()));
        placed.unwrap_or(Ok(())).map_err(failed)
    }

    fn clear(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        for placed in self.placed.drain(..) {
            if let Err(error) = placed.remove() {
                problems.push(format!("{}: {error}", placed.path.display()));
            }
        }
        problems
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Placed {
    /// Writes the file that was made, once the marker says which one that is.
    fn fill(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        let file = self.file.insert(file);
        self.marker.note(file.metadata()?.ino())?;
        file.write_all(bytes)
    }

    /// Removes the file, unless another has taken its place, and then the marker.
    fn remove(&self) -> io::Result<()> {
        if let Some(file) = &self.file {
            let made = file.metadata()?;
            remove_if(&self.path, |there| same(there, &made))?;
        }
        self.marker.remove()
    }
}

impl Marker {
    /// The marker for `path`, locked; none when another process holds it.
    pub(super) fn take(path: &Path) -> io::Result<Option<Self>> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = path.with_file_name(format!(".{name}.strongroom"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(no_follow())
            .open(&path)?;
        let made = file.metadata()?;
        let is_ours = made.uid() == rustix::process::geteuid().as_raw();
        let is_locked = flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
        // Whoever ends removes its marker before it lets go of the lock: what is locked must still be what is there.
        if !is_ours || !is_locked || !same(&std::fs::symlink_metadata(&path)?, &made) {
            return Ok(None);
        }
        let left_over = io::read_to_string(&file)?.parse().ok();
        Ok(Some(Self { path, file, left_over }))
    }

    /// The number of what a process made here, which is gone.
    pub(super) fn left_over(&self) -> Option<u64> {
        self.left_over
    }

    /// Says which file was made.
    pub(super) fn note(&self, number: u64) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.write_all_at(number.to_string().as_bytes(), 0)
    }

    /// Removes the marker itself; the lock goes with it.
    pub(super) fn remove(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

pub(super) fn remove_if(path: &Path, is_meant: impl Fn(&Metadata) -> bool) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if is_meant(&there) => std::fs::remove_file(path),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) fn same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

pub(super) fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

#[cfg(test)]
mod tests {
    use domain::Kind;

    use super::*;

    fn file(path: &Path, bytes: &[u8]) -> (FilePath, SecretValue) {
        let value = SecretValue::new(Kind::File, bytes.to_vec()).unwrap();
        (path.to_str().unwrap().parse().unwrap(), value)
    }

    fn entries(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn refusal(files: &[(FilePath, SecretValue)]) -> String {
        Files::place(files).err().unwrap().lines().concat()
    }

    #[test]
    fn files_are_for_their_owner_and_go_with_the_program() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("a/secrets");
        let path = directory.join("key");
        let placed = Files::place(&[file(&path, b"\0\xff\n")]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"\0\xff\n");
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o400);
        assert_eq!(directory.metadata().unwrap().mode() & 0o7777, 0o700);
        assert!(placed.remove().is_empty());
        assert!(entries(&directory).is_empty());
    }

    #[test]
    fn a_file_that_was_there_is_left_alone_and_nothing_stays_of_the_others() {
        let root = tempfile::tempdir().unwrap();
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        std::fs::write(&second, "mine").unwrap();
        let message = refusal(&[file(&first, b"x"), file(&second, b"x")]);
        assert!(message.contains("was not made by strongroom"), "{message}");
        assert_eq!(std::fs::read(&second).unwrap(), b"mine");
        assert_eq!(entries(root.path()), ["second"]);

        std::fs::remove_file(&second).unwrap();
        std::os::unix::fs::symlink("/nowhere", &second).unwrap();
        assert!(refusal(&[file(&second, b"x")]).contains("was not made by strongroom"));
    }

    #[test]
    fn what_a_killed_run_left_is_written_anew_and_a_running_one_is_not_disturbed() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("key");
        let running = Files::place(&[file(&path, b"old")]).unwrap();
        assert!(refusal(&[file(&path, b"new")]).contains("in use by another"));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        drop(running);

        std::fs::write(&path, "left over").unwrap();
        let number = path.metadata().unwrap().ino().to_string();
        std::fs::write(root.path().join(".key.strongroom"), number).unwrap();
        let placed = Files::place(&[file(&path, b"new")]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        drop(placed);
        assert!(entries(root.path()).is_empty());

        std::fs::write(&path, "somebody else's").unwrap();
        std::fs::write(root.path().join(".key.strongroom"), "1").unwrap();
        assert!(refusal(&[file(&path, b"new")]).contains("was not made by strongroom"));
        assert_eq!(std::fs::read(&path).unwrap(), b"somebody else's");
    }

    #[test]
    fn a_file_that_the_program_put_there_itself_stays() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("key");
        let placed = Files::place(&[file(&path, b"x")]).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "its own").unwrap();
        assert!(placed.remove().is_empty());
        assert_eq!(entries(root.path()), ["key"]);
    }
}
