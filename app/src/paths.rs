//! Every address of the dashboard. Slugs and ids need no escaping in a path; anything else goes through [`query`].

use std::fmt::Write as _;

use domain::{
    EnvironmentName, Level, Scope, ServicePath, Slug,
    api::{Found, SearchHit},
};

/// The projects.
pub const HOME: &str = "/";
/// The form for a project.
pub const NEW_PROJECT: &str = "/?new=project";
/// Signing in.
pub const LOGIN: &str = "/login";
/// The second step of signing in.
pub const LOGIN_CODE: &str = "/login/code";
/// Giving password or code once more.
pub const CONFIRM: &str = "/confirm";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// One's own second factor.
pub const SECOND_FACTOR: &str = "/account/second-factor";
/// What the installation demands.
pub const POLICY: &str = "/policy";
/// Signing out; a form.
pub const LOGOUT: &str = "/logout";
/// Choosing light or dark; a form.
pub const THEME: &str = "/theme";
/// The first three steps.
pub const START: &str = "/start";
/// The secrets of the platform.
pub const PLATFORM: &str = "/platform";
/// Copying and moving names.
pub const COPY: &str = "/copy";
/// People.
pub const PEOPLE: &str = "/people";
/// Tokens.
pub const TOKENS: &str = "/tokens";
/// Environments.
pub const ENVIRONMENTS: &str = "/environments";
/// Equal values in several places.
pub const DUPLICATES: &str = "/duplicates";
/// The audit log.
pub const AUDIT: &str = "/audit";

/// What was changed, everywhere.
pub const CHANGES: &str = "/changes";
/// What was deleted and can be brought back.
pub const DELETED: &str = "/deleted";
/// The versions of one secret.
pub const HISTORY: &str = "/history";
/// Two people wrote one secret at once.
pub const CONFLICT: &str = "/conflict";
/// Searching everything.
pub const SEARCH: &str = "/search";
/// The list of keys, for those without script.
pub const KEYS: &str = "/search#keys";

