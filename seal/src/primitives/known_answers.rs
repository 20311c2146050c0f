//! The published vectors, run through our wrappers.

use chacha20::hchacha;
use chacha20poly1305::ChaCha20Poly1305;

use super::*;
use crate::vector_file::unhex;

fn key(hex: &str) -> [u8; KEY_LEN] {
    unhex(hex).try_into().expect("32 bytes")
}

/// Seals and opens one vector, and expects its bytes.
fn check<C: AeadInOut + KeyInit>(key: &[u8; 32], nonce: &[u8], aad: &[u8], msg: &[u8], ct: &[u8], tag: &[u8]) {
    let mut buffer = msg.to_vec();
    let sealed = encrypt::<C>(key, nonce, aad, &mut buffer);
    assert_eq!(buffer, ct);
    assert_eq!(sealed.as_ref().map(<[u8; 16]>::as_slice), Ok(tag));
    let tag = tag.try_into().expect("16 bytes");
    assert_eq!(decrypt::<C>(key, nonce, aad, &mut buffer, tag), Ok(()));
    assert_eq!(buffer, msg);
}

const SUNSCREEN: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you only one \
    tip for the future, sunscreen would be it.";

#[test]
fn rfc_8439_section_2_8_2_chacha20_poly1305() {
    check::<ChaCha20Poly1305>(
        &key("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        &unhex("070000004041424344454647"),
        &unhex("50515253c0c1c2c3c4c5c6c7"),
        SUNSCREEN,
        &unhex(concat!(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6",
            "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36",
            "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc",
            "3ff4def08e4b7a9de576d26586cec64b6116",
        )),
        &unhex("1ae10b594f09e26a7e902ecbd0600691"),
    );
}

#[test]
fn rfc_8439_appendix_a_5_chacha20_poly1305() {
    let draft = "Internet-Drafts are draft documents valid for a maximum of six months and may be \
        updated, replaced, or obsoleted by other documents at any time. It is inappropriate to use \
        Internet-Drafts as reference material or to cite them other than as /\u{201c}work in \
        progress./\u{201d}";
    check::<ChaCha20Poly1305>(
        &key("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"),
        &unhex("000000000102030405060708"),
        &unhex("f33388860000000000004e91"),
        draft.as_bytes(),
        &unhex(concat!(
            "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2",
            "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf",
            "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855",
            "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4",
            "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e",
            "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a",
            "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10",
            "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29",
            "a6ad5cb4022b02709b",
        )),
        &unhex("eead9d67890cbb22392336fea1851f38"),
    );
}

#[test]
fn xchacha_draft_03_section_2_2_1_hchacha20() {
    let key = key("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    let input: [u8; 16] = unhex("000000090000004a0000000031415927").try_into().expect("16 bytes");
    let subkey = hchacha::<chacha20::R20>(&key.into(), &input.into());
    let expected = unhex("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
    assert_eq!(subkey.as_slice(), expected);
}

#[test]
fn xchacha_draft_03_appendix_a_3_1_xchacha20_poly1305() {
    check::<XChaCha20Poly1305>(
        &key("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        &unhex("404142434445464748494a4b4c4d4e4f5051525354555657"),
        &unhex("50515253c0c1c2c3c4c5c6c7"),
        SUNSCREEN,
        &unhex(concat!(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb",
            "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452",
            "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9",
            "21f9664c97637da9768812f615c68b13b52e",
        )),
        &unhex("c0875924c1c7987947deafd8780acf49"),
    );
}

/// Runs a Wycheproof file and gives the numbers of valid, forged and wrong-nonce-length cases.
fn wycheproof<C: AeadInOut + KeyInit, const NONCE: usize>(json: &str) -> (usize, usize, usize) {
    let file: serde_json::Value = serde_json::from_str(json).expect("valid JSON");
    let (mut valid, mut forged, mut wrong_nonce) = (0, 0, 0);
    for test in file["tests"].as_array().expect("a list of tests") {
        let field = |name: &str| unhex(test[name].as_str().expect("a hex string"));
        let (msg, ct, aad) = (field("msg"), field("ct"), field("aad"));
        let is_valid = test["result"] == "valid";
        let Ok(nonce) = <[u8; NONCE]>::try_from(field("iv")) else {
            // Our nonces are arrays: what Wycheproof wants refused cannot be written.
            assert!(!is_valid, "case {}", test["tcId"]);
            wrong_nonce += 1;
            continue;
        };
        let key = field("key").try_into().expect("32 bytes");
        if is_valid {
            check::<C>(&key, &nonce, &aad, &msg, &ct, &field("tag"));
            valid += 1;
        } else {
            let mut buffer = ct.clone();
            let tag = field("tag").try_into().expect("16 bytes");
            let refused = decrypt::<C>(&key, &nonce, &aad, &mut buffer, &tag);
            assert_eq!(refused, Err(SealError::AuthenticationFailed), "case {}", test["tcId"]);
            assert_eq!(buffer, ct, "a refused ciphertext stays ciphertext, case {}", test["tcId"]);
            forged += 1;
        }
    }
    (valid, forged, wrong_nonce)
}

#[test]
fn wycheproof_xchacha20_poly1305() {
    let json = include_str!("../../tests/vectors/wycheproof_xchacha20_poly1305.json");
    assert_eq!(wycheproof::<XChaCha20Poly1305, 24>(json), (246, 60, 9));
}

#[test]
fn wycheproof_chacha20_poly1305() {
    let json = include_str!("../../tests/vectors/wycheproof_chacha20_poly1305.json");
    assert_eq!(wycheproof::<ChaCha20Poly1305, 12>(json), (256, 60, 9));
}

/// The bytes `from..=to`.
fn range(from: u8, to: u8) -> Vec<u8> {
    (from..=to).collect()
}

fn hkdf<const N: usize>(salt: &[u8], key: &[u8], info: &[u8]) -> Vec<u8> {
    let mut out = [0; N];
    Derivation::extract(salt, key).expand(info, &mut out);
    out.to_vec()
}

#[test]
fn rfc_5869_appendix_a_1_to_a_3_hkdf_sha256() {
    assert_eq!(
        hkdf::<42>(&range(0, 0x0c), &[0x0b; 22], &range(0xf0, 0xf9)),
        unhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
    );
    assert_eq!(
        hkdf::<82>(&range(0x60, 0xaf), &range(0, 0x4f), &range(0xb0, 0xff)),
        unhex(concat!(
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c",
            "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71",
            "cc30c58179ec3e87c14c01d5c1f3434f1d87",
        )),
    );
    assert_eq!(
        hkdf::<42>(&[], &[0x0b; 22], &[]),
        unhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    );
}

#[test]
fn rfc_4231_test_cases_1_to_7_hmac_sha256() {
    let long_key = [0xaa; 131];
    // Case 5 is published cut to 128 bits.
    let cases: [(&[u8], &[u8], &str); 7] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&range(1, 25), &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (
            &long_key,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &long_key,
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, message, expected) in cases {
        for pieces in [1, 7, message.len()] {
            let mut mac = KeyedHash::new(key);
            message.chunks(pieces).for_each(|piece| mac.update(piece));
            let expected = unhex(expected);
            assert_eq!(&mac.finish()[..expected.len()], expected);
        }
    }
}

#[test]
fn equality_needs_the_same_length_and_the_same_bytes() {
    assert!(is_equal(b"", b""));
    assert!(is_equal(b"abc", b"abc"));
    assert!(!is_equal(b"abc", b"abd"));
    assert!(!is_equal(b"abc", b"ab"));
}
