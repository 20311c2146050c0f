//! A clock that nobody sets: how long this machine runs since it was started, as Linux tells it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment by this clock.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Uptime {
    /// Which start of the machine it is counted from.
    boot: String,
    milliseconds: u64,
}

impl Uptime {
    /// Now; none where the system does not tell.
    pub(super) fn now() -> Option<Self> {
        let read = |path| std::fs::read_to_string(path).ok();
        let boot = read("/proc/sys/kernel/random/boot_id")?.trim().to_owned();
        Some(Self { boot, milliseconds: parse(&read("/proc/uptime")?)? })
    }

    /// How long ago it was; none when the machine was started again since, or tells another time here.
    pub(super) fn age(&self) -> Option<Duration> {
        let now = Self::now().filter(|now| now.boot == self.boot)?;
        now.milliseconds.checked_sub(self.milliseconds).map(Duration::from_millis)
    }

    /// The same start of the machine, so much earlier.
    #[cfg(test)]
    pub(super) fn earlier(self, by: Duration) -> Option<Self> {
        let milliseconds = self.milliseconds.checked_sub(u64::try_from(by.as_millis()).ok()?)?;
        Some(Self { milliseconds, ..self })
    }
}

/// Seconds with two decimals, then how much of them was idle.
fn parse(text: &str) -> Option<u64> {
    let (seconds, hundredths) = text.split_whitespace().next()?.split_once('.')?;
    Some(seconds.parse::<u64>().ok()? * 1000 + hundredths.parse::<u64>().ok()? * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_linux_writes_it_and_goes_on() {
        assert_eq!(parse("25403.07 48321.90\n"), Some(25_403_070));
        for text in ["", "1", "x.07 1", "-1.00 1"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        let now = Uptime::now().unwrap();
        assert!(now.age().unwrap() < Duration::from_secs(10));
        assert!(Uptime { boot: "another".to_owned(), ..now.clone() }.age().is_none());
        assert!(Uptime { milliseconds: now.milliseconds + 60_000, ..now }.age().is_none());
    }
}
