//! The folder the server embeds: files named by their content, compressed once, and a list of them.

use crate::Result;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// What `manifest.json` says. Every path is relative to the site's folder and to the server's root.
#[derive(Serialize)]
struct Manifest<'a> {
    js: &'a str,
    wasm: &'a str,
    css: &'a str,
    files: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    path: String,
    content_type: &'static str,
    /// SHA-256 of the uncompressed content, in hex.
    hash: String,
    /// Compressed forms that lie beside the file, best first: `br` (`.br`), `gzip` (`.gz`).
    encodings: Vec<&'static str>,
    #[serde(skip)]
    smallest: u64,
}

pub(crate) struct Site {
    root: PathBuf,
    files: Vec<Entry>,
}

impl Site {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), files: Vec::new() }
    }

    /// Adds a file under `pkg/` whose name carries its hash, so browsers may keep it for ever.
    pub(crate) fn add_hashed(&mut self, name: &str, ending: &str, content: &[u8]) -> Result<String> {
        let path = format!("pkg/{name}.{}{ending}", &hex(&[content])[..8]);
        self.add(path.clone(), content)?;
        Ok(path)
    }

    /// Adds every file of a folder under its own name; a folder that does not exist is empty.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> Result<()> {
        if !folder.exists() {
            return Ok(());
        }
        for file in files_below(folder)? {
            let path = file.strip_prefix(folder)?.to_str().ok_or("a file name is not UTF-8")?.to_owned();
            self.add(path, &fs::read(&file)?)?;
        }
        Ok(())
    }

    fn add(&mut self, path: String, content: &[u8]) -> Result<()> {
        let content_type = content_type(&path)?;
        let target = self.root.join(&path);
        let (brotli, gzip) = (with_ending(&target, "br"), with_ending(&target, "gz"));
        // The plain file is written last: where it is right, its compressed forms are too.
        if fs::read(&target).ok().as_deref() != Some(content) {
            fs::create_dir_all(target.parent().unwrap_or(&self.root))?;
            for (path, packed) in [(&brotli, brotlied(content)?), (&gzip, gzipped(content)?)] {
                if packed.len() < content.len() {
                    write(path, &packed)?;
                } else if path.exists() {
                    fs::remove_file(path)?;
                }
            }
            write(&target, content)?;
        }
        let beside = [("br", &brotli), ("gzip", &gzip)];
        let encodings = beside.iter().filter(|(_, path)| path.exists()).map(|(name, _)| *name).collect();
        let smallest = [&brotli, &gzip, &target].into_iter().find(|path| path.exists()).unwrap_or(&target);
        let smallest = fs::metadata(smallest)?.len();
        self.files.push(Entry { path, content_type, hash: hex(&[content]), encodings, smallest });
        Ok(())
    }

    /// Writes the manifest and removes what it does not name. Answers with what a browser downloads.
    pub(crate) fn finish(mut self, js: &str, wasm: &str, css: &str) -> Result<String> {
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
        let size = |path: &str| {
            let bytes = self.files.iter().find(|file| file.path == path).map_or(0, |file| file.smallest);
            format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
        };
        let sizes = format!("js {}, wasm {}, css {}", size(js), size(wasm), size(css));

        let manifest = self.root.join("manifest.json");
        let mut wanted = BTreeSet::from([manifest.clone()]);
        for file in &self.files {
            let target = self.root.join(&file.path);
            wanted.extend([with_ending(&target, "br"), with_ending(&target, "gz"), target]);
        }
        let mut text = serde_json::to_vec_pretty(&Manifest { js, wasm, css, files: self.files })?;
        text.push(b'\n');
        if fs::read(&manifest).ok().as_ref() != Some(&text) {
            write(&manifest, &text)?;
        }
        for file in files_below(&self.root)?.iter().filter(|file| !wanted.contains(*file)) {
            fs::remove_file(file)?;
        }
        Ok(format!("{}: {sizes} to download", self.root.display()))
    }
}