/// Where forms are posted to.
pub mod forms {
    /// Creates a project.
    pub const PROJECTS: &str = "/forms/projects";
    /// Creates a project and its first service.
    pub const START: &str = "/forms/start";
    /// Changes a project's words.
    pub const PROJECT_EDIT: &str = "/forms/projects/edit";
    /// Deletes a project.
    pub const PROJECT_DELETE: &str = "/forms/projects/delete";
    /// Creates a service.
    pub const SERVICES: &str = "/forms/services";
    /// Changes a service's words.
    pub const SERVICE_EDIT: &str = "/forms/services/edit";
    /// Deletes a service.
    pub const SERVICE_DELETE: &str = "/forms/services/delete";
    /// Adds someone to a project.
    pub const MEMBERS: &str = "/forms/members";
    /// Changes the roles of a member.
    pub const MEMBER_EDIT: &str = "/forms/members/edit";
    /// Takes someone out of a project.
    pub const MEMBER_DELETE: &str = "/forms/members/delete";
    /// Invites a person.
    pub const PEOPLE: &str = "/forms/people";
    /// Makes a new link for whoever has not accepted theirs.
    pub const PERSON_INVITE: &str = "/forms/people/invite";
    /// Changes the name and the role of a person.
    pub const PERSON_EDIT: &str = "/forms/people/edit";
    /// Keeps a person out.
    pub const PERSON_DISABLE: &str = "/forms/people/disable";
    /// Lets a person in again.
    pub const PERSON_ENABLE: &str = "/forms/people/enable";
    /// Removes a person.
    pub const PERSON_DELETE: &str = "/forms/people/delete";
    /// Makes a token.
    pub const TOKENS: &str = "/forms/tokens";
    /// Takes a token back.
    pub const TOKEN_REVOKE: &str = "/forms/tokens/revoke";
    /// Takes the second factor from someone who lost it.
    pub const PERSON_FACTOR: &str = "/forms/people/second-factor";
    /// Changes one's own password.
    pub const PASSWORD: &str = "/forms/account/password";
    /// Ends one of one's own sessions.
    pub const SESSION_END: &str = "/forms/account/sessions/end";
    /// Ends all others.
    pub const SESSIONS_END: &str = "/forms/account/sessions/end-others";
    /// Begins with a second factor.
    pub const FACTOR_BEGIN: &str = "/forms/account/second-factor/begin";
    /// Takes the first code of a second factor.
    pub const FACTOR_CONFIRM: &str = "/forms/account/second-factor/confirm";
    /// Gives the second factor up.
    pub const FACTOR_END: &str = "/forms/account/second-factor/end";
    /// Makes new recovery codes.
    pub const RECOVERY_CODES: &str = "/forms/account/recovery-codes";
    /// Takes password or code once more.
    pub const CONFIRM: &str = "/forms/confirm";
    /// Changes what the installation demands.
    pub const POLICY: &str = "/forms/policy";
    /// Adds an environment.
    pub const ENVIRONMENTS: &str = "/forms/environments";
    /// Renames an environment.
    pub const ENVIRONMENT_RENAME: &str = "/forms/environments/rename";
    /// Moves an environment.
    pub const ENVIRONMENT_MOVE: &str = "/forms/environments/move";
    /// Removes an environment.
    pub const ENVIRONMENT_DELETE: &str = "/forms/environments/delete";
    /// Writes a secret.
    pub const SECRETS: &str = "/forms/secrets";
    /// Writes one name in several environments.
    pub const SECRET_ROW: &str = "/forms/secrets/row";
    /// Changes what stands beside a value.
    pub const SECRET_CARE: &str = "/forms/secrets/care";
    /// Deletes a secret.
    pub const SECRET_DELETE: &str = "/forms/secrets/delete";
    /// Takes a change back.
    pub const UNDO: &str = "/forms/undo";
    /// Makes an old version the newest one.
    pub const RESTORE: &str = "/forms/restore";
    /// Destroys values for good.
    pub const DESTROY: &str = "/forms/destroy";
    /// Gives a secret another name or place.
    pub const SECRET_MOVE: &str = "/forms/secrets/move";
    /// Writes what was typed on top of what is there now.
    pub const CONFLICT_WRITE: &str = "/forms/conflict/write";
    /// Keeps what is there now.
    pub const CONFLICT_DROP: &str = "/forms/conflict/drop";
    /// Shows one value, on a page of its own.
    pub const REVEAL: &str = "/forms/reveal";
    /// Downloads one file.
    pub const DOWNLOAD: &str = "/forms/download";
    /// Adds a binding.
    pub const BINDINGS: &str = "/forms/bindings";
    /// Removes a binding.
    pub const BINDING_DELETE: &str = "/forms/bindings/delete";
    /// Shows which bindings a file asks for.
    pub const WANTED: &str = "/forms/bindings/wanted";
    /// Adds the bindings that a file asks for.
    pub const WANTED_ADD: &str = "/forms/bindings/wanted/add";
    /// Keeps the contract of a service.
    pub const CONTRACT: &str = "/forms/contract";
    /// Forgets the contract of a service.
    pub const CONTRACT_DELETE: &str = "/forms/contract/delete";
    /// Chooses what a service gets.
    pub const MODE: &str = "/forms/mode";
    /// Copies names, or moves them.
    pub const COPY: &str = "/forms/copy";
    /// Saves secrets as a file.
    pub const EXPORT: &str = "/forms/export";
    /// Saves the audit log as lines of JSON.
    pub const AUDIT_EXPORT: &str = "/forms/audit/export";
    /// Checks the whole audit log.
    pub const AUDIT_VERIFY: &str = "/forms/audit/verify";
    /// Uploads `secrets.json` and the like: a plan, or applied at once.
    pub const IMPORT: &str = "/forms/import";
}

/// The page that asks for password or code and leads on to `next`; for whatever script asks in place.
pub fn confirm(next: &str) -> String {
    query(CONFIRM, &[("next", next)])
}

/// The first start's link.
pub fn setup(token: &str) -> String {
    format!("/setup/{token}")
}

/// What every invitation's address begins with; its notices are told by this, never by the whole address.
pub const INVITE: &str = "/invite/";

/// An invitation's link.
pub fn invite(token: &str) -> String {
    format!("{INVITE}{token}")
}

/// A project.
pub fn project(project: &Slug) -> String {
    format!("/projects/{project}")
}

/// The secrets of a project.
pub fn project_secrets(project: &Slug) -> String {
    format!("/projects/{project}/secrets")
}

/// Which services of a project get what they need.
pub fn readiness(project: &Slug) -> String {
    format!("/projects/{project}/readiness")
}

/// The bindings of a service in an environment, written down for another tool: `run`, `kubernetes` or `compose`.
pub fn written(service: &ServicePath, environment: &EnvironmentName, format: &str) -> String {
    let path = format!("/api/v1/projects/{}/services/{}/bindings/export", service.project, service.service);
    query(&path, &[("environment", environment.as_str()), ("format", format)])
}

