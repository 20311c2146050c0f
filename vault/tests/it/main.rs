//! Every use-case on both engines, through the vault's public face.
//!
//! `sqlite::…` needs nothing. `postgres::…` uses the server in `TEST_DATABASE_URL`, each test in a schema of its own;
//! without it they are skipped, or fail when `REQUIRE_POSTGRES` is set.
#![allow(unreachable_pub, reason = "one binary: `pub` and `pub(crate)` are the same here")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

#[macro_use]
mod fixture;

mod account;
mod accounts;
mod adversary;
mod at_rest;
mod audit;
mod audit_head;
mod bindings;
mod care;
mod changes;
mod conflict;
mod contracts;
mod copy;
mod deleted;
mod deliver;
mod effective;
mod environments;
mod export;
mod history;
mod import;
mod keys;
mod ladder;
mod matrix;
mod moving;
mod people;
mod places;
mod plan;
mod roles;
mod row;
mod search;
mod secrets;
mod sessions;
mod setup;
mod speak;
mod tokens;
mod undo;
mod watch;
