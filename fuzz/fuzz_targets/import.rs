//! Whatever the bytes: reading never panics, reads nothing that is not JSON, and stores no name twice.
#![no_main]

use std::collections::BTreeSet;

use domain::{Kind, import::parse_json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|file: &[u8]| {
    let Ok(import) = parse_json(file) else {
        return;
    };
    let names: BTreeSet<_> = import.entries.iter().map(|entry| &entry.name).collect();
    assert_eq!(names.len(), import.entries.len(), "a name is stored twice");
    for problem in &import.problems {
        assert!(problem.line.is_some_and(|line| line > 0) && problem.column.is_some_and(|c| c > 0));
    }
    if !import.problems.is_empty() {
        return;
    }
    // Without problems the file means to us what it means to serde_json.
    let Ok(Value::Object(object)) = serde_json::from_slice(file) else {
        // serde_json refuses numbers out of range, which we keep as written.
        return;
    };
    assert_eq!(object.len(), import.entries.len());
    for entry in &import.entries {
        let theirs = &object[entry.name.as_str()];
        match entry.value.kind() {
            Kind::Text => assert_eq!(
                theirs.as_str().map(str::as_bytes),
                Some(entry.value.expose())
            ),
            _ => assert_eq!(
                serde_json::from_slice(entry.value.expose()).ok().as_ref(),
                Some(theirs)
            ),
        }
    }
});
