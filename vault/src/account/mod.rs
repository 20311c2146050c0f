//! What people do with their own accounts: password, second factor, confirming who they are.

mod codes;
mod confirm;
mod password;
mod second_factor;

pub use confirm::HalfSignedIn;
