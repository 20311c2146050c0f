//! Contracts: what they read, and what they find.
#![allow(clippy::unwrap_used, reason = "helpers of tests take the short way, too")]

use domain::{
    Problem,
    api::{BindingState, EffectiveBinding, EffectiveRow, Finding, Mode, Severity},
    contract::Contract,
    injection::Given,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn contract(text: &str) -> Contract {
    Contract::parse(text).map_err(|problems| format!("{problems:?}")).unwrap()
}

fn problems(text: &str) -> Vec<(u32, u32, String)> {
    let told = |Problem { line, column, message, .. }| (line.unwrap(), column.unwrap(), message);
    Contract::parse(text).unwrap_err().into_iter().map(told).collect()
}

fn row(name: &str, kind: &str) -> EffectiveRow {
    let row = json!({"name": name, "kind": kind, "version": 3, "source": "project: shop", "shadows": []});
    serde_json::from_value(row).unwrap()
}

/// Bindings of these targets and secrets, which are found.
fn bindings(bindings: Value) -> Vec<EffectiveBinding> {
    let filled = |binding: &Value| {
        let mut whole =
            json!({"scope": null, "state": "found", "kind": "text", "version": 3, "source": "project: shop"});
        whole.as_object_mut().unwrap().extend(binding.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    };
    bindings.as_array().unwrap().iter().map(filled).collect()
}

/// The findings: name, whether it is a problem, the sentence.
fn check(
    text: &str,
    effective: &[EffectiveRow],
    bindings: &[EffectiveBinding],
    mode: Mode,
) -> Vec<(String, bool, String)> {
    let given = Given { effective, bindings, mode };
    let told = |Finding { name, severity, message }| (name, severity == Severity::Problem, message);
    contract(text).check(&given).into_iter().map(told).collect()
}

#[track_caller]
fn only(found: &[(String, bool, String)], name: &str, is_problem: bool, sentence: &str) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1), (name, is_problem), "{found:?}");
    assert!(found[0].2.contains(sentence), "{found:?}");
}

const ONE: &str = "[[secret]]\nname = \"DB_PASS\"\n";

#[test]
fn a_contract_has_names_kinds_and_targets() {
    let text = "[[secret]]\nname = \"DB_PASS\"\nkind = \"text\"\ntarget = { env = \"MY_APP_SECRET\" }\n\n\
                [[secret]]\nname = \"tls.key\"\nkind = \"file\"\nrequired = false\ntarget = { file = \"/run/tls.key\" }\n";
    let contract = contract(text);
    let seen: Vec<_> = contract.secrets().iter().map(|needed| (needed.name.as_str(), needed.required)).collect();
    assert_eq!(seen, [("DB_PASS", true), ("tls.key", false)]);
}

#[test]
fn what_is_wrong_in_a_contract_has_a_line_and_a_column() {
    for (text, line, column, sentence) in [
        ("[[secret]]\nname = \"A\"\nkind", 3, 5, "expected `=`"),
        ("[[secret]]\nname = \"A\"\nkindd = \"text\"", 3, 1, "unknown field `kindd`"),
        ("[[secret]]\nname = \"A\"\nkind = \"number\"", 3, 8, "unknown variant `number`"),
        ("[[secret]]\nname = \"A B\"", 2, 8, "U+0020 is not allowed"),
        ("[[secret]]\nkind = \"text\"", 1, 1, "missing field `name`"),
        ("\n[secrets]\nA = 1", 2, 2, "unknown field `secrets`"),
        ("", 1, 1, "asks for nothing"),
        ("\n\n[[secret]]\nname = \"A\"\ntarget = { env = \"A B\" }", 3, 1, "`target` of `A`"),
        ("[[secret]]\nname = \"A\"\n[[secret]]\nname = \"A\"", 3, 1, "there already"),
    ] {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!((found[0].0, found[0].1), (line, column), "{text}: {found:?}");
        assert!(found[0].2.contains(sentence), "{text}: {found:?}");
    }
    let twice = "[[secret]]\nname = \"A\"\ntarget.env = \"X\"\n[[secret]]\nname = \"B\"\ntarget.env = \"X\"\n";
    assert!(problems(twice)[0].2.contains("`A` and `B` cannot both be the variable X"));
}

#[test]
fn what_is_there_as_it_should_be_is_not_told() {
    let effective = [row("DB_PASS", "text")];
    assert_eq!(check(ONE, &effective, &[], Mode::All), []);
    let own = format!("{ONE}kind = \"text\"\ntarget.env = \"DB_PASS\"");
    assert_eq!(check(&own, &effective, &[], Mode::All), []);
    let bound = format!("{ONE}target.env = \"X\"");
    let to_x = bindings(json!([{"target": {"env": "X"}, "secret": "DB_PASS"}]));
    assert_eq!(check(&bound, &effective, &to_x, Mode::Bound), []);
    assert_eq!(check(&bound, &effective, &to_x, Mode::All), []);
}

