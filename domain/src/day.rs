//! Days of the calendar, in UTC: until when a value has to be replaced.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{Date, Duration, Month, OffsetDateTime};

use crate::time::{DAY, Millis};

/// A day, as `2026-12-31` in JSON and on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Date))]
pub struct Day(Date);

/// A text that is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-12-31, from 1970 to 9999")]
pub struct DayError;

impl Day {
    /// The day of a moment.
    pub fn of(at: Millis) -> Self {
        let since = Duration::days(at.0.div_euclid(DAY));
        Self(OffsetDateTime::UNIX_EPOCH.date().saturating_add(since))
    }

    /// Its first moment.
    pub fn start(self) -> Millis {
        Millis(self.0.midnight().assume_utc().unix_timestamp() * 1000)
    }

    /// How many days after `today` it is; negative when it has passed.
    pub fn days_after(self, today: Self) -> i64 {
        (self.0 - today.0).whole_days()
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let number = |part: &str, digits: usize| {
            let good = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            if good { part.parse::<u16>().map_err(|_| DayError) } else { Err(DayError) }
        };
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(DayError);
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()).ok_or(DayError)?;
        let day = u8::try_from(day).map_err(|_| DayError)?;
        let date = Date::from_calendar_date(i32::from(year), month, day).map_err(|_| DayError)?;
        if year < 1970 { Err(DayError) } else { Ok(Self(date)) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_as_it_is_written() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-31", "9999-12-31"] {
            let day: Day = text.parse().unwrap();
            assert_eq!(day.to_string(), text);
            assert_eq!(Day::of(day.start()), day);
            assert_eq!(Day::of(day.start().plus(DAY - 1)), day);
            assert_eq!(serde_json::from_str::<Day>(&format!("\"{text}\"")).unwrap(), day);
        }
        for bad in ["", "2026-2-1", "2026-02-30", "1969-12-31", "2026-13-01", "26-01-01", "2026-01-01T", " 2026-01-01"]
        {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }

    #[test]
    fn days_are_counted_over_months_and_years() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2026-03-01").days_after(day("2026-02-27")), 2);
        assert_eq!(day("2025-12-31").days_after(day("2026-01-01")), -1);
        assert_eq!(Day::of(Millis(1_795_352_700_250)).to_string(), "2026-11-22");
    }
}
