//! What becomes a variable or a file, and what is refused instead of being bent.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Code, Error, Kind, SecretName,
    api::{Binding, BindingTarget, Delivered, DeliveredBinding, Delivery, Mode},
    injection::{BINDINGS_MAX, FilePath, Injection, VariableName, check_bindings, dangerous, inject, variable_name},
};
use proptest::prelude::*;

fn secret(name: &str) -> SecretName {
    name.parse().unwrap_or_else(|_| panic!("{name}"))
}

fn env(name: &str) -> BindingTarget {
    BindingTarget::Env(name.into())
}

fn file(path: &str) -> BindingTarget {
    BindingTarget::File(path.into())
}

fn delivered(kind: Kind, value: &str) -> Delivered {
    Delivered { value: value.to_owned().into(), kind, version: 1, source: "platform".into() }
}

/// A delivery of text values with bindings by name.
fn delivery(mode: Mode, values: &[(&str, &str)], bindings: Vec<(BindingTarget, &str)>) -> Delivery {
    let values: BTreeMap<_, _> =
        values.iter().map(|(name, value)| (secret(name), delivered(Kind::Text, value))).collect();
    let bindings = bindings
        .into_iter()
        .map(|(target, name)| DeliveredBinding {
            missing: !values.contains_key(name),
            target,
            secret: secret(name),
            pinned: None,
        })
        .collect();
    Delivery { sequence: 1, mode, values, bindings }
}

type Shown<'a> = Vec<(&'a str, String)>;

/// The variables and files as text.
fn shown(injection: &Injection) -> (Shown<'_>, Shown<'_>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        injection.variables.iter().map(|(name, value)| (name.as_str(), text(value.expose()))).collect(),
        injection.files.iter().map(|(path, value)| (path.as_str(), text(value.expose()))).collect(),
    )
}

fn injected(delivery: &Delivery) -> Injection {
    inject(delivery).unwrap_or_else(|error| panic!("{:?}", error.problems))
}

fn refused(delivery: &Delivery) -> Error {
    match inject(delivery) {
        Err(error) => error,
        Ok(_) => panic!("it was injected"),
    }
}

fn messages(error: &Error) -> Vec<&str> {
    error.problems.iter().map(|p| p.message.as_str()).collect()
}

#[test]
fn a_name_becomes_a_variable_as_it_is_or_by_the_rule() {
    for (name, variable) in [
        ("DB_PASS", "DB_PASS"),
        ("db_pass", "db_pass"),
        ("_", "_"),
        ("my-secret", "MY_SECRET"),
        ("tls.crt", "TLS_CRT"),
        ("a-b.c_D9", "A_B_C_D9"),
    ] {
        assert_eq!(variable_name(&secret(name)).unwrap().as_str(), variable);
    }
    for name in ["7ZIP", "0", "9-a"] {
        let error = variable_name(&secret(name)).unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "`{name}` cannot become a variable of its own name: \
                 a variable's name starts with a letter or `_`, not with a digit"
            )
        );
    }
}

#[test]
fn variable_names_are_words_that_start_with_no_digit() {
    for bad in ["", "1A", "A-B", "A B", "A=B", "A\0", "É", "A.B", &"A".repeat(1025)] {
        assert!(bad.parse::<VariableName>().is_err(), "{bad:?}");
    }
    let error = "A=B".parse::<VariableName>().unwrap_err().to_string();
    assert_eq!(error, "'=' is not allowed in a variable's name; use letters, digits and `_`");
}

