//! The pages about secrets: a level as a table, uploads, one value on request, what a service gets and as what.
//!
//! | file | concept |
//! |---|---|
//! | `scope_page`, `scope_read` | one level of a service, project or the platform |
//! | `matrix`, `toolbar`, `detail`, `secret_form` | its parts: table, filters, the open cell, writing |
//! | `upload`, `upload_file`, `dropzone`, `plan`, `plan_items` | a file becomes a plan, and a plan becomes one change |
//! | `reveal`, `reveal_dialog`, `reveal_page` | one value, for thirty seconds |
//! | `effective`, `ladder` | what the ladder gives, and why |
//! | `bindings`, `binding_forms` | which secret feeds which variable or file |
//! | `window` | long tables: rows that are fetched as one comes near them |
//! | `keys`, `grid`, `browser` | the keyboard, and everything else that only a browser has |

#![allow(clippy::needless_pass_by_value, reason = "components own what they are given")]

mod asked;
mod binding_forms;
mod bindings;
mod bindings_read;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_none.rs"]
mod browser;
mod detail;
mod dropzone;
mod effective;
mod effective_read;
#[cfg(feature = "hydrate")]
mod grid;
mod head;
mod keys;
mod ladder;
mod matrix;
mod place;
mod plan;
mod plan_items;
mod reveal;
mod reveal_dialog;
#[cfg(feature = "ssr")]
mod reveal_page;
mod scope_page;
mod scope_read;
mod secret_form;
mod toolbar;
mod unseen;
mod upload;
mod upload_file;
mod window;

pub use binding_forms::pin_of;
pub use bindings::BindingsPage;
pub use effective::EffectivePage;
pub use place::{Place, environment_of, scope_name};
#[cfg(feature = "ssr")]
pub use reveal_page::{RevealedPage, revealed_page};
pub use scope_page::{PlatformSecrets, ProjectSecrets, ServicePlatformSecrets, ServiceProjectSecrets, ServiceSecrets};
pub use upload_file::told as import_sentence;
