//! Texts that look like files: JSON and dotenv cannot carry a file, so people put keys and certificates into texts.

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use crate::{Error, Kind, SecretValue, api::FileLook, error::Code};

/// Shorter base64 is more likely a password or an identifier.
const BASE64_MIN: usize = 512;

/// What a text looks like that might better be stored as a file. Advice: nothing is changed without being asked for.
pub fn file_look(value: &SecretValue) -> Option<FileLook> {
    let text = (value.kind() == Kind::Text).then(|| std::str::from_utf8(value.expose()).ok()).flatten()?;
    let inner = text.trim();
    if inner.starts_with("-----BEGIN ") && inner.ends_with("-----") && inner.contains("\n-----END ") {
        return Some(FileLook::Pem);
    }
    (inner.len() >= BASE64_MIN && decoded(inner).is_some()).then_some(FileLook::Base64)
}

/// The value as a file. Base64 as [`file_look`] finds it becomes the bytes it stands for; anything else keeps its bytes.
pub fn as_file(value: &SecretValue) -> Result<SecretValue, Error> {
    let bytes = match file_look(value) {
        Some(FileLook::Base64) => {
            let text = std::str::from_utf8(value.expose()).unwrap_or_default();
            decoded(text.trim()).ok_or_else(|| Error::new(Code::InvalidValue, "this is not base64"))?
        }
        _ => Zeroizing::new(value.expose().to_vec()),
    };
    SecretValue::new(Kind::File, bytes)
}

/// The bytes behind base64, which may be broken into lines.
fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut joined = Zeroizing::new(Vec::with_capacity(text.len()));
    joined.extend(text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    // A long text of one letter is base64 by its alphabet only.
    let varied = joined.iter().any(|byte| byte != &joined[0]);
    BASE64_STANDARD.decode(&*joined).ok().filter(|_| varied).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> SecretValue {
        SecretValue::new(Kind::Text, text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn keys_certificates_and_long_base64_look_like_files() {
        let blob: Vec<u8> = (0..=255).cycle().take(600).collect();
        let line = BASE64_STANDARD.encode(&blob);
        let lines = line.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>();
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";
        for (value, look) in [
            (pem.to_owned(), Some(FileLook::Pem)),
            (format!("\n  {pem}{pem}"), Some(FileLook::Pem)),
            (pem.replace('\n', "\r\n"), Some(FileLook::Pem)),
            (line.clone(), Some(FileLook::Base64)),
            (lines.join("\r\n") + "\n", Some(FileLook::Base64)),
            (line[..200].to_owned(), None),
            ("x".repeat(600), None),
            ("words and spaces ".repeat(60), None),
            (String::new(), None),
            ("-----BEGIN nothing".to_owned(), None),
        ] {
            assert_eq!(file_look(&text(&value)), look, "{} characters", value.len());
        }
        let json = SecretValue::new(Kind::Json, format!("\"{line}\"").into_bytes()).unwrap_or_else(|_| panic!());
        assert_eq!(file_look(&json), None);
    }

    #[test]
    fn as_a_file_base64_is_what_it_stands_for_and_everything_else_is_itself() {
        let blob: Vec<u8> = (0..=255).cycle().take(600).collect();
        for (value, bytes) in [
            (BASE64_STANDARD.encode(&blob) + "\n", blob.clone()),
            (BASE64_STANDARD.encode(&blob[..30]), BASE64_STANDARD.encode(&blob[..30]).into_bytes()),
            (
                " -----BEGIN X-----\nAA==\n-----END X-----\n".to_owned(),
                b" -----BEGIN X-----\nAA==\n-----END X-----\n".to_vec(),
            ),
        ] {
            let file = as_file(&text(&value)).unwrap();
            assert_eq!((file.kind(), file.expose()), (Kind::File, bytes.as_slice()));
        }
    }
}
