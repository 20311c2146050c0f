//! What stands between client and server sees no value and no name, and cannot pass off one answer as another.

use std::process::Command;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::support::{
    Place,
    relay::{Exchange, Relay},
};

const VALUE: &str = "canary-in-a-sealed-answer";
const PRINT: [&str; 4] = ["--", "sh", "-c", "printf %s \"$BOUND_NAME\""];

/// A service with one secret, bound to a variable.
fn place() -> Place {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", &format!("FOO_NAME={VALUE}")]);
    place.bind("all", &serde_json::json!([{"target": {"env": "BOUND_NAME"}, "secret": "FOO_NAME"}]));
    place
}

fn through<'a>(relay: &Relay, command: &'a mut Command) -> &'a mut Command {
    command.env("STRONGROOM_URL", &relay.url)
}

/// Nothing that was answered shows a value or a name, not even to who decodes what looks like base64.
#[track_caller]
fn tells_nothing(seen: &[Exchange]) {
    assert!(!seen.is_empty());
    for Exchange { answer, .. } in seen {
        let answer = String::from_utf8_lossy(answer);
        assert!(answer.contains("content-type: application/vnd.strongroom.sealed+json"), "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let sealed: serde_json::Value = serde_json::from_str(body).unwrap();
        let bytes = BASE64_STANDARD.decode(sealed["sealed"].as_str().unwrap()).unwrap();
        for text in [&*answer, &String::from_utf8_lossy(&bytes)] {
            for word in ["canary", "FOO_NAME", "BOUND_NAME", "project: "] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }
    }
}

#[test]
fn run_gets_its_values_past_everybody_in_between() {
    let place = place();
    let relay = Relay::faithful(place.url());
    let done = place.finish(through(&relay, &mut place.run(PRINT)));
    assert_eq!((done.code, String::from_utf8_lossy(&done.stdout).as_ref()), (0, VALUE), "{done:?}");
    tells_nothing(&relay.seen());
    let done = place.finish(through(&relay, &mut place.run(PRINT)));
    assert_eq!(done.code, 0);
    let keys: Vec<String> = relay.seen().iter().map(|exchange| public_key(&exchange.request)).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1], "every read has a key of its own");
}

#[test]
fn a_secret_that_is_asked_for_by_name_is_sealed_too() {
    let place = place();
    place.bind("bound", &serde_json::json!([]));
    let relay = Relay::faithful(place.url());
    let words = ["--secret", "BOUND_NAME=FOO_NAME"].into_iter().chain(PRINT);
    let done = place.finish(through(&relay, &mut place.run(words)));
    assert_eq!(String::from_utf8_lossy(&done.stdout), VALUE, "{done:?}");
    assert_eq!(relay.seen().len(), 2);
    let reveal = ["secret", "get", "FOO_NAME", "--reveal", "-p", &place.project, "-s", "api", "-e", "development"];
    let done = place.finish(through(&relay, &mut place.command(reveal)));
    assert_eq!(String::from_utf8_lossy(&done.stdout).trim_end(), VALUE, "{done:?}");
    assert_eq!(relay.seen().len(), 3);
    tells_nothing(&relay.seen());
}

#[test]
fn an_answer_that_is_not_sealed_is_not_used() {
    let place = place();
    let without = |request: String| {
        let lines = request.split_inclusive("\r\n");
        lines.filter(|line| !line.to_ascii_lowercase().starts_with("strongroom-public-key")).collect()
    };
    let relay = Relay::start(place.url(), without, |answer, _| answer);
    let done = place.finish(through(&relay, &mut place.run(PRINT)));
    assert_eq!((done.code, done.stdout.len()), (1, 0), "{done:?}");
    assert!(done.stderr.contains("sent values that are not sealed, and they were not used"), "{}", done.stderr);
    assert!(done.stderr.contains("`Strongroom-Public-Key`"), "{}", done.stderr);
    assert!(String::from_utf8_lossy(&relay.seen()[0].answer).contains(VALUE), "the relay did what it was to do");
}

#[test]
fn an_answer_that_was_kept_or_changed_is_not_used() {
    let place = place();
    let first_again = |answer, before: &[Exchange]| before.first().map_or(answer, |first| first.answer.clone());
    let relay = Relay::start(place.url(), |request| request, first_again);
    assert_eq!(place.finish(through(&relay, &mut place.run(PRINT))).code, 0);
    let changed = |answer: Vec<u8>, _: &[Exchange]| {
        let text = String::from_utf8(answer).unwrap();
        let (before, sealed) = text.split_once("\"sealed\":\"").unwrap();
        let other = if sealed.starts_with('A') { 'B' } else { 'A' };
        format!("{before}\"sealed\":\"{other}{}", &sealed[1..]).into_bytes()
    };
    let changing = Relay::start(place.url(), |request| request, changed);
    for relay in [relay, changing] {
        let done = place.finish(through(&relay, &mut place.run(PRINT)));
        assert_eq!((done.code, done.stdout.len()), (1, 0), "{done:?}");
        assert!(
            done.stderr.contains("it was changed on its way, or is the answer to another request"),
            "{}",
            done.stderr
        );
    }
}

fn public_key(request: &str) -> String {
    let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with("strongroom-public-key: "));
    line.unwrap().split_once(": ").unwrap().1.to_owned()
}
