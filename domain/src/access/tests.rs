use super::{
    Action::{Bind, ManageTokens, Reveal, See, Use, WriteSecrets},
    *,
};
use crate::Level;

const ACTIONS: [Action; 12] = [
    Action::See,
    Action::Reveal,
    Action::WriteSecrets,
    Action::DestroySecrets,
    Action::Use,
    Action::Bind,
    Action::ManageProject,
    Action::ManageTokens,
    Action::CreateProjects,
    Action::ManageEnvironments,
    Action::ManagePeople,
    Action::ReadAudit,
];

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn scope(project: Option<&str>, service: Option<&str>, environment: Option<&str>) -> Scope {
    let level = match (project, service) {
        (None, _) => Level::Platform,
        (Some(project), None) => Level::Project { project: slug(project) },
        (Some(project), Some(service)) => Level::Service(ServicePath::new(slug(project), slug(service))),
    };
    level.at(environment.map(|name| name.parse().unwrap()))
}

fn person(role: PlatformRole, projects: &[&str]) -> Person {
    let memberships = projects.iter().map(|p| Membership { project: slug(p), role: ProjectRole::Developer }).collect();
    Person { id: Uuid::nil(), role, memberships }
}

fn actor(principal: Principal) -> Actor {
    Actor { principal, label: "x".into(), request: RequestInfo::default(), sign_in: None }
}

fn token(owner: Option<Person>, rights: &[Right], narrow: [Option<&str>; 3]) -> Actor {
    actor(Principal::Token(TokenHolder {
        id: Uuid::nil(),
        owner,
        rights: rights.to_vec(),
        project: narrow[0].map(slug),
        service: narrow[1].map(slug),
        environment: narrow[2].map(|name| name.parse().unwrap()),
    }))
}

/// The actions allowed, by the first letters of their names, so that a row of the matrix fits a line.
fn allowed(actor: &Actor, scope: &Scope) -> Vec<Action> {
    ACTIONS.into_iter().filter(|action| check(actor, *action, scope).is_ok()).collect()
}

#[test]
fn an_admin_may_everything_everywhere() {
    let admin = actor(Principal::Person(person(PlatformRole::Admin, &[])));
    for scope in
        [scope(None, None, None), scope(Some("shop"), None, None), scope(Some("shop"), Some("api"), Some("production"))]
    {
        assert_eq!(allowed(&admin, &scope), ACTIONS);
    }
}

#[test]
fn a_developer_works_in_their_project_and_does_not_see_others() {
    let developer = actor(Principal::Person(person(PlatformRole::Member, &["shop"])));
    let own = scope(Some("shop"), Some("api"), None);
    assert_eq!(allowed(&developer, &own), [See, Reveal, WriteSecrets, Use, Bind, ManageTokens]);
    assert_eq!(check(&developer, Action::ManageProject, &own), Err(Denied::Forbidden));
    assert_eq!(check(&developer, Action::DestroySecrets, &own), Err(Denied::Forbidden));
    assert_eq!(allowed(&developer, &scope(None, None, None)), [See]);
    assert_eq!(check(&developer, Action::Reveal, &scope(Some("bank"), None, None)), Err(Denied::Invisible));
    assert!(sees_project(&developer, &slug("shop")) && !sees_project(&developer, &slug("bank")));
}

#[test]
fn a_service_token_reads_its_service_and_nothing_else() {
    let reader = token(None, &[Right::Read], [Some("shop"), Some("api"), Some("development")]);
    assert_eq!(allowed(&reader, &scope(Some("shop"), Some("api"), Some("development"))), [See, Reveal, Use]);
    for other in [
        scope(Some("shop"), Some("api"), Some("production")),
        scope(Some("shop"), Some("api"), None),
        scope(Some("shop"), Some("web"), Some("development")),
        scope(Some("bank"), Some("api"), Some("development")),
        scope(Some("shop"), None, Some("development")),
        scope(None, None, Some("development")),
    ] {
        assert_eq!(check(&reader, Action::Use, &other), Err(Denied::Invisible), "{other}");
    }
    let path = |service| ServicePath::new(slug("shop"), slug(service));
    assert!(sees_service(&reader, &path("api")) && !sees_service(&reader, &path("web")));
}

#[test]
fn each_right_opens_its_own_actions() {
    let at = scope(Some("shop"), Some("api"), None);
    assert_eq!(allowed(&token(None, &[], [None; 3]), &at), []);
    assert_eq!(allowed(&token(None, &[Right::Read], [None; 3]), &at), [See, Reveal, Use]);
    assert_eq!(allowed(&token(None, &[Right::Write], [None; 3]), &at), [See, WriteSecrets, Bind]);
    assert_eq!(allowed(&token(None, &[Right::Manage], [None; 3]), &at).len(), 8);
    assert_eq!(allowed(&token(None, &[Right::Read, Right::Write, Right::Manage], [None; 3]), &at), ACTIONS);
}

#[test]
fn a_token_never_may_more_than_its_owner() {
    let all = [Right::Read, Right::Write, Right::Manage];
    let owned = token(Some(person(PlatformRole::Member, &["shop"])), &all, [None; 3]);
    assert_eq!(check(&owned, Action::WriteSecrets, &scope(Some("shop"), None, None)), Ok(()));
    assert_eq!(check(&owned, Action::ManageProject, &scope(Some("shop"), None, None)), Err(Denied::Forbidden));
    assert_eq!(check(&owned, Action::See, &scope(Some("bank"), None, None)), Err(Denied::Invisible));
    assert!(!sees_project(&owned, &slug("bank")));
}
