//! Sessions of browsers: one cookie, its record in the vault's database, two limits.

use domain::{Code, Error};
use time::Duration;
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};
use vault::{DEVICE, Device, HalfSignedIn, SIGNED_IN, SignedIn, Vault};

use crate::problem::{Answer, ApiError};

/// How long a session lives without a request. However active, it ends 12 hours after the sign-in; the vault sees to that.
const IDLE: Duration = Duration::minutes(30);
/// How often an active session is written: seldom enough that reading pages does not write to the database each time.
const TOUCH_SECONDS: i64 = 60;

/// A sign-in that waits for its code: it is nobody yet.
const HALF_SIGNED_IN: &str = "half_signed_in";
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
pub(crate) async fn sign_in(session: &Session, signed_in: SignedIn, device: Device) -> Answer<()> {
    session.cycle_id().await.map_err(failed)?;
    session.remove_value(HALF_SIGNED_IN).await.map_err(failed)?;
    session.insert(SIGNED_IN, signed_in).await.map_err(failed)?;
    session.insert(DEVICE, device).await.map_err(failed)?;
    touch(session).await
}

/// The password was right; the code is still to come.
pub(crate) async fn half_sign_in(session: &Session, half: HalfSignedIn) -> Answer<()> {
    session.cycle_id().await.map_err(failed)?;
    session.remove_value(SIGNED_IN).await.map_err(failed)?;
    session.insert(HALF_SIGNED_IN, half).await.map_err(failed)
}

/// The sign-in that waits for its code.
pub(crate) async fn half_signed_in(session: &Session) -> Answer<Option<HalfSignedIn>> {
    session.get(HALF_SIGNED_IN).await.map_err(failed)
}

/// Notes that the person gave password or code once more; under a new session id, as after a sign-in.
pub(crate) async fn confirm(session: &Session, at: i64) -> Answer<()> {
    let Some(signed_in) = signed_in(session).await? else { return Ok(()) };
    session.cycle_id().await.map_err(failed)?;
    session.insert(SIGNED_IN, SignedIn { confirmed_at: at, ..signed_in }).await.map_err(failed)
}

/// Goes on after the person's credentials changed.
pub(crate) async fn renew(session: &Session, renewed: SignedIn) -> Answer<()> {
    session.cycle_id().await.map_err(failed)?;
    session.insert(SIGNED_IN, renewed).await.map_err(failed)
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