#[test]
fn what_is_missing_is_a_problem_where_it_is_required() {
    only(&check(ONE, &[], &[], Mode::All), "DB_PASS", true, "is missing: `strongroom explain DB_PASS`");
    let optional = format!("{ONE}required = false");
    only(&check(&optional, &[], &[], Mode::All), "DB_PASS", false, "optional");
}

#[test]
fn another_kind_is_a_problem() {
    let json_wanted = format!("{ONE}kind = \"json\"");
    let found = check(&json_wanted, &[row("DB_PASS", "text")], &[], Mode::All);
    only(&found, "DB_PASS", true, "is text in project: shop (version 3), and the contract says json");
}

#[test]
fn a_secret_that_goes_elsewhere_is_a_problem() {
    let effective = [row("DB_PASS", "text"), row("OTHER", "text")];
    let text = format!("{ONE}target.env = \"X\"\n[[secret]]\nname = \"OTHER\"");
    let told = |bindings: &[EffectiveBinding], mode| check(&text, &effective, bindings, mode);
    only(
        &told(&[], Mode::All),
        "DB_PASS",
        true,
        "should be the variable X, and is the variable DB_PASS: bind it there",
    );
    let to_other = bindings(json!([{"target": {"env": "X"}, "secret": "OTHER"}]));
    only(&told(&to_other, Mode::Bound), "DB_PASS", true, "which `OTHER` is bound to");
    let found = told(&[], Mode::Bound);
    assert_eq!(found.len(), 2);
    assert!(found[0].2.contains("reaches nothing: bind it") && found[1].2.contains("reaches nothing"), "{found:?}");
}

#[test]
fn what_the_contract_does_not_have_is_a_warning() {
    let effective = [row("DB_PASS", "text"), row("EXTRA", "text")];
    only(&check(ONE, &effective, &[], Mode::All), "EXTRA", false, "the contract does not have it");
}

#[test]
fn what_is_pinned_is_looked_for_where_it_is_pinned() {
    let text = format!("{ONE}target.env = \"X\"\nkind = \"text\"");
    let pinned = |state: &str, kind: &str| {
        let mut bindings = bindings(json!([{"target": {"env": "X"}, "secret": "DB_PASS", "state": state,
            "scope": {"level": "platform", "environment": null}, "kind": kind, "source": "platform"}]));
        if bindings[0].state != BindingState::Found {
            (bindings[0].kind, bindings[0].version, bindings[0].source) = (None, None, None);
        }
        bindings
    };
    let told = |state, kind| check(&text, &[], &pinned(state, kind), Mode::Bound);
    assert_eq!(told("found", "text"), []);
    only(&told("found", "json"), "DB_PASS", true, "is json in platform (version 3), and the contract says text");
    only(&told("missing", "text"), "DB_PASS", true, "is missing in platform, where its binding pins it");
    only(&told("hidden", "text"), "DB_PASS", false, "comes from platform alone");
}

#[test]
fn what_would_stop_a_program_is_a_problem_though_no_contract_speaks_of_it() {
    let effective = [row("DB_PASS", "text"), row("db-host", "text"), row("db.host", "text"), row("1A", "text")];
    let found = check(ONE, &effective, &[], Mode::All);
    let problems: Vec<_> = found.iter().filter(|(_, is_problem, _)| *is_problem).collect();
    assert_eq!(problems.len(), 2, "{found:?}");
    assert!(problems.iter().any(|(name, _, sentence)| name == "1A" && sentence.contains("cannot become a variable")));
    assert!(problems.iter().any(|(name, _, sentence)| name == "DB_HOST" && sentence.contains("meet in the variable")));
    let mut missing = bindings(json!([{"target": {"env": "X"}, "secret": "GONE", "state": "missing"}]));
    (missing[0].kind, missing[0].version, missing[0].source) = (None, None, None);
    let found = check(ONE, &effective[..1], &missing, Mode::All);
    assert!(found.iter().any(|(name, is_problem, _)| name == "GONE" && *is_problem), "{found:?}");
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in "(\\[\\[secret\\]\\]\n)?(name|kind|target|[a-z]{0,4}) ?= ?[\"a-zé{}=\n]{0,20}") {
        if let Err(problems) = Contract::parse(&text) {
            prop_assert!(!problems.is_empty());
            let lines = u32::try_from(text.matches('\n').count() + 1).unwrap();
            prop_assert!(problems.iter().all(|problem| problem.line.unwrap() <= lines && problem.column.unwrap() >= 1));
        }
    }

    #[test]
    fn a_contract_made_of_what_is_delivered_is_kept(names in prop::collection::btree_set("[A-Z]{1,6}", 1..8)) {
        let effective: Vec<EffectiveRow> = names.iter().map(|name| row(name, "text")).collect();
        let entry = |name: &String| format!("[[secret]]\nname = \"{name}\"\nkind = \"text\"\ntarget.env = \"{name}\"\n");
        let text = names.iter().map(entry).collect::<Vec<_>>().concat();
        prop_assert_eq!(check(&text, &effective, &[], Mode::All), []);
        let missing = check(&text, &effective[1..], &[], Mode::All);
        prop_assert_eq!(missing.len(), 1);
        prop_assert!(missing[0].1);
    }
}
