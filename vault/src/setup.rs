//! The first admin: through the single-use link of the first start, or from the command line.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Code, Error as PublicError,
    access::{PlatformRole, RequestInfo, Right},
    time::HOUR,
};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    SignedIn, Vault,
    audit::Event,
    db::{Tx, people::StoredPerson},
    error::{Error, Result},
    people::NewPersonWords,
    tokens::Grant,
};

/// How long a setup link is good.
const LINK_HOURS: i64 = 24;
/// Who acts when the command line does.
pub(crate) const COMMAND_LINE: &str = "command line";

impl Vault {
    /// Whether the installation has an admin.
    pub async fn is_set_up(&self) -> Result<bool> {
        Ok(self.inner.db.read().await?.has_admin().await?)
    }

    /// A new single-use setup token, 24 hours valid, while there is no admin; earlier ones stop working. `None` when there is one.
    pub async fn make_setup_token(&self) -> Result<Option<Zeroizing<String>>> {
        let mut tx = self.inner.db.write().await?;
        tx.lock_installation().await?;
        if tx.has_admin().await? {
            return Ok(None);
        }
        let mut bytes: [u8; 32] = seal::random_bytes()?;
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
        bytes.zeroize();
        let until = self.inner.clock.now().plus(LINK_HOURS * HOUR);
        tx.delete_setup_links().await?;
        tx.append_setup_link(&self.setup_hash(&token), until).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whether a setup token would be accepted now. Uses nothing up.
    pub async fn is_setup_token(&self, token: &str) -> Result<bool> {
        let mut tx = self.inner.db.read().await?;
        let now = self.inner.clock.now();
        Ok(!tx.has_admin().await? && tx.find_setup_link(&self.setup_hash(token), now).await?)
    }

    /// Makes the first admin and uses the token up; signs them in.
    pub async fn set_up(
        &self,
        request: &RequestInfo,
        token: &str,
        email: &str,
        name: &str,
        password: Zeroizing<String>,
    ) -> Result<SignedIn> {
        if !self.is_setup_token(token).await? {
            return Err(used_up());
        }
        let words = NewPersonWords::of(email, Some(name), Some(&password))?;
        let password_hash = self.inner.passwords.hash(password).await?;
        let mut tx = self.inner.db.write().await?;
        tx.lock_installation().await?;
        let now = self.inner.clock.now();
        if !tx.delete_setup_link(&self.setup_hash(token), now).await? {
            return Err(used_up());
        }
        let admin = self.append_first_admin(&mut tx, words, password_hash).await?;
        let event = Event::of("installation.set_up", "", &admin.email);
        self.record_as(&mut tx, &admin.email, request, event).await?;
        tx.commit().await?;
        Ok(SignedIn { person: admin.id, epoch: admin.credential_epoch, at: now.0, confirmed_at: now.0 })
    }

    /// Makes the first admin from the command line; refused (409) when one exists. With `with_token`, also a token of
    /// that admin with every right on everything.
    pub async fn bootstrap(
        &self,
        email: &str,
        password: Zeroizing<String>,
        with_token: bool,
    ) -> Result<Option<Zeroizing<String>>> {
        let words = NewPersonWords::of(email, None, Some(&password))?;
        let password_hash = self.inner.passwords.hash(password).await?;
        let mut tx = self.inner.db.write().await?;
        tx.lock_installation().await?;
        let admin = self.append_first_admin(&mut tx, words, password_hash).await?;
        let mut token = None;
        if with_token {
            let grant = Grant {
                rights: vec![Right::Read, Right::Write, Right::Manage],
                owner: Some(admin.id),
                ..Grant::of("bootstrap")
            };
            token = Some(self.append_grant(&mut tx, grant).await?.0);
        }
        let request = RequestInfo::default();
        let event = Event::of("installation.set_up", "", &admin.email);
        self.record_as(&mut tx, COMMAND_LINE, &request, event).await?;
        if with_token {
            let event = Event::of("token.create", "platform", "bootstrap");
            self.record_as(&mut tx, COMMAND_LINE, &request, event).await?;
        }
        tx.commit().await?;
        Ok(token)
    }

    /// Adds the first admin, and ends every setup link; 409 when there is an admin. The installation is locked.
    async fn append_first_admin(
        &self,
        tx: &mut Tx,
        words: NewPersonWords,
        password_hash: String,
    ) -> Result<StoredPerson> {
        if tx.has_admin().await? {
            return Err(PublicError::new(
                Code::Conflict,
                "this installation has an admin already; sign in as them to add others",
            )
            .into());
        }
        tx.delete_setup_links().await?;
        self.append_person(tx, words, PlatformRole::Admin, password_hash).await
    }

    /// What is stored instead of a setup token; never that of an API token.
    fn setup_hash(&self, token: &str) -> [u8; 32] {
        let text = Zeroizing::new(format!("setup {token}"));
        self.inner.keys.token_hash(text.as_bytes())
    }
}

fn used_up() -> Error {
    PublicError::new(
        Code::Unauthenticated,
        "this setup link does not work any more; restart the server to get a new one",
    )
    .into()
}