/// A service: its own secrets come first.
pub fn service(path: &ServicePath) -> String {
    service_tab(path, ServiceTab::Service)
}

/// A tab of a service's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceTab {
    /// The service's own secrets.
    Service,
    /// Those of its project.
    Project,
    /// Those of the platform.
    Platform,
    /// What the ladder gives.
    Effective,
    /// What reaches the app, and as what.
    Bindings,
}

impl ServiceTab {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Service, Self::Project, Self::Platform, Self::Effective, Self::Bindings];

    /// The last part of its path.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "secrets",
            Self::Project => "project",
            Self::Platform => "platform",
            Self::Effective => "effective",
            Self::Bindings => "bindings",
        }
    }

    /// What it is called on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Service => "Service",
            Self::Project => "Project",
            Self::Platform => "Platform",
            Self::Effective => "Effective",
            Self::Bindings => "Bindings",
        }
    }
}

/// A tab of a service's page.
pub fn service_tab(path: &ServicePath, tab: ServiceTab) -> String {
    format!("/projects/{}/services/{}/{}", path.project, path.service, tab.word())
}

/// The page on which the secrets of a level are written.
pub fn level(level: &Level) -> String {
    match level {
        Level::Platform => PLATFORM.to_owned(),
        Level::Project { project } => project_secrets(project),
        Level::Service(path) => service(path),
    }
}

/// The changes of a level.
pub fn changes_of(level: &Level) -> String {
    let [level, project, service] = words(level);
    query(CHANGES, &[("level", &level), ("project", &project), ("service", &service)])
}

/// One change, open among the others.
pub fn change(id: &str) -> String {
    query(CHANGES, &[("open", id)])
}

/// The versions of a secret.
pub fn history(scope: &Scope, name: &str) -> String {
    let [level, project, service] = words(&scope.level);
    let environment = scope.environment.as_ref().map_or("all", EnvironmentName::as_str);
    let pairs = [
        ("level", &*level),
        ("project", &project),
        ("service", &service),
        ("environment", environment),
        ("name", name),
    ];
    query(HISTORY, &pairs)
}

/// Level, project and service as forms and addresses have them.
fn words(level: &Level) -> [String; 3] {
    let text = |slug: Option<&Slug>| slug.map(ToString::to_string).unwrap_or_default();
    [level.word().to_owned(), text(level.project()), text(level.service())]
}

/// The page that shows what a search found: for a secret, its cell.
pub fn hit(hit: &SearchHit) -> String {
    match (hit.found, &hit.scope.level) {
        (Found::Project, Level::Project { project: slug }) => project(slug),
        (Found::Binding, Level::Service(path)) => service_tab(path, ServiceTab::Bindings),
        (Found::Secret, own) => {
            let environment = hit.scope.environment.as_ref().map_or("all", |name| name.as_str());
            query(&level(own), &[("open", &hit.name), ("env", environment)])
        }
        (_, own) => level(own),
    }
}

/// A scope without labels: `shop / api, production`.
pub fn short(scope: &Scope) -> String {
    let level = match &scope.level {
        Level::Platform => "platform".to_owned(),
        Level::Project { project } => project.to_string(),
        Level::Service(path) => format!("{} / {}", path.project, path.service),
    };
    match &scope.environment {
        Some(environment) => format!("{level}, {environment}"),
        None => level,
    }
}

/// `path` with a query; empty texts are left out.
pub fn query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    let mut separator = '?';
    for (key, text) in pairs.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = write!(url, "{separator}{key}={}", encode(text));
        separator = '&';
    }
    url
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Whether the page at a path has no frame: the door.
pub fn stands_alone(path: &str) -> bool {
    path == LOGIN || path == LOGIN_CODE || path == CONFIRM || path.starts_with("/setup/")
}

/// The project a path lies in.
pub fn project_of(path: &str) -> Option<Slug> {
    path.strip_prefix("/projects/")?.split('/').next()?.parse().ok()
}

