//! What came back: JSON of ours, a problem of ours, or something that is not ours.

use domain::{
    Problem,
    api::{Plan, SealedAnswer},
};
use serde::{Deserialize, de::DeserializeOwned};
use transit::{OneTimeKey, Subject};
use ureq::{Body, Error, http::Response};
use zeroize::Zeroizing;

use crate::{
    failure::{Failure, Refusal},
    settings::ServerUrl,
};

/// The largest reply that is read.
const REPLY_MAX: u64 = 64 * 1024 * 1024;

/// A reply that says yes. It may hold values, so it is wiped when dropped.
pub(super) struct Reply {
    body: Zeroizing<Vec<u8>>,
    is_sealed: bool,
}

impl Reply {
    /// Reads a reply; what is not a success becomes a sentence.
    pub(super) fn receive(server: &ServerUrl, result: Result<Response<Body>, Error>) -> Result<Self, Failure> {
        let mut response = result.map_err(|error| unreachable(server, &error))?;
        let status = response.status().as_u16();
        let location = response.headers().get("location");
        let location = location.and_then(|to| to.to_str().ok()).map(str::to_owned);
        let media = response.headers().get("content-type");
        let is_sealed = media.is_some_and(|media| media == transit::MEDIA_TYPE);
        let body = response.body_mut().with_config().limit(REPLY_MAX).read_to_vec();
        let body = Zeroizing::new(body.map_err(|error| unreachable(server, &error))?);
        match status {
            200..=299 => Ok(Self { body, is_sealed }),
            300..=399 => Err(Failure::failed(format!(
                "{server} answered with a redirect to {}; redirects are not followed, because the token would go there: \
                 give the address itself with --url",
                location.as_deref().unwrap_or("nowhere"),
            ))),
            _ => Err(refused(server, status, &body)),
        }
    }

    /// The reply as it is.
    pub(super) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.body
    }

    /// What was sealed. A plain answer is refused: what could read it on the way would go unnoticed.
    pub(super) fn open(self, server: &ServerUrl, key: OneTimeKey, subject: &Subject) -> Result<Self, Failure> {
        if !self.is_sealed {
            return Err(Failure::failed(format!(
                "{server} sent values that are not sealed, and they were not used: is something in between that removes \
                 the header `Strongroom-Public-Key`, or is the server older than this client?"
            )));
        }
        let answer: SealedAnswer = self.decode()?;
        let body = key.open(subject, &answer);
        let body = body.map_err(|error| Failure::failed(format!("cannot open what {server} sealed: {error}")))?;
        Ok(Self { body, is_sealed: false })
    }

    /// The JSON of the reply; nothing at all counts as `null`.
    pub(super) fn decode<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let json: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
        // Line and column only: serde_json's own sentence may quote a value.
        serde_json::from_slice(json).map_err(|error| {
            Failure::failed(format!(
                "the server's answer is not what this version of strongroom understands (line {}, column {}); \
                 do client and server have the same version?",
                error.line(),
                error.column()
            ))
        })
    }
}

#[derive(Deserialize)]
struct ProblemDocument {
    title: String,
    detail: Option<String>,
    #[serde(default)]
    problems: Vec<Problem>,
    request_id: Option<String>,
    plan: Option<Box<Plan>>,
}

fn refused(server: &ServerUrl, status: u16, body: &[u8]) -> Failure {
    let Ok(problem) = serde_json::from_slice::<ProblemDocument>(body) else {
        return Failure::failed(format!(
            "{server} answered {status} and not as Strongroom does; is the address right, or is a proxy in between?"
        ));
    };
    let mut detail = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
    if status == 401 {
        detail.push_str("; `strongroom status` tells which token was sent");
    }
    let ProblemDocument { problems, request_id, plan, .. } = problem;
    Failure::Refused(Box::new(Refusal { status, detail, problems, request_id, plan }))
}

fn unreachable(server: &ServerUrl, error: &Error) -> Failure {
    let what = match error {
        Error::BodyExceedsLimit(_) => {
            return Failure::failed(format!("{server} answered with more than {REPLY_MAX} bytes"));
        }
        Error::HostNotFound => "no such host; is the address right?".to_owned(),
        Error::ConnectionFailed => "nothing answers there; is the server running, and is the address right?".to_owned(),
        Error::Timeout(_) => "it took too long; try again, or look at the server's log".to_owned(),
        Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "nothing listens there; is the server running, and are address and port right?".to_owned()
        }
        Error::Rustls(error) => format!(
            "{error}; the certificate must be one that this machine trusts (or name the authority's file in SSL_CERT_FILE)"
        ),
        other => other.to_string(),
    };
    Failure::failed(format!("cannot reach {server}: {what}"))
}
