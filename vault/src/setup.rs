//! The first admin: through the single-use link of the first start, or from the command line.

use domain::access::RequestInfo;
use zeroize::Zeroizing;

use crate::{SignedIn, Vault, error::Result};

impl Vault {
    /// Whether the installation has an admin.
    pub async fn is_set_up(&self) -> Result<bool> {
        todo!()
    }

    /// A new single-use setup token, 24 hours valid, while there is no admin; earlier ones stop working. `None` when there is one.
    pub async fn make_setup_token(&self) -> Result<Option<Zeroizing<String>>> {
        todo!()
    }

    /// Whether a setup token would be accepted now. Uses nothing up.
    pub async fn is_setup_token(&self, token: &str) -> Result<bool> {
        let _ = token;
        todo!()
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
        let _ = (request, token, email, name, password);
        todo!()
    }

    /// Makes the first admin from the command line; refused (409) when one exists. With `with_token`, also a token of
    /// that admin with every right on everything.
    pub async fn bootstrap(
        &self,
        email: &str,
        password: Zeroizing<String>,
        with_token: bool,
    ) -> Result<Option<Zeroizing<String>>> {
        let _ = (email, password, with_token);
        todo!()
    }
}
