//! TLS by rustls. The files are looked at now and then, and on `SIGHUP`: a renewed certificate needs no restart.

use std::{
    error::Error,
    fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use tokio::{signal::unix, time};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::{CryptoProvider, ring},
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
};

use crate::config::Tls;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error + Send + Sync>;

/// The certificate there is now.
pub(crate) struct Certificate {
    files: Tls,
    now: RwLock<Arc<CertifiedKey>>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.files.certificate.display())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Certificate {
    /// Reads both files; says which cannot be used.
    pub(crate) fn open(files: &Tls) -> Result<Arc<Self>, Failure> {
        Ok(Arc::new(Self { now: RwLock::new(Arc::new(read(files)?)), files: files.clone() }))
    }

    /// What speaks TLS with this certificate.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, Failure> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Takes a new certificate when the files change, until it is dropped; one that cannot be used is told, and the old
    /// one stays.
    pub(crate) async fn follow(self: Arc<Self>) {
        let Ok(mut asked) = unix::signal(unix::SignalKind::hangup()) else { return };
        let mut every = time::interval(EVERY);
        let mut known = self.changed();
        loop {
            let is_asked = tokio::select! {
                _ = every.tick() => false,
                _ = asked.recv() => true,
            };
            let changed = self.changed();
            if !is_asked && changed == known {
                continue;
            }
            known = changed;
            match read(&self.files) {
                Ok(new) => {
                    *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                    tracing::info!("the certificate was read again");
                }
                Err(error) => tracing::error!(%error, "the certificate cannot be used; the one before stays"),
            }
        }
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        let changed = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
        [changed(&self.files.certificate), changed(&self.files.key)]
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(files: &Tls) -> Result<CertifiedKey, Failure> {
    let unusable = |flag: &str, path: &Path, why: &dyn std::fmt::Display| format!("{flag} {}: {why}", path.display());
    let of_certificate = |why: &dyn std::fmt::Display| unusable("--tls-cert", &files.certificate, why);
    let chain: Vec<_> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|why| of_certificate(&why))?;
    if chain.is_empty() {
        return Err(of_certificate(&"it holds no certificate").into());
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|why| unusable("--tls-key", &files.key, &why))?;
    CertifiedKey::from_der(chain, key, &provider())
        .map_err(|why| unusable("--tls-key", &files.key, &format!("it does not go with the certificate: {why}")).into())
}
