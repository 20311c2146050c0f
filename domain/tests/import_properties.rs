//! What holds for every file, however it was made.

use std::collections::BTreeMap;

use domain::{
    Kind, SecretName,
    import::{Import, parse_json},
};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}"
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn flat() -> impl Strategy<Value = BTreeMap<String, Value>> {
    prop::collection::btree_map(name(), value(), 0..12)
}

/// Every place an answer names lies within the file.
fn places_exist(file: &[u8], import: &Import) -> Result<(), TestCaseError> {
    let text = str::from_utf8(file).unwrap_or_default();
    let entries = import.entries.iter().map(|e| (Some(e.line), Some(e.column)));
    let problems = import.problems.iter().map(|p| (p.line, p.column));
    for (line, column) in entries.chain(problems) {
        let (Some(line), Some(column)) = (line, column) else {
            return Err(TestCaseError::fail("a problem without a place"));
        };
        let line = text.split('\n').nth(line as usize - 1).unwrap_or_default();
        prop_assert!((1..=line.chars().count()).contains(&(column as usize)));
    }
    Ok(())
}

/// No name is both stored and refused, and none is stored twice.
fn names_are_told_once(import: &Import) -> Result<(), TestCaseError> {
    let mut names: Vec<&str> = import.entries.iter().map(|e| e.name.as_str()).collect();
    names.sort_unstable();
    prop_assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    for problem in &import.problems {
        let name = problem.name.as_deref().unwrap_or_default();
        prop_assert!(names.binary_search(&name).is_err());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic(file in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_json(&file);
    }

    #[test]
    fn no_json_like_text_makes_it_panic(parts in prop::collection::vec(
        prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\n", "0041", "A", "\"A\"", "\"A\":",
            "\"é\"", " ", "\n", "\r\n", "null", "1", "-", "e5", "\u{1}", "🔑", "\"\\u0041\":1,",
        ]), 0..40))
    {
        for file in [parts.concat(), format!("{{{}}}", parts.concat())] {
            if let Ok(import) = parse_json(file.as_bytes()) {
                places_exist(file.as_bytes(), &import)?;
                names_are_told_once(&import)?;
            }
        }
    }

    #[test]
    fn changed_json_never_makes_it_panic(
        map in flat(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0..3_u8), 0..4),
    ) {
        let mut file = serde_json::to_vec_pretty(&map).unwrap();
        for (at, byte, how) in changes {
            let at = at.index(file.len());
            match how {
                0 => file[at] = byte,
                1 => file.insert(at, byte),
                _ => { file.remove(at); }
            }
            if file.is_empty() { break; }
        }
        match parse_json(&file) {
            Ok(import) => {
                // What serde_json refuses as JSON is never read; what is read has its places.
                prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&file).is_ok());
                places_exist(&file, &import)?;
                names_are_told_once(&import)?;
            }
            Err(error) => prop_assert!(!error.detail.is_empty()),
        }
    }

    #[test]
    fn what_is_written_is_what_is_read(map in flat(), pretty: bool) {
        let file = if pretty { serde_json::to_vec_pretty(&map) } else { serde_json::to_vec(&map) }.unwrap();
        let import = parse_json(&file).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(import.problems.is_empty());
        prop_assert_eq!(import.entries.len(), map.len());
        for (entry, (name, value)) in import.entries.iter().zip(&map) {
            prop_assert_eq!(entry.name.as_str(), name);
            let bytes = entry.value.expose();
            if let Value::String(text) = value {
                prop_assert_eq!((entry.value.kind(), bytes), (Kind::Text, text.as_bytes()));
            } else {
                prop_assert_eq!(entry.value.kind(), Kind::Json);
                prop_assert_eq!(&serde_json::from_slice::<Value>(bytes).unwrap(), value);
            }
        }
        places_exist(&file, &import)?;
    }

    #[test]
    fn a_duplicate_is_told_at_its_key(map in flat(), extra in value(), which: Index, end: Index, escaped: bool) {
        prop_assume!(!map.is_empty());
        let names: Vec<&String> = map.keys().collect();
        let twice = names[which.index(names.len())];
        let mut lines: Vec<String> = map.iter()
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .collect();
        let first = names.iter().position(|name| *name == twice).unwrap();
        let later = first + 1 + end.index(lines.len() - first);
        let key = if escaped {
            twice.chars().fold(String::new(), |key, c| key + &format!("\\u{:04x}", u32::from(c)))
        } else {
            twice.clone()
        };
        lines.insert(later, format!("  \"{key}\" : {extra}"));
        let file = format!("{{\n{}\n}}", lines.join(",\n"));
        let import = parse_json(file.as_bytes()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(import.problems.len(), 1);
        let problem = &import.problems[0];
        prop_assert_eq!(problem.name.as_ref(), Some(twice));
        prop_assert_eq!(problem.line.map(|l| l as usize), Some(later + 2));
        prop_assert_eq!(problem.column, Some(3));
        prop_assert_eq!(&problem.message, &format!("written twice, first on line {}; keep one of the two", first + 2));
        prop_assert!(import.entries.iter().all(|entry| entry.name.as_str() != twice));
        prop_assert_eq!(import.entries.len(), map.len() - 1);
    }

    #[test]
    fn a_key_is_stored_exactly_when_it_is_a_name(key in any::<String>()) {
        let file = serde_json::to_vec(&BTreeMap::from([(&key, "value")])).unwrap();
        let import = parse_json(&file).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(import.entries.len() == 1, key.parse::<SecretName>().is_ok());
        prop_assert_eq!(import.entries.len() + import.problems.len(), 1);
    }
}
