//! A directory of files: each is one secret, its name the file's. Sent as one YAML file, which can carry any bytes.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use domain::{
    Kind, Problem, SecretName, SecretValue,
    export::{self, Item},
    import::{IMPORT_MAX, KEYS_MAX},
    value::VALUE_MAX,
};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// What a directory holds: the file to send, or every reason why not.
pub(super) enum Directory {
    Read(Zeroizing<Vec<u8>>),
    Problems(Vec<Problem>),
}

/// Reads a directory. A value is a `text` where its bytes are UTF-8, else a `file`. Names that begin with two dots are
/// how Kubernetes mounts secrets, and left alone; the files it mounts are links, and followed.
pub(super) fn read(path: &Path, leave_out: &[String]) -> Result<Directory, Failure> {
    let failed = |error: io::Error| Failure::failed(format!("cannot read {}: {error}", path.display()));
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !name.to_string_lossy().starts_with("..") && !leave_out.iter().any(|left| name.to_str() == Some(left)) {
            entries.push(name);
        }
    }
    entries.sort_unstable();
    if entries.len() > KEYS_MAX {
        let message =
            format!("{} holds {} files; at most {KEYS_MAX} are imported at once", path.display(), entries.len());
        return Err(Failure::failed(message));
    }
    let (mut secrets, mut problems) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for entry in &entries {
        let shown = entry.to_string_lossy();
        let read = shown.parse::<SecretName>().map_err(|error| error.to_string());
        match read.and_then(|name| Ok((name, read_file(&path.join(entry))?))) {
            Ok((name, value)) => {
                bytes += value.expose().len();
                if bytes > IMPORT_MAX {
                    return Err(Failure::failed(format!("{} holds more than 5 MiB", path.display())));
                }
                secrets.push((name, value));
            }
            Err(message) => problems.push(Problem::field(&shown, message)),
        }
    }
    if !problems.is_empty() {
        return Ok(Directory::Problems(problems));
    }
    let items: Vec<Item> = secrets.iter().map(|(name, value)| Item { name, value, comment: "" }).collect();
    let file = export::write(export::Format::Yaml, "", &items);
    file.map(Directory::Read).map_err(|error| Failure::failed(error.detail))
}

fn read_file(path: &Path) -> Result<SecretValue, String> {
    let found = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if !found.is_file() {
        return Err("this is no file; a directory is read without those below it".to_owned());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0).min(VALUE_MAX) + 1));
    // One byte more than allowed, so that the rule for values says what is wrong.
    File::open(path)
        .and_then(|file| file.take(VALUE_MAX as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    let kind = if std::str::from_utf8(&bytes).is_ok() { Kind::Text } else { Kind::File };
    SecretValue::new(kind, bytes).map_err(|error| error.detail)
}

#[cfg(test)]
mod tests {
    use domain::import::{Format, parse};

    use super::*;

    #[test]
    fn every_file_is_a_secret_with_its_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for (name, bytes) in [("b.txt", &b" a\n"[..]), ("a", b"\xff\0"), (".hidden", b"x")] {
            std::fs::write(root.join(name), bytes).unwrap();
        }
        std::fs::create_dir(root.join("..data")).unwrap();
        std::os::unix::fs::symlink("a", root.join("c")).unwrap();
        let Directory::Read(file) = read(root, &[".hidden".to_owned()]).unwrap() else { panic!("problems") };
        let import = parse(Format::Yaml, &file).unwrap();
        let values = import.entries.iter().map(|e| (e.name.as_str(), e.value.kind(), e.value.expose()));
        let expected =
            [("a", Kind::File, &b"\xff\0"[..]), ("b.txt", Kind::Text, b" a\n"), ("c", Kind::File, b"\xff\0")];
        assert!(values.eq(expected));
    }

    #[test]
    fn everything_that_cannot_be_a_secret_is_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::write(root.join("a b"), "x").unwrap();
        std::fs::write(root.join("large"), vec![b'x'; VALUE_MAX + 1]).unwrap();
        std::fs::create_dir(root.join("sub")).unwrap();
        let Directory::Problems(problems) = read(root, &[]).unwrap() else { panic!("read") };
        let names: Vec<_> = problems.iter().filter_map(|problem| problem.name.as_deref()).collect();
        assert_eq!(names, ["a b", "large", "sub"]);
    }
}
