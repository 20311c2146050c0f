//! What a plan says beyond create and update, and that it is kept.

use std::collections::BTreeMap;

use domain::{
    Actor,
    api::{Binding, FileLook, Plan, PlanItem},
};
use serde_json::{Value, json};
use vault::{Error, ImportOptions, Vault};

use crate::{
    fixture::TestVault,
    speak::{at, delivered, name, path, put, refused, reveal, upload},
};

fn with(basis: &Plan) -> ImportOptions {
    ImportOptions { basis: Some(basis.basis.clone()), ..ImportOptions::default() }
}

/// The new plan that is answered where the old one does not hold any more.
#[track_caller]
fn stale(result: vault::Result<Plan>) -> Plan {
    match result {
        Err(Error::Stale(plan)) => *plan,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it worked"),
    }
}

async fn bind(t: &TestVault, admin: &Actor, service: &str, bindings: Value) {
    let bindings: Vec<Binding> = serde_json::from_value(bindings).unwrap();
    t.vault.put_bindings(admin, &path("shop", service), &bindings).await.unwrap();
}

fn item<'a>(plan: &'a Plan, name: &str) -> &'a PlanItem {
    plan.items.iter().find(|item| item.name == name).unwrap()
}

/// `shop/api development 2`, one for each place that would see other values.
fn affected(plan: &Plan) -> Vec<String> {
    let items = plan.affects.items.iter();
    items.map(|a| format!("{}/{} {} {}", a.project, a.service, a.environment, a.names)).collect()
}

/// How many names of every place changed between two moments.
type Seen = BTreeMap<(String, String), BTreeMap<String, String>>;

async fn seen(vault: &Vault, admin: &Actor) -> Seen {
    let mut seen = Seen::new();
    for (project, service) in [("bank", "desk"), ("shop", "api"), ("shop", "web")] {
        for environment in ["development", "staging", "production"] {
            let values = delivered(vault, admin, &path(project, service), environment).await;
            seen.insert((format!("{project}/{service}"), environment.to_owned()), values);
        }
    }
    seen
}

fn changed(before: &Seen, after: &Seen) -> Vec<String> {
    let mut changed: Vec<String> = Vec::new();
    for ((service, environment), was) in before {
        let now = &after[&(service.clone(), environment.clone())];
        let names: std::collections::BTreeSet<&String> = was.keys().chain(now.keys()).collect();
        let count = names.into_iter().filter(|name| was.get(*name) != now.get(*name)).count();
        if count > 0 {
            changed.push(format!("{service} {environment} {count}"));
        }
    }
    changed.sort();
    changed
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }
}

const PLACES: [&str; 13] = [
    "platform",
    "platform@staging",
    "bank",
    "bank@staging",
    "bank/desk",
    "bank/desk@staging",
    "shop",
    "shop@staging",
    "shop@production",
    "shop/api",
    "shop/api@staging",
    "shop/web",
    "shop/web@production",
];

