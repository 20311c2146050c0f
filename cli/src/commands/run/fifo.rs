//! Named pipes: a value is handed to whoever reads, and lies nowhere.
//!
//! As soon as a reader has opened a pipe, a new one takes its place at the path, so that one reader after the other gets a
//! pipe of its own. Two that open it in the same moment share one, and what is in it. The threads that wait for readers hold
//! up nobody: they end with their pipes.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind, Write},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustix::fs::{CWD, Mode, OFlags, mkfifoat};
use zeroize::Zeroizing;

use super::files::{Marker, no_follow, remove_if};
use crate::failure::Failure;

/// What a named pipe gives.
pub(super) struct FifoSecret {
    pub(super) path: PathBuf,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The named pipes of a program. Removed when dropped.
pub(super) struct Fifos(Vec<Fifo>);

struct Fifo {
    path: PathBuf,
    marker: Marker,
    /// Whether the path is still ours: not after the last read, nor once it was removed.
    is_open: Arc<Mutex<bool>>,
    bytes: Bytes,
}

/// What the next reader gets.
type Bytes = Arc<Mutex<Arc<Zeroizing<Vec<u8>>>>>;

impl Fifos {
    /// Makes all pipes, or none. Each can be read so often, or as often as anyone likes.
    pub(super) fn place(secrets: Vec<FifoSecret>, max_reads: Option<u32>) -> Result<Self, Failure> {
        let mut fifos = Self(Vec::new());
        for FifoSecret { path, bytes } in secrets {
            let shown = path.display().to_string();
            let failed = |error: io::Error| match error.kind() {
                ErrorKind::AlreadyExists => {
                    Failure::failed(format!("{shown} exists and was not made by strongroom; nothing was started"))
                }
                _ => Failure::failed(format!("cannot make the named pipe {shown}: {error}; nothing was started")),
            };
            let marker = Marker::take(&path)
                .map_err(failed)?
                .ok_or_else(|| Failure::failed(format!("{shown} is in use by another `strongroom run`")))?;
            let is_open = Arc::new(Mutex::new(false));
            let was_left = marker.is_left_over();
            let bytes: Bytes = Arc::new(Mutex::new(Arc::new(bytes)));
            fifos.0.push(Fifo { path: path.clone(), marker, is_open: is_open.clone(), bytes: bytes.clone() });
            if was_left {
                remove_if(&path, |there| there.file_type().is_fifo()).map_err(failed)?;
            }
            make(&path).map_err(failed)?;
            *is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
            if let Some(fifo) = fifos.0.last() {
                fifo.marker.note(&[path.symlink_metadata().map_err(failed)?.ino()]).map_err(failed)?;
            }
            std::thread::spawn(move || serve(&path, &bytes, max_reads, &is_open));
        }
        Ok(fifos)
    }

    /// The next readers get this.
    pub(super) fn renew(&self, secrets: Vec<FifoSecret>) {
        for secret in secrets {
            if let Some(fifo) = self.0.iter().find(|fifo| fifo.path == secret.path) {
                *fifo.bytes.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(secret.bytes);
            }
        }
    }

    /// Removes the pipes; answers what could not be.
    pub(super) fn remove(mut self) -> Vec<String> {
        self.clear()
    }

    fn clear(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        for fifo in self.0.drain(..) {
            let mut is_open = fifo.is_open.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut *is_open) {
                wake(&fifo.path);
                if let Err(error) = remove_if(&fifo.path, |there| there.file_type().is_fifo()) {
                    problems.push(format!("{}: {error}", fifo.path.display()));
                }
            }
            if let Err(error) = fifo.marker.remove() {
                problems.push(format!("{}: {error}", fifo.path.display()));
            }
        }
        problems
    }
}

impl Drop for Fifos {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Lets the thread go that waits for a reader who never came: it finds the pipe closed.
fn wake(path: &Path) {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let _ = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
}

/// Hands the bytes to one reader after the other.
fn serve(path: &Path, bytes: &Bytes, max_reads: Option<u32>, is_open: &Mutex<bool>) {
    let mut left = max_reads;
    loop {
        // Waits for a reader.
        let opened = OpenOptions::new().write(true).custom_flags(no_follow()).open(path);
        // Whatever else lies there now, values do not go into it.
        let Some(mut writer) = opened.ok().filter(|it| it.metadata().is_ok_and(|it| it.file_type().is_fifo())) else {
            return;
        };
        let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        left = left.map(|left| left.saturating_sub(1));
        {
            let mut is_open = is_open.lock().unwrap_or_else(PoisonError::into_inner);
            if !*is_open {
                return;
            }
            if left == Some(0) {
                let _ = std::fs::remove_file(path);
                *is_open = false;
            } else if renew(path).is_err() {
                let _ = std::fs::remove_file(path);
                *is_open = false;
                left = Some(0);
            }
        }
        // A reader that goes away early has had what it wanted.
        let _ = writer.write_all(&bytes);
        if left == Some(0) {
            return;
        }
    }
}

/// A new pipe in the place of the one that has a reader now.
fn renew(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let next = path.with_file_name(format!(".{name}.next"));
    // One that a killed run left there in this very moment.
    remove_if(&next, |there| there.file_type().is_fifo())?;
    make(&next)?;
    std::fs::rename(&next, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&next);
    })
}

fn make(path: &Path) -> io::Result<()> {
    Ok(mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR)?)
}
