//! The formats that can be read, and how one is told from another.

use serde::{Deserialize, Serialize};

/// A format of files to import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One flat JSON object.
    Json,
    /// `NAME=value` lines.
    Env,
    /// One YAML mapping.
    Yaml,
    /// A TOML document.
    Toml,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Json, Self::Env, Self::Yaml, Self::Toml];

    /// `json`, `env`, `yaml` or `toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Env => "env",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
        }
    }

    /// The format of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Env => ".env",
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
        }
    }

    /// The media type a file of it is sent with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Env => "text/plain",
            Self::Yaml => "application/yaml",
            Self::Toml => "application/toml",
        }
    }

    /// The format of that media type, without parameters and in lower case.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type() == media_type)
    }

    /// What the name of a file says: `secrets.json`, `.env`, `.env.local`, `prod.env`, `a.yml`, `a.toml`.
    pub fn of_file_name(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        if name == ".env" || name.starts_with(".env.") {
            return Some(Self::Env);
        }
        match name.rsplit_once('.')?.1 {
            "json" => Some(Self::Json),
            "env" => Some(Self::Env),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// What the content looks like, for files whose name says nothing and for what is pasted. A guess: whoever gave
    /// the file can say otherwise.
    pub fn guess(file: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&file[..file.len().min(SAMPLE)]);
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.starts_with(['{', '"']) {
            return Self::Json;
        }
        let mut toml = false;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line == "---" || line.starts_with("%YAML") {
                return Self::Yaml;
            }
            if line.starts_with('[') {
                // `[section]` in one, the start of a list in the other; neither stands in a file of lines.
                return if line.ends_with([']', '[']) && line.len() > 2 && !line.contains(['"', ',']) {
                    Self::Toml
                } else {
                    Self::Json
                };
            }
            let equals = line.find('=').unwrap_or(usize::MAX);
            let colon = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len)).unwrap_or(usize::MAX);
            if colon < equals {
                return Self::Yaml;
            }
            if equals == usize::MAX {
                break;
            }
            // TOML puts quotes or a number behind ` = `; nobody else is that tidy.
            let (key, value) = line.split_at(equals);
            toml |= key.ends_with(' ') && value.starts_with("= ") && !line.starts_with("export ");
            if !toml {
                return Self::Env;
            }
        }
        if toml { Self::Toml } else { Self::Env }
    }
}

/// How much of a file is looked at to guess its format.
const SAMPLE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_its_format() {
        for (name, expected) in [
            ("secrets.json", Some(Format::Json)),
            ("a/.env", Some(Format::Env)),
            (".env.local", Some(Format::Env)),
            ("C:\\x\\prod.ENV", Some(Format::Env)),
            ("a.yml", Some(Format::Yaml)),
            ("a.YAML", Some(Format::Yaml)),
            ("a.toml", Some(Format::Toml)),
            ("a.json/b", None),
            ("secrets", None),
            ("key.pem", None),
            ("", None),
        ] {
            assert_eq!(Format::of_file_name(name), expected, "{name}");
        }
    }

    #[test]
    fn the_content_gives_a_hint() {
        for (file, expected) in [
            ("\n {\"A\": 1}", Format::Json),
            ("[1, 2]", Format::Json),
            ("# c\nexport A=b", Format::Env),
            ("A='x: y'", Format::Env),
            ("A=1\nB = 2", Format::Env),
            ("", Format::Env),
            ("A: b", Format::Yaml),
            ("# c\n---\nA: b", Format::Yaml),
            ("A:\n  - 1", Format::Yaml),
            ("url: http://a?b=c", Format::Yaml),
            ("A = \"b\"\nB = 1", Format::Toml),
            ("[section]\nA = 1", Format::Toml),
        ] {
            assert_eq!(Format::guess(file.as_bytes()), expected, "{file}");
        }
    }

    #[test]
    fn words_and_media_types_lead_back() {
        for format in Format::ALL {
            assert_eq!(Format::from_word(format.word()), Some(format));
            assert_eq!(Format::from_media_type(format.media_type()), Some(format));
        }
    }
}
