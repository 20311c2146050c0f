//! The browser's program: wasm-bindgen writes its JavaScript half, `wasm-opt` shrinks the other.

use crate::{Result, site::hex};
use std::{fs, path::Path, process::Command};
use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "strongroom";

/// What rustc's default wasm32 target uses. Without these `wasm-opt` refuses the module; with more it
/// might use what a browser does not know.
const OPTIMIZE: [&str; 9] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

pub(crate) struct Pair {
    pub(crate) js: String,
    pub(crate) wasm: Vec<u8>,
}

/// Both halves of the program; from `work` when the same input was bound before.
pub(crate) fn bind(input: &Path, optimizer: Option<&Path>, work: &Path) -> Result<Pair> {
    let module = fs::read(input).map_err(|error| format!("{}: {error}", input.display()))?;
    let tool = match optimizer {
        Some(path) => fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?,
        None => Vec::new(),
    };
    let done = work.join(hex(&[&module, &tool, OPTIMIZE.concat().as_bytes()]));
    if !done.exists() {
        // Only the newest result is kept, and it appears whole or not at all.
        if work.exists() {
            fs::remove_dir_all(work)?;
        }
        let doing = work.join("doing");
        fs::create_dir_all(&doing)?;
        generate(&module, &doing)?;
        if let Some(tool) = optimizer {
            shrink(tool, &doing.join(format!("{NAME}_bg.wasm")))?;
        }
        fs::rename(&doing, &done)?;
    }
    Ok(Pair {
        js: fs::read_to_string(done.join(format!("{NAME}.js")))?,
        wasm: fs::read(done.join(format!("{NAME}_bg.wasm")))?,
    })
}

fn generate(module: &[u8], folder: &Path) -> Result<()> {
    let mut output = Bindgen::new()
        .input_bytes(NAME, module.to_vec())
        .web(true)?
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page passes the hashed address of the WASM; the JavaScript must not guess another.
        .omit_default_module_path(true)
        .generate_output()?;
    if output.snippets().values().any(|inline| !inline.is_empty()) || !output.local_modules().is_empty() {
        return Err("a crate brings JavaScript files of its own, which are not bundled".into());
    }
    Ok(output.emit(folder)?)
}

fn shrink(tool: &Path, module: &Path) -> Result<()> {
    let status = Command::new(tool).args(OPTIMIZE).arg(module).arg("-o").arg(module).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", tool.display()).into()),
        Err(error) => Err(format!("{}: {error}", tool.display()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest module there is: the magic number and the version.
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn a_module_that_was_bound_is_not_bound_again() {
        let dir = tempfile::tempdir().unwrap();
        let (input, work) = (dir.path().join("in.wasm"), dir.path().join("work"));
        fs::write(&input, EMPTY).unwrap();
        let first = bind(&input, None, &work).unwrap();
        assert!(first.js.contains("export"), "{}", first.js);
        assert!(first.wasm.starts_with(b"\0asm"));

        let kept = fs::read_dir(&work).unwrap().next().unwrap().unwrap().path();
        fs::write(kept.join("strongroom.js"), "kept").unwrap();
        assert_eq!(bind(&input, None, &work).unwrap().js, "kept");
    }

    #[test]
    fn a_broken_module_leaves_nothing_that_looks_done() {
        let dir = tempfile::tempdir().unwrap();
        let (input, work) = (dir.path().join("in.wasm"), dir.path().join("work"));
        fs::write(&input, b"not wasm").unwrap();
        assert!(bind(&input, None, &work).is_err());
        assert!(bind(&input, None, &work).is_err());
    }

    #[test]
    fn an_optimizer_that_fails_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("in.wasm");
        fs::write(&input, EMPTY).unwrap();
        let error = bind(&input, Some(Path::new("/bin/false")), &dir.path().join("work")).err().unwrap();
        assert!(error.to_string().contains("/bin/false"), "{error}");
    }
}
