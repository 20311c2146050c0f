use super::{
    Action::{
        Bind, CreateProjects, DestroySecrets, ManageEnvironments, ManagePeople, ManageProject, ManageTokens,
        OwnProject, ReadAudit, Reveal, See, SeePeople, Use, WriteSecrets,
    },
    *,
};
use crate::Level;

/// Every action, with the letter that stands for it in [`TABLE`].
const ACTIONS: [(Action, char); 14] = [
    (See, 's'),
    (Reveal, 'r'),
    (WriteSecrets, 'w'),
    (DestroySecrets, 'd'),
    (Use, 'u'),
    (Bind, 'b'),
    (ManageProject, 'p'),
    (OwnProject, 'o'),
    (ManageTokens, 't'),
    (CreateProjects, 'c'),
    (ManageEnvironments, 'e'),
    (SeePeople, 'l'),
    (ManagePeople, 'm'),
    (ReadAudit, 'a'),
];

/// What an admin may on the platform, and what is left of it in a project.
const ADMIN: [&str; 2] = ["srwdubpotcelma", "swdbpotcelma"];

/// Who may do what, whole: a role on the platform and roles in the project `shop`, each for one environment or `*`;
/// then what is allowed on the platform, in the project `bank`, and in `shop` or one of its services for all
/// environments, in development, and in production.
const TABLE: [(&str, &str, [&str; 5]); 16] = [
    ("admin", "", [ADMIN[0], ADMIN[1], ADMIN[1], ADMIN[1], ADMIN[1]]),
    ("auditor", "", ["sla", "sla", "sla", "sla", "sla"]),
    ("member", "", ["s", "", "", "", ""]),
    ("member", "owner *", ["s", "", "srwdubpot", "srwdubpot", "srwdubpot"]),
    ("member", "admin *", ["s", "", "srwdubpt", "srwdubpt", "srwdubpt"]),
    ("member", "developer *", ["s", "", "srwubt", "srwubt", "srwubt"]),
    ("member", "user *", ["s", "", "sub", "sub", "sub"]),
    ("member", "developer development", ["s", "", "s", "srwubt", ""]),
    ("member", "developer production", ["s", "", "s", "", "srwubt"]),
    ("member", "user development", ["s", "", "s", "sub", ""]),
    ("member", "developer development, user production", ["s", "", "s", "srwubt", "sub"]),
    ("member", "user staging", ["s", "", "s", "", ""]),
    // What somebody was given in a project adds to what the platform lets them.
    ("admin", "developer *", [ADMIN[0], ADMIN[1], ADMIN[0], ADMIN[0], ADMIN[0]]),
    ("admin", "user development", [ADMIN[0], ADMIN[1], ADMIN[1], "swdubpotcelma", ADMIN[1]]),
    ("auditor", "user *", ["sla", "sla", "subla", "subla", "subla"]),
    ("auditor", "developer development", ["sla", "sla", "sla", "srwubtla", "sla"]),
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
    let developer =
        |project: &&str| Membership { project: slug(project), role: ProjectRole::Developer, environment: None };
    Person { id: Uuid::nil(), role, memberships: projects.iter().map(developer).collect() }
}

/// The person of a row of [`TABLE`].
fn person_of(platform: &str, project: &str) -> Person {
    let grants = project.split(", ").filter(|grant| !grant.is_empty());
    let memberships = grants.map(|grant| {
        let (role, environment) = grant.split_once(' ').unwrap();
        Membership {
            project: slug("shop"),
            role: ProjectRole::from_word(role).unwrap(),
            environment: Some(environment).filter(|name| *name != "*").map(|name| name.parse().unwrap()),
        }
    });
    let role = PlatformRole::from_word(platform).unwrap();
    Person { id: Uuid::nil(), role, memberships: memberships.collect() }
}

