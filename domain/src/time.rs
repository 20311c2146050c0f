//! Points in time: Unix milliseconds inside, RFC 3339 in UTC outside. No clock.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since 1970-01-01T00:00:00Z. JSON carries RFC 3339 text in UTC, for example `2026-11-22T13:05:00.250Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = DateTime))]
pub struct Millis(pub i64);

/// One minute, hour and day in milliseconds.
pub const MINUTE: i64 = 60_000;
/// One hour.
pub const HOUR: i64 = 60 * MINUTE;
/// One day.
pub const DAY: i64 = 24 * HOUR;

impl Millis {
    /// This time plus `millis` milliseconds.
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// `2026-11-22 13:05`, UTC: what pages show, the same on server and in the browser.
    pub fn minute(self) -> String {
        let at = self.date_time();
        let date = at.date();
        format!("{}-{:02}-{:02} {:02}:{:02}", date.year(), u8::from(date.month()), date.day(), at.hour(), at.minute())
    }

    /// `2026-11-22`, UTC.
    pub fn day(self) -> String {
        self.minute()[..10].to_owned()
    }

    /// The beginning of a day written as `2026-11-22`, UTC.
    pub fn of_day(day: &str) -> Option<Self> {
        let at = OffsetDateTime::parse(&format!("{day}T00:00:00Z"), &Rfc3339).ok()?;
        Some(Self(at.unix_timestamp() * 1000))
    }

    fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.date_time().format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(de::Error::custom)?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_utc() {
        let at = Millis(1_795_352_700_250);
        assert_eq!(at.to_string(), "2026-11-22T13:05:00.25Z");
        assert_eq!(at.minute(), "2026-11-22 13:05");
        assert_eq!(at.day(), "2026-11-22");
        assert_eq!(Millis::of_day("2026-11-22").map(Millis::minute).as_deref(), Some("2026-11-22 00:00"));
        for odd in ["", "2026-11", "2026-02-30", "22.11.2026", "2026-11-22T01:00:00Z"] {
            assert_eq!(Millis::of_day(odd), None, "{odd}");
        }
        assert_eq!(serde_json::from_str::<Millis>("\"2026-11-22T13:05:00.25Z\"").unwrap(), at);
    }
}
