//! Writing files of secrets, so that whoever reads them gets the very bytes back.
//!
//! Every format has a reader in mind (a shell, `docker run --env-file`, Terraform, …) and knows what that reader would
//! turn into something else. Such a value is an error that names its key, never a changed value; every such key is
//! told at once. A value of kind `json` is written as the text that it is, and as a member of the document in JSON.
//! What each format carries is in `docs/formats.md`.

mod format;
#[cfg(feature = "formats")]
mod lines;
#[cfg(feature = "formats")]
mod quoted;
#[cfg(feature = "formats")]
mod structured;
#[cfg(feature = "formats")]
mod tables;
#[cfg(feature = "formats")]
mod write;

pub use format::Format;
#[cfg(feature = "formats")]
pub(crate) use structured::yaml_text;
#[cfg(feature = "formats")]
pub use write::{Item, write};
