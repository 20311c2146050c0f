//! What was done, and the way back.
//!
//! | file | concept |
//! |---|---|
//! | `changes` | the changes of the installation or of a scope, one of them open |
//! | `deleted` | what was deleted and can be brought back |
//! | `secret`, `compare`, `moving` | the versions of one secret: two compared, one restored, the whole moved |
//! | `conflict` | two people wrote one secret at once |
//! | `asked` | which scopes an address asks for |

#![allow(clippy::needless_pass_by_value, reason = "components own what they are given")]

mod asked;
mod changes;
mod compare;
mod conflict;
mod deleted;
mod moving;
mod secret;

pub use changes::ChangesPage;
pub use conflict::ConflictPage;
pub use deleted::DeletedPage;
pub use secret::SecretHistory;
