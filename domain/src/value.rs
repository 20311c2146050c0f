//! The bytes of a secret. They can be exposed by one greppable method and shown by none.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Code, Error};

/// What stands for a value wherever one is not shown: always eight dots, so that it says nothing about length.
pub const MASK: &str = "••••••••";

/// The largest value, in bytes: 1 MiB.
pub const VALUE_MAX: usize = 1024 * 1024;

/// The longest name of a file, in bytes.
const FILE_NAME_MAX: usize = 255;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Any JSON, as it was written.
    Json,
    /// Any bytes; base64 on the wire.
    File,
}

impl Kind {
    /// `text`, `json` or `file`: the word in SQL, JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::File => "file",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Text, Self::Json, Self::File].into_iter().find(|kind| kind.word() == word)
    }
}

/// A value with its kind: bytes exactly as given. Wiped when dropped; no `Debug`, no `Display`, no `Serialize`.
#[derive(Clone)]
pub struct SecretValue {
    kind: Kind,
    bytes: Zeroizing<Vec<u8>>,
    file_name: Option<String>,
}

impl SecretValue {
    /// A value of `kind`; refused when longer than [`VALUE_MAX`], when text is not UTF-8 or JSON is not JSON.
    /// The message never quotes the value.
    pub fn new(kind: Kind, bytes: impl Into<Zeroizing<Vec<u8>>>) -> Result<Self, Error> {
        let bytes = bytes.into();
        if bytes.len() > VALUE_MAX {
            return Err(Error::new(Code::ValueTooLarge, format!("a value has at most 1 MiB ({VALUE_MAX} bytes)")));
        }
        match kind {
            Kind::File => {}
            Kind::Text => {
                if std::str::from_utf8(&bytes).is_err() {
                    return Err(Error::new(
                        Code::InvalidValue,
                        "a text value is UTF-8; use the kind `file` for other bytes",
                    ));
                }
            }
            Kind::Json => {
                // Line and column only: serde_json's own sentence may quote what it found.
                if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
                    let (line, column) = (error.line(), error.column());
                    return Err(Error::new(
                        Code::InvalidValue,
                        format!("the value is not JSON: line {line}, column {column}"),
                    ));
                }
            }
        }
        Ok(Self { kind, bytes, file_name: None })
    }

    /// A value as it comes over the wire: base64 for [`Kind::File`], the text itself otherwise.
    pub fn from_wire(kind: Kind, text: &str) -> Result<Self, Error> {
        let bytes = match kind {
            Kind::File => BASE64_STANDARD.decode(text).map_err(|_| {
                Error::new(Code::InvalidValue, "the value of a `file` is base64 (RFC 4648, with padding)")
            })?,
            Kind::Text | Kind::Json => text.as_bytes().to_vec(),
        };
        Self::new(kind, bytes)
    }

    /// The value as it goes over the wire; see [`SecretValue::from_wire`].
    pub fn expose_wire(&self) -> Zeroizing<String> {
        Zeroizing::new(match self.kind {
            Kind::File => BASE64_STANDARD.encode(&*self.bytes),
            Kind::Text | Kind::Json => String::from_utf8_lossy(&self.bytes).into_owned(),
        })
    }

    /// The same with the name a file is offered under: the last part of what was given, without the folders that some
    /// browsers send. Text and JSON have none. Refused when it is longer than 255 bytes or holds control characters.
    pub fn with_file_name(self, name: &str) -> Result<Self, Error> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        if name.len() > FILE_NAME_MAX || name.chars().any(char::is_control) {
            let rule = format!("a file name has at most {FILE_NAME_MAX} bytes and no control characters");
            return Err(Error::field("file_name", rule));
        }
        let named = self.kind == Kind::File && !matches!(name, "" | "." | "..");
        Ok(Self { file_name: named.then(|| name.to_owned()), ..self })
    }

    /// The name a file is offered under, where it has one.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// What the value is.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_bytes() {
        for text in ["", " ", "a\n", "\r\n", "\u{feff}x", "supersecretpas$"] {
            let value = SecretValue::new(Kind::Text, text.as_bytes().to_vec()).unwrap();
            assert_eq!(value.expose(), text.as_bytes());
            assert_eq!(value.expose_wire().as_str(), text);
        }
        let file = SecretValue::from_wire(Kind::File, "AP8=").unwrap();
        assert_eq!(file.expose(), [0, 255]);
        assert_eq!(file.expose_wire().as_str(), "AP8=");
    }

    #[test]
    fn a_file_is_called_by_the_last_part_of_its_path() {
        let named = |kind, name: &str| {
            let value = SecretValue::new(kind, b"1".to_vec()).unwrap();
            value.with_file_name(name).map(|value| value.file_name().map(str::to_owned))
        };
        assert_eq!(named(Kind::File, "C:\\keys\\tls.p12").unwrap().as_deref(), Some("tls.p12"));
        assert_eq!(named(Kind::File, "../../etc/Schlüssel 1.pem").unwrap().as_deref(), Some("Schlüssel 1.pem"));
        for none in ["", "/", "a/..", "."] {
            assert_eq!(named(Kind::File, none).unwrap(), None);
        }
        assert_eq!(named(Kind::Text, "a.txt").unwrap(), None);
        assert!(named(Kind::File, "a\r\nb").is_err() && named(Kind::File, &"x".repeat(256)).is_err());
    }

    #[test]
    fn wrong_values_are_told_without_being_quoted() {
        let cases = [
            (Kind::Text, vec![0xff], "a text value is UTF-8; use the kind `file` for other bytes"),
            (Kind::Json, b"{\"a\": canary}".to_vec(), "the value is not JSON: line 1, column 7"),
            (Kind::Text, vec![b'x'; VALUE_MAX + 1], "a value has at most 1 MiB (1048576 bytes)"),
        ];
        for (kind, bytes, message) in cases {
            let Err(error) = SecretValue::new(kind, bytes) else { panic!("accepted") };
            assert_eq!(error.detail, message);
        }
        assert!(SecretValue::new(Kind::Text, vec![b'x'; VALUE_MAX]).is_ok());
    }
}
