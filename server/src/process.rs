//! What the process itself refuses: to leave its memory in a core dump, to be looked into by others of its user, and to
//! die of a file that may grow no more.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// The number of `SIGXFSZ` on every Linux we run on.
const FILE_TOO_LARGE: i32 = 25;

/// No core dumps, and no debugger of the same user.
pub(crate) fn harden() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// A write beyond a limit of the file system is an error of that write, not the end of the process. Within a runtime.
pub(crate) fn outlive_full_files() -> io::Result<()> {
    // The handler stays for the life of the process; nobody has to listen.
    signal(SignalKind::from_raw(FILE_TOO_LARGE)).map(drop)
}
