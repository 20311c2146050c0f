//! How long a sign-in takes that fails: unknown address and wrong password in turn, 500 of each, with their medians and
//! Welch's t. Whoever is disabled takes the way of the wrong password to its end: `cargo run -p vault --release --example sign_in`. Between two the clock goes on by
//! a day, so that none has to wait.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::cast_precision_loss, reason = "that is what it is for")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

use domain::{Millis, access::RequestInfo, time::DAY};
use vault::{Clock, Config, KeyFiles, Vault};
use zeroize::Zeroizing;

const SAMPLES: usize = 500;
const PASSWORD: &str = "correct horse battery";

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let tells = now.clone();
    let vault = Vault::open(Config {
        database: format!("sqlite://{}", directory.path().join("strongroom.db").display()).parse().unwrap(),
        keys: KeyFiles::in_directory(&directory.path().join("keys")),
        clock: Clock::from_fn(move || Millis(tells.load(Ordering::SeqCst))),
        audit: vault::AuditConfig::default(),
        confirm_within: DAY,
    })
    .await
    .unwrap();
    vault.bootstrap("ada@example.com", Zeroizing::new(PASSWORD.to_owned()), false).await.unwrap();
    let tries = [("unknown", "nobody@example.com", PASSWORD), ("wrong", "ada@example.com", "wrong horse battery")];
    let mut took = tries.map(|_| Vec::with_capacity(SAMPLES));
    for _ in 0..SAMPLES {
        for (times, (_, email, password)) in took.iter_mut().zip(tries) {
            now.fetch_add(DAY, Ordering::SeqCst);
            let begun = Instant::now();
            let refused = vault.log_in(&RequestInfo::default(), email, Zeroizing::new(password.to_owned())).await;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            assert!(refused.is_err());
        }
    }
    vault.close().await;
    for (times, (what, ..)) in took.iter().zip(tries) {
        let mut sorted = times.clone();
        sorted.sort_by(f64::total_cmp);
        println!("{what:>8}: median {:.3} ms of {SAMPLES}", sorted[SAMPLES / 2]);
    }
    println!("Welch's t: {:.2}; below 4.5 nothing can be told apart", welch(&took[0], &took[1]));
}

/// The difference of two means, in standard errors.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let error = |all: &[f64]| {
        let mean = mean(all);
        all.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (all.len() as f64 - 1.0) / all.len() as f64
    };
    (mean(a) - mean(b)) / (error(a) + error(b)).sqrt()
}
