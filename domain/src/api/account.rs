//! What people see and change of their own accounts, and what the installation demands of them.

use serde::{Deserialize, Serialize};

use super::WireValue;
use crate::Millis;

/// A session of a person: a browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionRow {
    /// Its id; worth nothing as a cookie.
    pub id: String,
    /// The browser and the system, as far as the browser told.
    pub device: String,
    /// The address it signed in from; empty when unknown.
    pub address: String,
    /// When it began.
    pub begun_at: Millis,
    /// When it was last used, to the minute.
    pub seen_at: Millis,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Changes one's password; ends all other sessions and the person's tokens.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The present password.
    pub current: WireValue,
    /// The new one, 12 to 1024 bytes.
    pub new: WireValue,
}

/// Tells once more who one is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirmation {
    /// The password; or, with a second factor, the six digits that the device shows.
    pub proof: WireValue,
}

/// Whether signing in takes a code, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactor {
    /// Since when; null without one.
    pub since: Option<Millis>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// Whether the installation demands one of this person.
    pub required: bool,
}

/// A second factor on its way: it counts once a code of it is given.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolment {
    /// The secret in base 32, to be typed into the device.
    pub secret: WireValue,
    /// The same as `otpauth://…`, to be shown as a QR code.
    pub uri: WireValue,
}

/// Six digits that a device shows, or a recovery code.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceCode {
    /// The code.
    pub code: WireValue,
}

/// New recovery codes: the only reply that ever carries them.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each signs in once, in place of the device.
    pub codes: Vec<WireValue>,
}

/// What the installation demands of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// Who must have a second factor.
    #[serde(default)]
    pub second_factor: FactorRule,
    /// Whether revealing a value asks for password or code again.
    #[serde(default)]
    pub reveal: ConfirmRule,
    /// Whether exporting values does.
    #[serde(default)]
    pub export: ConfirmRule,
}

/// Who must have a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FactorRule {
    /// Nobody must.
    #[default]
    Optional,
    /// Whoever runs the installation or a project.
    Admins,
    /// Everybody.
    Everyone,
}

/// When password or code is asked for again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConfirmRule {
    /// Being signed in is enough.
    #[default]
    Never,
    /// Whenever the last time is too long ago.
    Always,
}

macro_rules! words {
    ($type:ty { $($variant:path => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word in SQL, JSON and on the page.
            pub fn word(self) -> &'static str {
                match self { $($variant => $word),+ }
            }
            /// The value of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($variant),)+ _ => None }
            }
        }
    };
}
words!(FactorRule { FactorRule::Optional => "optional", FactorRule::Admins => "admins", FactorRule::Everyone => "everyone" });
words!(ConfirmRule { ConfirmRule::Never => "never", ConfirmRule::Always => "always" });
