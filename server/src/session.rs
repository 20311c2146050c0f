//! Sessions of browsers: one cookie, its record in the vault's database, two limits.

use domain::{Code, Error};
use time::Duration;
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};
use vault::{SignedIn, Vault};

use crate::problem::{Answer, ApiError};

/// How long a session lives without a request. However active, it ends 12 hours after the sign-in; the vault sees to that.
const IDLE: Duration = Duration::minutes(30);
/// How often an active session is written: seldom enough that reading pages does not write to the database each time.
const TOUCH_SECONDS: i64 = 60;

const SIGNED_IN: &str = "signed_in";
const UNTIL: &str = "until";

/// The layer that finds the session of a request. The cookie is `Lax`: a link from a chat opens the page it names,
/// and whatever changes something is the CSRF layer's.
pub(crate) fn layer(vault: &Vault, https: bool) -> SessionManagerLayer<vault::Sessions> {
    // Browsers take a name with this prefix only from this very host, over HTTPS.
    let name = if https { "__Host-strongroom" } else { "strongroom" };
    SessionManagerLayer::new(vault.sessions())
        .with_name(name)
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Signs in: a new session id, so that one planted before the sign-in is worth nothing after.
#[allow(dead_code, reason = "for the forms")]
pub(crate) async fn sign_in(session: &Session, signed_in: SignedIn) -> Answer<()> {
    session.cycle_id().await.map_err(failed)?;
    session.insert(SIGNED_IN, signed_in).await.map_err(failed)?;
    touch(session).await
}

/// Signs out: the record is gone, not only the cookie.
pub(crate) async fn sign_out(session: &Session) -> Answer<()> {
    session.flush().await.map_err(failed)
}

/// What the session remembers of the sign-in.
pub(crate) async fn signed_in(session: &Session) -> Answer<Option<SignedIn>> {
    session.get(SIGNED_IN).await.map_err(failed)
}

/// Keeps an active session alive: its time starts anew with every write.
pub(crate) async fn touch(session: &Session) -> Answer<()> {
    let until = session.expiry_date().unix_timestamp();
    let written: Option<i64> = session.get(UNTIL).await.map_err(failed)?;
    if written.is_none_or(|written| until - written >= TOUCH_SECONDS) {
        session.insert(UNTIL, until).await.map_err(failed)?;
    }
    Ok(())
}

#[allow(clippy::needless_pass_by_value, reason = "the argument of `map_err`")]
pub(crate) fn failed(error: tower_sessions::session::Error) -> ApiError {
    tracing::error!(%error, "the session store failed");
    Error::new(Code::Unavailable, "your session cannot be read right now; try again in a moment").into()
}