/// SHA-256 over the parts, each with its length, in hex.
pub(crate) fn hex(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        if parts.len() > 1 {
            hasher.update(part.len().to_le_bytes());
        }
        hasher.update(part);
    }
    hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn content_type(path: &str) -> Result<&'static str> {
    let (_, extension) = path.rsplit_once('.').unwrap_or_default();
    Ok(match extension {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => return Err(format!("{path}: no content type known for this ending").into()),
    })
}

fn brotlied(content: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: content.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &params)?;
    Ok(packed)
}

fn gzipped(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Writes beside the target and renames, so that a file is never half there.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    let new = with_ending(path, "new");
    fs::write(&new, content)?;
    Ok(fs::rename(new, path)?)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let below = files_below(folder).unwrap();
        below.iter().map(|file| file.strip_prefix(folder).unwrap().display().to_string()).collect()
    }

    fn make(root: &Path, css: &str) -> (String, String) {
        let mut site = Site::new(root);
        let js = site.add_hashed("strongroom", ".js", b"export {}").unwrap();
        let wasm = site.add_hashed("strongroom", "_bg.wasm", &[0; 1000]).unwrap();
        let css = site.add_hashed("strongroom", ".css", css.repeat(100).as_bytes()).unwrap();
        let summary = site.finish(&js, &wasm, &css).unwrap();
        (css, summary)
    }

    #[test]
    fn names_follow_the_content_and_nothing_else() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_eq!(make(one.path(), "a").0, make(other.path(), "a").0);
        assert_ne!(make(one.path(), "a").0, make(other.path(), "b").0);
        assert_eq!(hex(&[b"abc"])[..8], *"ba7816bf");
        assert_ne!(hex(&[b"ab", b"c"]), hex(&[b"a", b"bc"]));
    }

    #[test]
    fn a_new_build_replaces_the_old_and_leaves_no_orphan() {
        let dir = tempfile::tempdir().unwrap();
        let (old, _) = make(dir.path(), "a");
        let (new, summary) = make(dir.path(), "b");
        let names = names(dir.path());
        assert!(!names.contains(&old) && names.contains(&new), "{names:?}");
        assert!(names.contains(&format!("{new}.br")) && names.contains(&format!("{new}.gz")), "{names:?}");
        assert!(summary.contains("css 0.0 kB"), "{summary}");
    }

    #[test]
    fn the_same_inputs_write_nothing() {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), "a");
        let stamps = |root: &Path| -> Vec<_> {
            files_below(root).unwrap().iter().map(|file| fs::metadata(file).unwrap().modified().unwrap()).collect()
        };
        let before = stamps(dir.path());
        make(dir.path(), "a");
        assert_eq!(before, stamps(dir.path()));
    }

    #[test]
    fn the_manifest_names_every_file_with_its_type_and_forms() {
        let (dir, public) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(public.path().join("robots.txt"), "User-agent: *\n").unwrap();
        let mut site = Site::new(dir.path());
        let css = site.add_hashed("strongroom", ".css", &[b'a'; 999]).unwrap();
        site.add_folder(public.path()).unwrap();
        site.add_folder(Path::new("/nowhere")).unwrap();
        site.finish("", "", &css).unwrap();
        let text = fs::read(dir.path().join("manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(manifest["css"], css);
        assert_eq!(manifest["files"][0]["encodings"], serde_json::json!(["br", "gzip"]));
        assert_eq!(manifest["files"][1]["path"], "robots.txt");
        assert_eq!(manifest["files"][1]["content_type"], "text/plain; charset=utf-8");
        assert_eq!(manifest["files"][1]["encodings"], serde_json::json!([]), "a tiny file is not worth it");
    }

    #[test]
    fn an_unknown_ending_is_refused_rather_than_guessed() {
        assert!(Site::new(Path::new("/nowhere")).add("a.exe".into(), b"").is_err());
    }
}
