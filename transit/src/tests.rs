//! Known answers, which the Python package is tested with too, and properties.
//!
//! `vectors.json` was not made by this crate: its answers come from HPKE written out over the primitives of Python's
//! `cryptography`, the last one from the HPKE of that library.

use std::convert::Infallible;

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{EnvironmentName, SecretName, ServicePath, api::SealedAnswer};
use hpke::{
    Deserializable,
    rand_core::{TryCryptoRng, TryRng},
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::{Kem, KeyError, OneTimeKey, OpenError, PublicKey, Subject};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
    refused_keys: Vec<Refused>,
}

#[derive(Deserialize)]
struct Vector {
    title: String,
    #[serde(flatten)]
    service: ServicePath,
    environment: EnvironmentName,
    name: Option<SecretName>,
    private_key: String,
    public_key: String,
    seed: Option<String>,
    info: String,
    answer: SealedAnswer,
    json: String,
}

#[derive(Deserialize)]
struct Refused {
    key: String,
    why: String,
}

impl Vector {
    fn subject(&self) -> Subject<'_> {
        Subject { service: &self.service, environment: &self.environment, name: self.name.as_ref() }
    }

    fn key(&self) -> OneTimeKey {
        OneTimeKey(<Kem as hpke::Kem>::PrivateKey::from_bytes(&bytes(&self.private_key)).unwrap())
    }

    fn opened(&self, answer: &SealedAnswer) -> Result<Vec<u8>, OpenError> {
        self.key().open(&self.subject(), answer).map(|json| json.to_vec())
    }
}

/// Randomness that was written down.
struct Seed(Vec<u8>);

impl TryRng for Seed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("a key is drawn in one piece")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("a key is drawn in one piece")
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        to.copy_from_slice(&std::mem::take(&mut self.0));
        Ok(())
    }
}

impl TryCryptoRng for Seed {}

fn bytes(base64: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(base64).unwrap()
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors.json")).unwrap()
}

#[test]
fn what_others_sealed_opens() {
    for vector in vectors().vectors {
        assert_eq!(vector.subject().info(vector.answer.sequence), vector.info, "{}", vector.title);
        assert_eq!(vector.key().public(), vector.public_key, "{}", vector.title);
        assert_eq!(vector.opened(&vector.answer).unwrap(), vector.json.as_bytes(), "{}", vector.title);
    }
}

#[test]
fn what_is_sealed_is_what_others_sealed_with_the_same_randomness() {
    let mut compared = 0;
    for vector in vectors().vectors {
        let Some(seed) = &vector.seed else { continue };
        let key: PublicKey = vector.public_key.parse().unwrap();
        let json = vector.json.as_bytes();
        let sealed = key.seal_with(&vector.subject(), vector.answer.sequence, json, &mut Seed(bytes(seed))).unwrap();
        assert_eq!(sealed, vector.answer, "{}", vector.title);
        compared += 1;
    }
    assert_eq!(compared, 5);
}

#[test]
fn a_key_that_is_none_is_refused_and_told_why() {
    for Refused { key, why } in vectors().refused_keys {
        let error = key.parse::<PublicKey>().unwrap_err();
        let told = match error {
            KeyError::NotBase64 => "not base64".to_owned(),
            KeyError::Length(length) => format!("{length} bytes"),
            KeyError::LowOrder => "a point of low order".to_owned(),
        };
        assert_eq!(told, why, "{key}");
    }
}

