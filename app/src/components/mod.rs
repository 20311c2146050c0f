//! The parts of which pages are made. Class names and markup are those of the drawn screens.

mod command;
mod field;
mod gate;
mod icon;
mod keys;
mod layout;
mod level;
mod loaded;
mod mask;
mod notice;
mod page;
mod palette;
mod sidebar;
mod theme;

pub use command::Command;
pub use field::{Field, Form};
pub use gate::Gate;
pub use icon::{Avatar, Icon, Mark, Status};
pub use keys::Keys;
pub(crate) use keys::KeysDialog;
pub(crate) use layout::Layout;
pub use level::{LevelIcon, level_icon};
pub use loaded::{Failure, Loaded, failure};
pub use mask::Mask;
pub use notice::{FormNotice, NoticeBox, UndoForm};
pub use page::{Callout, Empty, PageHead, When, counted, sentence};
pub use palette::HitWords;
