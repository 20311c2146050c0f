//! Keys of the audit log: one that moves on for each chain, and one that signs what the chains have come to.
//!
//! A chain's key is replaced by a one-way function of itself as the chain goes on ([`ChainKey::next`]). Whoever
//! takes the present key out of a running server can therefore forge nothing that was written under an earlier one.

use zeroize::ZeroizeOnDrop;

use crate::RootKey;
use crate::keys::SecretKey;
use crate::primitives::{Derivation, KeyedHash, Signer};

/// What every chain's first key and the signing key come from. Made of the root key for a moment, at the beginning
/// of a chain and for a check; a server that runs does not keep it.
pub struct AuditRoot {
    chains: SecretKey,
    heads: SecretKey,
}

impl AuditRoot {
    /// The audit keys of the installation with this id.
    pub fn new(root: &RootKey, instance: [u8; 16]) -> Self {
        let salt = [b"sr.v1".as_slice(), &instance].concat();
        let root = Derivation::extract(&salt, root.expose_bytes());
        Self { chains: root.expand_key(b"root audit"), heads: root.expand_key(b"root audit-head") }
    }

    /// The first key of this writer's chain: two servers on one database keep two chains, and an entry of one does
    /// not fit into the other.
    pub fn chain_key(&self, writer: [u8; 16]) -> ChainKey {
        let key = Derivation::extract(&writer, self.chains.expose_bytes()).expand_key(b"audit writer");
        ChainKey { key, segment: 0 }
    }

    /// What signs the heads of chains.
    pub fn signer(&self) -> HeadSigner {
        HeadSigner(Signer::new(&self.heads))
    }
}

impl ZeroizeOnDrop for AuditRoot {}

/// The key of one segment of one chain.
pub struct ChainKey {
    key: SecretKey,
    segment: u64,
}

impl ChainKey {
    /// Which segment it is for; the first is 0.
    pub fn segment(&self) -> u64 {
        self.segment
    }

    /// The MAC of one entry: it continues the chain that ends in `previous`.
    ///
    /// `HMAC(K, previous[32] | seq u64be | entry)`.
    pub fn mac(&self, previous: &[u8; 32], seq: u64, entry: &[u8]) -> [u8; 32] {
        let mut mac = KeyedHash::new(self.key.expose_bytes());
        mac.update(previous);
        mac.update(&seq.to_be_bytes());
        mac.update(entry);
        mac.finish()
    }

    /// The key of the next segment. From it this one cannot be had: drop this one, which erases it.
    #[must_use]
    pub fn next(&self) -> Self {
        let salt = b"sr.v1 audit ratchet";
        let key = Derivation::extract(salt, self.key.expose_bytes()).expand_key(b"audit next");
        Self { key, segment: self.segment + 1 }
    }
}

impl ZeroizeOnDrop for ChainKey {}

/// Signs the heads of chains: Ed25519, so that whoever has the public key can check a head and nobody else make one.
pub struct HeadSigner(Signer);

impl HeadSigner {
    /// The signature of a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }

    /// Whether it signed this message.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.signed(message, signature)
    }

    /// The public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.public_key()
    }
}

impl ZeroizeOnDrop for HeadSigner {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn root(key: u8, instance: u8) -> AuditRoot {
        AuditRoot::new(&RootKey::from_bytes(&[key; 32]).expect("a good key"), [instance; 16])
    }

    #[test]
    fn each_segment_has_a_key_of_its_own_that_its_root_gives_again() {
        let mut seen = HashSet::new();
        for (key, instance) in [(1, 2), (1, 3), (4, 2)] {
            for writer in 0..2 {
                let mut chain = root(key, instance).chain_key([writer; 16]);
                for segment in 0..3 {
                    assert_eq!(chain.segment(), segment);
                    assert!(seen.insert(chain.mac(&[0; 32], 1, b"entry")));
                    chain = chain.next();
                }
            }
        }
        let again = root(1, 2).chain_key([0; 16]).next();
        assert!(seen.contains(&again.mac(&[0; 32], 1, b"entry")));
    }

    #[test]
    fn an_audit_mac_binds_previous_number_and_entry() {
        let key = root(1, 3).chain_key([0; 16]);
        let macs = [
            key.mac(&[0; 32], 1, b"entry"),
            key.mac(&[1; 32], 1, b"entry"),
            key.mac(&[0; 32], 2, b"entry"),
            key.mac(&[0; 32], 1, b"other"),
        ];
        assert_eq!(HashSet::from(macs).len(), macs.len());
    }

    #[test]
    fn a_signature_is_of_one_message_by_one_installation() {
        let signer = root(1, 2).signer();
        let signature = signer.sign(b"head");
        assert!(root(1, 2).signer().signed(b"head", &signature));
        assert!(!signer.signed(b"Head", &signature));
        assert!(!signer.signed(b"head", &signature[1..]));
        for other in [root(1, 3), root(2, 2)] {
            assert!(!other.signer().signed(b"head", &signature));
            assert_ne!(other.signer().public_key(), signer.public_key());
        }
    }
}
