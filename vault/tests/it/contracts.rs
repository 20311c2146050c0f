use domain::{
    api::{Binding, BindingState, Proposal, Severity},
    wiring::Wanted,
};
use serde_json::{Value, json};

use crate::speak::{env, path, put, refused, status};

const CONTRACT: &str = "[[secret]]\nname = \"DB_PASS\"\ntarget = { env = \"MY_APP_SECRET\" }\n";

fn bindings(json: Value) -> Vec<Binding> {
    serde_json::from_value(json).unwrap()
}

db_tests! {
    async fn a_contract_is_kept_replaced_and_forgotten(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        assert_eq!(status(t.vault.find_contract(&admin, &api).await), 404);
        assert_eq!(status(t.vault.delete_contract(&admin, &api).await), 404);
        t.vault.put_contract(&admin, &api, CONTRACT).await.unwrap();
        let second = "[[secret]]\nname = \"OTHER\"\n";
        t.vault.put_contract(&admin, &api, second).await.unwrap();
        let kept = t.vault.find_contract(&admin, &api).await.unwrap();
        assert_eq!((kept.text.as_str(), kept.updated_by.as_str()), (second, admin.label.as_str()));
        let bad = refused(t.vault.put_contract(&admin, &api, "[[secret]]\nname = \"A\"\nkind = \"number\"\n").await);
        assert_eq!((bad.code.status(), bad.problems[0].line, bad.problems[0].column), (422, Some(3), Some(8)));
        let long = format!("{CONTRACT}# {}", "x".repeat(64 * 1024));
        assert_eq!(status(t.vault.put_contract(&admin, &api, &long).await), 413);
        assert_eq!(t.vault.find_contract(&admin, &api).await.unwrap().text, second);
        t.vault.delete_contract(&admin, &api).await.unwrap();
        assert_eq!(status(t.vault.find_contract(&admin, &api).await), 404);
        assert_eq!(t.audited("contract.put", "allowed").await, 2);
        assert_eq!(t.audited("contract.delete", "allowed").await, 1);
    }

    async fn who_may_keep_a_contract_and_see_the_board(t: TestVault) {
        t.shop().await;
        let api = path("shop", "api");
        let developer = t.developer_of("shop").await;
        t.vault.put_contract(&developer, &api, CONTRACT).await.unwrap();
        assert_eq!(t.vault.list_readiness(&developer, &api.project).await.unwrap().len(), 2);
        let outsider = t.outsider().await;
        assert_eq!(status(t.vault.put_contract(&outsider, &api, CONTRACT).await), 404);
        assert_eq!(status(t.vault.find_contract(&outsider, &api).await), 404);
        assert_eq!(status(t.vault.list_readiness(&outsider, &api.project).await), 404);
        let token = t.service_token("shop", "api", Some("staging")).await;
        assert_eq!(status(t.vault.put_contract(&token, &api, CONTRACT).await), 404);
        let seen = t.vault.list_readiness(&token, &api.project).await.unwrap();
        let names: Vec<_> = seen[0].environments.iter().map(|ready| ready.environment.as_str()).collect();
        assert_eq!((seen.len(), seen[0].service.as_str(), names), (1, "api", vec!["staging"]));
    }

    async fn the_board_tells_what_is_missing_environment_by_environment(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        let found = async |service: &str| {
            let board = t.vault.list_readiness(&admin, &api.project).await.unwrap();
            let row = board.into_iter().find(|row| row.service.as_str() == service).unwrap();
            let count = |severity| row.environments.iter().map(|ready| ready.count(severity)).collect::<Vec<_>>();
            (row.has_contract, count(Severity::Problem), count(Severity::Warning))
        };
        assert_eq!(found("web").await, (false, vec![0, 0, 0], vec![0, 0, 0]));
        // Without a contract: what would stop a program.
        let to = |secret: &str| bindings(json!([{"target": {"env": "MY_APP_SECRET"}, "secret": secret}]));
        t.vault.put_bindings(&admin, &api, &to("DB_PASS")).await.unwrap();
        put(&t.vault, &admin, "shop/api@production", "DB_PASS", "canary").await;
        assert_eq!(found("api").await, (false, vec![1, 1, 0], vec![0, 0, 0]));
        // With one: what it asks for.
        t.vault.put_contract(&admin, &api, CONTRACT).await.unwrap();
        put(&t.vault, &admin, "platform@staging", "DB_PASS", "canary").await;
        put(&t.vault, &admin, "shop", "EXTRA", "canary").await;
        assert_eq!(found("api").await, (true, vec![1, 0, 0], vec![1, 1, 1]));
    }

    async fn bindings_that_count_resolve_by_ladder_or_pin(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        put(&t.vault, &admin, "shop", "A", "canary").await;
        put(&t.vault, &admin, "platform", "A", "canary").await;
        let pin = json!({"level": "platform", "environment": null});
        let all = bindings(json!([
            {"target": {"env": "X"}, "secret": "A"},
            {"target": {"env": "X"}, "secret": "OTHER", "environment": "staging"},
            {"target": {"env": "P"}, "secret": "A", "scope": pin},
            {"target": {"env": "Q"}, "secret": "B", "scope": pin},
        ]));
        t.vault.put_bindings(&admin, &api, &all).await.unwrap();
        let token = t.service_token("shop", "api", None).await;
        for actor in [&admin, &token] {
            let given = t.vault.given(actor, &api, &env("production")).await.unwrap();
            let told: Vec<_> = given
                .bindings
                .iter()
                .map(|binding| (binding.target.text(), binding.state, binding.source.as_deref()))
                .collect();
            assert_eq!(told, [
                ("X", BindingState::Found, Some("project: shop")),
                ("P", BindingState::Found, Some("platform")),
                ("Q", BindingState::Missing, None),
            ]);
        }
        let staging = t.vault.given(&admin, &api, &env("staging")).await.unwrap();
        assert_eq!((staging.bindings[0].secret.as_str(), staging.bindings[0].state), ("OTHER", BindingState::Missing));
    }

    async fn bindings_are_added_and_taken_one_by_one_by_many_at_once(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        let other = t.reopen().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..6 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                let own = bindings(json!([{"target": {"env": format!("OWN{writer}")}, "secret": "A"}]));
                vault.append_bindings(&admin, &path("shop", "api"), &own).await.unwrap();
            });
        }
        writers.join_all().await;
        let stored = t.vault.list_bindings(&admin, &api).await.unwrap();
        assert_eq!(stored.len(), 6);
        let left = t.vault.delete_binding(&admin, &api, &stored[0].target, None).await.unwrap();
        assert_eq!(left, stored[1..]);
        let only = env("staging");
        assert_eq!(t.vault.delete_binding(&admin, &api, &stored[1].target, Some(&only)).await.unwrap(), left);
        other.close().await;
    }

    async fn what_a_file_asks_for_is_bound_where_it_has_to_be(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        put(&t.vault, &admin, "shop@staging", "DB_PASS", "canary").await;
        let wanted = Wanted::read(b"DB_PASS=canary\nNEW=\nLEFT=\n").unwrap();
        let plan = t.vault.propose_bindings(&admin, &api, &wanted).await.unwrap();
        let told: Vec<_> = plan.iter().map(|row| (row.variable.as_str(), row.proposal)).collect();
        let missing = Proposal::BindMissing;
        assert_eq!(told, [("DB_PASS", Proposal::OwnName), ("NEW", missing), ("LEFT", missing)]);
        assert!(t.vault.list_bindings(&admin, &api).await.unwrap().is_empty());
        t.vault.import_bindings(&admin, &api, &wanted, &["LEFT".to_owned()]).await.unwrap();
        let stored = t.vault.list_bindings(&admin, &api).await.unwrap();
        assert_eq!((stored.len(), stored[0].target.text()), (1, "NEW"));
        let outsider = t.outsider().await;
        assert_eq!(status(t.vault.import_bindings(&outsider, &api, &wanted, &[]).await), 404);
    }
}
