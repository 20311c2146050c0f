//! Who may do what, through the use-cases: the table of all decisions is in `domain/src/access/tests.rs`.

use domain::{
    Actor, Code,
    access::{PlatformRole, ProjectRole, Right},
    api::{
        AuditQuery, CellState, ListQuery, MatrixShow, MemberGrant, NewEnvironment, NewMember, NewToken, PatchPerson,
        PutMember, RevealRequest,
    },
    export::Format,
};
use vault::{Error, ExportOptions, StartError, Vault, Wrapping};

use crate::{
    fixture::{ADMIN, TestVault, new_token, request},
    speak::{at, delivered, env, name, path, put, refused, reveal, slug, status, text},
};

use ProjectRole::{Admin, Developer, Owner, User};

fn grant(role: ProjectRole, environment: Option<&str>) -> MemberGrant {
    MemberGrant { role, environment: environment.map(env) }
}

fn member(email: &str, role: ProjectRole, environments: Option<&[&str]>) -> NewMember {
    let environments = environments.map(|names| names.iter().map(|name| env(name)).collect());
    NewMember { email: email.into(), role, environments }
}

async fn try_reveal(vault: &Vault, actor: &Actor, place: &str, key: &str) -> vault::Result<()> {
    vault.reveal(actor, &at(place), &name(key), &RevealRequest::default()).await.map(drop)
}

/// A person of this role on the platform, beside the admin.
async fn person(t: &TestVault, role: PlatformRole) -> Actor {
    let email = t.person().await;
    let admin = t.admin().await;
    let everyone = t.vault.list_people(&admin).await.unwrap();
    let id = &everyone.iter().find(|row| row.email == email).unwrap().id;
    let patch = PatchPerson { role: Some(role), ..PatchPerson::default() };
    t.vault.update_person(&admin, id, &patch).await.unwrap();
    let signed_in = t.log_in(&email).await;
    t.actor(signed_in).await
}

/// The id of a member of `shop`.
async fn id_of(t: &TestVault, email: &str) -> String {
    let admin = t.admin().await;
    let members = t.vault.list_members(&admin, &slug("shop")).await.unwrap();
    members.into_iter().find(|member| member.email == email).unwrap().id
}

/// A fresh actor for somebody whose roles may have changed.
async fn again(t: &TestVault, actor: &Actor) -> Actor {
    let signed_in = t.log_in(&actor.label).await;
    t.actor(signed_in).await
}

