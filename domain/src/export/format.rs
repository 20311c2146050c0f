//! The formats that can be written.

use serde::{Deserialize, Serialize};

/// A format of files to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ExportFormat))]
pub enum Format {
    /// `NAME=value` lines that our reader, python-dotenv and Node read alike.
    Env,
    /// `export NAME='value'` for `eval` and `.` in any POSIX shell.
    Shell,
    /// One flat object: what an import reads.
    Json,
    /// One mapping of texts; files as `!!binary`.
    Yaml,
    /// One table of texts.
    Toml,
    /// `NAME=value` lines without any quoting, for `docker run --env-file`.
    Docker,
    /// The manifest of a Kubernetes Secret.
    Kubernetes,
    /// Variables for Terraform.
    Tfvars,
    /// `name,kind,value,comment`; files in base64.
    Csv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Env,
        Self::Shell,
        Self::Json,
        Self::Yaml,
        Self::Toml,
        Self::Docker,
        Self::Kubernetes,
        Self::Tfvars,
        Self::Csv,
    ];

    /// The word in JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Shell => "shell",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Docker => "docker",
            Self::Kubernetes => "kubernetes",
            Self::Tfvars => "tfvars",
            Self::Csv => "csv",
        }
    }

    /// The format of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Env => ".env",
            Self::Shell => "Shell (export …)",
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
            Self::Docker => "Docker env-file",
            Self::Kubernetes => "Kubernetes Secret",
            Self::Tfvars => "Terraform variables",
            Self::Csv => "CSV",
        }
    }

    /// How the name of its files ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Shell => "sh",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Docker => "docker.env",
            Self::Kubernetes => "secret.yaml",
            Self::Tfvars => "tfvars",
            Self::Csv => "csv",
        }
    }

    /// The media type it is answered with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Env | Self::Shell | Self::Docker | Self::Tfvars => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Yaml | Self::Kubernetes => "application/yaml",
            Self::Toml => "application/toml",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for format in Format::ALL {
            assert_eq!(Format::from_word(format.word()), Some(format));
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("\"{}\"", format.word()));
        }
    }
}
