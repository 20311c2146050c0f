//! Lengths of time as people write them: `30s`, `5m`, `12h`.

use domain::time::{HOUR, MINUTE};

/// How long a password or code is enough where nobody said otherwise.
pub(super) const CONFIRM_WITHIN: i64 = 5 * MINUTE;
/// No shorter and no longer than that; one second serves tests.
const ALLOWED: std::ops::RangeInclusive<i64> = 1_000..=12 * HOUR;

/// Milliseconds.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let refused = || "a number with `s`, `m` or `h` behind it, from `1s` to `12h`".to_owned();
    let unit = match text.chars().last() {
        Some('s') => 1_000,
        Some('m') => MINUTE,
        Some('h') => HOUR,
        _ => return Err(refused()),
    };
    let number = text[..text.len() - 1].parse::<u32>().map_err(|_| refused())?;
    let millis = i64::from(number) * unit;
    if ALLOWED.contains(&millis) { Ok(millis) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_a_unit_and_bounds() {
        assert_eq!(parse("1s"), Ok(1_000));
        assert_eq!(parse("5m"), Ok(CONFIRM_WITHIN));
        assert_eq!(parse("12h"), Ok(12 * HOUR));
        for bad in ["", "5", "m", "-5m", "0s", "13h", "5 m", "1d", "5ü", "99999999999999h"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
