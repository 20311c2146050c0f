//! What people do with their own accounts: sessions, password, second factor, confirming; and the policy.

use std::collections::HashMap;

use domain::{
    Actor, Code, Scope,
    api::{ConfirmRule, Enrolment, FactorRule, NewToken, PasswordChange, Policy, RevealRequest},
    time::{HOUR, MINUTE},
};
use time::OffsetDateTime;
use totp_rs::{Builder, Secret};
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
};
use vault::{DEVICE, Device, Error, HalfSignedIn, LogIn, SIGNED_IN, SignedIn, Vault};

use crate::fixture::{ADMIN, CONFIRM_WITHIN, PASSWORD, TestVault, new_token, request, secret};

const NEW: &str = "seven quiet harbours";

#[track_caller]
fn code_of<T>(answer: Result<T, Error>) -> Code {
    match answer {
        Ok(_) => panic!("it was allowed"),
        Err(error) => error.public().code,
    }
}

/// What a device with this secret shows, `steps` of 30 seconds from now.
fn shown(t: &TestVault, enrolment: &Enrolment, steps: i64) -> String {
    let secret = Secret::try_from_base32(enrolment.secret.0.as_str()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(t.clock.now().0 / 1000 + steps * 30).unwrap()).to_string()
}

/// Gives someone a second factor; answers it with its recovery codes.
pub async fn enrol(t: &TestVault, actor: &Actor) -> (Enrolment, Vec<String>) {
    let enrolment = t.vault.begin_second_factor(actor).await.unwrap();
    let codes = t.vault.confirm_second_factor(actor, secret(&shown(t, &enrolment, 0))).await.unwrap();
    t.clock.advance(30_000);
    (enrolment, codes.codes.into_iter().map(|code| code.0.to_string()).collect())
}

async fn half(t: &TestVault, email: &str) -> HalfSignedIn {
    match t.vault.log_in(&request(), email, secret(PASSWORD)).await.unwrap() {
        LogIn::SecondStep(half) => half,
        LogIn::Done(_) => panic!("no second step was asked for"),
    }
}

async fn second(t: &TestVault, half: HalfSignedIn, code: &str) -> Result<SignedIn, Error> {
    t.vault.finish_log_in(&request(), half, secret(code)).await
}

/// A person, signed in, and their e-mail address.
pub async fn someone(t: &TestVault) -> (Actor, String) {
    let email = t.person().await;
    let signed_in = t.log_in(&email).await;
    (t.actor(signed_in).await, email)
}

/// A session as the server stores it; answers its id.
pub async fn browser(t: &TestVault, vault: &Vault, signed_in: SignedIn, name: &str) -> Id {
    let device = Device { name: name.to_owned(), address: "192.0.2.1".to_owned() };
    let until = i128::from(t.clock.now().0 + 30 * MINUTE) * 1_000_000;
    let mut record = Record {
        id: Id::default(),
        data: HashMap::from([
            (SIGNED_IN.to_owned(), serde_json::to_value(signed_in).unwrap()),
            (DEVICE.to_owned(), serde_json::to_value(device).unwrap()),
        ]),
        expiry_date: OffsetDateTime::from_unix_timestamp_nanos(until).unwrap(),
    };
    vault.sessions().create(&mut record).await.unwrap();
    record.id
}

async fn is_there(vault: &Vault, id: Id) -> bool {
    vault.sessions().load(&id).await.unwrap().is_some()
}

/// The actions in the audit log that were done, or denied, newest first.
async fn recorded(t: &TestVault, action: &str) -> Vec<(String, String)> {
    let query = domain::api::AuditQuery { action: Some(action.to_owned()), ..Default::default() };
    let page = t.vault.list_audit(&t.admin().await, &query).await.unwrap();
    page.items.into_iter().map(|row| (row.outcome.word().to_owned(), row.reason)).collect()
}

