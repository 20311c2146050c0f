//! `import`: a file becomes secrets, all of them or none. The server reads the file; here it is only sent.

mod directory;

use std::{
    io::{self, Read},
    path::Path,
};

use domain::import::{Format, IMPORT_MAX};
use zeroize::Zeroizing;

use directory::Directory;

use super::{
    Context,
    plan::{Planned, nothing_stored, tell_problems},
};
use crate::{args::ImportArgs, client::Route, failure::Failure};

pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<u8, Failure> {
    let is_directory = args.file.is_dir();
    let (format, file, leave_out): (_, _, &[String]) = if is_directory {
        if args.format.is_some() {
            return Err(Failure::usage("--format is for one file; a directory has a secret in every file"));
        }
        match directory::read(&args.file, &args.plan.leave_out)? {
            Directory::Read(file) => (Format::Yaml, file, &[]),
            Directory::Problems(problems) => {
                let count = tell_problems(&context.printer, &shown(&args.file), problems.iter());
                return Err(nothing_stored(count));
            }
        }
    } else {
        (format(args), read(&args.file)?, &args.plan.leave_out)
    };
    let scope = context.settings.scope(args.level.platform)?;
    let as_file = Some(args.as_file.join(",")).filter(|names| !names.is_empty());
    let client = context.client()?;
    Planned {
        args: &args.plan,
        scope: &scope,
        route: Route::of_scope(&scope, "import").with_some("as_file", as_file),
        send: |route| client.post_bytes(route, format.media_type(), &file),
        of: shown(&args.file),
        leave_out,
    }
    .carry_out(context)
}

/// A file, or stdin for `-`.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
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

/// What the flag says, else what the name says, else JSON.
fn format(args: &ImportArgs) -> Format {
    let said = args.format.map(|format| format.0);
    said.or_else(|| Format::of_file_name(&args.file.to_string_lossy())).unwrap_or(Format::Json)
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}
