//! Every environment variable this program reads, beside `XDG_CONFIG_HOME` and `HOME`.

/// Where the server is, for example `https://secrets.example.com`.
pub(crate) const URL: &str = "STRONGROOM_URL";
/// The token itself. Taken out of the environment of programs that `run` starts.
pub(crate) const TOKEN: &str = domain::injection::TOKEN_VARIABLE;
/// A file that holds the token. Taken out of the environment of programs that `run` starts.
pub(crate) const TOKEN_FILE: &str = "STRONGROOM_TOKEN_FILE";
/// The project.
pub(crate) const PROJECT: &str = "STRONGROOM_PROJECT";
/// The service of the project.
pub(crate) const SERVICE: &str = "STRONGROOM_SERVICE";
/// The environment, or `all`.
pub(crate) const ENVIRONMENT: &str = "STRONGROOM_ENVIRONMENT";
