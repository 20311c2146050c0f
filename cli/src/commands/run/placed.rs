//! All files of a program: those of bindings and `--file`, the mounted directory, the named pipes.

use std::path::Path;

use super::{delivery::Fetched, fifo::Fifos, files::Files, mount::Mount};
use crate::{args::FileArgs, failure::Failure, printer::Printer};

/// The files of a program, there while it runs.
pub(super) struct Placed {
    files: Files,
    mount: Option<Mount>,
    fifos: Fifos,
}

impl Placed {
    /// Writes all files, or none. The values live on in them; here they are wiped.
    pub(super) fn place(fetched: Fetched, args: &FileArgs, printer: &Printer) -> Result<Self, Failure> {
        let Fetched { injection, files, mounted, fifos, .. } = fetched;
        let files = Files::place(injection.files.iter().chain(&files))?;
        let mount = args.mount.as_deref();
        let mount = mount.map(|path| Mount::place(&absolute(path)?, &mounted, printer)).transpose()?;
        Ok(Self { files, mount, fifos: Fifos::place(fifos, args.max_reads)? })
    }

    /// Writes anew what has changed; answers what could not be done.
    pub(super) fn renew(&mut self, fetched: Fetched) -> Vec<String> {
        let Fetched { injection, files, mounted, fifos, .. } = fetched;
        let mut problems = self.files.renew(injection.files.iter().chain(&files));
        problems.extend(self.mount.iter_mut().flat_map(|mount| mount.renew(&mounted)));
        self.fifos.renew(fifos);
        problems
    }

    /// Removes the files; answers what could not be.
    pub(super) fn remove(self) -> Vec<String> {
        let mut problems = self.files.remove();
        problems.extend(self.mount.map(Mount::remove).unwrap_or_default());
        problems.extend(self.fifos.remove());
        problems
    }
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::usage(format!("{} is no path: {error}", path.display())))
}
