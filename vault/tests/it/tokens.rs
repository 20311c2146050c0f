//! Tokens: their form, what they may, how far and how long.

use domain::{
    Action, Actor, Code, Scope, ServicePath,
    access::{self, Right},
    api::{NewToken, TokenRow, TokenState},
    time::{DAY, HOUR, MINUTE},
};
use vault::Error;

use crate::fixture::{TestVault, new_token, request};

fn error<T>(answer: Result<T, Error>) -> domain::Error {
    match answer {
        Ok(_) => panic!("it was allowed"),
        Err(error) => error.public(),
    }
}

fn of_service(project: &str, service: &str) -> NewToken {
    NewToken { project: Some(project.parse().unwrap()), service: Some(service.parse().unwrap()), ..new_token("deploy") }
}

fn of_project(project: &str) -> NewToken {
    NewToken { project: Some(project.parse().unwrap()), ..new_token("project") }
}

fn with_rights(new: NewToken, rights: &[Right]) -> NewToken {
    NewToken { rights: rights.to_vec(), ..new }
}

fn api() -> ServicePath {
    ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap())
}

fn may(actor: &Actor, action: Action, scope: &Scope) -> bool {
    access::check(actor, action, scope).is_ok()
}

async fn names(t: &TestVault, actor: &Actor) -> Vec<String> {
    let rows = t.vault.list_tokens(actor).await.unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// A project `shop` with the services `api` and `web`, and a project `bank`.
async fn places(t: &TestVault) {
    t.project("shop").await;
    t.service("shop", "api").await;
    t.service("shop", "web").await;
    t.project("bank").await;
}

use Right::{Manage, Read, Write};

db_tests! {
    async fn a_new_token_is_shown_once_and_signs_in(t: TestVault) {
        let admin = t.admin().await;
        let created = t.token(&admin, &new_token(" laptop ")).await;
        let text = created.token.0.as_str();
        assert!(text.starts_with("srm_") && text.len() == 53, "{text}");
        assert!(text.ends_with(&created.row.hint) && created.row.hint.len() == 4);
        assert_eq!((created.row.name.as_str(), created.row.state), ("laptop", TokenState::Active));
        assert_eq!(created.row.owner.as_deref(), Some("admin@example.com"));
        assert_eq!(created.row.expires_at.0 - created.row.created_at.0, 90 * DAY);
        let actor = t.bearer(&created).await;
        assert_eq!((actor.label.as_str(), actor.request.address.as_str()), ("laptop", "192.0.2.1"));
        assert!(may(&actor, Action::Reveal, &Scope::platform(None)));
        assert!(!may(&actor, Action::WriteSecrets, &Scope::platform(None)));
        let listed = serde_json::to_string(&t.vault.list_tokens(&admin).await.unwrap()).unwrap();
        assert!(!listed.contains(text));
        let again = t.reopen().await;
        again.actor_of_token(request(), text).await.unwrap();
        again.close().await;
    }

    async fn every_bad_token_is_told_alike(t: TestVault) {
        let admin = t.admin().await;
        let revoked = t.token(&admin, &new_token("revoked")).await;
        t.vault.revoke_token(&admin, &revoked.row.id).await.unwrap();
        let short = t.token(&admin, &NewToken { expires_in_days: Some(1), ..new_token("short") }).await;
        t.clock.advance(DAY);
        let mut damaged = short.token.0.to_string();
        damaged.replace_range(10..11, if &damaged[10..11] == "A" { "B" } else { "A" });
        let unknown = {
            // Well formed, but of another installation.
            let elsewhere = TestVault::on_a_new_sqlite().await;
            let admin = elsewhere.admin().await;
            elsewhere.token(&admin, &new_token("elsewhere")).await.token.0.to_string()
        };
        let (revoked, short) = (revoked.token.0.as_str(), short.token.0.as_str());
        let texts: [&str; 7] = [revoked, short, damaged.as_str(), unknown.as_str(), "", "srm_", "Bearer"];
        for text in texts {
            let told = error(t.vault.actor_of_token(request(), text).await);
            assert_eq!((told.code, told.detail.as_str()), (Code::Unauthenticated, "the token is not valid"));
        }
    }

    async fn a_token_ends_on_the_millisecond(t: TestVault) {
        let admin = t.admin().await;
        let created = t.token(&admin, &NewToken { expires_in_days: Some(2), ..new_token("short") }).await;
        t.clock.advance(2 * DAY - 1);
        t.bearer(&created).await;
        t.clock.advance(1);
        assert_eq!(error(t.vault.actor_of_token(request(), &created.token.0).await).code, Code::Unauthenticated);
        let admin = t.admin().await;
        assert_eq!(t.vault.list_tokens(&admin).await.unwrap()[0].state, TokenState::Expired);
    }

    async fn a_revoked_token_is_refused_at_once_and_by_every_server(t: TestVault) {
        let admin = t.admin().await;
        let created = t.token(&admin, &new_token("laptop")).await;
        let other = t.reopen().await;
        other.actor_of_token(request(), &created.token.0).await.unwrap();
        t.vault.revoke_token(&admin, &created.row.id).await.unwrap();
        assert_eq!(error(other.actor_of_token(request(), &created.token.0).await).code, Code::Unauthenticated);
        t.vault.revoke_token(&admin, &created.row.id).await.unwrap();
        assert_eq!(t.vault.list_tokens(&admin).await.unwrap()[0].state, TokenState::Revoked);
        for id in ["", "x", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(error(t.vault.revoke_token(&admin, id).await).code, Code::NotFound);
        }
        other.close().await;
    }

    async fn a_token_may_no_more_than_its_owner_from_the_next_request_on(t: TestVault) {
        places(&t).await;
        let admin = t.admin().await;
        let developer = t.developer_of("shop").await;
        let created = t.token(&developer, &with_rights(new_token("mine"), &[Read, Write, Manage])).await;
        let shop = Scope::project("shop".parse().unwrap(), None);
        let token = t.bearer(&created).await;
        assert!(may(&token, Action::Reveal, &shop) && may(&token, Action::WriteSecrets, &shop));
        assert!(!may(&token, Action::ManageProject, &shop) && !may(&token, Action::ManagePeople, &Scope::platform(None)));
        assert!(!may(&token, Action::See, &Scope::project("bank".parse().unwrap(), None)));
        let slug = "shop".parse().unwrap();
        let members = t.vault.list_members(&admin, &slug).await.unwrap();
        let own = members.iter().find(|member| member.email == developer.label).unwrap();
        t.vault.delete_member(&admin, &slug, &own.id).await.unwrap();
        assert!(!may(&t.bearer(&created).await, Action::See, &shop));
        t.rewrite_person(&developer.label, true, 1).await;
        assert_eq!(error(t.vault.actor_of_token(request(), &created.token.0).await).code, Code::Unauthenticated);
    }

    async fn a_service_token_belongs_to_the_service_and_only_reads(t: TestVault) {
        places(&t).await;
        let developer = t.developer_of("shop").await;
        let created = t.token(&developer, &NewToken { environment: Some("production".parse().unwrap()), ..of_service("shop", "api") }).await;
        assert_eq!(created.row.owner, None);
        let actor = t.bearer(&created).await;
        let at = |environment: Option<&str>| Scope::service(api(), environment.map(|word| word.parse().unwrap()));
        assert!(may(&actor, Action::Use, &at(Some("production"))));
        assert!(!may(&actor, Action::Use, &at(Some("staging"))) && !may(&actor, Action::Use, &at(None)));
        assert!(!may(&actor, Action::WriteSecrets, &at(Some("production"))));
        assert!(!may(&actor, Action::Reveal, &Scope::platform(None)));
        // It outlives whoever made it.
        t.rewrite_person(&developer.label, true, 1).await;
        t.bearer(&created).await;
        for rights in [&[Write][..], &[Read, Write], &[Manage]] {
            let admin = t.admin().await;
            let told = error(t.vault.create_token(&admin, &with_rights(of_service("shop", "api"), rights)).await);
            assert_eq!(told.code, Code::Invalid);
        }
    }

    async fn a_token_for_what_does_not_exist_or_is_not_seen_is_refused(t: TestVault) {
        places(&t).await;
        let admin = t.admin().await;
        let developer = t.developer_of("shop").await;
        let nowhere = NewToken { environment: Some("nowhere".parse().unwrap()), ..new_token("x") };
        for (actor, new) in [
            (&admin, of_project("none")),
            (&admin, of_service("shop", "none")),
            (&admin, of_service("bank", "api")),
            (&admin, nowhere.clone()),
            (&developer, nowhere),
            (&developer, of_project("bank")),
            (&developer, of_project("none")),
            (&developer, of_service("bank", "api")),
        ] {
            assert_eq!(error(t.vault.create_token(actor, &new).await).code, Code::NotFound, "{new:?}");
        }
    }

    async fn a_token_with_mistakes_is_told_all_of_them(t: TestVault) {
        let admin = t.admin().await;
        let new = NewToken {
            service: Some("api".parse().unwrap()),
            expires_in_days: Some(3651),
            rights: Vec::new(),
            ..new_token("  ")
        };
        let told = error(t.vault.create_token(&admin, &new).await);
        let fields: Vec<_> = told.problems.iter().filter_map(|problem| problem.name.as_deref()).collect();
        assert_eq!(fields, ["name", "expires_in_days", "rights", "service"]);
        for name in ["admin@example.com", "anonymous", "server", "command line", "a\nb", &"x".repeat(201)] {
            assert_eq!(error(t.vault.create_token(&admin, &new_token(name)).await).code, Code::Invalid, "{name}");
        }
        for days in [0, u32::MAX] {
            let new = NewToken { expires_in_days: Some(days), ..new_token("x") };
            assert_eq!(error(t.vault.create_token(&admin, &new).await).code, Code::Invalid);
        }
        let new = NewToken { expires_in_days: Some(3650), rights: vec![Manage, Read, Read], ..new_token("x") };
        assert_eq!(t.token(&admin, &new).await.row.rights, [Read, Manage]);
    }

    async fn a_token_hands_down_only_what_it_has(t: TestVault) {
        places(&t).await;
        let admin = t.admin().await;
        let made = t.token(&admin, &with_rights(of_project("shop"), &[Read, Manage])).await;
        let maker = t.bearer(&made).await;
        for (new, allowed) in [
            (of_project("shop"), true),
            (with_rights(of_project("shop"), &[Read, Manage]), true),
            (of_service("shop", "api"), true),
            (NewToken { environment: Some("staging".parse().unwrap()), ..of_project("shop") }, true),
            (with_rights(of_project("shop"), &[Read, Write]), false),
            (of_project("bank"), false),
            (new_token("wide"), false),
        ] {
            match t.vault.create_token(&maker, &new).await {
                Ok(created) => {
                    assert!(allowed, "{new:?}");
                    let owner = if new.service.is_some() { None } else { Some("admin@example.com") };
                    assert_eq!(created.row.owner.as_deref(), owner);
                }
                Err(_) => assert!(!allowed, "{new:?}"),
            }
        }
        let staging = Some("staging".parse().unwrap());
        let narrow = t.token(&admin, &NewToken { environment: staging.clone(), ..with_rights(of_project("shop"), &[Read, Manage]) }).await;
        let narrow = t.bearer(&narrow).await;
        error(t.vault.create_token(&narrow, &of_project("shop")).await);
        error(t.vault.create_token(&narrow, &of_service("shop", "api")).await);
        t.token(&narrow, &NewToken { environment: staging, ..of_project("shop") }).await;
        let reader = t.token(&admin, &new_token("reader")).await;
        let reader = t.bearer(&reader).await;
        assert_eq!(error(t.vault.create_token(&reader, &new_token("x")).await).code, Code::Denied);
        let service = t.service_token("shop", "api", None).await;
        error(t.vault.create_token(&service, &of_service("shop", "api")).await);
    }

    async fn people_see_and_revoke_their_own_tokens_and_those_of_their_projects(t: TestVault) {
        places(&t).await;
        let admin = t.admin().await;
        let developer = t.developer_of("shop").await;
        let outsider = t.outsider().await;
        let made = |actor: &Actor, new: NewToken, name: &str| {
            let (t, actor, new) = (t.clone(), actor.clone(), NewToken { name: name.into(), ..new });
            async move { t.token(&actor, &new).await.row }
        };
        let mine: TokenRow = made(&admin, new_token(""), "of the admin").await;
        let shop = made(&admin, of_project("shop"), "of shop").await;
        let service = made(&developer, of_service("shop", "api"), "of api").await;
        made(&admin, of_project("bank"), "of bank").await;
        let own = made(&outsider, new_token(""), "of the outsider").await;
        assert_eq!(names(&t, &admin).await, ["of the outsider", "of bank", "of api", "of shop", "of the admin"]);
        assert_eq!(names(&t, &developer).await, ["of api", "of shop"]);
        assert_eq!(names(&t, &outsider).await, ["of the outsider"]);
        for (actor, row) in [(&outsider, &mine), (&outsider, &service), (&developer, &mine), (&developer, &own)] {
            assert_eq!(error(t.vault.revoke_token(actor, &row.id).await).code, Code::NotFound);
        }
        t.vault.revoke_token(&outsider, &own.id).await.unwrap();
        t.vault.revoke_token(&developer, &service.id).await.unwrap();
        t.vault.revoke_token(&developer, &shop.id).await.unwrap();
        t.vault.revoke_token(&admin, &mine.id).await.unwrap();
    }

    async fn a_token_manages_tokens_only_within_its_own_reach(t: TestVault) {
        places(&t).await;
        let admin = t.admin().await;
        let reader = t.token(&admin, &of_project("shop")).await;
        let manager = t.token(&admin, &NewToken { name: "manager".into(), ..with_rights(of_project("shop"), &[Manage]) }).await;
        let wide = t.token(&admin, &NewToken { name: "wide".into(), ..new_token("") }).await;
        let (reading, managing) = (t.bearer(&reader).await, t.bearer(&manager).await);
        assert_eq!(names(&t, &reading).await, ["project"], "itself");
        assert_eq!(names(&t, &managing).await, ["manager", "project"]);
        assert_eq!(error(t.vault.revoke_token(&reading, &manager.row.id).await).code, Code::NotFound);
        assert_eq!(error(t.vault.revoke_token(&managing, &wide.row.id).await).code, Code::NotFound);
        t.vault.revoke_token(&managing, &reader.row.id).await.unwrap();
        t.vault.revoke_token(&managing, &manager.row.id).await.unwrap();
        assert_eq!(error(t.vault.actor_of_token(request(), &manager.token.0).await).code, Code::Unauthenticated);
    }

    async fn the_last_use_is_noted_once_a_minute(t: TestVault) {
        let admin = t.admin().await;
        let created = t.token(&admin, &new_token("laptop")).await;
        let last = async || t.vault.list_tokens(&admin).await.unwrap()[0].last_used_at;
        assert_eq!(last().await, None);
        t.clock.advance(HOUR);
        let first = t.clock.now();
        for _ in 0..3 {
            t.bearer(&created).await;
            t.clock.advance(MINUTE / 3 - 1);
            assert_eq!(last().await, Some(first));
        }
        t.clock.advance(3);
        t.bearer(&created).await;
        assert_eq!(last().await, Some(t.clock.now()));
    }

    async fn a_token_changed_behind_our_back_is_refused(t: TestVault) {
        places(&t).await;
        let admin = t.admin().await;
        let created = t.token(&admin, &of_service("shop", "api")).await;
        let other = t.token(&admin, &new_token("other")).await;
        let good = created.token.0.as_str();
        let me = format!("WHERE id = '{}'", created.row.id);
        let me = if t.place.is_sqlite() { format!("WHERE hex(id) = '{}'", created.row.id.replace('-', "").to_uppercase()) } else { me };
        let later = created.row.expires_at.0 + DAY;
        for (change, undo) in [
            ("rights = 'read,write,manage'".to_owned(), "rights = 'read'".to_owned()),
            (format!("expires_at = {later}"), format!("expires_at = {}", created.row.expires_at.0)),
            ("name = 'x'".into(), "name = 'deploy'".into()),
            ("owner_id = (SELECT id FROM people)".into(), "owner_id = NULL".into()),
            ("service_id = NULL".into(), "service_id = (SELECT id FROM services WHERE slug = 'api')".into()),
            ("service_id = (SELECT id FROM services WHERE slug = 'web')".into(), "service_id = (SELECT id FROM services WHERE slug = 'api')".into()),
            ("environment_id = (SELECT id FROM environments WHERE name = 'production')".into(), "environment_id = NULL".into()),
            ("revoked = true".into(), "revoked = false".into()),
        ] {
            assert_eq!(t.place.execute(&format!("UPDATE tokens SET {change} {me}")).await, 1);
            let answer = t.vault.actor_of_token(request(), good).await;
            assert!(matches!(answer, Err(Error::Tampered { table: "tokens" })), "{change}");
            t.place.execute(&format!("UPDATE tokens SET {undo} {me}")).await;
            t.vault.actor_of_token(request(), good).await.unwrap();
        }
        // The hash of a known token put in place of another's.
        t.place.execute("UPDATE tokens SET token_hash = token_hash WHERE name = 'other'").await;
        t.vault.actor_of_token(request(), &other.token.0).await.unwrap();
        let swap = "SELECT token_hash FROM tokens WHERE name = 'deploy'";
        t.place.execute(&format!("CREATE TABLE kept AS {swap}")).await;
        t.place.execute("DELETE FROM tokens WHERE name = 'deploy'").await;
        t.place.execute("UPDATE tokens SET token_hash = (SELECT token_hash FROM kept)").await;
        let answer = t.vault.actor_of_token(request(), good).await;
        assert!(matches!(answer, Err(Error::Tampered { table: "tokens" })));
    }

    async fn the_database_holds_no_token(t: TestVault) {
        let admin = t.admin().await;
        let created = t.token(&admin, &new_token("laptop")).await;
        let random = &created.token.0[4..47];
        let found = format!("SELECT COUNT(*) FROM tokens WHERE CAST(token_hash AS TEXT) LIKE '%{random}%' OR hint = '{random}'");
        assert_eq!(t.place.number(&found).await, 0);
        if t.place.is_sqlite() {
            t.vault.close().await;
            let bytes = std::fs::read(t.place.directory().join("data/strongroom.db")).unwrap();
            let needle = random.as_bytes();
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
}
