//! Randomness, from the kernel only.
//!
//! No generator of our own in user space: it would repeat itself when a snapshot of a virtual
//! machine is resumed twice. Recent kernels reseed on that event (VMGENID).

use crate::SealError;

/// `N` random bytes from the kernel, for tokens and session ids.
///
/// The caller owns the copy and erases it if it is a secret.
///
/// # Errors
/// [`SealError::Randomness`] when the kernel gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// Fills the buffer in place, so that a key need not travel over the stack.
pub(crate) fn fill(buffer: &mut [u8]) -> Result<(), SealError> {
    getrandom::fill(buffer).map_err(|_| SealError::Randomness)
}