#[test]
fn another_question_does_not_open_the_answer() {
    let vector = &vectors().vectors[1];
    let other_service = "shop/web"
        .split_once('/')
        .map(|(project, service)| ServicePath::new(project.parse().unwrap(), service.parse().unwrap()));
    let (service, environment) = (other_service.unwrap(), "staging".parse().unwrap());
    let name = "DB_PASS2".parse().unwrap();
    let right = vector.subject();
    let wrong = [
        Subject { service: &service, ..right },
        Subject { environment: &environment, ..right },
        Subject { name: Some(&name), ..right },
        Subject { name: None, ..right },
    ];
    for subject in wrong {
        assert_eq!(vector.key().open(&subject, &vector.answer).unwrap_err(), OpenError::Unopened, "{subject:?}");
    }
    let answer = &vector.answer;
    let changed = SealedAnswer { sequence: answer.sequence + 1, ..answer.clone() };
    assert_eq!(vector.opened(&changed).unwrap_err(), OpenError::Unopened);
    let newer = SealedAnswer { version: 2, ..answer.clone() };
    assert_eq!(vector.opened(&newer).unwrap_err(), OpenError::Version(2));
    assert_eq!(OneTimeKey::generate().open(&right, answer).unwrap_err(), OpenError::Unopened);
}

#[test]
fn what_is_cut_or_no_base64_does_not_open() {
    let vector = &vectors().vectors[0];
    let all = bytes(&vector.answer.sealed);
    for length in [0, 1, 31, 32, 47, 48, 49, all.len() - 1] {
        let sealed = BASE64_STANDARD.encode(&all[..length]);
        let cut = SealedAnswer { sealed, ..vector.answer.clone() };
        assert_eq!(vector.opened(&cut).unwrap_err(), OpenError::Unopened, "{length}");
    }
    for sealed in ["not base64", "=", "\u{e9}"] {
        let odd = SealedAnswer { sealed: sealed.to_owned(), ..vector.answer.clone() };
        assert_eq!(vector.opened(&odd).unwrap_err(), OpenError::Unopened, "{sealed}");
    }
}

#[test]
fn the_length_of_an_answer_tells_its_number_of_steps_only() {
    let vector = &vectors().vectors[0];
    let key: PublicKey = vector.public_key.parse().unwrap();
    let length = |json: usize| key.seal(&vector.subject(), 1, &vec![b'x'; json]).unwrap().sealed.len();
    assert_eq!(length(1), length(1024));
    assert_ne!(length(1024), length(1025));
    assert_eq!(length(1025), length(2048));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_sealed_opens_for_its_key_alone(value in "[^\u{0}]{0,3000}", sequence in any::<i64>()) {
        let vector = &vectors().vectors[0];
        let json = serde_json::to_string(&value).unwrap();
        let (key, other) = (OneTimeKey::generate(), OneTimeKey::generate());
        let public: PublicKey = key.public().parse().unwrap();
        let answer = public.seal(&vector.subject(), sequence, json.as_bytes()).unwrap();
        prop_assert_eq!(answer.sequence, sequence);
        prop_assert!(other.open(&vector.subject(), &answer).is_err());
        let opened = key.open(&vector.subject(), &answer).unwrap();
        prop_assert_eq!(&*opened, json.as_bytes());
    }

    #[test]
    fn one_answer_is_never_sealed_the_same_way_twice(json in "\"[a-z]{0,40}\"") {
        let vector = &vectors().vectors[0];
        let key: PublicKey = vector.public_key.parse().unwrap();
        let seal = || key.seal(&vector.subject(), 1, json.as_bytes()).unwrap().sealed;
        prop_assert_ne!(seal(), seal());
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let vector = &vectors().vectors[1];
        let mut sealed = bytes(&vector.answer.sealed);
        let place = place.index(sealed.len());
        // X25519 has no use for the highest bit of a key; HPKE hashes it with the key all the same.
        sealed[place] ^= 1 << bit;
        let answer = SealedAnswer { sealed: BASE64_STANDARD.encode(&sealed), ..vector.answer.clone() };
        prop_assert_eq!(vector.opened(&answer).unwrap_err(), OpenError::Unopened);
    }

    #[test]
    fn a_text_that_is_no_key_never_panics(text in ".{0,80}") {
        prop_assert!(text.parse::<PublicKey>().is_err());
    }
}
