//! What a form had to say, from the redirect that answers it to the page after: kept in the session, shown once.

use app::notice::Notice;
use tower_sessions::Session;

use crate::{problem::Answer, session::failed};

const NOTICE: &str = "notice";

/// Keeps a notice for the next page.
#[allow(dead_code, reason = "for the forms")]
pub(crate) async fn put(session: &Session, notice: Notice) -> Answer<()> {
    session.insert(NOTICE, notice).await.map_err(failed)
}

/// Takes the notice out.
pub(crate) async fn take(session: &Session) -> Answer<Option<Notice>> {
    // Looking first keeps a session without one unwritten.
    if session.get_value(NOTICE).await.map_err(failed)?.is_none() {
        return Ok(None);
    }
    session.remove(NOTICE).await.map_err(failed)
}
