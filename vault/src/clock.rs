//! The clock and the maker of ids: the only two places that ask the machine what it is not told.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use domain::Millis;
use uuid::Uuid;

/// Tells the time. Tests give their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Millis + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn system() -> Self {
        Self::from_fn(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// A clock that answers what `now` answers.
    pub fn from_fn(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        (self.0)()
    }
}

/// A new id. Ids order rows and name them; they are never a capability.
#[allow(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}
