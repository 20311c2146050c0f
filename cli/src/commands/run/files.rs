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
use zeroize::Zeroizing;

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
    /// What the marker says: the files that a process made, which is gone. Two, where one was taking the other's place.
    left_over: Vec<u64>,
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

    /// Writes anew what has changed, each file in the place of the one before; what is new is added, what is gone removed.
    /// Answers what could not be done, and stays as it was.
    pub(super) fn renew<'a>(&mut self, files: impl IntoIterator<Item = &'a (FilePath, SecretValue)>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut gone: Vec<Placed> = std::mem::take(&mut self.placed);
        for (path, value) in files {
            let path = Path::new(path.as_str());
            match gone.iter().position(|placed| placed.path == path) {
                Some(position) => {
                    let mut placed = gone.swap_remove(position);
                    if let Err(error) = placed.renew(value.expose()) {
                        problems.push(format!("{}: {error}", path.display()));
                    }
                    self.placed.push(placed);
                }
                None => {
                    if let Err(failure) = self.add(path, value) {
                        problems.extend(failure.lines());
                        // A file that is not complete is none.
                        problems.extend(self.drop_new(path));
                    }
                }
            }
        }
        problems.extend(gone.into_iter().filter_map(|placed| placed.removed()));
        problems
    }

    /// Removes the files; answers what could not be.
    pub(super) fn remove(mut self) -> Vec<String> {
        self.clear()
    }

    fn drop_new(&mut self, path: &Path) -> Option<String> {
        self.placed.pop_if(|placed| placed.path == path)?.removed()
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
        for path in [path, &next_to(path)] {
            remove_if(path, |there| marker.left_over.contains(&there.ino())).map_err(failed)?;
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
        self.placed.drain(..).filter_map(|placed| placed.removed()).collect()
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
        self.marker.note(&[file.metadata()?.ino()])?;
        file.write_all(bytes)
    }

    /// Puts a file with these bytes in the place of the one that was made, unless it has them already.
    fn renew(&mut self, bytes: &[u8]) -> io::Result<()> {
        let before = self.file.as_ref().map(File::metadata).transpose()?;
        let before = before.ok_or(ErrorKind::NotFound)?;
        if !same(&std::fs::symlink_metadata(&self.path)?, &before) {
            return Err(io::Error::other("another file has taken its place"));
        }
        if Zeroizing::new(std::fs::read(&self.path)?).as_slice() == bytes {
            return Ok(());
        }
        let next = next_to(&self.path);
        let options = OpenOptions::new().write(true).create_new(true).mode(0o400).custom_flags(no_follow()).to_owned();
        let mut file = options.open(&next)?;
        let numbers = [before.ino(), file.metadata()?.ino()];
        let written = self.marker.note(&numbers).and_then(|()| file.write_all(bytes));
        written.and_then(|()| std::fs::rename(&next, &self.path)).inspect_err(|_| {
            let _ = std::fs::remove_file(&next);
        })?;
        self.file = Some(file);
        self.marker.note(&numbers[1..])
    }

    /// Removes it; answers why it could not be.
    fn removed(&self) -> Option<String> {
        self.remove().err().map(|error| format!("{}: {error}", self.path.display()))
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
        let left_over = io::read_to_string(&file)?.lines().filter_map(|line| line.parse().ok()).collect();
        Ok(Some(Self { path, file, left_over }))
    }

    /// Whether a process that is gone made something here.
    pub(super) fn is_left_over(&self) -> bool {
        !self.left_over.is_empty()
    }

    /// Says which files were made.
    pub(super) fn note(&self, numbers: &[u64]) -> io::Result<()> {
        let lines: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let text = lines.join("\n");
        // At no moment is it empty.
        self.file.write_all_at(text.as_bytes(), 0)?;
        self.file.set_len(text.len() as u64)
    }

    /// Removes the marker itself; the lock goes with it.
    pub(super) fn remove(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

/// Where a file is written that is to take the place of `path`.
fn next_to(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.strongroom.next"))
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
    fn a_file_is_written_anew_in_its_place_and_never_in_part() {
        let root = tempfile::tempdir().unwrap();
        let [kept, changed, gone, new] = ["kept", "changed", "gone", "new"].map(|name| root.path().join(name));
        let mut placed = Files::place(&[file(&kept, b"1"), file(&changed, b"1"), file(&gone, b"1")]).unwrap();
        let (same, other) = (kept.metadata().unwrap().ino(), File::open(&changed).unwrap());
        assert!(placed.renew(&[file(&changed, b"2"), file(&kept, b"1"), file(&new, b"2")]).is_empty());
        assert_eq!(kept.metadata().unwrap().ino(), same);
        // Whoever has it open reads the old one to its end.
        assert_eq!(io::read_to_string(other).unwrap(), "1");
        for path in [&changed, &new] {
            assert_eq!(std::fs::read(path).unwrap(), b"2");
            assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o400);
        }
        assert!(!gone.exists());

        // A file of somebody else is left alone, and so is what could not be written.
        std::fs::write(&gone, "mine").unwrap();
        std::fs::remove_file(&kept).unwrap();
        std::fs::write(&kept, "mine").unwrap();
        let problems = placed.renew(&[file(&changed, b"3"), file(&kept, b"3"), file(&gone, b"3")]);
        assert!(problems.len() == 2 && problems.concat().contains("another file has taken its place"), "{problems:?}");
        assert_eq!(std::fs::read(&changed).unwrap(), b"3");
        drop(placed);
        let mut left = entries(root.path());
        left.sort();
        assert_eq!(left, ["gone", "kept"]);
    }

    #[test]
    fn what_was_killed_while_a_file_took_another_s_place_leaves_nothing_of_either() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("key");
        std::fs::write(&path, "old").unwrap();
        std::fs::write(next_to(&path), "half").unwrap();
        let number = |path: &Path| path.metadata().unwrap().ino();
        let note = format!("{}\n{}\n", number(&path), number(&next_to(&path)));
        std::fs::write(root.path().join(".key.strongroom"), note).unwrap();
        let placed = Files::place(&[file(&path, b"new")]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        drop(placed);
        assert!(entries(root.path()).is_empty());
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
