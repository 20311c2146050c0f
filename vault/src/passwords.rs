//! argon2id in a bounded pool: a flood of sign-ins cannot take the machine.

/// Hashes and checks passwords, a few at a time.
pub(crate) struct Passwords;
