//! The server from outside: requests through the whole router, on a real vault, and the binary itself.
//!
//! `sqlite::…` needs nothing. `postgres::…` uses the server in `TEST_DATABASE_URL`, each test in a schema of its own;
//! without it they are skipped, or fail when `REQUIRE_POSTGRES` is set.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::doc_markdown,
    reason = "helpers of tests take the short way, too"
)]
#[macro_use]
mod fixture;

mod account;
mod audit;
mod binary;
mod crash;
mod credentials;
mod csrf;
mod delivery;
mod edge;
mod export;
mod headers;
mod history;
mod import;
mod leaks;
mod openapi;
mod pages;
mod people;
mod places;
mod plan;
mod requests;
mod sealed;
mod search;
mod secrets;
mod sessions;
mod watch;
