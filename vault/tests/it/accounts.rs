//! The life of an account: invited, changed, disabled, removed; and the admin who stays.

use domain::{
    Actor, Code,
    access::PlatformRole,
    api::{AuditQuery, NewPerson, Outcome, PatchPerson, PersonRow, PersonState},
    time::HOUR,
};
use vault::{Error, Invited, SignedIn, Vault};

use crate::{
    fixture::{ADMIN, PASSWORD, TestVault, new_token, request, secret},
    speak::{put, refused, slug, status},
};

const OWN: &str = "a password of their own";

async fn invite(t: &TestVault, email: &str, role: PlatformRole) -> (PersonRow, Invited) {
    let admin = t.admin().await;
    let new = NewPerson { email: email.into(), name: None, password: None, role };
    let (row, invited) = t.vault.create_person(&admin, new).await.unwrap();
    (row, invited.expect("an invitation"))
}

async fn accept(vault: &Vault, token: &str, password: &str) -> vault::Result<SignedIn> {
    vault.accept_invitation(&request(), token, "", secret(password)).await
}

fn disabled(disabled: bool) -> PatchPerson {
    PatchPerson { disabled: Some(disabled), ..PatchPerson::default() }
}

fn role(role: PlatformRole) -> PatchPerson {
    PatchPerson { role: Some(role), ..PatchPerson::default() }
}

async fn find(t: &TestVault, email: &str) -> PersonRow {
    let admin = t.admin().await;
    let everyone = t.vault.list_people(&admin).await.unwrap();
    everyone.into_iter().find(|row| row.email == email).unwrap()
}

/// Two admins on two servers do `end` to each other at the same moment.
async fn end_each_other(t: &TestVault, end: impl AsyncFn(Vault, Actor, String) -> vault::Result<()>) {
    let admin = t.admin().await;
    let email = t.person().await;
    let other = find(t, &email).await.id;
    t.vault.update_person(&admin, &other, &role(PlatformRole::Admin)).await.unwrap();
    let own = find(t, ADMIN).await.id;
    let second = t.reopen().await;
    let (one, two) = tokio::join!(end(t.vault.clone(), admin.clone(), other), end(second.clone(), admin.clone(), own));
    let told: Vec<Code> = [one, two].into_iter().filter_map(|ended| Some(ended.err()?.public().code)).collect();
    assert_eq!(told, [Code::Conflict]);
    assert_eq!(t.place.number("SELECT COUNT(*) FROM people WHERE role = 'admin' AND disabled = false").await, 1);
    second.close().await;
}

