//! Embeds the site that the `assets` tool made: a table of files with their compressed forms. Where the site was not
//! built, as in a plain `cargo check`, the table is empty and pages work without the browser's program.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const NOTHING: &str = "{\"js\":\"\",\"wasm\":\"\",\"css\":\"\",\"files\":[]}\n";

fn main() -> Result<()> {
    let site = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../target/site");
    let manifest = site.join("manifest.json");
    if !manifest.exists() {
        // Cargo runs a build script each time while a file it watches is missing.
        fs::create_dir_all(&site)?;
        fs::write(&manifest, NOTHING)?;
    }
    println!("cargo::rerun-if-changed={}", manifest.display());
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let table = table(&site, &out, &fs::read(&manifest)?)?;
    fs::write(out.join("site.rs"), table)?;
    Ok(())
}

/// The Rust source of the table. It names copies of the files: the site may be built anew while this is compiled.
fn table(site: &Path, out: &Path, manifest: &[u8]) -> Result<String> {
    let manifest: serde_json::Value = serde_json::from_slice(manifest)?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut source = String::new();
    for name in ["js", "wasm", "css"] {
        let path = text(&manifest[name]);
        let path = if path.is_empty() { path } else { format!("/{path}") };
        writeln!(source, "const {}: &str = {path:?};", name.to_uppercase())?;
    }
    writeln!(source, "const FILES: &[File] = &[")?;
    for file in manifest["files"].as_array().ok_or("no files in the manifest")? {
        let path = text(&file["path"]);
        let include = |ending: &str| -> Result<String> {
            let name = format!("{}{ending}", path.replace('/', "_"));
            fs::copy(site.join(format!("{path}{ending}")), out.join(&name))?;
            Ok(format!("include_bytes!({name:?})"))
        };
        let packed =
            |ending: &str| include(ending).map_or_else(|_| "None".to_owned(), |bytes| format!("Some({bytes})"));
        writeln!(
            source,
            "    File {{ path: {:?}, content_type: {:?}, plain: {}, brotli: {}, gzip: {} }},",
            format!("/{path}"),
            text(&file["content_type"]),
            include("")?,
            packed(".br"),
            packed(".gz"),
        )?;
    }
    writeln!(source, "];")?;
    Ok(source)
}
