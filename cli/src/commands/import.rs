//! `import`: a file becomes secrets, all of them or none. The server reads the file; here it is only sent.

use std::{
    io::{self, Read},
    path::Path,
};

use domain::import::IMPORT_MAX;
use zeroize::Zeroizing;

use super::{Context, plan::Planned};
use crate::{args::ImportArgs, client::Route, failure::Failure};

pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<u8, Failure> {
    let file = read(&args.file)?;
    let scope = context.settings.scope(args.level.platform)?;
    let as_file = Some(args.as_file.join(",")).filter(|names| !names.is_empty());
    let client = context.client()?;
    Planned {
        args: &args.plan,
        scope: &scope,
        route: Route::of_scope(&scope, "import").with_some("as_file", as_file),
        send: |route| client.post_bytes(route, content_type(&args.file), &file),
        of: shown(&args.file),
    }
    .carry_out(context)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // One byte more than allowed, so that the server says what is wrong with it.
    let limit = IMPORT_MAX as u64 + 1;
    let mut bytes = Zeroizing::new(Vec::new());
    let read = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::failed(format!("cannot read {}: {error}", shown(path)))),
    }
}

fn content_type(path: &Path) -> &'static str {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("yaml" | "yml") => "application/yaml",
        Some("toml") => "application/toml",
        Some("env") => "text/plain",
        _ if name == ".env" || name.starts_with(".env.") => "text/plain",
        _ => "application/json",
    }
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_its_type() {
        for (name, expected) in [
            ("secrets.json", "application/json"),
            ("-", "application/json"),
            ("secrets", "application/json"),
            ("a/.env", "text/plain"),
            (".env.local", "text/plain"),
            ("prod.env", "text/plain"),
            ("a.yml", "application/yaml"),
            ("a.toml", "application/toml"),
        ] {
            assert_eq!(content_type(Path::new(name)), expected, "{name}");
        }
    }
}
