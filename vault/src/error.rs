//! What can go wrong inside, and the one place where it becomes what a client may know.

use sqlx::migrate::MigrateError;

use domain::{Code, Error as PublicError, access::Denied};

/// The result of a use-case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use-case failed. Sources stay inside: [`Error::public`] logs them and strips them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client's fault, in words made for the client.
    #[error(transparent)]
    Public(#[from] PublicError),
    /// What a plan was made from has changed since; nothing was stored. This is the new plan.
    #[error("the plan is out of date")]
    Stale(Box<domain::api::Plan>),
    /// The database failed or refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A value could not be sealed or opened.
    #[error("seal: {0}")]
    Seal(#[from] seal::SealError),
    /// A row does not carry the MAC its content should have: it was changed behind our back.
    #[error("row of {table} does not match its MAC")]
    Tampered {
        /// The table.
        table: &'static str,
    },
    /// A row holds a word or name this version does not know.
    #[error("row of {table} holds something unknown")]
    Unknown {
        /// The table.
        table: &'static str,
    },
    /// Password hashing failed, or its pool is gone.
    #[error("password hashing failed")]
    Password,
    /// Too many password checks are waiting.
    #[error("password checks are busy")]
    Busy,
}

impl Error {
    /// What the client may know. Logs the rest once, here, with the request's span around it.
    pub fn public(self) -> PublicError {
        match self {
            Self::Public(error) => error,
            Self::Stale(_) => PublicError::new(
                Code::Conflict,
                "something this plan touches was changed since it was made; nothing was stored. The answer holds the \
                 new plan: look at it, then apply it",
            ),
            Self::Database(sqlx::Error::PoolTimedOut) | Self::Busy => {
                PublicError::new(Code::Unavailable, "busy; try again in a moment")
            }
            inside => {
                tracing::error!(error = %inside, "request failed");
                PublicError::new(
                    Code::Internal,
                    "something failed on the server; its log has the reason under this request id",
                )
            }
        }
    }

    /// 409 where the database says that a unique row exists already; anything else unchanged.
    pub(crate) fn conflict(error: sqlx::Error, what: impl std::fmt::Display) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => {
                PublicError::new(Code::Conflict, format!("{what} exists already")).into()
            }
            _ => error.into(),
        }
    }
}

impl From<(Denied, &domain::Scope)> for Error {
    fn from((denied, scope): (Denied, &domain::Scope)) -> Self {
        denied.into_error(&scope.to_string()).into()
    }
}

/// Why the server does not start. Nothing was written when one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be reached or opened.
    #[error("cannot open the database {url}: {source}")]
    Database {
        /// The URL without its password.
        url: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date.
    #[error("cannot bring the database schema up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A key file cannot be used.
    #[error("{0}")]
    Key(String),
    /// The head file of the audit log cannot be used, or knows more than the database.
    #[error("{0}")]
    Head(String),
    /// Anything else of the first transaction.
    #[error(transparent)]
    Vault(#[from] Error),
}

impl StartError {
    /// Whether another process holds the SQLite file, so that trying again helps.
    pub(crate) fn is_locked(&self) -> bool {
        let (Self::Database { source, .. }
        | Self::Vault(Error::Database(source))
        | Self::Migrate(MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _))) = self
        else {
            return false;
        };
        // SQLITE_BUSY and SQLITE_LOCKED, extended codes included: the lowest byte is 5 or 6.
        let sqlx::Error::Database(inner) = source else { return false };
        inner.message().contains("locked")
            && inner.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
    }
}

impl From<sqlx::Error> for StartError {
    fn from(error: sqlx::Error) -> Self {
        Self::Vault(error.into())
    }
}
