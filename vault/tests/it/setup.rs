//! The first admin: once, and only once.

use domain::{
    Action, Code, Scope,
    access::{self, Principal},
    time::HOUR,
};
use vault::Error;

use crate::fixture::{PASSWORD, TestVault, request, secret};

/// The code a client would get.
fn code<T>(answer: Result<T, Error>) -> Code {
    match answer {
        Ok(_) => panic!("it was allowed"),
        Err(error) => error.public().code,
    }
}

async fn set_up(t: &TestVault, token: &str, email: &str) -> Result<vault::SignedIn, Error> {
    t.vault.set_up(&request(), token, email, "Ada", secret(PASSWORD)).await
}

async fn people(t: &TestVault) -> i64 {
    t.place.number("SELECT COUNT(*) FROM people").await
}

db_tests! {
    async fn a_setup_link_makes_the_first_admin_and_signs_them_in(t: TestVault) {
        assert!(!t.vault.is_set_up().await.unwrap());
        let token = t.vault.make_setup_token().await.unwrap().unwrap();
        assert!(t.vault.is_setup_token(&token).await.unwrap());
        assert!(t.vault.is_setup_token(&token).await.unwrap(), "looking uses nothing up");
        let signed_in = set_up(&t, &token, " Ada@Example.com ").await.unwrap();
        let ada = t.actor(signed_in).await;
        assert_eq!(ada.label, "ada@example.com");
        assert!(access::check(&ada, Action::ManagePeople, &Scope::platform(None)).is_ok());
        t.log_in("ADA@example.com").await;
        assert!(t.vault.is_set_up().await.unwrap());
        assert_eq!(t.vault.list_people(&ada).await.unwrap()[0].name, "Ada");
    }

    async fn a_setup_link_works_once(t: TestVault) {
        let token = t.vault.make_setup_token().await.unwrap().unwrap();
        set_up(&t, &token, "ada@example.com").await.unwrap();
        assert_eq!(code(set_up(&t, &token, "eve@example.com").await), Code::Unauthenticated);
        assert!(!t.vault.is_setup_token(&token).await.unwrap());
        assert!(t.vault.make_setup_token().await.unwrap().is_none());
        assert_eq!(people(&t).await, 1);
    }

    async fn a_setup_link_ends_after_a_day_or_with_the_next_one(t: TestVault) {
        let first = t.vault.make_setup_token().await.unwrap().unwrap();
        let second = t.vault.make_setup_token().await.unwrap().unwrap();
        assert_ne!(first, second);
        assert_eq!(code(set_up(&t, &first, "ada@example.com").await), Code::Unauthenticated);
        t.clock.advance(24 * HOUR);
        assert!(!t.vault.is_setup_token(&second).await.unwrap());
        let refusal = set_up(&t, &second, "ada@example.com").await.unwrap_err().public();
        assert_eq!(refusal.code, Code::Unauthenticated);
        assert!(refusal.detail.contains("restart the server"), "{}", refusal.detail);
        for odd in ["", "x", &"A".repeat(43)] {
            assert_eq!(code(set_up(&t, odd, "ada@example.com").await), Code::Unauthenticated);
        }
        assert_eq!(people(&t).await, 0);
    }

    async fn a_mistake_in_the_form_does_not_use_the_link_up(t: TestVault) {
        let token = t.vault.make_setup_token().await.unwrap().unwrap();
        let answer = t.vault.set_up(&request(), &token, "ada", "a\0", secret("short")).await;
        let error = answer.unwrap_err().public();
        assert_eq!(error.code, Code::Invalid);
        let fields: Vec<_> = error.problems.iter().filter_map(|p| p.name.as_deref()).collect();
        assert_eq!(fields, ["email", "name", "password"], "every problem at once");
        set_up(&t, &token, "ada@example.com").await.unwrap();
    }

    async fn many_who_use_one_link_at_once_make_one_admin(t: TestVault) {
        let token = t.vault.make_setup_token().await.unwrap().unwrap();
        let tries = (0..4).map(|number| {
            let (t, token) = (t.clone(), token.clone());
            tokio::spawn(async move { set_up(&t, &token, &format!("p{number}@example.com")).await })
        });
        let mut made = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert_eq!(error.public().code, Code::Unauthenticated),
            }
        }
        assert_eq!((made, people(&t).await), (1, 1));
    }

    async fn link_and_command_line_at_once_make_one_admin(t: TestVault) {
        let token = t.vault.make_setup_token().await.unwrap().unwrap();
        let by_link = tokio::spawn({
            let (t, token) = (t.clone(), token.clone());
            async move { set_up(&t, &token, "ada@example.com").await.map(drop) }
        });
        let by_command = tokio::spawn({
            let t = t.clone();
            async move { t.vault.bootstrap("bob@example.com", secret(PASSWORD), true).await.map(drop) }
        });
        let next_link = tokio::spawn({
            let t = t.clone();
            async move { t.vault.make_setup_token().await.map(drop) }
        });
        next_link.await.unwrap().unwrap();
        let made = [by_link.await.unwrap(), by_command.await.unwrap()];
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
        assert_eq!(people(&t).await, 1);
    }

    async fn bootstrap_makes_an_admin_and_a_token_that_may_everything(t: TestVault) {
        let answer = t.vault.bootstrap("ada@example.com", secret(PASSWORD), true).await;
        let token = answer.unwrap().unwrap();
        let actor = t.vault.actor_of_token(request(), &token).await.unwrap();
        for action in [
            Action::See, Action::Reveal, Action::WriteSecrets, Action::Use, Action::Bind,
            Action::ManageProject, Action::OwnProject, Action::ManageTokens, Action::CreateProjects,
            Action::ManageEnvironments, Action::ManagePeople, Action::ReadAudit,
        ] {
            let shop = Scope::project("shop".parse().unwrap(), None);
            assert!(access::check(&actor, action, &Scope::platform(None)).is_ok(), "{action:?}");
            // Values of a project are for those who have a role there.
            let is_value = matches!(action, Action::Reveal | Action::Use);
            assert_eq!(access::check(&actor, action, &shop).is_ok(), !is_value, "{action:?}");
        }
        let row = &t.vault.list_tokens(&actor).await.unwrap()[0];
        assert_eq!(row.expires_at.0 - row.created_at.0, 90 * 24 * HOUR);
        assert_eq!(row.owner.as_deref(), Some("ada@example.com"));
        let again = t.vault.bootstrap("bob@example.com", secret(PASSWORD), false).await;
        assert_eq!(code(again), Code::Conflict);
        assert_eq!(people(&t).await, 1);
    }

    async fn bootstrap_refuses_a_weak_password_and_writes_nothing(t: TestVault) {
        for (email, password) in [
            ("ada@example.com", "eleven byte"),
            ("ada@example.com", "twelve bytes\0"),
            ("ada.example.com", PASSWORD),
        ] {
            let answer = t.vault.bootstrap(email, secret(password), true).await;
            assert_eq!(code(answer), Code::Invalid);
        }
        assert_eq!(people(&t).await, 0);
    }

    async fn setup_is_on_record(t: TestVault) {
        let token = t.vault.make_setup_token().await.unwrap().unwrap();
        let signed_in = set_up(&t, &token, "ada@example.com").await.unwrap();
        let ada = t.actor(signed_in).await;
        let Principal::Person(person) = &ada.principal else { panic!("a person") };
        assert_eq!(person.id, signed_in.person);
        let log = t.vault.list_audit(&ada, &domain::api::AuditQuery::default()).await.unwrap();
        let actions: Vec<_> = log.items.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["installation.set_up", "installation.create"]);
        assert_eq!(log.items[0].actor, "ada@example.com");
        assert_eq!(log.items[0].address, "192.0.2.1");
        for row in &log.items {
            assert!(!format!("{row:?}").contains(token.as_str()));
        }
    }
}
