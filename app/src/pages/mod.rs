//! The pages: one file each, with its server functions.

pub mod account;
mod audit;
#[cfg(feature = "ssr")]
mod bare_page;
mod duplicates;
mod environments;
mod first_steps;
mod history;
mod home;
mod invite;
mod login;
mod not_found;
mod people;
mod project;
mod readiness;
mod search;
pub mod secrets;
mod setup;
mod tokens;

pub use account::{Account, Confirm, PolicyPage, SecondFactorPage, SecondStep};
pub use audit::{Asked, Audit};
#[cfg(feature = "ssr")]
pub use bare_page::Look;
#[cfg(feature = "ssr")]
pub(crate) use bare_page::bare_page;
pub use duplicates::Duplicates;
pub use environments::Environments;
pub use first_steps::FirstSteps;
pub use history::{ChangesPage, ConflictPage, DeletedPage, SecretHistory};
pub use home::Home;
pub use invite::Invite;
pub use login::Login;
pub use not_found::NotFound;
pub use people::People;
pub use project::ProjectPage;
pub(crate) use readiness::Findings;
pub use readiness::ReadinessPage;
pub use search::SearchPage;
pub(crate) use search::{Hits, find};
pub use setup::Setup;
pub use tokens::Tokens;
