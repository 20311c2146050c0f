//! The pages about secrets: a level as a table, uploads, one value on request, what a service gets and as what.
//!
//! | file | concept |
//! |---|---|
//! | `scope_page`, `scope_read` | one level of a service, project or the platform |
//! | `matrix`, `toolbar`, `detail` | its parts: table, filters, the open cell |
//! | `window`, `blocks`, `scroll` | a long table: what was read of it, which rows of that stand in the page, and what of them is in sight |
//! | `secret_form`, `value_fields`, `row_form`, `care_form` | writing: one value, one name everywhere, what stands beside |
//! | `upload`, `upload_file`, `dropzone`, `plan`, `plan_apply`, `plan_items`, `plan_effects` | a file becomes a plan, and a plan becomes one change |
//! | `plain_plan`, `plan_page` | the same in forms, without script |
//! | `copy`, `copy_read` | names from one place to another, promoted, demoted |
//! | `export_form` | many values as a file |
//! | `reveal`, `reveal_dialog`, `reveal_page` | one value, for thirty seconds |
//! | `effective`, `ladder`, `watchers` | what the ladder gives, why, and which programs have it |
//! | `bindings`, `binding_forms`, `wanted_page`, `contract` | which secret feeds which variable or file, and which should |
//! | `keys`, `grid`, `browser` | the keyboard, and everything else that only a browser has |

#![allow(clippy::needless_pass_by_value, reason = "components own what they are given")]

mod asked;
mod binding_forms;
mod bindings;
mod bindings_read;
mod blocks;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_none.rs"]
mod browser;
mod care_form;
mod contract;
mod copy;
mod copy_read;
mod detail;
mod dropzone;
mod effective;
mod effective_read;
mod export_form;
#[cfg(feature = "hydrate")]
mod grid;
mod head;
mod keys;
mod ladder;
mod matrix;
mod place;
mod plain_plan;
mod plan;
mod plan_apply;
mod plan_effects;
mod plan_items;
#[cfg(feature = "ssr")]
mod plan_page;
mod reveal;
mod reveal_dialog;
#[cfg(feature = "ssr")]
mod reveal_page;
mod row_form;
mod scope_page;
mod scope_read;
#[cfg(feature = "hydrate")]
mod scroll;
mod secret_form;
mod toolbar;
mod unseen;
mod upload;
mod upload_file;
mod value_fields;
#[cfg(feature = "ssr")]
mod wanted_page;
mod watchers;
mod window;

pub use binding_forms::pin_of;
pub use bindings::BindingsPage;
pub use copy::CopyPage;
pub use copy_read::AskedCopy;
pub use effective::EffectivePage;
pub(crate) use matrix::KindIcon;
pub use place::{Place, environment_of, scope_name};
pub(crate) use place::{environment_title, environment_word, level_title, levels};
#[cfg(feature = "ssr")]
pub use plan_page::{PlanPage, plan_page};
pub(crate) use reveal::{Reveal, RevealButtons, Wanted};
pub(crate) use reveal_dialog::RevealDialog;
#[cfg(feature = "ssr")]
pub use reveal_page::{RevealedPage, revealed_page};
pub use scope_page::{PlatformSecrets, ProjectSecrets, ServicePlatformSecrets, ServiceProjectSecrets, ServiceSecrets};
pub(crate) use secret_form::At;
pub use upload_file::told as import_sentence;
pub use value_fields::alphabet_of;
#[cfg(feature = "ssr")]
pub use wanted_page::{WantedPage, wanted_page};