db_tests! {
    async fn whoever_creates_a_project_owns_it_by_a_token_too(t: TestVault) {
        let admin = t.shop().await;
        let grants = &t.vault.list_members(&admin, &slug("shop")).await.unwrap()[0].grants;
        assert_eq!(grants, &[grant(Owner, None)]);
        let all = vec![Right::Read, Right::Write, Right::Manage];
        let created = t.token(&admin, &NewToken { rights: all, ..new_token("all") }).await;
        let new = serde_json::from_value(serde_json::json!({"slug": "bank"})).unwrap();
        t.vault.create_project(&t.bearer(&created).await, &new).await.unwrap();
        let bearer = t.bearer(&created).await;
        put(&t.vault, &bearer, "bank", "A", "v").await;
        assert_eq!(reveal(&t.vault, &bearer, "bank", "A").await, "v");
        let members = t.vault.list_members(&bearer, &slug("bank")).await.unwrap();
        assert_eq!((members[0].email.as_str(), &members[0].grants), (ADMIN, &vec![grant(Owner, None)]));
    }

    async fn an_admin_manages_a_project_but_has_its_values_only_with_a_role_there(t: TestVault) {
        let owner = t.shop().await;
        put(&t.vault, &owner, "shop/api@development", "A", "canary-of-admins").await;
        let other = person(&t, PlatformRole::Admin).await;
        assert_eq!(status(try_reveal(&t.vault, &other, "shop/api@development", "A").await), 403);
        let delivery = t.vault.deliver(&other, &path("shop", "api"), &env("development"), Wrapping::Plain).await;
        assert_eq!(status(delivery), 403);
        let to_service = NewToken { project: Some(slug("shop")), service: Some(slug("api")), ..new_token("deploy") };
        assert_eq!(status(t.vault.create_token(&other, &to_service).await), 403, "a token of the service would read");
        let mine = NewToken { rights: vec![Right::Read], ..new_token("mine") };
        let mine = t.token(&other, &mine).await;
        assert_eq!(status(try_reveal(&t.vault, &t.bearer(&mine).await, "shop/api@development", "A").await), 403);
        // Everything else is theirs, the platform's values too.
        put(&t.vault, &other, "shop/api@production", "B", "v").await;
        put(&t.vault, &other, "platform", "P", "v").await;
        assert_eq!(reveal(&t.vault, &other, "platform", "P").await, "v");
        // What is not there is absent, not forbidden.
        assert_eq!(status(try_reveal(&t.vault, &other, "nothing", "A").await), 404);
        // Giving themselves a role is allowed, and on record.
        let email = other.label.clone();
        t.vault.create_member(&other, &slug("shop"), &member(&email, User, None)).await.unwrap();
        let other = again(&t, &other).await;
        assert_eq!(status(try_reveal(&t.vault, &other, "shop/api@development", "A").await), 403, "users reveal nothing");
        let got = delivered(&t.vault, &other, &path("shop", "api"), "development").await;
        assert_eq!(got["A"], "canary-of-admins");
        let query = AuditQuery { action: Some("member.create".into()), ..AuditQuery::default() };
        let log = t.vault.list_audit(&other, &query).await.unwrap().items;
        let told = |row: &domain::api::AuditRow| (row.actor.clone(), row.name.clone(), row.reason.clone());
        assert_eq!(told(&log[0]), (email.clone(), email, "user".to_owned()));
    }

    async fn an_auditor_sees_everything_but_values_and_writes_nothing(t: TestVault) {
        let owner = t.shop().await;
        put(&t.vault, &owner, "shop/api@production", "A", "v").await;
        put(&t.vault, &owner, "platform", "P", "v").await;
        let auditor = person(&t, PlatformRole::Auditor).await;
        let v = &t.vault;
        assert_eq!(v.list_projects(&auditor).await.unwrap().len(), 1);
        assert_eq!(v.list_services(&auditor, &slug("shop")).await.unwrap().len(), 2);
        assert_eq!(v.list_secrets(&auditor, &at("shop/api@production"), &ListQuery::default()).await.unwrap().items.len(), 1);
        assert_eq!(v.list_versions(&auditor, &at("shop/api@production"), &name("A")).await.unwrap().len(), 1);
        assert_eq!(v.effective(&auditor, &path("shop", "api"), &env("production")).await.unwrap().len(), 2);
        assert!(v.list_bindings(&auditor, &path("shop", "api")).await.unwrap().is_empty());
        assert!(!v.list_audit(&auditor, &AuditQuery::default()).await.unwrap().items.is_empty());
        assert_eq!(v.list_people(&auditor).await.unwrap().len(), 2);
        assert_eq!(v.list_members(&auditor, &slug("shop")).await.unwrap().len(), 1);
        for place in ["platform", "shop", "shop/api@production"] {
            let key = if place == "platform" { "P" } else { "A" };
            assert_eq!(status(try_reveal(v, &auditor, place, key).await), 403, "{place}");
            assert_eq!(status(v.put_secret(&auditor, &at(place), &name(key), text("x"), None, None).await), 403, "{place}");
            assert_eq!(status(v.delete_secret(&auditor, &at(place), &name(key), None).await), 403, "{place}");
        }
        let delivery = v.deliver(&auditor, &path("shop", "api"), &env("production"), Wrapping::Plain).await;
        assert_eq!(status(delivery), 403);
        let id = id_of(&t, ADMIN).await;
        assert_eq!(status(v.delete_person(&auditor, &id).await), 403);
        assert_eq!(status(v.delete_member(&auditor, &slug("shop"), &id).await), 403);
        assert_eq!(status(v.delete_project(&auditor, &slug("shop")).await), 403);
        assert_eq!(status(v.put_bindings(&auditor, &path("shop", "api"), &[]).await), 403);
    }

    async fn a_developer_of_one_environment_works_in_it_and_meets_no_other(t: TestVault) {
        let owner = t.shop().await;
        for (place, key) in [
            ("platform", "P"), ("shop", "ALL"), ("shop/api", "ALL2"), ("shop/api@development", "DEV"),
            ("shop/api@production", "PROD"), ("shop@production", "PROD2"),
        ] {
            put(&t.vault, &owner, place, key, place).await;
        }
        let developer = t.member_of("shop", Developer, &["development"]).await;
        let v = &t.vault;
        // Their own environment, and the names of what is there for all.
        assert_eq!(reveal(v, &developer, "shop/api@development", "DEV").await, "shop/api@development");
        put(v, &developer, "shop@development", "NEW", "v").await;
        assert_eq!(v.list_secrets(&developer, &at("shop"), &ListQuery::default()).await.unwrap().items.len(), 1);
        assert_eq!(status(try_reveal(v, &developer, "shop", "ALL").await), 403);
        assert_eq!(status(v.put_secret(&developer, &at("shop"), &name("ALL"), text("x"), None, None).await), 403);
        let got = delivered(v, &developer, &path("shop", "api"), "development").await;
        assert_eq!(got.keys().map(String::as_str).collect::<Vec<_>>(), ["ALL", "ALL2", "DEV", "NEW", "P"]);
        // The others: not seen, whatever is asked.
        let hidden = at("shop/api@production");
        let list = ListQuery::default();
        assert_eq!(status(v.list_secrets(&developer, &hidden, &list).await), 404);
        assert_eq!(status(v.find_secret(&developer, &hidden, &name("PROD")).await), 404);
        assert_eq!(status(try_reveal(v, &developer, "shop/api@production", "PROD").await), 404);
        assert_eq!(status(v.put_secret(&developer, &hidden, &name("PROD"), text("x"), None, None).await), 404);
        assert_eq!(status(v.delete_secret(&developer, &hidden, &name("PROD"), None).await), 404);
        assert_eq!(status(v.list_versions(&developer, &hidden, &name("PROD")).await), 404);
        let as_env = ExportOptions { format: Format::Env, reason: String::new() };
        assert_eq!(status(v.export(&developer, &hidden, &as_env).await), 404);
        let (api, production) = (path("shop", "api"), env("production"));
        assert_eq!(status(v.effective(&developer, &api, &production).await), 404);
        assert_eq!(status(v.explain(&developer, &api, &production, &name("PROD")).await), 404);
        assert_eq!(status(v.deliver(&developer, &api, &production, Wrapping::Plain).await), 404);
        // Nor in what covers several places at once.
        let matrix = v.matrix(&developer, &at("shop/api").level, MatrixShow::All, &list).await.unwrap();
        let names: Vec<&str> = matrix.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["ALL", "ALL2", "DEV", "NEW", "P"]);
        for row in &matrix.rows {
            let states: Vec<CellState> = row.cells.iter().map(|cell| cell.state).collect();
            assert_eq!(states[2..], [CellState::NoAccess, CellState::NoAccess], "{}", row.name);
            assert!(!states[..2].contains(&CellState::NoAccess), "{}", row.name);
        }
        for found in v.list_changes(&developer, &list).await.unwrap().items {
            assert!(!format!("{found:?}").contains("PROD"), "{found:?}");
        }
        let found = v.search(&developer, "PROD", &list).await.unwrap();
        assert!(found.items.is_empty(), "{:?}", found.items);
    }

    async fn a_user_sees_names_binds_and_runs_and_is_shown_no_value(t: TestVault) {
        let owner = t.shop().await;
        put(&t.vault, &owner, "shop/api@development", "A", "v").await;
        let user = t.member_of("shop", User, &[]).await;
        let v = &t.vault;
        assert_eq!(v.list_secrets(&user, &at("shop/api@development"), &ListQuery::default()).await.unwrap().items.len(), 1);
        assert_eq!(delivered(v, &user, &path("shop", "api"), "development").await["A"], "v");
        v.put_bindings(&user, &path("shop", "api"), &[]).await.unwrap();
        assert_eq!(status(try_reveal(v, &user, "shop/api@development", "A").await), 403);
        let scope = at("shop/api@development");
        let as_env = ExportOptions { format: Format::Env, reason: String::new() };
        assert_eq!(status(v.export(&user, &scope, &as_env).await), 403);
        assert_eq!(status(v.put_secret(&user, &scope, &name("A"), text("x"), None, None).await), 403);
        let to_service = NewToken { project: Some(slug("shop")), service: Some(slug("api")), ..new_token("deploy") };
        assert_eq!(status(v.create_token(&user, &to_service).await), 403);
        let mine = t.token(&user, &new_token("mine")).await;
        let bearer = t.bearer(&mine).await;
        assert_eq!(delivered(v, &bearer, &path("shop", "api"), "development").await["A"], "v");
        assert_eq!(status(try_reveal(v, &bearer, "shop/api@development", "A").await), 403);
    }

    async fn a_person_has_one_role_for_all_environments_or_one_each_for_single_ones(t: TestVault) {
        let admin = t.shop().await;
        let email = t.person().await;
        let (v, shop) = (&t.vault, slug("shop"));
        let made = v.create_member(&admin, &shop, &member(&email, Developer, Some(&["development"]))).await.unwrap();
        assert_eq!(made.grants, [grant(Developer, Some("development"))]);
        let more = v.create_member(&admin, &shop, &member(&email, User, Some(&["production"]))).await.unwrap();
        assert_eq!(more.grants, [grant(Developer, Some("development")), grant(User, Some("production"))]);
        for meets in [member(&email, User, None), member(&email, User, Some(&["staging", "development"]))] {
            assert_eq!(refused(v.create_member(&admin, &shop, &meets).await).code, Code::Conflict);
        }
        let whole = PutMember { grants: vec![grant(Admin, None)] };
        assert_eq!(v.put_member(&admin, &shop, &made.id, &whole).await.unwrap().grants, [grant(Admin, None)]);
        let narrower = member(&email, User, Some(&["staging"]));
        assert_eq!(refused(v.create_member(&admin, &shop, &narrower).await).code, Code::Conflict);
        for wrong in [
            vec![],
            vec![grant(User, None), grant(Developer, Some("staging"))],
            vec![grant(User, Some("staging")), grant(Developer, Some("staging"))],
            vec![grant(Owner, Some("staging"))],
            vec![grant(Admin, Some("staging"))],
        ] {
            let put = PutMember { grants: wrong };
            assert_eq!(status(v.put_member(&admin, &shop, &made.id, &put).await), 422, "{put:?}");
        }
        assert_eq!(status(v.create_member(&admin, &shop, &member(&email, User, Some(&[]))).await), 422);
        let unknown = PutMember { grants: vec![grant(User, Some("nowhere"))] };
        assert_eq!(status(v.put_member(&admin, &shop, &made.id, &unknown).await), 404);
        assert_eq!(v.list_members(&admin, &shop).await.unwrap()[1].grants, [grant(Admin, None)], "nothing of it was stored");
    }

    async fn only_owners_delete_a_project_and_make_owners(t: TestVault) {
        t.shop().await;
        let manager = t.member_of("shop", Admin, &[]).await;
        let owner = t.member_of("shop", Owner, &[]).await;
        let (v, shop, email) = (&t.vault, slug("shop"), t.person().await);
        // All but deletion.
        v.create_member(&manager, &shop, &member(&email, User, None)).await.unwrap();
        let new = serde_json::from_value(serde_json::json!({"slug": "jobs"})).unwrap();
        v.create_service(&manager, &shop, &new).await.unwrap();
        v.delete_service(&manager, &path("shop", "jobs")).await.unwrap();
        assert_eq!(status(v.delete_project(&manager, &shop).await), 403);
        let (own, of_owner, of_user) = (id_of(&t, &manager.label).await, id_of(&t, &owner.label).await, id_of(&t, &email).await);
        let make_owner = PutMember { grants: vec![grant(Owner, None)] };
        for id in [&own, &of_user] {
            assert_eq!(status(v.put_member(&manager, &shop, id, &make_owner).await), 403);
        }
        let other = t.person().await;
        assert_eq!(status(v.create_member(&manager, &shop, &member(&other, Owner, None)).await), 403);
        let unmake = PutMember { grants: vec![grant(User, None)] };
        assert_eq!(status(v.put_member(&manager, &shop, &of_owner, &unmake).await), 403);
        assert_eq!(status(v.delete_member(&manager, &shop, &of_owner).await), 403);
        v.put_member(&owner, &shop, &of_user, &make_owner).await.unwrap();
        v.delete_member(&owner, &shop, &of_user).await.unwrap();
        assert_eq!(v.list_members(&owner, &shop).await.unwrap().len(), 3);
        v.delete_project(&owner, &shop).await.unwrap();
    }

    async fn a_role_holds_and_ends_with_the_next_request_on_every_server(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop@development", "A", "v").await;
        let developer = t.member_of("shop", Developer, &[]).await;
        let signed_in = t.log_in(&developer.label).await;
        let token = t.token(&developer, &new_token("mine")).await;
        let other = t.reopen().await;
        let now = async || other.actor_of_session(request(), signed_in).await.unwrap().unwrap();
        try_reveal(&other, &now().await, "shop@development", "A").await.unwrap();
        let id = id_of(&t, &developer.label).await;
        let user = PutMember { grants: vec![grant(User, None)] };
        t.vault.put_member(&admin, &slug("shop"), &id, &user).await.unwrap();
        assert_eq!(status(try_reveal(&other, &now().await, "shop@development", "A").await), 403);
        t.vault.delete_member(&admin, &slug("shop"), &id).await.unwrap();
        assert_eq!(status(try_reveal(&other, &now().await, "shop@development", "A").await), 404);
        let bearer = other.actor_of_token(request(), &token.token.0).await.unwrap();
        assert_eq!(status(try_reveal(&other, &bearer, "shop@development", "A").await), 404);
        other.close().await;
    }

    async fn a_role_ends_with_its_environment(t: TestVault) {
        let admin = t.shop().await;
        t.vault.create_environment(&admin, &NewEnvironment { name: env("preview"), position: None }).await.unwrap();
        let developer = t.member_of("shop", Developer, &["preview"]).await;
        t.vault.list_members(&developer, &slug("shop")).await.unwrap();
        t.vault.delete_environment(&admin, &env("preview")).await.unwrap();
        let developer = again(&t, &developer).await;
        assert_eq!(status(t.vault.list_members(&developer, &slug("shop")).await), 404);
        assert_eq!(t.vault.list_members(&admin, &slug("shop")).await.unwrap().len(), 1);
    }

    async fn a_token_that_may_only_manage_gives_nobody_a_role(t: TestVault) {
        let admin = t.shop().await;
        let email = t.person().await;
        let some = t.token(&admin, &NewToken { rights: vec![Right::Manage], ..new_token("some") }).await;
        let some = t.bearer(&some).await;
        let shop = slug("shop");
        assert_eq!(status(t.vault.create_member(&some, &shop, &member(&email, Developer, None)).await), 403);
        t.vault.create_member(&admin, &shop, &member(&email, Developer, None)).await.unwrap();
        let id = id_of(&t, &email).await;
        let wider = PutMember { grants: vec![grant(Admin, None)] };
        assert_eq!(status(t.vault.put_member(&some, &shop, &id, &wider).await), 403);
        let auditor = PatchPerson { role: Some(PlatformRole::Auditor), ..PatchPerson::default() };
        assert_eq!(status(t.vault.update_person(&some, &id, &auditor).await), 403);
        assert_eq!(status(t.vault.renew_invitation(&some, &id).await), 403);
        t.vault.delete_member(&some, &shop, &id).await.unwrap();
    }

    async fn members_of_before_there_were_roles_are_carried_over_once(t: TestVault) {
        t.shop().await;
        let email = t.person().await;
        t.before_roles("shop", &email).await;
        let now = t.reopen().await;
        assert_eq!(t.place.number("SELECT COUNT(*) FROM members").await, 0);
        let signed_in = t.log_in(&email).await;
        let developer = now.actor_of_session(request(), signed_in).await.unwrap().unwrap();
        let members = now.list_members(&developer, &slug("shop")).await.unwrap();
        assert_eq!(members.len(), 1);
        assert_eq!((members[0].email.as_str(), &members[0].grants), (email.as_str(), &vec![grant(Developer, None)]));
        now.close().await;
        let then = t.reopen().await;
        assert_eq!(t.place.number("SELECT COUNT(*) FROM memberships").await, 1);
        then.close().await;
    }

    async fn an_edited_member_of_before_stops_the_start_and_nothing_is_carried(t: TestVault) {
        t.shop().await;
        let email = t.person().await;
        t.before_roles("shop", &email).await;
        t.place.execute("UPDATE members SET created_at = 8").await;
        match Vault::open(t.place.config(&t.clock)).await {
            Err(StartError::Vault(Error::Tampered { table: "members" })) => {}
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it started"),
        }
        assert_eq!(t.place.number("SELECT COUNT(*) FROM members").await, 1);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM memberships").await, 0);
    }
}
