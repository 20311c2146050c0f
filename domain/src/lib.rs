//! What is true of secrets whatever the database, the web or the browser do.
//!
//! Pure and wasm-safe: no clock, no randomness, no I/O. The server, the browser and the command line
//! share these types, so one word means one thing in SQL, Rust, JSON and on the page.
//!
//! | module | concept |
//! |---|---|
//! | [`name`] | secret names, slugs, environment names: one rule each, its message built from the rule |
//! | [`scope`] | where a secret lives, and the text of a *source* |
//! | [`ladder`] | the six rungs a service looks at, and why one of them wins |
//! | [`day`] | days of the calendar: until when a value has to be replaced |
//! | [`generate`] | values that nobody has to think of |
//! | [`value`] | the bytes of a secret; no `Debug`, no `Serialize` |
//! | [`import`] | `secrets.json`, `.env`, YAML, TOML: every problem with its line and column |
//! | [`export`] | the same and more, written so that readers get the very bytes back |
//! | [`injection`] | variables and files: names, collisions, what cannot be carried |
//! | [`access`] | who asks, and what they may |
//! | `contract` | what a service needs, and whether it would get that |
//! | `wiring` | bindings as other tools write them: Kubernetes, Compose, `.env.example`, `$secrets` of OpenAPI |
//! | [`search`] | what someone looks for: words and filters |
//! | [`error`] | the only error that leaves the server |
//! | [`api`] | what REST, pages and clients exchange; never a value except where the name says so |
#![warn(missing_docs)]

pub mod access;
pub mod api;
#[cfg(feature = "formats")]
pub mod contract;
pub mod day;
pub mod error;
pub mod export;
pub mod generate;
pub mod import;
pub mod injection;
pub mod ladder;
pub mod name;
pub mod scope;
pub mod search;
pub mod time;
pub mod value;
mod wiped;
#[cfg(feature = "formats")]
pub mod wiring;

pub use access::{Action, Actor};
pub use day::Day;
pub use error::{Code, Error, Problem};
pub use generate::Generate;
pub use name::{EnvironmentName, SecretName, Slug};
pub use scope::{Level, Scope, ServicePath};
pub use time::Millis;
pub use value::{Kind, MASK, SecretValue};