/// Where a path lies: the labels of its steps, and the addresses of all but the last.
pub fn crumbs(path: &str) -> Vec<(String, Option<String>)> {
    let home = ("Home".to_owned(), Some(HOME.to_owned()));
    let last = |label: &str| vec![home.clone(), (label.to_owned(), None)];
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut crumbs = match parts.as_slice() {
        [] => vec![home],
        ["search"] => last("Search"),
        ["start"] => last("First steps"),
        ["platform", ..] => last("Platform secrets"),
        ["copy"] => last("Copy names"),
        ["people"] => last("People"),
        ["tokens"] => last("Tokens"),
        ["account"] => last("Account"),
        ["account", "second-factor"] => {
            vec![home, ("Account".to_owned(), Some(ACCOUNT.to_owned())), ("Second factor".to_owned(), None)]
        }
        ["policy"] => last("Policy"),
        ["environments"] => last("Environments"),
        ["duplicates"] => last("Equal values"),
        ["audit"] => last("Audit log"),
        ["changes"] => last("History"),
        ["deleted" | "history" | "conflict"] => {
            let label = match parts[0] {
                "deleted" => "Recently deleted",
                "history" => "Versions of a secret",
                _ => "Written at once",
            };
            vec![home, ("History".to_owned(), Some(CHANGES.to_owned())), (label.to_owned(), None)]
        }
        ["projects", project, rest @ ..] => {
            let mut crumbs = vec![home, ((*project).to_owned(), Some(format!("/projects/{project}")))];
            match rest {
                ["services", service, tab @ ..] => {
                    crumbs
                        .push(((*service).to_owned(), Some(format!("/projects/{project}/services/{service}/secrets"))));
                    let tab = ServiceTab::ALL.into_iter().find(|known| tab.first() == Some(&known.word()));
                    if let Some(tab) = tab.filter(|tab| *tab != ServiceTab::Service) {
                        crumbs.push((tab.label().to_owned(), None));
                    }
                }
                ["secrets", ..] => crumbs.push(("Secrets".to_owned(), None)),
                ["readiness"] => crumbs.push(("Readiness".to_owned(), None)),
                _ => {}
            }
            crumbs
        }
        _ => last("Not found"),
    };
    if let Some((_, address)) = crumbs.last_mut() {
        *address = None;
    }
    crumbs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_carries_any_text() {
        assert_eq!(query("/audit", &[("actor", ""), ("action", "")]), "/audit");
        assert_eq!(
            query("/audit", &[("actor", "a&b=c é"), ("cursor", "x")]),
            "/audit?actor=a%26b%3Dc%20%C3%A9&cursor=x"
        );
    }

    #[test]
    fn crumbs_lead_back_and_end_here() {
        let labels = |path: &str| -> Vec<String> {
            let crumbs = crumbs(path);
            assert_eq!(crumbs.last().unwrap().1, None, "{path}");
            crumbs.into_iter().map(|(label, _)| label).collect()
        };
        assert_eq!(labels("/"), ["Home"]);
        assert_eq!(labels("/projects/shop"), ["Home", "shop"]);
        assert_eq!(labels("/projects/shop/services/api/secrets"), ["Home", "shop", "api"]);
        assert_eq!(labels("/projects/shop/services/api/effective"), ["Home", "shop", "api", "Effective"]);
        assert_eq!(labels("/what"), ["Home", "Not found"]);
    }

    #[test]
    fn a_hit_leads_to_its_very_cell() {
        let scope = |path: &str, environment: Option<&str>| -> Scope {
            let (project, service) = path.split_once('/').unwrap_or((path, ""));
            let environment = environment.map(|name| name.parse().unwrap());
            match (project, service) {
                ("", _) => Scope::platform(environment),
                (project, "") => Scope::project(project.parse().unwrap(), environment),
                (project, service) => {
                    let path = ServicePath::new(project.parse().unwrap(), service.parse().unwrap());
                    Scope::service(path, environment)
                }
            }
        };
        for (found, name, scope, address) in [
            (Found::Project, "shop", scope("shop", None), "/projects/shop"),
            (Found::Service, "api", scope("shop/api", None), "/projects/shop/services/api/secrets"),
            (Found::Secret, "A", scope("", None), "/platform?open=A&env=all"),
            (Found::Secret, "A", scope("shop", Some("staging")), "/projects/shop/secrets?open=A&env=staging"),
            (Found::Binding, "A", scope("shop/api", None), "/projects/shop/services/api/bindings"),
        ] {
            let (source, name) = (scope.to_string(), name.to_owned());
            let about = String::new();
            let it = SearchHit { found, name, scope, source, about, kind: None, version: None, updated_at: None };
            assert_eq!(hit(&it), address);
        }
    }

    #[test]
    fn a_path_knows_its_project() {
        assert_eq!(project_of("/projects/shop/secrets").unwrap().as_str(), "shop");
        assert_eq!(project_of("/projects/"), None);
        assert_eq!(project_of("/tokens"), None);
    }
}
