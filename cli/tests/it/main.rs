//! The binary `strongroom` against a real `strongroom-server`. Every value in these tests holds the word `canary`, and
//! every run of the client checks that it, and the token, appear nowhere but where they were asked for.
#![allow(clippy::unwrap_used, reason = "helpers too may end a test where they stand")]

mod bindings;
mod check;
mod documents;
mod export;
mod import;
mod originals;
mod places;
mod plan;
mod run;
mod run_faults;
mod run_files;
mod run_flags;
mod run_mask;
mod run_mount;
mod run_offline;
mod run_sealed;
mod run_watch;
mod search;
mod secrets;
mod settings;
mod support;
