//! How long sealing and opening a small value takes: `cargo run -p seal --release --example timing`.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::hint::black_box;
use std::time::Instant;

use seal::{AuditRoot, ContentKind, KeyRing, RootKey, ScopeKind, ScopePlace, SealError, StoreKey, ValuePlace};

const TIMES: u32 = 100_000;

fn main() -> Result<(), SealError> {
    let ring = KeyRing::new(&RootKey::generate()?, &StoreKey::generate()?, [1; 16]);
    let chain = AuditRoot::new(&RootKey::generate()?, [1; 16]).chain_key([7; 16]);
    let scope = ScopePlace { scope_kind: ScopeKind::Project, scope_id: [2; 16], key_version: 1 };
    let place = ValuePlace { scope, secret_id: [3; 16], version: 1, content_kind: ContentKind::Text };
    let wrapped = ring.new_scope_key(&scope)?;
    let scope_key = ring.open_scope_key(&scope, &wrapped)?;
    for len in [28, 1000] {
        let value = vec![4; len];
        let sealed = ring.seal_value(&scope_key, &place, &value)?;
        measure(&format!("seal_value, {len} bytes"), || ring.seal_value(&scope_key, &place, &value).map(drop))?;
        measure(&format!("open_value, {len} bytes"), || ring.open_value(&scope_key, &place, &sealed).map(drop))?;
    }
    measure("open_scope_key", || ring.open_scope_key(&scope, &wrapped).map(drop))?;
    measure("row_mac, 100 bytes", || {
        black_box(ring.row_mac("secrets", &[&[5; 50], &[6; 50]]));
        Ok(())
    })?;
    measure("audit_mac, 200 bytes", || {
        black_box(chain.mac(&[8; 32], 9, &[10; 200]));
        Ok(())
    })?;
    measure("token_hash, 43 bytes", || {
        black_box(ring.token_hash(&[11; 43]));
        Ok(())
    })
}

fn measure(what: &str, mut run: impl FnMut() -> Result<(), SealError>) -> Result<(), SealError> {
    let start = Instant::now();
    for _ in 0..TIMES {
        run()?;
    }
    println!("{what:24} {:6.2} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES));
    Ok(())
}