db_tests! {
    async fn a_comment_of_a_file_is_taken_though_the_value_stays_and_can_be_taken_back(t: TestVault) {
        let admin = t.shop().await;
        let env = |text: &str| domain::import::parse(domain::import::Format::Env, text.as_bytes()).unwrap();
        let options = ImportOptions::default();
        t.vault.import(&admin, &at("shop"), &env("# old words\nA=canary\nB=canary\n"), &options).await.unwrap();
        let file = env("# new words\nA=canary\nB=canary\n");
        let plan = t.vault.plan_import(&admin, &at("shop"), &file, &options).await.unwrap();
        assert_eq!((plan.counts.update, plan.counts.unchanged, plan.affects.services), (1, 1, 0));
        assert!(item(&plan, "A").same_value && !item(&plan, "B").same_value);
        let applied = t.vault.import(&admin, &at("shop"), &file, &with(&plan)).await.unwrap();
        let comment = async || {
            let row = t.vault.find_secret(&admin, &at("shop"), &name("A")).await.unwrap();
            row.comment
        };
        assert_eq!(comment().await, "new words");
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "canary");
        let again = t.vault.plan_import(&admin, &at("shop"), &file, &options).await.unwrap();
        assert_eq!((again.counts.update, again.counts.unchanged), (0, 2));
        t.vault.undo_change(&admin, &applied.change_id.unwrap()).await.unwrap();
        assert_eq!(comment().await, "old words");
    }

    async fn applied_with_its_basis_a_plan_is_kept_and_not_replayed(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop/api@staging");
        let file = upload(r#"{"A": "1", "B": "2"}"#);
        let plan = t.vault.plan_import(&admin, &scope, &file, &ImportOptions::default()).await.unwrap();
        assert_eq!(plan.basis.len(), 32);
        let again = t.vault.plan_import(&admin, &scope, &file, &ImportOptions::default()).await.unwrap();
        assert_eq!(again.basis, plan.basis, "nothing changed");

        let applied = t.vault.import(&admin, &scope, &file, &with(&plan)).await.unwrap();
        assert_eq!((applied.counts.create, applied.change_id.is_some()), (2, true));
        let sequence = t.place.number("SELECT value FROM change_sequence").await;
        let new = stale(t.vault.import(&admin, &scope, &file, &with(&plan)).await);
        assert_eq!((new.counts.unchanged, new.change_id.as_deref()), (2, None));
        assert_eq!(plan.changed_in(&new), ["A", "B"]);
        let none = t.vault.import(&admin, &scope, &file, &with(&new)).await.unwrap();
        assert_eq!((none.counts.unchanged, none.change_id), (2, None));
        assert_eq!(t.place.number("SELECT value FROM change_sequence").await, sequence);
        let error = refused(t.vault.import(&admin, &scope, &file, &with(&plan)).await);
        assert_eq!(error.code.status(), 409);
    }

    async fn whatever_a_plan_touches_makes_it_stale_and_nothing_else_does(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "wide").await;
        put(&t.vault, &admin, "shop/api@staging", "A", "near").await;
        let scope = at("shop/api");
        let file = upload(r#"{"A": "1", "B": "2"}"#);
        let options = ImportOptions::default();
        for (what, place, key) in [
            ("the name itself", "shop/api", "A"), ("a new name", "shop/api", "B"), ("what it covers", "shop", "A"),
            ("what covers it", "shop/api@staging", "A"), ("a new wider one", "platform@production", "B"),
        ] {
            let plan = t.vault.plan_import(&admin, &scope, &file, &options).await.unwrap();
            put(&t.vault, &admin, place, key, what).await;
            let new = stale(t.vault.import(&admin, &scope, &file, &with(&plan)).await);
            assert_ne!(new.basis, plan.basis, "{what}");
        }
        let plan = t.vault.plan_import(&admin, &scope, &file, &options).await.unwrap();
        bind(&t, &admin, "api", json!([{"target": {"env": "X"}, "secret": "B"}])).await;
        stale(t.vault.import(&admin, &scope, &file, &with(&plan)).await);

        let plan = t.vault.plan_import(&admin, &scope, &file, &options).await.unwrap();
        put(&t.vault, &admin, "shop/api", "C", "other name").await;
        put(&t.vault, &admin, "shop/web", "A", "other service").await;
        bind(&t, &admin, "web", json!([{"target": {"env": "X"}, "secret": "A"}])).await;
        t.vault.import(&admin, &scope, &file, &with(&plan)).await.unwrap();
    }

    async fn a_basis_belongs_to_its_file_its_scope_and_whoever_asked(t: TestVault) {
        let admin = t.shop().await;
        let developer = t.developer_of("shop").await;
        let file = upload(r#"{"A": "1"}"#);
        let options = ImportOptions::default();
        let plan = t.vault.plan_import(&admin, &at("shop"), &file, &options).await.unwrap();
        stale(t.vault.import(&admin, &at("shop"), &upload(r#"{"A": "2"}"#), &with(&plan)).await);
        stale(t.vault.import(&admin, &at("shop@staging"), &file, &with(&plan)).await);
        stale(t.vault.import(&developer, &at("shop"), &file, &with(&plan)).await);
        for table in ["secrets", "changes", "scopes"] {
            assert_eq!(t.place.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        let left = ImportOptions { leave_out: vec!["A".into()], ..with(&plan) };
        assert_eq!(t.vault.import(&admin, &at("shop"), &file, &left).await.unwrap().counts.left_out, 1);
    }

    async fn of_two_who_apply_the_same_plan_one_wins_and_the_other_is_told(t: TestVault) {
        let admin = t.shop().await;
        let file = upload(r#"{"A": "1", "B": "2"}"#);
        let plan = t.vault.plan_import(&admin, &at("shop"), &file, &ImportOptions::default()).await.unwrap();
        let other = t.reopen().await;
        let mut racing = tokio::task::JoinSet::new();
        for vault in [t.vault.clone(), other.clone(), t.vault.clone(), other.clone()] {
            let (admin, plan) = (admin.clone(), plan.clone());
            racing.spawn(async move {
                let file = upload(r#"{"A": "1", "B": "2"}"#);
                vault.import(&admin, &at("shop"), &file, &with(&plan)).await.is_ok()
            });
        }
        let won = racing.join_all().await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        assert_eq!(t.place.number("SELECT value FROM change_sequence").await, 1);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM secret_versions").await, 2);
        other.close().await;
    }

    async fn texts_that_look_like_files_are_pointed_out_and_stored_as_files_when_asked(t: TestVault) {
        let admin = t.shop().await;
        let pem = "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIA==\\n-----END PRIVATE KEY-----\\n";
        let base64 = "AAECAwQFBgcICQoLDA0ODw==".replace("==", "AA").repeat(30);
        let file = upload(&format!(r#"{{"KEY": "{pem}", "STORE": "{base64}", "PLAIN": "p"}}"#));
        let scope = at("shop");
        let plan = t.vault.plan_import(&admin, &scope, &file, &ImportOptions::default()).await.unwrap();
        let looks: Vec<_> = plan.items.iter().map(|item| item.looks_like_file).collect();
        assert_eq!(looks, [Some(FileLook::Pem), Some(FileLook::Base64), None]);

        let options = ImportOptions { as_file: vec!["KEY".into(), "STORE".into()], ..with(&plan) };
        let applied = t.vault.import(&admin, &scope, &file, &options).await.unwrap();
        let kinds: Vec<_> = applied.items.iter().map(|item| item.kind.unwrap().word()).collect();
        assert_eq!(kinds, ["file", "file", "text"]);
        assert!(applied.items.iter().all(|item| item.looks_like_file.is_none()), "the advice was taken");
        assert_eq!(reveal(&t.vault, &admin, "shop", "STORE").await, base64, "a file travels as base64");
        let again = t.vault.plan_import(&admin, &scope, &file, &ImportOptions { basis: None, ..options }).await.unwrap();
        assert_eq!(again.counts.unchanged, 3);
        let unknown = ImportOptions { as_file: vec!["NONE".into()], ..ImportOptions::default() };
        let error = refused(t.vault.plan_import(&admin, &scope, &file, &unknown).await);
        assert_eq!(error.detail, "`NONE` is to be stored as a file, but the file does not hold it");
    }

    async fn names_that_differ_in_case_only_are_stored_and_pointed_out(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "Db_Pass", "old").await;
        put(&t.vault, &admin, "shop", "GONE", "old").await;
        t.vault.delete_secret(&admin, &at("shop"), &name("GONE"), None).await.unwrap();
        put(&t.vault, &admin, "shop/api", "other", "elsewhere").await;
        let file = upload(r#"{"DB_PASS": "1", "db_pass": "2", "Other": "3", "gone": "4"}"#);
        let plan = t.vault.import(&admin, &at("shop"), &file, &ImportOptions::default()).await.unwrap();
        assert_eq!(plan.counts.create, 4);
        assert_eq!(item(&plan, "DB_PASS").differs_in_case, ["Db_Pass", "db_pass"]);
        assert_eq!(item(&plan, "db_pass").differs_in_case, ["DB_PASS", "Db_Pass"]);
        assert!(item(&plan, "Other").differs_in_case.is_empty());
        assert!(item(&plan, "gone").differs_in_case.is_empty(), "a deleted name is no name");
        assert_eq!(reveal(&t.vault, &admin, "shop", "Db_Pass").await, "old");
    }

    async fn a_plan_says_which_waiting_bindings_it_fills(t: TestVault) {
        let admin = t.shop().await;
        bind(&t, &admin, "api", json!([
            {"target": {"env": "WAITS"}, "secret": "A"},
            {"target": {"env": "WAITS"}, "secret": "B", "environment": "production"},
            {"target": {"env": "PINNED"}, "secret": "C",
             "scope": {"level": "project", "project": "shop", "environment": "staging"}},
            {"target": {"env": "FILLED"}, "secret": "D"},
        ])).await;
        bind(&t, &admin, "web", json!([{"target": {"env": "A"}, "secret": "A"}])).await;
        put(&t.vault, &admin, "platform", "D", "there").await;
        put(&t.vault, &admin, "shop/web@staging", "A", "there").await;
        let file = upload(r#"{"A": "1", "B": "1", "C": "1", "D": "1", "E": "1"}"#);
        let at_one = |service: &str, environment: &str| at(&format!("shop/{service}@{environment}")).to_string();
        let fills = |plan: &Plan| plan.items.iter().map(|item| item.fills.clone()).collect::<Vec<_>>();

        let options = ImportOptions::default();
        let plan = t.vault.plan_import(&admin, &at("shop"), &file, &options).await.unwrap();
        assert_eq!(fills(&plan), [
            vec![
                at_one("api", "development"), at_one("api", "staging"),
                at_one("web", "development"), at_one("web", "production"),
            ],
            vec![at_one("api", "production")], vec![], vec![], vec![],
        ]);
        let plan = t.vault.plan_import(&admin, &at("shop@staging"), &file, &options).await.unwrap();
        assert_eq!(fills(&plan), [
            vec![at_one("api", "staging")], vec![], vec![at("shop/api").to_string()], vec![], vec![],
        ], "a pinned binding gets the value in every environment");
        let plan = t.vault.plan_import(&admin, &at("shop/web"), &file, &options).await.unwrap();
        assert_eq!(item(&plan, "A").fills, [at_one("web", "development"), at_one("web", "production")]);
    }

    async fn a_plan_says_what_services_would_see_and_only_what_the_actor_may_know(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        t.service("bank", "desk").await;
        put(&t.vault, &admin, "shop/api@staging", "A", "own").await;
        put(&t.vault, &admin, "platform", "B", "1").await;
        let file = upload(r#"{"A": "1", "B": "1"}"#);
        let options = ImportOptions::default();
        let plan = t.vault.plan_import(&admin, &at("shop@staging"), &file, &options).await.unwrap();
        assert_eq!(affected(&plan), ["shop/web staging 1"], "api has its own A, and B stays what it is");
        assert_eq!(item(&plan, "B").same_as, ["platform"]);
        assert_eq!((plan.affects.services, plan.affects.places), (1, 1));

        let plan = t.vault.plan_import(&admin, &at("platform"), &file, &options).await.unwrap();
        assert_eq!(plan.affects.places, 8, "three services in three environments, but for api in staging");
        assert_eq!(plan.affects.services, 3);

        // A developer sees the platform's names, and may not find out its values by asking for plans.
        let developer = t.developer_of("shop").await;
        let plan = t.vault.plan_import(&developer, &at("shop@staging"), &file, &options).await.unwrap();
        assert_eq!(affected(&plan), ["shop/api staging 1", "shop/web staging 2"]);
        assert_eq!(item(&plan, "B").shadows, ["platform"]);
        assert!(item(&plan, "B").same_as.is_empty());
    }

    async fn a_long_list_of_places_is_cut_and_counted(t: TestVault) {
        let admin = t.shop().await;
        for number in 0..40 {
            t.service("shop", &format!("s{number:02}")).await;
        }
        let file = upload(r#"{"A": "1"}"#);
        let plan = t.vault.plan_import(&admin, &at("shop"), &file, &ImportOptions::default()).await.unwrap();
        assert_eq!((plan.affects.items.len(), plan.affects.services, plan.affects.places), (100, 42, 126));
    }

    async fn what_a_plan_says_of_the_services_is_what_they_get_then(t: TestVault) {
        t.shop().await;
        t.project("bank").await;
        t.service("bank", "desk").await;
        let admin = t.admin().await;
        let mut dice = Dice(7);
        let mut kinds = 0;
        for round in 0..24 {
            let place = PLACES[dice.below(13)];
            let keys: Vec<String> = (0..=dice.below(4))
                .map(|key| format!("\"K{key}\": \"{}\"", dice.below(3)))
                .collect();
            let file = upload(&format!("{{{}}}", keys.join(", ")));
            let before = seen(&t.vault, &admin).await;
            let plan = t.vault.plan_import(&admin, &at(place), &file, &ImportOptions::default()).await.unwrap();
            t.vault.import(&admin, &at(place), &file, &with(&plan)).await.unwrap();
            let mut told = affected(&plan);
            told.sort();
            let was = changed(&before, &seen(&t.vault, &admin).await);
            assert_eq!(told, was, "round {round}, {place}: {keys:?}");
            kinds += usize::from(!was.is_empty());

            let (from, to) = (PLACES[dice.below(13)], PLACES[dice.below(13)]);
            let options = crate::copy::all(from, dice.below(2) == 1);
            if from == to {
                continue;
            }
            let before = seen(&t.vault, &admin).await;
            let plan = t.vault.plan_copy(&admin, &at(to), &options).await.unwrap();
            let options = vault::CopyOptions { basis: Some(plan.basis.clone()), ..options };
            t.vault.copy(&admin, &at(to), &options).await.unwrap();
            let mut told = affected(&plan);
            told.sort();
            let was = changed(&before, &seen(&t.vault, &admin).await);
            assert_eq!(told, was, "round {round}, {from} to {to}, moved: {}", options.remove_source);
            kinds += usize::from(!was.is_empty());
        }
        assert!(kinds > 15, "the rounds do something: {kinds}");
        assert!(t.vault.verify_audit().await.unwrap().verdict().is_ok());
    }
}