/// The scopes of each column of [`TABLE`].
fn columns() -> [Vec<Scope>; 5] {
    let environments = [None, Some("development"), Some("production")];
    let everywhere = |project: Option<&str>, service: Option<&str>| environments.map(|e| scope(project, service, e));
    let shop =
        |environment| vec![scope(Some("shop"), None, environment), scope(Some("shop"), Some("api"), environment)];
    [
        everywhere(None, None).to_vec(),
        [everywhere(Some("bank"), None), everywhere(Some("bank"), Some("api"))].concat(),
        shop(None),
        shop(Some("development")),
        shop(Some("production")),
    ]
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

fn allowed(actor: &Actor, scope: &Scope) -> Vec<Action> {
    ACTIONS.into_iter().map(|(action, _)| action).filter(|action| check(actor, *action, scope).is_ok()).collect()
}

/// The letters of what is allowed, sorted.
fn letters(actor: &Actor, scope: &Scope) -> String {
    let allowed = allowed(actor, scope);
    sorted(ACTIONS.into_iter().filter(|(action, _)| allowed.contains(action)).map(|(_, letter)| letter))
}

fn sorted(letters: impl Iterator<Item = char>) -> String {
    let mut letters: Vec<char> = letters.collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

#[test]
fn every_role_may_exactly_this() {
    for (platform, project, cells) in TABLE {
        let actor = actor(Principal::Person(person_of(platform, project)));
        for (scopes, cell) in columns().iter().zip(cells) {
            for scope in scopes {
                assert_eq!(letters(&actor, scope), sorted(cell.chars()), "{platform}, {project} in {scope}");
                // What is not seen is told as absent; what is seen, as forbidden.
                let denied = if cell.contains('s') { Denied::Forbidden } else { Denied::Invisible };
                for (action, letter) in ACTIONS {
                    let expected = if cell.contains(letter) { Ok(()) } else { Err(denied) };
                    assert_eq!(check(&actor, action, scope), expected, "{platform}, {project}: {action:?} in {scope}");
                }
            }
        }
        let sees = |name| sees_project(&actor, &slug(name));
        assert_eq!(sees("shop"), platform != "member" || !project.is_empty(), "{platform}, {project}");
        assert_eq!(sees("bank"), platform != "member", "{platform}, {project}");
        let reached = reach(&actor).map(|all| all.contains(&slug("shop")));
        assert_eq!(reached, (platform == "member").then_some(!project.is_empty()), "{platform}, {project}");
    }
}

#[test]
fn a_token_may_what_its_rights_leave_of_its_owner() {
    let rights = [(Right::Read, "ru"), (Right::Write, "wb"), (Right::Manage, "dpotcelma")];
    for (platform, project, cells) in TABLE {
        for mask in 1..8_usize {
            let given = || rights.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0).map(|(_, right)| right);
            let opens: String = given().map(|(_, letters)| *letters).chain(["s"]).collect();
            let given: Vec<Right> = given().map(|(right, _)| *right).collect();
            let token = token(Some(person_of(platform, project)), &given, [None; 3]);
            for (scopes, cell) in columns().iter().zip(cells) {
                for scope in scopes {
                    let expected = sorted(cell.chars().filter(|letter| opens.contains(*letter)));
                    assert_eq!(letters(&token, scope), expected, "{platform}, {project}, {given:?} in {scope}");
                }
            }
        }
    }
}

#[test]
fn roles_are_written_as_they_are_read() {
    for role in PlatformRole::ALL {
        assert_eq!(PlatformRole::from_word(role.word()), Some(role));
    }
    for role in ProjectRole::ALL {
        assert_eq!(ProjectRole::from_word(role.word()), Some(role));
        assert_eq!(role.fits_environments(), !role.may(ManageProject), "{role:?}");
    }
    for other in ["Admin", "ADMIN", " admin", "admin ", "ａdmin", "root", ""] {
        assert_eq!((PlatformRole::from_word(other), ProjectRole::from_word(other)), (None, None), "{other:?}");
    }
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
    assert_eq!(allowed(&token(None, &[Right::Manage], [None; 3]), &at).len(), 10);
    assert_eq!(
        allowed(&token(None, &[Right::Read, Right::Write, Right::Manage], [None; 3]), &at),
        ACTIONS.map(|(action, _)| action)
    );
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
