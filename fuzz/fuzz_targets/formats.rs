//! Whatever the bytes: the readers of `.env`, YAML and TOML never panic, store no name twice and give every problem a
//! place; and what our writers write comes back as it was.
#![no_main]

use std::collections::BTreeSet;

use domain::{
    export::{self, Item},
    import::{Format, parse},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((choice, file)) = input.split_first() else {
        return;
    };
    let (read, write) = match choice % 3 {
        0 => (Format::Env, export::Format::Env),
        1 => (Format::Yaml, export::Format::Yaml),
        _ => (Format::Toml, export::Format::Toml),
    };
    let Ok(import) = parse(read, file) else {
        return;
    };
    let names: BTreeSet<_> = import.entries.iter().map(|entry| &entry.name).collect();
    assert_eq!(names.len(), import.entries.len(), "a name is stored twice");
    for problem in &import.problems {
        assert!(problem.line.is_some_and(|line| line > 0) && problem.column.is_some_and(|c| c > 0));
    }
    let items = import.entries.iter().map(|entry| Item {
        name: &entry.name,
        value: &entry.value,
        comment: entry.comment.as_deref().unwrap_or_default(),
    });
    let items: Vec<Item> = items.collect();
    let Ok(written) = export::write(write, "fuzz", &items) else {
        return;
    };
    if items.is_empty() {
        return;
    }
    let Ok(again) = parse(read, &written) else {
        panic!("what was written cannot be read");
    };
    assert!(again.problems.is_empty() && again.entries.len() == items.len());
    for (entry, item) in again.entries.iter().zip(&items) {
        assert_eq!(&entry.name, item.name);
        assert_eq!(entry.value.expose(), item.value.expose(), "a value was changed");
    }
});