db_tests! {
    async fn people_see_and_end_their_own_sessions_on_every_server(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let other = t.reopen().await;
        let here = browser(&t, &t.vault, t.log_in(&email).await, "Firefox, Linux").await;
        t.clock.advance(MINUTE);
        let there = browser(&t, &other, t.log_in(&email).await, "Safari, iPhone").await;
        let admins = browser(&t, &other, t.log_in(ADMIN).await, "Chrome, Windows").await;

        let sessions = t.vault.list_sessions(&actor, Some(here)).await.unwrap();
        let shown: Vec<_> = sessions.iter().map(|one| (one.device.as_str(), one.current, one.address.as_str())).collect();
        assert_eq!(shown, [("Firefox, Linux", true, "192.0.2.1"), ("Safari, iPhone", false, "192.0.2.1")]);
        assert_eq!(sessions[1].begun_at.0 - sessions[0].begun_at.0, MINUTE);

        t.vault.end_session(&actor, &sessions[1].id).await.unwrap();
        assert!(!is_there(&t.vault, there).await && !is_there(&other, there).await);
        assert!(is_there(&other, here).await);
        assert_eq!(code_of(t.vault.end_session(&actor, &sessions[1].id).await), Code::NotFound);
        let foreign = t.vault.list_sessions(&t.admin().await, None).await.unwrap();
        assert_eq!(code_of(t.vault.end_session(&actor, &foreign[0].id).await), Code::NotFound);
        assert!(is_there(&t.vault, admins).await);

        browser(&t, &other, t.log_in(&email).await, "curl").await;
        assert_eq!(t.vault.end_other_sessions(&actor, Some(here)).await.unwrap(), 1);
        assert_eq!(t.vault.list_sessions(&actor, Some(here)).await.unwrap().len(), 1);
        assert!(is_there(&t.vault, admins).await);
    }

    async fn a_session_that_sql_gave_to_someone_else_is_refused(t: TestVault) {
        let (_, email) = someone(&t).await;
        let id = browser(&t, &t.vault, t.log_in(&email).await, "Firefox").await;
        t.place.execute("UPDATE sessions SET data = REPLACE(data, 'Firefox', 'Chrome')").await;
        assert!(t.vault.sessions().load(&id).await.is_err());
    }

    async fn a_new_password_ends_everything_else(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let here = browser(&t, &t.vault, t.log_in(&email).await, "here").await;
        let there = browser(&t, &t.vault, t.log_in(&email).await, "there").await;
        let token = t.token(&actor, &new_token("mine")).await;
        let admins = t.token(&t.admin().await, &new_token("theirs")).await;
        let change = |current: &str, new: &str| PasswordChange { current: current.to_owned().into(), new: new.to_owned().into() };

        for (current, new, field) in [
            ("wrong wrong wrong", NEW, "current"),
            (PASSWORD, "short", "new"),
            (PASSWORD, "password1234", "new"),
            (PASSWORD, PASSWORD, "new"),
        ] {
            let refused = t.vault.change_password(&actor, change(current, new), Some(here)).await;
            let Err(error) = refused else { panic!("{new} was taken") };
            let error = error.public();
            assert_eq!((error.code, error.problems[0].name.as_deref()), (Code::Invalid, Some(field)));
        }
        assert!(is_there(&t.vault, there).await);
        t.bearer(&token).await;

        let signed_in = t.vault.change_password(&actor, change(PASSWORD, NEW), Some(here)).await.unwrap();
        t.actor(signed_in).await;
        assert!(is_there(&t.vault, here).await && !is_there(&t.vault, there).await);
        let other = t.reopen().await;
        assert_eq!(code_of(other.actor_of_token(request(), &token.token.0).await), Code::Unauthenticated);
        t.bearer(&admins).await;
        assert!(t.vault.actor_of_session(request(), SignedIn { epoch: signed_in.epoch - 1, ..signed_in }).await.unwrap().is_none());
        assert_eq!(code_of(t.vault.log_in(&request(), &email, secret(PASSWORD)).await), Code::Unauthenticated);
        assert!(matches!(t.vault.log_in(&request(), &email, secret(NEW)).await.unwrap(), LogIn::Done(_)));
        let (outcome, reason) = recorded(&t, "account.password").await.remove(0);
        assert_eq!((outcome.as_str(), reason.as_str()), ("allowed", "changed; ended 1 other sessions and 1 tokens"));
    }

    async fn a_second_factor_counts_once_a_code_of_it_was_given(t: TestVault) {
        let (actor, email) = someone(&t).await;
        assert_eq!(code_of(t.vault.confirm_second_factor(&actor, secret("000000")).await), Code::Conflict);
        let first = t.vault.begin_second_factor(&actor).await.unwrap();
        t.log_in(&email).await;
        let enrolment = t.vault.begin_second_factor(&actor).await.unwrap();
        assert_ne!(first.secret.0, enrolment.secret.0, "beginning again makes another secret");
        assert_eq!(t.vault.pending_second_factor(&actor).await.unwrap().secret.0, enrolment.secret.0);
        for wrong in [shown(&t, &first, 0), "000000".into(), String::new(), shown(&t, &enrolment, 3)] {
            assert_eq!(code_of(t.vault.confirm_second_factor(&actor, secret(&wrong)).await), Code::Unauthenticated);
        }
        let codes = t.vault.confirm_second_factor(&actor, secret(&shown(&t, &enrolment, 0))).await.unwrap();
        assert_eq!(codes.codes.len(), 10);
        let state = t.vault.find_second_factor(&actor).await.unwrap();
        assert_eq!((state.since.is_some(), state.recovery_codes, state.required), (true, 10, false));
        assert_eq!(code_of(t.vault.begin_second_factor(&actor).await), Code::Conflict);
        assert_eq!(code_of(t.vault.pending_second_factor(&actor).await), Code::Conflict, "the secret is never shown again");
        half(&t, &email).await;
    }

    async fn signing_in_takes_a_code_that_was_not_used_before(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let (enrolment, recovery) = enrol(&t, &actor).await;
        let begun = half(&t, &email).await;
        let code = shown(&t, &enrolment, 0);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        for wrong in ["", &spaced, &format!("{code}0"), &shown(&t, &enrolment, -2)] {
            assert_eq!(code_of(second(&t, begun, wrong).await), Code::Unauthenticated, "{wrong}");
        }
        t.actor(second(&t, begun, &code).await.unwrap()).await;
        assert_eq!(code_of(second(&t, half(&t, &email).await, &code).await), Code::Unauthenticated, "once");
        let earlier = shown(&t, &enrolment, -1);
        assert_eq!(code_of(second(&t, half(&t, &email).await, &earlier).await), Code::Unauthenticated, "nor an older one");

        let written = recovery[0].to_uppercase().replace('-', " ");
        second(&t, half(&t, &email).await, &written).await.unwrap();
        assert_eq!(code_of(second(&t, half(&t, &email).await, &recovery[0]).await), Code::Unauthenticated, "once");
        assert_eq!(t.vault.find_second_factor(&actor).await.unwrap().recovery_codes, 9);

        let renewed = t.vault.renew_recovery_codes(&actor).await.unwrap();
        assert_eq!(code_of(second(&t, half(&t, &email).await, &recovery[1]).await), Code::Unauthenticated);
        second(&t, half(&t, &email).await, &renewed.codes[0].0).await.unwrap();
    }

    async fn one_code_at_two_servers_at_once_signs_in_once(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let (enrolment, recovery) = enrol(&t, &actor).await;
        let other = t.reopen().await;
        for code in [shown(&t, &enrolment, 0), recovery[0].clone()] {
            let begun = half(&t, &email).await;
            let (there, here) = (request(), request());
            let both = tokio::join!(
                t.vault.finish_log_in(&here, begun, secret(&code)),
                other.finish_log_in(&there, begun, secret(&code))
            );
            let won = [both.0.is_ok(), both.1.is_ok()].into_iter().filter(|won| *won).count();
            assert_eq!(won, 1, "{code}");
        }
    }

    async fn a_sign_in_that_waits_for_its_code_ends_after_ten_minutes_and_with_new_credentials(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let (enrolment, _) = enrol(&t, &actor).await;
        let begun = half(&t, &email).await;
        t.clock.advance(10 * MINUTE);
        assert_eq!(code_of(second(&t, begun, &shown(&t, &enrolment, 0)).await), Code::Unauthenticated);
        let begun = half(&t, &email).await;
        let admin = t.admin().await;
        let people = t.vault.list_people(&admin).await.unwrap();
        let id = &people.iter().find(|person| person.email == email).unwrap().id;
        t.vault.reset_second_factor(&admin, id).await.unwrap();
        assert_eq!(code_of(second(&t, begun, &shown(&t, &enrolment, 0)).await), Code::Unauthenticated);
        t.log_in(&email).await;
    }

    async fn guessing_codes_slows_down_whatever_passwords_are_right(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let (enrolment, _) = enrol(&t, &actor).await;
        for _ in 0..5 {
            let begun = half(&t, &email).await;
            assert_eq!(code_of(second(&t, begun, "000000").await), Code::Unauthenticated);
        }
        let begun = half(&t, &email).await;
        assert_eq!(code_of(second(&t, begun, &shown(&t, &enrolment, 0)).await), Code::TooManyRequests);
        t.clock.advance(MINUTE);
        second(&t, begun, &shown(&t, &enrolment, 0)).await.unwrap();
    }

    async fn an_admin_takes_a_lost_factor_away_and_ends_the_sessions(t: TestVault) {
        let (actor, email) = someone(&t).await;
        enrol(&t, &actor).await;
        let admin = t.admin().await;
        let people = t.vault.list_people(&admin).await.unwrap();
        let row = people.iter().find(|person| person.email == email).unwrap();
        assert!(row.second_factor);
        assert_eq!(code_of(t.vault.reset_second_factor(&actor, &row.id).await), Code::Denied);
        assert_eq!(code_of(t.vault.reset_second_factor(&admin, "nobody").await), Code::NotFound);
        let id = browser(&t, &t.vault, t.log_in(ADMIN).await, "admin").await;
        t.vault.reset_second_factor(&admin, &row.id).await.unwrap();
        assert!(is_there(&t.vault, id).await, "others stay");
        t.log_in(&email).await;
        assert_eq!(recorded(&t, "person.second_factor.reset").await.len(), 2);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM recovery_codes").await, 0);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM second_factors").await, 0);
    }

    async fn sql_can_neither_remove_nor_swap_a_second_factor(t: TestVault) {
        let (actor, email) = someone(&t).await;
        let (enrolment, _) = enrol(&t, &actor).await;
        let begun = half(&t, &email).await;
        t.place.execute("UPDATE second_factors SET last_step = 0").await;
        assert!(matches!(second(&t, begun, &shown(&t, &enrolment, 0)).await, Err(Error::Tampered { table: "second_factors" })));
        t.place.execute("DELETE FROM second_factors").await;
        assert!(matches!(second(&t, begun, &shown(&t, &enrolment, 0)).await, Err(Error::Tampered { table: "second_factors" })));
        t.place.execute("UPDATE people SET second_factor = FALSE").await;
        let signed_in = t.vault.log_in(&request(), &email, secret(PASSWORD)).await;
        assert!(matches!(signed_in, Err(Error::Tampered { table: "people" })));
    }

    async fn what_weighs_more_asks_again_after_five_minutes(t: TestVault) {
        t.project("shop").await;
        let admin = t.admin().await;
        t.clock.advance(CONFIRM_WITHIN);
        t.vault.create_token(&admin, &new_token("in time")).await.unwrap();
        t.clock.advance(1);
        let slug = "shop".parse().unwrap();
        let person = serde_json::from_value(serde_json::json!({"email": "x@example.com", "password": NEW})).unwrap();
        let member = serde_json::from_value(serde_json::json!({"email": ADMIN})).unwrap();
        let name = "X".parse().unwrap();
        assert_eq!(code_of(t.vault.create_token(&admin, &new_token("late")).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.delete_project(&admin, &slug).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.create_person(&admin, person).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.create_member(&admin, &slug, &member).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.delete_member(&admin, &slug, "x").await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.destroy_versions(&admin, &Scope::platform(None), &name, None).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.begin_second_factor(&admin).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.delete_second_factor(&admin).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.renew_recovery_codes(&admin).await), Code::StepUpRequired);
        assert_eq!(code_of(t.vault.put_policy(&admin, Policy::default()).await), Code::StepUpRequired);

        assert_eq!(code_of(t.vault.confirm(&admin, secret("wrong wrong wrong")).await), Code::Unauthenticated);
        let confirmed_at = t.vault.confirm(&admin, secret(PASSWORD)).await.unwrap();
        let mut again = admin.clone();
        again.sign_in.as_mut().unwrap().confirmed_at = domain::Millis(confirmed_at);
        t.vault.create_token(&again, &new_token("confirmed")).await.unwrap();
        assert_eq!(recorded(&t, "person.confirm").await, [("allowed".to_owned(), "password".to_owned()), ("denied".to_owned(), "wrong password".to_owned())]);
    }

    async fn a_code_of_the_device_confirms_once(t: TestVault) {
        let (actor, _) = someone(&t).await;
        let (enrolment, recovery) = enrol(&t, &actor).await;
        let code = shown(&t, &enrolment, 0);
        t.vault.confirm(&actor, secret(&code)).await.unwrap();
        assert_eq!(code_of(t.vault.confirm(&actor, secret(&code)).await), Code::Unauthenticated);
        assert_eq!(code_of(t.vault.confirm(&actor, secret(&recovery[0])).await), Code::Unauthenticated, "for signing in only");
        for _ in 0..8 {
            let _ = t.vault.confirm(&actor, secret("000000")).await;
        }
        assert_eq!(code_of(t.vault.confirm(&actor, secret(PASSWORD)).await), Code::TooManyRequests);
    }

    async fn a_bearer_token_is_asked_for_nothing_more(t: TestVault) {
        let admin = t.admin().await;
        let rights = vec![domain::access::Right::Read, domain::access::Right::Manage];
        let bearer = t.bearer(&t.token(&admin, &NewToken { rights, ..new_token("robot") }).await).await;
        t.clock.advance(HOUR);
        t.vault.create_token(&bearer, &new_token("made by a robot")).await.unwrap();
        assert_eq!(code_of(t.vault.confirm(&bearer, secret(PASSWORD)).await), Code::Denied);
        assert_eq!(code_of(t.vault.list_sessions(&bearer, None).await), Code::Denied);
        assert_eq!(code_of(t.vault.begin_second_factor(&bearer).await), Code::Denied);
    }

    async fn the_policy_may_ask_before_reveal_and_export(t: TestVault) {
        let admin = t.admin().await;
        let (platform, name) = (Scope::platform(None), "DB_PASS".parse().unwrap());
        crate::speak::put(&t.vault, &admin, "platform", "DB_PASS", "policy marker").await;
        let reveal = async |actor: &Actor| t.vault.reveal(actor, &platform, &name, &RevealRequest { reason: None, version: None }).await.map(drop);
        let export = async |actor: &Actor| {
            let options = vault::ExportOptions { format: domain::export::Format::Json, reason: String::new() };
            t.vault.export(actor, &platform, &options).await.map(drop)
        };
        t.clock.advance(HOUR);
        reveal(&admin).await.unwrap();
        export(&admin).await.unwrap();
        let policy = Policy { reveal: ConfirmRule::Always, ..Policy::default() };
        t.vault.put_policy(&t.admin().await, policy).await.unwrap();
        assert_eq!(code_of(reveal(&admin).await), Code::StepUpRequired);
        export(&admin).await.unwrap();
        reveal(&t.admin().await).await.unwrap();
        let policy = Policy { export: ConfirmRule::Always, ..Policy::default() };
        t.vault.put_policy(&t.admin().await, policy).await.unwrap();
        assert_eq!(code_of(export(&admin).await), Code::StepUpRequired);
        reveal(&admin).await.unwrap();
        t.place.execute("UPDATE policy SET export = 'never'").await;
        assert!(matches!(export(&admin).await, Err(Error::Tampered { table: "policy" })));
    }

    async fn who_must_have_a_second_factor_may_do_nothing_before(t: TestVault) {
        t.project("shop").await;
        let admin = t.admin().await;
        let member = t.developer_of("shop").await;
        let policy = Policy { second_factor: FactorRule::Admins, ..Policy::default() };
        assert_eq!(code_of(t.vault.put_policy(&member, policy).await), Code::Denied);
        t.vault.put_policy(&admin, policy).await.unwrap();

        let led = t.admin().await;
        assert!(led.must_enrol());
        assert_eq!(code_of(t.vault.list_people(&led).await), Code::NotFound);
        assert!(t.vault.list_projects(&led).await.unwrap().is_empty());
        assert!(!t.actor(t.log_in(&member.label).await).await.must_enrol());
        let (enrolment, _) = enrol(&t, &led).await;
        let signed_in = second(&t, half(&t, ADMIN).await, &shown(&t, &enrolment, 0)).await.unwrap();
        let admin = t.actor(signed_in).await;
        assert!(!admin.must_enrol());

        let policy = Policy { second_factor: FactorRule::Everyone, ..Policy::default() };
        t.vault.put_policy(&admin, policy).await.unwrap();
        assert_eq!(t.vault.find_policy(&admin).await.unwrap(), policy);
        assert!(t.actor(t.log_in(&member.label).await).await.must_enrol());
        let seen = t.vault.find_second_factor(&t.actor(t.log_in(&member.label).await).await).await.unwrap();
        assert!(seen.required && seen.since.is_none());
    }

    async fn a_token_is_accepted_from_its_networks_only(t: TestVault) {
        let admin = t.admin().await;
        let networks = vec!["10.1.2.3/16".to_owned(), "2001:db8::/32".to_owned()];
        let token = t.token(&admin, &NewToken { networks, ..new_token("office") }).await;
        assert_eq!(token.row.networks, ["10.1.0.0/16", "2001:db8::/32"]);
        let from = async |vault: &Vault, address: &str| {
            let request = domain::access::RequestInfo { address: address.to_owned(), ..request() };
            vault.actor_of_token(request, &token.token.0).await.map(drop)
        };
        let other = t.reopen().await;
        for inside in ["10.1.9.9", "2001:db8::1"] {
            from(&t.vault, inside).await.unwrap();
            from(&other, inside).await.unwrap();
        }
        for outside in ["10.2.0.1", "2001:db9::1", ""] {
            assert_eq!(code_of(from(&other, outside).await), Code::Unauthenticated, "{outside}");
        }
        let refused = recorded(&t, "token.use").await;
        assert_eq!(refused.len(), 3);
        assert_eq!(refused[0], ("denied".to_owned(), "from outside of its networks".to_owned()));
        assert_eq!(code_of(t.vault.create_token(&t.admin().await, &NewToken { networks: vec!["office".into()], ..new_token("x") }).await), Code::Invalid);
        t.place.execute("UPDATE tokens SET networks = ''").await;
        assert!(matches!(from(&t.vault, "10.2.0.1").await, Err(Error::Tampered { table: "tokens" })));
    }

    async fn a_token_that_is_taken_back_is_refused_by_every_server_at_once(t: TestVault) {
        let admin = t.admin().await;
        let token = t.token(&admin, &new_token("short-lived")).await;
        let other = t.reopen().await;
        other.actor_of_token(request(), &token.token.0).await.unwrap();
        t.vault.revoke_token(&admin, &token.row.id).await.unwrap();
        assert_eq!(code_of(other.actor_of_token(request(), &token.token.0).await), Code::Unauthenticated);
        assert_eq!(code_of(t.vault.actor_of_token(request(), &token.token.0).await), Code::Unauthenticated);
    }

    async fn guessing_elsewhere_does_not_lock_anyone_out(t: TestVault) {
        t.admin().await;
        t.log_in(ADMIN).await;
        let elsewhere = domain::access::RequestInfo { address: "198.51.100.9".into(), ..request() };
        let guess = async || t.vault.log_in(&elsewhere, ADMIN, secret("wrong wrong wrong")).await;
        for _ in 0..5 {
            assert_eq!(code_of(guess().await), Code::Unauthenticated);
        }
        assert_eq!(code_of(guess().await), Code::TooManyRequests);
        assert_eq!(code_of(t.vault.log_in(&elsewhere, &ADMIN.to_uppercase(), secret(PASSWORD)).await), Code::TooManyRequests, "however it is written");
        t.log_in(ADMIN).await;
    }
}

/// The secret of a device is nowhere in the database's file, in no form of it; nor is a recovery code or a token.
#[tokio::test]
async fn no_secret_of_an_account_is_on_the_disk() {
    let t = TestVault::on_a_new_sqlite().await;
    let (actor, _) = someone(&t).await;
    let (enrolment, recovery) = enrol(&t, &actor).await;
    let raw = Secret::try_from_base32(enrolment.secret.0.as_str()).unwrap();
    t.vault.close().await;
    let mut markers: Vec<Vec<u8>> = recovery.iter().map(|code| code.as_bytes().to_vec()).collect();
    markers.extend(recovery.iter().map(|code| code.replace('-', "").into_bytes()));
    markers.push(enrolment.secret.0.as_bytes().to_vec());
    markers.push(raw.as_bytes().to_vec());
    let mut read = 0;
    for entry in std::fs::read_dir(t.place.directory().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        read += bytes.len();
        for marker in &markers {
            assert!(!bytes.windows(marker.len()).any(|window| window == marker.as_slice()));
        }
    }
    assert!(read > 4096);
}