#[test]
fn file_paths_are_absolute_and_say_what_they_mean() {
    for good in ["/a", "/etc/flyte/secrets/my_secret", "/a/.b/..c", "/mit leerzeichen/é"] {
        assert!(good.parse::<FilePath>().is_ok(), "{good}");
    }
    for bad in ["", "a", "./a", "/", "//", "/a/", "/a//b", "//a", "/a/./b", "/a/../b", "/..", "/.", "/a\0b", "/a\nb"] {
        assert!(bad.parse::<FilePath>().is_err(), "{bad:?}");
    }
    let long = format!("/{}", "a".repeat(4095));
    assert!(long.parse::<FilePath>().is_ok());
    assert!((long + "a").parse::<FilePath>().is_err());
    assert_eq!(FilePath::of(&secret("tls.crt")).as_str(), "/etc/flyte/secrets/tls.crt");
}

#[test]
fn variables_that_change_how_programs_run_are_known() {
    for name in ["PATH", "LD_PRELOAD", "DYLD_ANYTHING", "STRONGROOM_URL", "STRONGROOM_TOKEN", "NODE_OPTIONS"] {
        assert!(dangerous(name), "{name}");
    }
    for name in ["MY_PATH", "path", "LD_SDK_KEY", "DB_PASS", "STRONGROOM"] {
        assert!(!dangerous(name), "{name}");
    }
}

fn binding(target: BindingTarget, name: &str, environment: Option<&str>) -> Binding {
    Binding {
        target,
        secret: secret(name),
        environment: environment.map(|e| e.parse().unwrap_or_else(|_| panic!("{e}"))),
        scope: None,
    }
}

#[test]
fn bindings_of_one_target_meet_in_the_same_environment_only() {
    let fine = [
        binding(env("A"), "one", None),
        binding(env("A"), "two", Some("production")),
        binding(env("A"), "three", Some("staging")),
        binding(env("a"), "four", None),
        binding(file("/A"), "one", None),
    ];
    assert!(check_bindings(&fine).is_ok());

    let error = check_bindings(&[
        binding(env("A"), "one", None),
        binding(file("/a"), "one", Some("staging")),
        binding(env("A"), "two", None),
        binding(file("/a"), "one", Some("staging")),
    ])
    .unwrap_err();
    assert_eq!(error.code, Code::Invalid);
    assert_eq!(
        messages(&error),
        [
            "`one` and `two` both feed the variable A in all environments; keep one binding",
            "`one` feeds the file /a in staging twice; keep one binding",
        ]
    );
    assert_eq!(error.problems[0].name.as_deref(), Some("A"));
}

#[test]
fn every_bad_target_of_a_binding_is_told() {
    let error = check_bindings(&[
        binding(env("A B"), "one", None),
        binding(file("relative"), "one", None),
        binding(env("STRONGROOM_TOKEN"), "one", None),
        binding(env("PATH"), "one", None),
        binding(env("STRONGROOM_URL"), "one", None),
    ])
    .unwrap_err();
    assert_eq!(
        messages(&error),
        [
            "' ' is not allowed in a variable's name; use letters, digits and `_`",
            "a file's path is absolute: it starts with `/`",
            "STRONGROOM_TOKEN carries the client's own token and cannot be set",
        ]
    );
}

#[test]
fn a_service_has_at_most_500_bindings() {
    let many = |count: usize| -> Vec<_> { (0..count).map(|n| binding(env(&format!("V{n}")), "one", None)).collect() };
    assert!(check_bindings(&many(BINDINGS_MAX)).is_ok());
    let error = check_bindings(&many(BINDINGS_MAX + 1)).unwrap_err();
    assert_eq!(error.detail, "a service has at most 500 bindings, these are 501");
}

#[test]
fn mode_all_gives_every_text_and_json_value_as_a_variable() {
    let mut all = delivery(Mode::All, &[("DB_PASS", ""), ("my-key", "k\n")], vec![]);
    all.values.insert(secret("limits"), delivered(Kind::Json, "{\"b\": 1}"));
    all.values.insert(secret("tls.crt"), delivered(Kind::File, "AP8="));
    let injection = injected(&all);
    assert_eq!(
        shown(&injection).0,
        [("DB_PASS", String::new()), ("MY_KEY", "k\n".into()), ("limits", "{\"b\": 1}".into())]
    );
    assert!(injection.files.is_empty());
}

