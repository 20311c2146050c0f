//! Signing in, sessions' people, and members.

use domain::{
    Code,
    access::{PlatformRole, Principal},
    api::{AuditQuery, NewMember, NewPerson, Outcome},
    time::HOUR,
};
use vault::{Error, LogIn, SignedIn};

use crate::fixture::{ADMIN, PASSWORD, TestVault, new_token, request, secret};

fn error<T>(answer: Result<T, Error>) -> domain::Error {
    match answer {
        Ok(_) => panic!("it was allowed"),
        Err(error) => error.public(),
    }
}

async fn try_log_in(t: &TestVault, email: &str, password: &str) -> Result<LogIn, Error> {
    t.vault.log_in(&request(), email, secret(password)).await
}

fn person(email: &str, role: PlatformRole) -> NewPerson {
    NewPerson { email: email.into(), name: None, password: Some(PASSWORD.to_owned().into()), role }
}

fn member(email: &str) -> NewMember {
    NewMember { email: email.into(), role: domain::access::ProjectRole::Developer, environments: None }
}

db_tests! {
    async fn unknown_disabled_and_wrong_are_told_alike(t: TestVault) {
        t.admin().await;
        let gone = t.person().await;
        let kept = t.person().await;
        let off = t.person().await;
        t.rewrite_person(&off, true, 1).await;
        let disabled = error(try_log_in(&t, &off, PASSWORD).await);
        let wrong = error(try_log_in(&t, &kept, "not the password").await);
        let unknown = error(try_log_in(&t, "nobody@example.com", PASSWORD).await);
        let malformed = error(try_log_in(&t, "nobody", PASSWORD).await);
        let empty = error(try_log_in(&t, "", "").await);
        assert_eq!(wrong.code, Code::Unauthenticated);
        assert_eq!(wrong.detail, "e-mail and password do not match");
        for other in [disabled, unknown, malformed, empty] {
            assert_eq!(other, wrong);
        }
        try_log_in(&t, &format!("  {}  ", gone.to_uppercase()), PASSWORD).await.unwrap();
    }

    async fn both_outcomes_of_a_sign_in_are_on_record(t: TestVault) {
        let admin = t.admin().await;
        let _ = error(try_log_in(&t, ADMIN, "not the password").await);
        let _ = error(try_log_in(&t, "hunter2-in-the-wrong-field", PASSWORD).await);
        t.vault.log_out(&admin).await.unwrap();
        let query = AuditQuery { action: Some("person.login".into()), ..AuditQuery::default() };
        let log = t.vault.list_audit(&admin, &query).await.unwrap().items;
        let found: Vec<_> = log.iter().map(|row| (row.actor.as_str(), row.name.as_str(), row.outcome)).collect();
        assert_eq!(found, [
            ("anonymous", "", Outcome::Denied),
            ("anonymous", ADMIN, Outcome::Denied),
            (ADMIN, ADMIN, Outcome::Allowed),
        ]);
        let query = AuditQuery { action: Some("person.logout".into()), ..AuditQuery::default() };
        assert_eq!(t.vault.list_audit(&admin, &query).await.unwrap().items.len(), 1);
    }

    async fn sign_ins_that_fail_slow_an_account_down_and_no_other(t: TestVault) {
        t.admin().await;
        let other = t.person().await;
        for _ in 0..5 {
            assert_eq!(error(try_log_in(&t, ADMIN, "wrong password").await).code, Code::Unauthenticated);
        }
        let told = error(try_log_in(&t, &ADMIN.to_uppercase(), PASSWORD).await);
        assert_eq!(told.code, Code::TooManyRequests, "even with the right password");
        t.log_in(&other).await;
        t.clock.advance(1_000);
        t.log_in(ADMIN).await;
        for _ in 0..4 {
            assert_eq!(error(try_log_in(&t, ADMIN, "wrong password").await).code, Code::Unauthenticated);
        }
        t.log_in(ADMIN).await;
    }

    async fn guesses_made_at_once_do_not_slip_through(t: TestVault) {
        t.admin().await;
        let guesses = (0..12).map(|_| {
            let t = t.clone();
            tokio::spawn(async move { error(try_log_in(&t, ADMIN, "wrong password").await).code })
        });
        let mut answered = 0;
        for guess in guesses.collect::<Vec<_>>() {
            match guess.await.unwrap() {
                Code::Unauthenticated => answered += 1,
                code => assert_eq!(code, Code::TooManyRequests),
            }
        }
        assert_eq!(answered, 5);
    }

    async fn a_session_ends_twelve_hours_after_sign_in_however_active(t: TestVault) {
        t.admin().await;
        let signed_in = t.log_in(ADMIN).await;
        for _ in 0..11 {
            t.clock.advance(HOUR);
            t.actor(signed_in).await;
        }
        t.clock.advance(HOUR - 1);
        t.actor(signed_in).await;
        t.clock.advance(1);
        assert!(t.vault.actor_of_session(request(), signed_in).await.unwrap().is_none());
    }

    async fn a_session_that_nobody_signed_in_for_has_no_actor(t: TestVault) {
        t.admin().await;
        let good = t.log_in(ADMIN).await;
        for bad in [
            SignedIn { epoch: good.epoch + 1, ..good },
            SignedIn { epoch: good.epoch - 1, ..good },
            SignedIn { at: good.at + HOUR, ..good },
            SignedIn { at: i64::MAX, ..good },
            SignedIn { at: i64::MIN, ..good },
            SignedIn { person: uuid::Uuid::nil(), ..good },
        ] {
            assert!(t.vault.actor_of_session(request(), bad).await.unwrap().is_none(), "{bad:?}");
        }
        t.actor(good).await;
    }

    async fn new_credentials_end_every_session_and_disabling_too(t: TestVault) {
        t.admin().await;
        let email = t.person().await;
        let old = t.log_in(&email).await;
        t.rewrite_person(&email, false, 2).await;
        assert!(t.vault.actor_of_session(request(), old).await.unwrap().is_none());
        let new = t.log_in(&email).await;
        assert_eq!(new.epoch, 2);
        t.actor(new).await;
        t.rewrite_person(&email, true, 2).await;
        assert!(t.vault.actor_of_session(request(), new).await.unwrap().is_none());
        t.rewrite_person(&email, false, 2).await;
        t.actor(new).await;
    }

    async fn only_admins_add_and_list_people(t: TestVault) {
        let admin = t.admin().await;
        let outsider = t.outsider().await;
        let new = || person("eve@example.com", PlatformRole::Admin);
        assert_eq!(error(t.vault.create_person(&outsider, new()).await).code, Code::Denied);
        assert_eq!(error(t.vault.list_people(&outsider).await).code, Code::Denied);
        let (row, invited) = t.vault.create_person(&admin, new()).await.unwrap();
        assert!(invited.is_none());
        assert_eq!((row.email.as_str(), row.name.as_str(), row.role), ("eve@example.com", "eve", PlatformRole::Admin));
        let taken = t.vault.create_person(&admin, person(" EVE@example.com", PlatformRole::Member)).await;
        assert_eq!(error(taken).code, Code::Conflict);
        let everyone = t.vault.list_people(&admin).await.unwrap();
        let emails: Vec<_> = everyone.iter().map(|row| row.email.as_str()).collect();
        assert_eq!(emails, [ADMIN, "eve@example.com", "person0@example.com"]);
        let query = AuditQuery { action: Some("person.create".into()), ..AuditQuery::default() };
        let log = t.vault.list_audit(&admin, &query).await.unwrap().items;
        let outcomes: Vec<_> = log.iter().map(|row| (row.name.as_str(), row.outcome)).collect();
        assert_eq!(outcomes, [
            ("eve@example.com", Outcome::Allowed),
            ("eve@example.com", Outcome::Denied),
            ("person0@example.com", Outcome::Allowed),
        ]);
    }

    async fn a_token_that_may_not_everything_makes_no_admin(t: TestVault) {
        use domain::access::Right::{Manage, Read, Write};
        let admin = t.admin().await;
        let some = t.token(&admin, &domain::api::NewToken { rights: vec![Manage], ..new_token("some") }).await;
        let all = t.token(&admin, &domain::api::NewToken { rights: vec![Read, Write, Manage], ..new_token("all") }).await;
        let (some, all) = (t.bearer(&some).await, t.bearer(&all).await);
        let refused = t.vault.create_person(&some, person("eve@example.com", PlatformRole::Admin)).await;
        assert_eq!(error(refused).code, Code::Denied);
        t.vault.create_person(&some, person("bob@example.com", PlatformRole::Member)).await.unwrap();
        t.vault.create_person(&all, person("ada@example.com", PlatformRole::Admin)).await.unwrap();
    }

    async fn a_person_with_several_mistakes_is_told_all_of_them(t: TestVault) {
        let admin = t.admin().await;
        for bad in ["", "ada", "@", "ada@", "@example.com", "a@b@c", "a b@c", "a\n@c", "<a@c>", &format!("{}@c", "a".repeat(254))] {
            let new = NewPerson { password: Some("short".to_owned().into()), name: Some("two\nlines".into()), ..person(bad, PlatformRole::Member) };
            let told = error(t.vault.create_person(&admin, new).await);
            assert_eq!(told.code, Code::Invalid);
            assert_eq!(told.problems.len(), 3, "{bad}: {:?}", told.problems);
        }
    }

    async fn members_come_and_go_and_their_rights_with_them(t: TestVault) {
        let admin = t.admin().await;
        t.project("shop").await;
        let shop = "shop".parse().unwrap();
        let email = t.person().await;
        let signed_in = t.log_in(&email).await;
        let outsider = t.actor(signed_in).await;
        assert_eq!(error(t.vault.list_members(&outsider, &shop).await).code, Code::NotFound);
        let made = t.vault.create_member(&admin, &shop, &member(&email.to_uppercase())).await.unwrap();
        assert_eq!(made.email, email);
        let developer = t.actor(signed_in).await;
        let Principal::Person(who) = &developer.principal else { panic!("a person") };
        assert_eq!(who.memberships.len(), 1);
        let members = t.vault.list_members(&developer, &shop).await.unwrap();
        assert_eq!(members.iter().map(|member| member.email.as_str()).collect::<Vec<_>>(), [ADMIN, email.as_str()]);
        assert_eq!(members[1], made);
        assert_eq!(error(t.vault.create_member(&admin, &shop, &member(&email)).await).code, Code::Conflict);
        assert_eq!(error(t.vault.create_member(&developer, &shop, &member(ADMIN)).await).code, Code::Denied);
        assert_eq!(error(t.vault.delete_member(&developer, &shop, &made.id).await).code, Code::Denied);
        t.vault.delete_member(&admin, &shop, &made.id).await.unwrap();
        assert_eq!(error(t.vault.delete_member(&admin, &shop, &made.id).await).code, Code::NotFound);
        let outsider = t.actor(signed_in).await;
        assert_eq!(error(t.vault.list_members(&outsider, &shop).await).code, Code::NotFound);
    }

    async fn members_of_nothing_and_nobody_are_not_found(t: TestVault) {
        let admin = t.admin().await;
        t.project("shop").await;
        let (shop, bank) = ("shop".parse().unwrap(), "bank".parse().unwrap());
        assert_eq!(error(t.vault.list_members(&admin, &bank).await).code, Code::NotFound);
        assert_eq!(error(t.vault.create_member(&admin, &bank, &member(ADMIN)).await).code, Code::NotFound);
        assert_eq!(error(t.vault.create_member(&admin, &shop, &member("no@example.com")).await).code, Code::NotFound);
        for id in ["", "x", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(error(t.vault.delete_member(&admin, &shop, id).await).code, Code::NotFound);
        }
    }

    async fn a_person_or_member_changed_behind_our_back_is_refused(t: TestVault) {
        t.admin().await;
        t.project("shop").await;
        t.project("bank").await;
        let developer = t.developer_of("shop").await;
        let email = developer.label.clone();
        let signed_in = t.log_in(&email).await;
        for (change, undo) in [
            ("UPDATE people SET role = 'admin'", "UPDATE people SET role = 'member'"),
            ("UPDATE people SET auditor = true", "UPDATE people SET auditor = false"),
            ("UPDATE people SET credential_epoch = 9", "UPDATE people SET credential_epoch = 1"),
            ("UPDATE people SET disabled = true", "UPDATE people SET disabled = false"),
            ("UPDATE people SET name = 'x'", "UPDATE people SET name = 'person0'"),
        ] {
            t.place.execute(&format!("{change} WHERE email = '{email}'")).await;
            let log_in = try_log_in(&t, &email, PASSWORD).await;
            assert!(matches!(log_in, Err(Error::Tampered { table: "people" })), "{change}");
            let actor = t.vault.actor_of_session(request(), signed_in).await;
            assert!(matches!(actor, Err(Error::Tampered { table: "people" })), "{change}");
            t.place.execute(&format!("{undo} WHERE email = '{email}'")).await;
            t.actor(signed_in).await;
        }
        // A known password hash put in place of another's.
        t.place.execute(&format!("UPDATE people SET password_hash = (SELECT password_hash FROM people WHERE email = '{email}') WHERE email = '{ADMIN}'")).await;
        assert!(matches!(try_log_in(&t, ADMIN, PASSWORD).await, Err(Error::Tampered { table: "people" })));
        // A role moved to another project, widened, or given for another environment.
        for change in [
            "UPDATE memberships SET project_id = (SELECT id FROM projects WHERE slug = 'bank') WHERE role = 'developer'",
            "UPDATE memberships SET role = 'owner' WHERE role = 'developer'",
            "UPDATE memberships SET environment_id = (SELECT id FROM environments WHERE name = 'staging') WHERE role = 'developer'",
        ] {
            t.place.execute("CREATE TABLE kept AS SELECT * FROM memberships").await;
            assert_eq!(t.place.execute(change).await, 1);
            let actor = t.vault.actor_of_session(request(), signed_in).await;
            assert!(matches!(actor, Err(Error::Tampered { table: "memberships" })), "{change}");
            t.place.execute("DELETE FROM memberships; INSERT INTO memberships SELECT * FROM kept; DROP TABLE kept").await;
            t.actor(signed_in).await;
        }
    }
}
