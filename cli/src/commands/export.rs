//! `export`: secrets as a file, on stdout or where only their owner reads it.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use domain::api::ExportRequest;

use super::{Context, DONE, secret::running};
use crate::{args::ExportArgs, client::Route, failure::Failure};

pub(super) fn export(context: &Context, args: &ExportArgs) -> Result<u8, Failure> {
    let scope = context.settings.scope(args.level.platform)?;
    // Told before anything is asked for: what does not leave the server need not be recorded.
    if let Some(path) = args.file.as_deref().filter(|path| !args.force && path.symlink_metadata().is_ok()) {
        return Err(exists(path));
    }
    let effective = !args.own && running(&scope).is_some();
    let route = Route::of_scope(&scope, "export").with("effective", effective.to_string());
    let request = ExportRequest { format: args.format.0, reason: args.reason.clone() };
    let bytes = context.client()?.post_for_bytes(&route, &request)?;
    let Some(path) = &args.file else {
        context.printer.bytes(&bytes)?;
        return Ok(DONE);
    };
    write(path, &bytes, args.force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Failure::failed(format!("cannot write {}: {error}", path.display())),
    })?;
    let what = if effective { "what the service gets in" } else { "the secrets of" };
    context.printer.note(&format!("{}: {what} {scope} as {}", path.display(), args.format.0.word()));
    Ok(DONE)
}

fn exists(path: &Path) -> Failure {
    Failure::failed(format!("{} exists; --force replaces it", path.display()))
}

/// Writes a file that appears whole or not at all, and that nobody else can read.
fn write(path: &Path, bytes: &[u8], replace: bool) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "this names no file"))?;
    let name = format!(".{}.{}.strongroom", name.to_string_lossy(), std::process::id());
    let made = Made(path.with_file_name(name));
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&made.0)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if replace {
        std::fs::rename(&made.0, path)
    } else {
        // Unlike a rename, a link never replaces what came into being meanwhile.
        std::fs::hard_link(&made.0, path)
    }
}

/// A file on its way; it does not stay under that name.
struct Made(PathBuf);

impl Drop for Made {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_file_is_for_its_owner_and_replaced_only_when_told_to() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secrets.env");
        write(&path, b"A=1\n", false).unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        assert_eq!(write(&path, b"A=2\n", false).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"A=1\n");
        write(&path, b"A=2\n", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"A=2\n");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_replaced_and_what_it_leads_to_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("link"), directory.path().join("other"));
        std::fs::write(&other, "theirs").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(write(&path, b"x", false).is_err());
        write(&path, b"x", true).unwrap();
        assert_eq!(std::fs::read(&other).unwrap(), b"theirs");
        assert!(path.symlink_metadata().unwrap().is_file());
    }
}
