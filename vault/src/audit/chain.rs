//! The chain this process writes, and its keys: that of the open segment, and for a moment the one before.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Millis, time::HOUR};
use seal::ChainKey;
use uuid::Uuid;

use super::TAMPERED;
use crate::error::Result;

/// After how much a segment is closed and its key erased.
#[derive(Debug, Clone, Copy)]
pub struct SegmentLimits {
    /// So many records.
    pub records: i64,
    /// So many milliseconds after its first record.
    pub millis: i64,
}

impl Default for SegmentLimits {
    fn default() -> Self {
        Self { records: 10_000, millis: HOUR }
    }
}

pub(crate) struct Chain {
    pub(crate) writer: Uuid,
    keys: Mutex<Keys>,
}

struct Keys {
    now: ChainKey,
    /// Kept until the transaction that closed its segment is known to be committed: it may still be rolled back.
    before: Option<ChainKey>,
    /// When the first record of the open segment was written, as far as this process knows.
    opened: Option<(i64, Millis)>,
}

impl Chain {
    pub(crate) fn new(writer: Uuid, first: ChainKey) -> Self {
        Self { writer, keys: Mutex::new(Keys { now: first, before: None, opened: None }) }
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses the key of a segment: the open one, the one to be opened next, or the one that was closed just now.
    /// Keys from before that are gone, for good.
    pub(super) fn with_key<T>(&self, segment: i64, work: impl FnOnce(&ChainKey) -> T) -> Result<T> {
        let mut keys = self.keys();
        let segment = segment.cast_unsigned();
        if segment == keys.now.segment() + 1 {
            let next = keys.now.next();
            keys.before = Some(std::mem::replace(&mut keys.now, next));
        }
        let fitting =
            [Some(&keys.now), keys.before.as_ref()].into_iter().flatten().find(|key| key.segment() == segment);
        Ok(work(fitting.ok_or(TAMPERED)?))
    }

    /// A record of this segment, or its closing, is committed: keys of earlier segments are erased.
    pub(super) fn erase_before(&self, segment: i64) {
        let mut keys = self.keys();
        if keys.before.as_ref().is_some_and(|before| before.segment() < segment.cast_unsigned()) {
            keys.before = None;
        }
    }

    /// When the segment got its first record; now, when this is the first that is asked.
    pub(super) fn opened(&self, segment: i64, now: Millis) -> Millis {
        let mut keys = self.keys();
        match keys.opened {
            Some((known, at)) if known == segment => at,
            _ => {
                keys.opened = Some((segment, now));
                now
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use seal::{AuditRoot, RootKey};

    use super::*;

    fn chain() -> Chain {
        let root = AuditRoot::new(&RootKey::from_bytes(&[1; 32]).unwrap(), [2; 16]);
        Chain::new(Uuid::nil(), root.chain_key([0; 16]))
    }

    fn mac(chain: &Chain, segment: i64) -> Result<[u8; 32]> {
        chain.with_key(segment, |key| key.mac(&[0; 32], 1, b""))
    }

    #[test]
    fn a_key_is_there_until_the_next_segment_is_committed() {
        let chain = chain();
        let first = mac(&chain, 0).unwrap();
        assert!(mac(&chain, 2).is_err(), "one step at a time");
        let second = mac(&chain, 1).unwrap();
        assert_ne!(first, second);
        assert_eq!(mac(&chain, 0).unwrap(), first, "the closing may be rolled back");
        assert_eq!(mac(&chain, 1).unwrap(), second);
        chain.erase_before(1);
        assert!(mac(&chain, 0).is_err());
        assert_eq!(mac(&chain, 1).unwrap(), second);
    }
}
