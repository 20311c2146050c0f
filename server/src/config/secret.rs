//! Text of a flag that is never shown: not by `Debug`, not in clap's messages.

use std::{convert::Infallible, fmt, str::FromStr};

use zeroize::Zeroizing;

/// Text that is never shown.
#[derive(Clone)]
pub(crate) struct Hidden(Zeroizing<String>);

impl Hidden {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// Any text is taken, so that clap has nothing to complain about and to quote; it is checked later.
impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(domain::MASK)
    }
}