db_tests! {
    async fn an_invitation_is_accepted_once_and_signs_in(t: TestVault) {
        let (row, invited) = invite(&t, " Ada@Example.com ", PlatformRole::Member).await;
        assert_eq!((row.email.as_str(), row.name.as_str(), row.state), ("ada@example.com", "ada", PersonState::Invited));
        assert_eq!(row.invited_until, Some(invited.expires_at));
        assert_eq!(invited.expires_at.0 - t.clock.now().0, 72 * HOUR);
        assert_eq!(invited.token.len(), 43, "256 bits");
        let shown = t.vault.find_invitation(&invited.token).await.unwrap().unwrap();
        assert_eq!((shown.email.as_str(), shown.name.as_str()), ("ada@example.com", "ada"));
        // Looking uses nothing up, and neither does a password that cannot be one.
        assert_eq!(refused(accept(&t.vault, &invited.token, "short").await).code, Code::Invalid);
        let signed_in = t.vault.accept_invitation(&request(), &invited.token, " Ada L. ", secret(OWN)).await.unwrap();
        assert_eq!(t.actor(signed_in).await.label, "ada@example.com");
        let row = find(&t, "ada@example.com").await;
        assert_eq!((row.name.as_str(), row.state, row.invited_until), ("Ada L.", PersonState::Active, None));
        t.vault.log_in(&request(), "ada@example.com", secret(OWN)).await.unwrap();
        assert!(t.vault.find_invitation(&invited.token).await.unwrap().is_none());
        assert_eq!(refused(accept(&t.vault, &invited.token, OWN).await).code, Code::Unauthenticated);
        assert_eq!(status(t.vault.renew_invitation(&t.admin().await, &row.id).await), 409);
    }

    async fn links_that_are_used_over_replaced_withdrawn_or_unknown_are_told_alike(t: TestVault) {
        let admin = t.admin().await;
        let (_, used) = invite(&t, "used@example.com", PlatformRole::Member).await;
        accept(&t.vault, &used.token, OWN).await.unwrap();
        let (_, over) = invite(&t, "over@example.com", PlatformRole::Member).await;
        t.clock.advance(72 * HOUR - 1);
        assert!(t.vault.find_invitation(&over.token).await.unwrap().is_some());
        t.clock.advance(1);
        let admin = { drop(admin); t.admin().await };
        let (replaced_row, replaced) = invite(&t, "replaced@example.com", PlatformRole::Member).await;
        let newer = t.vault.renew_invitation(&admin, &replaced_row.id).await.unwrap();
        let (row, withdrawn) = invite(&t, "withdrawn@example.com", PlatformRole::Member).await;
        t.vault.delete_person(&admin, &row.id).await.unwrap();
        let (row, off) = invite(&t, "off@example.com", PlatformRole::Member).await;
        t.vault.update_person(&admin, &row.id, &disabled(true)).await.unwrap();
        let elsewhere = TestVault::on_a_new_sqlite().await;
        let (_, foreign) = invite(&elsewhere, "used@example.com", PlatformRole::Member).await;
        let mut told = Vec::new();
        for bad in [&used, &over, &replaced, &withdrawn, &off, &foreign].map(|invited| invited.token.as_str()).into_iter().chain(["", "x"]) {
            assert!(t.vault.find_invitation(bad).await.unwrap().is_none());
            told.push(refused(accept(&t.vault, bad, OWN).await));
        }
        assert_eq!((told.len(), told[0].code), (8, Code::Unauthenticated));
        assert!(told.iter().all(|error| *error == told[0]), "{told:?}");
        accept(&t.vault, &newer.token, OWN).await.unwrap();
        // A person who is let in again is invited again.
        assert_eq!(status(t.vault.renew_invitation(&admin, &row.id).await), 409);
        t.vault.update_person(&admin, &row.id, &disabled(false)).await.unwrap();
        assert!(t.vault.find_invitation(&off.token).await.unwrap().is_none());
        let again = t.vault.renew_invitation(&admin, &row.id).await.unwrap();
        accept(&t.vault, &again.token, OWN).await.unwrap();
        let query = AuditQuery { action: Some("person.accept".into()), ..AuditQuery::default() };
        let log = t.vault.list_audit(&admin, &query).await.unwrap().items;
        assert_eq!(log.iter().filter(|row| row.outcome == Outcome::Denied).count(), 8);
    }

    async fn one_of_those_who_accept_at_once_gets_in(t: TestVault) {
        let (_, invited) = invite(&t, "ada@example.com", PlatformRole::Member).await;
        let tries = (0..6).map(|n| {
            let (vault, token) = (t.vault.clone(), invited.token.clone());
            tokio::spawn(async move { accept(&vault, &token, &format!("{OWN} {n}")).await.is_ok() })
        });
        let mut accepted = 0;
        for one in tries.collect::<Vec<_>>() {
            accepted += i32::from(one.await.unwrap());
        }
        assert_eq!(accepted, 1);
    }

    async fn whoever_is_invited_cannot_sign_in_and_is_told_as_anybody(t: TestVault) {
        let (row, _) = invite(&t, "ada@example.com", PlatformRole::Admin).await;
        let unknown = refused(t.vault.log_in(&request(), "nobody@example.com", secret(PASSWORD)).await);
        for password in [PASSWORD, ""] {
            assert_eq!(refused(t.vault.log_in(&request(), "ada@example.com", secret(password)).await), unknown);
        }
        // An admin who cannot sign in is none to rely on.
        let own = find(&t, ADMIN).await;
        assert_eq!(status(t.vault.delete_person(&t.admin().await, &own.id).await), 409);
        assert_eq!(find(&t, "ada@example.com").await.id, row.id);
    }

    async fn disabling_ends_sessions_and_tokens_at_once_on_every_server_and_for_good(t: TestVault) {
        let admin = t.shop().await;
        let developer = t.developer_of("shop").await;
        let signed_in = t.log_in(&developer.label).await;
        let token = t.token(&developer, &new_token("mine")).await;
        let other = t.reopen().await;
        assert!(other.actor_of_session(request(), signed_in).await.unwrap().is_some());
        other.actor_of_token(request(), &token.token.0).await.unwrap();
        let id = find(&t, &developer.label).await.id;
        let row = t.vault.update_person(&admin, &id, &disabled(true)).await.unwrap();
        assert_eq!((row.state, row.memberships.len()), (PersonState::Disabled, 1));
        assert!(other.actor_of_session(request(), signed_in).await.unwrap().is_none());
        assert_eq!(status(other.actor_of_token(request(), &token.token.0).await), 401);
        assert_eq!(status(other.log_in(&request(), &developer.label, secret(PASSWORD)).await), 401);
        // Let in again, they sign in anew; what was ended stays ended.
        t.vault.update_person(&admin, &id, &disabled(false)).await.unwrap();
        assert!(other.actor_of_session(request(), signed_in).await.unwrap().is_none());
        assert_eq!(status(other.actor_of_token(request(), &token.token.0).await), 401);
        other.log_in(&request(), &developer.label, secret(PASSWORD)).await.unwrap();
        other.close().await;
    }

    async fn another_role_ends_sessions_and_tokens_and_the_same_one_does_not(t: TestVault) {
        let admin = t.admin().await;
        let email = t.person().await;
        let signed_in = t.log_in(&email).await;
        let person = t.actor(signed_in).await;
        let token = t.token(&person, &new_token("mine")).await;
        let other = t.reopen().await;
        let id = find(&t, &email).await.id;
        let patch = PatchPerson { name: Some(" Ada ".into()), ..role(PlatformRole::Member) };
        assert_eq!(t.vault.update_person(&admin, &id, &patch).await.unwrap().name, "Ada");
        t.actor(signed_in).await;
        other.actor_of_token(request(), &token.token.0).await.unwrap();
        t.vault.update_person(&admin, &id, &role(PlatformRole::Auditor)).await.unwrap();
        assert!(other.actor_of_session(request(), signed_in).await.unwrap().is_none());
        assert_eq!(status(other.actor_of_token(request(), &token.token.0).await), 401);
        let query = AuditQuery { action: Some("person.update".into()), ..AuditQuery::default() };
        let log = t.vault.list_audit(&admin, &query).await.unwrap().items;
        let reasons: Vec<&str> = log.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(reasons, ["auditor instead of member; sessions ended, tokens revoked: 1", "name"]);
        for (patch, what) in [("", "empty"), ("two\nlines", "two lines")] {
            let patch = PatchPerson { name: Some(patch.into()), ..PatchPerson::default() };
            assert_eq!(status(t.vault.update_person(&admin, &id, &patch).await), 422, "{what}");
        }
        other.close().await;
    }

    async fn whoever_is_removed_is_out_at_once_and_stays_readable_in_history(t: TestVault) {
        let admin = t.shop().await;
        let developer = t.developer_of("shop").await;
        let signed_in = t.log_in(&developer.label).await;
        let token = t.token(&developer, &new_token("mine")).await;
        put(&t.vault, &developer, "shop", "A", "v").await;
        let other = t.reopen().await;
        let id = find(&t, &developer.label).await.id;
        t.vault.delete_person(&admin, &id).await.unwrap();
        assert!(other.actor_of_session(request(), signed_in).await.unwrap().is_none());
        assert_eq!(status(other.actor_of_token(request(), &token.token.0).await), 401);
        assert_eq!(t.vault.list_members(&admin, &slug("shop")).await.unwrap().len(), 1);
        let versions = t.vault.list_versions(&admin, &crate::speak::at("shop"), &crate::speak::name("A")).await.unwrap();
        assert_eq!(versions[0].created_by, developer.label);
        for id in [id.as_str(), "", "x", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(status(t.vault.delete_person(&admin, id).await), 404);
            assert_eq!(status(t.vault.update_person(&admin, id, &disabled(true)).await), 404);
            assert_eq!(status(t.vault.renew_invitation(&admin, id).await), 404);
        }
        // The address is free again, for somebody who has nothing of the one before.
        let (again, _) = invite(&t, &developer.label, PlatformRole::Member).await;
        assert!(again.memberships.is_empty());
        other.close().await;
    }

    async fn only_admins_change_people(t: TestVault) {
        t.shop().await;
        let developer = t.developer_of("shop").await;
        let id = find(&t, ADMIN).await.id;
        assert_eq!(status(t.vault.update_person(&developer, &id, &disabled(true)).await), 403);
        assert_eq!(status(t.vault.delete_person(&developer, &id).await), 403);
        assert_eq!(status(t.vault.renew_invitation(&developer, &id).await), 403);
        assert_eq!(status(t.vault.list_people(&developer).await), 403);
        for action in ["person.update", "person.delete", "person.invite", "person.list"] {
            assert_eq!(t.audited(action, "denied").await, 1, "{action}");
        }
    }

    async fn the_last_admin_cannot_be_disabled_removed_or_demoted(t: TestVault) {
        let admin = t.admin().await;
        let id = find(&t, ADMIN).await.id;
        let (spare, _) = invite(&t, "spare@example.com", PlatformRole::Admin).await;
        let told = refused(t.vault.update_person(&admin, &id, &disabled(true)).await);
        assert_eq!((told.code, told.detail.contains("last admin")), (Code::Conflict, true));
        assert_eq!(status(t.vault.update_person(&admin, &id, &role(PlatformRole::Member)).await), 409);
        assert_eq!(status(t.vault.update_person(&admin, &id, &role(PlatformRole::Auditor)).await), 409);
        assert_eq!(status(t.vault.delete_person(&admin, &id).await), 409);
        t.vault.update_person(&admin, &spare.id, &disabled(true)).await.unwrap();
        t.vault.delete_person(&admin, &spare.id).await.unwrap();
        // With another who can sign in, all three go.
        let other = t.person().await;
        let other = find(&t, &other).await.id;
        t.vault.update_person(&admin, &other, &role(PlatformRole::Admin)).await.unwrap();
        t.vault.update_person(&admin, &id, &role(PlatformRole::Member)).await.unwrap();
        assert_eq!(t.place.number("SELECT COUNT(*) FROM people WHERE role = 'admin'").await, 1);
    }

    async fn of_admins_who_remove_each_other_at_once_one_stays(t: TestVault) {
        end_each_other(&t, async |vault, admin, id| vault.delete_person(&admin, &id).await).await;
    }

    async fn of_admins_who_demote_each_other_at_once_one_stays(t: TestVault) {
        let end = async |vault: Vault, admin, id: String| {
            vault.update_person(&admin, &id, &role(PlatformRole::Member)).await.map(drop)
        };
        end_each_other(&t, end).await;
    }

    async fn of_admins_who_disable_each_other_at_once_one_stays(t: TestVault) {
        let end = async |vault: Vault, admin, id: String| vault.update_person(&admin, &id, &disabled(true)).await.map(drop);
        end_each_other(&t, end).await;
    }

    async fn an_invitation_changed_behind_our_back_is_refused(t: TestVault) {
        let (_, invited) = invite(&t, "ada@example.com", PlatformRole::Admin).await;
        let email = t.person().await;
        for change in [
            "UPDATE invitations SET expires_at = expires_at + 1".to_owned(),
            "UPDATE invitations SET created_at = created_at + 1".to_owned(),
            format!("UPDATE invitations SET person_id = (SELECT id FROM people WHERE email = '{email}')"),
        ] {
            t.place.execute("CREATE TABLE kept AS SELECT * FROM invitations").await;
            assert_eq!(t.place.execute(&change).await, 1);
            let accepted = accept(&t.vault, &invited.token, OWN).await;
            assert!(matches!(accepted, Err(Error::Tampered { table: "invitations" })), "{change}");
            t.place.execute("DELETE FROM invitations; INSERT INTO invitations SELECT * FROM kept; DROP TABLE kept").await;
        }
        accept(&t.vault, &invited.token, OWN).await.unwrap();
    }
}
