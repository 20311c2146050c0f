//! Random layouts: what is explained is what is delivered.

use std::collections::BTreeMap;

use domain::{
    Actor,
    api::Explanation,
    ladder::{RUNGS, RungState},
};
use proptest::{collection::vec, option, prelude::*, test_runner::TestRunner};
use tokio::runtime::Handle;
use vault::{ImportOptions, Wrapping};

use crate::{
    fixture::{TestVault, on_postgres, on_sqlite},
    speak::{at, delivered, env, name, path, put, upload},
};

/// How many names a layout has.
const NAMES: usize = 4;

/// For each name and each rung of `shop/api` in staging, which of three values it holds, if any; and what the
/// neighbours hold that must never count.
type Layout = Vec<(Vec<Option<u8>>, Vec<Option<u8>>)>;

const RUNG: [&str; RUNGS] = ["shop/api@staging", "shop/api", "shop@staging", "shop", "platform@staging", "platform"];
const NEIGHBOURS: [&str; 6] =
    ["shop/web@staging", "shop/web", "shop/api@production", "shop@production", "platform@production", "bank"];

fn layouts() -> impl Strategy<Value = Layout> {
    vec((vec(option::of(0..3_u8), RUNGS), vec(option::of(0..3_u8), NEIGHBOURS.len())), NAMES)
}

/// The values of every scope, empty ones included.
fn value(of: u8) -> &'static str {
    ["", "one", "two"][usize::from(of)]
}

/// Writes a layout under names that no other layout has.
async fn write(t: &TestVault, admin: &Actor, layout: &Layout, prefix: &str) {
    let mut scopes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (index, (rungs, neighbours)) in layout.iter().enumerate() {
        let held = RUNG.iter().zip(rungs).chain(NEIGHBOURS.iter().zip(neighbours));
        for (place, of) in held.filter_map(|(place, of)| of.map(|of| (*place, of))) {
            scopes.entry(place).or_default().push(format!("\"{prefix}_{index}\": \"{}\"", value(of)));
        }
    }
    for (place, entries) in scopes {
        let file = upload(&format!("{{{}}}", entries.join(",")));
        t.vault.import(admin, &at(place), &file, &ImportOptions::default()).await.unwrap();
    }
}

async fn check(t: &TestVault, admin: &Actor, layout: &Layout, prefix: &str) -> Result<(), TestCaseError> {
    write(t, admin, layout, prefix).await;
    let api = path("shop", "api");
    let got = t.vault.deliver(admin, &api, &env("staging"), Wrapping::Plain).await.unwrap();
    let listed = t.vault.effective(admin, &api, &env("staging")).await.unwrap();
    for (index, (rungs, _)) in layout.iter().enumerate() {
        let key = name(&format!("{prefix}_{index}"));
        let explained: Explanation = t.vault.explain(admin, &api, &env("staging"), &key).await.unwrap();
        let wins = explained.rungs.iter().position(|rung| rung.state == RungState::Wins);
        // The truth, told without any of our code: the first rung that holds something.
        prop_assert_eq!(wins, rungs.iter().position(Option::is_some));
        let delivered = got.values.get(&key);
        let row = listed.iter().find(|row| row.name == key);
        let Some(wins) = wins else {
            prop_assert!(delivered.is_none() && row.is_none());
            continue;
        };
        let (delivered, row) = (delivered.expect("it is delivered"), row.expect("it is listed"));
        prop_assert_eq!(&delivered.source, &explained.rungs[wins].scope);
        prop_assert_eq!(&row.source, &explained.rungs[wins].scope);
        prop_assert_eq!(Some(delivered.version), explained.rungs[wins].version);
        let winning = rungs[wins].unwrap();
        prop_assert_eq!(delivered.value.0.as_str(), value(winning));
        let one = t.vault.deliver_one(admin, &api, &env("staging"), &key, Wrapping::Plain).await.unwrap();
        prop_assert_eq!(&one.delivered.source, &delivered.source);
        for (rung, held) in explained.rungs.iter().zip(rungs).skip(wins + 1) {
            let expected = match held {
                None => RungState::Absent,
                Some(of) if *of == winning => RungState::ShadowedSame,
                Some(_) => RungState::ShadowedDifferent,
            };
            prop_assert_eq!(rung.state, expected);
        }
    }
    Ok(())
}

async fn random_layouts(t: TestVault, cases: u32) {
    let admin = t.shop().await;
    t.project("bank").await;
    let mut case = 0;
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let checked = tokio::task::block_in_place(|| {
        let counted = std::cell::Cell::new(0_u32);
        let result = TestRunner::new(config).run(&layouts(), |layout| {
            counted.set(counted.get() + 1);
            let prefix = format!("K{}", counted.get());
            Handle::current().block_on(check(&t, &admin, &layout, &prefix))
        });
        case += counted.get();
        result
    });
    checked.unwrap();
    println!("{case} layouts of {NAMES} names");
    assert!(case >= cases);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_explained_is_what_is_delivered_on_sqlite() {
    on_sqlite(|t| random_layouts(t, 256)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_explained_is_what_is_delivered_on_postgres() {
    on_postgres(|t| random_layouts(t, 48)).await;
}

db_tests! {
    /// The order of Flyte: project and domain, then domain, then organisation. Its guide promises a project for all
    /// domains, which its server refuses: here it stands before the platform's domain.
    async fn project_and_domain_before_domain_before_organisation(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        for place in ["platform", "platform@development", "shop", "shop@development"] {
            put(&t.vault, &admin, place, "KEY", place).await;
            assert_eq!(delivered(&t.vault, &admin, &api, "development").await["KEY"], place);
        }
        // Another domain sees neither of the two that are for development.
        assert_eq!(delivered(&t.vault, &admin, &api, "production").await["KEY"], "shop");
        t.project("other").await;
        t.service("other", "api").await;
        let admin = t.admin().await;
        assert_eq!(delivered(&t.vault, &admin, &path("other", "api"), "development").await["KEY"], "platform@development");
        assert_eq!(delivered(&t.vault, &admin, &path("other", "api"), "production").await["KEY"], "platform");
    }
}