#[test]
fn mode_bound_gives_only_what_is_bound() {
    let bound = delivery(
        Mode::Bound,
        &[("DB_PASS", "p"), ("PATH", "x"), ("my-key", "k"), ("MY_KEY", "K")],
        vec![(env("PASSWORD"), "DB_PASS"), (file("/run/key"), "my-key")],
    );
    assert_eq!(shown(&injected(&bound)), (vec![("PASSWORD", "p".to_owned())], vec![("/run/key", "k".to_owned())]));
}

#[test]
fn a_binding_takes_the_variable_from_an_inherited_name() {
    let mut both = delivery(
        Mode::All,
        &[("A", "inherited"), ("B", "bound"), ("my-key", "1"), ("MY_KEY", "2")],
        vec![(env("A"), "B"), (env("MY_KEY"), "my-key")],
    );
    both.bindings[0].pinned = Some(delivered(Kind::Text, "pinned"));
    assert_eq!(shown(&injected(&both)).0, [("A", "pinned".to_owned()), ("B", "bound".into()), ("MY_KEY", "1".into())]);
}

#[test]
fn a_bound_file_is_its_bytes_wherever_it_goes() {
    let mut bound = delivery(Mode::All, &[], vec![]);
    bound.values.insert(secret("key"), delivered(Kind::File, "/wEK"));
    for target in [env("KEY"), file("/run/key")] {
        bound.bindings.push(DeliveredBinding { target, secret: secret("key"), pinned: None, missing: false });
    }
    let injection = injected(&bound);
    assert_eq!(injection.variables[0].1.expose(), [0xff, 1, 10]);
    assert_eq!(injection.files[0].1.expose(), [0xff, 1, 10]);
}

#[test]
fn every_problem_of_a_start_is_told_at_once() {
    let values = [
        ("7ZIP", "x"),
        ("BROKEN", "a\0b"),
        ("MY_KEY", "1"),
        ("PATH", "/evil"),
        ("STRONGROOM_TOKEN", "t"),
        ("my-key", "2"),
        ("nul", "\0"),
        ("one", "1"),
    ];
    let error = refused(&delivery(
        Mode::All,
        &values,
        vec![
            (env("X"), "GONE"),
            (env("Y"), "gone-too"),
            (env("N"), "nul"),
            (env("D"), "one"),
            (env("D"), "nul"),
            (env("STRONGROOM_TOKEN"), "one"),
        ],
    ));
    assert_eq!(error.code, Code::Invalid);
    assert_eq!(error.detail, "10 problems; nothing was started");
    assert_eq!(
        messages(&error),
        [
            "`GONE` is missing: the variable X needs it; store it or remove the binding",
            "`gone-too` is missing: the variable Y needs it; store it or remove the binding",
            "the value of `nul` holds a NUL byte, which the variable N cannot carry; bind it to a file",
            "`one` and `nul` both feed the variable D; keep one binding",
            "STRONGROOM_TOKEN carries the client's own token and cannot be set",
            "`7ZIP` cannot become a variable of its own name: a variable's name starts with a letter or `_`, \
             not with a digit; bind it to a variable of another name, or to a file",
            "the value of `BROKEN` holds a NUL byte, which the variable BROKEN cannot carry; bind it to a file",
            "`MY_KEY` and `my-key` meet in the variable MY_KEY; rename one, or bind MY_KEY to the one you mean",
            "`PATH` would become PATH, which changes how programs run; if that is meant, bind it on purpose",
            "`STRONGROOM_TOKEN` would become STRONGROOM_TOKEN, which carries the client's own token and cannot be \
             set; bind it to another variable or a file",
        ]
        .into_iter()
        .collect::<Vec<_>>()
    );
}

