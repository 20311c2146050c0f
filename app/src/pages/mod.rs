//! The pages: one file each, with its server functions.

mod audit;
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
mod search;
pub mod secrets;
mod setup;
mod tokens;

pub use audit::Audit;
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
pub use search::SearchPage;
pub(crate) use search::{Hits, find};
pub use setup::Setup;
pub use tokens::Tokens;