#[test]
fn what_cannot_be_a_variable_of_its_name_is_fine_once_bound() {
    let bound = delivery(
        Mode::All,
        &[("7ZIP", "z"), ("PATH", "/bin"), ("nul", "\0"), ("ld.preload", "l")],
        vec![(env("ZIP"), "7ZIP"), (env("PATH"), "PATH"), (file("/run/nul"), "nul"), (env("PRELOAD"), "ld.preload")],
    );
    assert_eq!(
        shown(&injected(&bound)),
        (
            vec![("PATH", "/bin".to_owned()), ("PRELOAD", "l".into()), ("ZIP", "z".into())],
            vec![("/run/nul", "\0".to_owned())]
        )
    );
}

#[test]
fn a_value_that_cannot_be_read_is_told_without_being_quoted() {
    let mut all = delivery(Mode::All, &[], vec![]);
    all.values.insert(secret("J"), delivered(Kind::Json, "{canary"));
    let error = refused(&all);
    assert!(error.detail.starts_with("the value of `J` cannot be read"));
    assert!(!error.detail.contains("canary"));
}

proptest! {
    #[test]
    fn mapping_never_gives_an_invalid_variable(name in "[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}") {
        if let Ok(variable) = variable_name(&secret(&name)) {
            prop_assert!(variable.as_str().parse::<VariableName>().is_ok());
            prop_assert_eq!(name.parse::<VariableName>().is_ok(), variable.as_str() == name);
        } else {
            prop_assert!(name.starts_with(|c: char| c.is_ascii_digit()));
        }
    }

    #[test]
    fn collisions_are_those_that_comparing_every_pair_finds(
        names in prop::collection::btree_set("[ab][-._]?[AB]?", 0..12),
        taken in prop::option::of("[AB]_?[AB]?"),
    ) {
        let values: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
        let mut all = delivery(Mode::All, &values, vec![]);
        if let Some(taken) = &taken {
            all.bindings.push(DeliveredBinding {
                target: env(taken),
                secret: secret("other"),
                pinned: Some(delivered(Kind::Text, "pinned")),
                missing: false,
            });
        }
        let variable = |name: &str| variable_name(&secret(name)).unwrap().to_string();
        let mut meeting = BTreeSet::new();
        for a in &names {
            for b in &names {
                if a != b && variable(a) == variable(b) && Some(variable(a)) != taken {
                    meeting.insert(variable(a));
                }
            }
        }
        match inject(&all) {
            Ok(injection) => {
                prop_assert!(meeting.is_empty());
                let mut expected: BTreeSet<_> = names.iter().map(|name| variable(name)).collect();
                expected.extend(taken);
                let got: BTreeSet<_> = injection.variables.iter().map(|(name, _)| name.to_string()).collect();
                prop_assert_eq!(got, expected);
            }
            Err(error) => {
                let told: BTreeSet<_> = error.problems.iter().filter_map(|p| p.name.clone()).collect();
                prop_assert_eq!(&told, &meeting);
                for problem in &error.problems {
                    let named = names.iter().filter(|name| problem.message.contains(&format!("`{name}`")));
                    prop_assert!(named.count() >= 2);
                }
            }
        }
    }

    #[test]
    fn bindings_collide_exactly_where_two_share_target_and_environment(
        picks in prop::collection::vec((0..3_usize, 0..3_usize, 0..2_usize), 0..8),
    ) {
        let targets = [env("A"), env("B"), file("/A")];
        let environments = [None, Some("staging"), Some("production")];
        let bindings: Vec<_> = picks.iter()
            .map(|(t, e, s)| binding(targets[*t].clone(), ["one", "two"][*s], environments[*e]))
            .collect();
        let later = (0..picks.len())
            .filter(|i| picks[..*i].iter().any(|p| (p.0, p.1) == (picks[*i].0, picks[*i].1)))
            .count();
        let told = check_bindings(&bindings).err().map_or(0, |error| error.problems.len());
        prop_assert_eq!(told, later);
    }
}
