//! Three steps to the first secret in an app, led by what exists.

use domain::{ServicePath, api::Environment};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    chrome::is_admin,
    components::{Callout, Command, Field, Form, Icon, Loaded, PageHead},
    error::UiError,
    pages::tokens::origin,
    paths::{self, ServiceTab, forms},
};

/// How far the first steps went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// The service they are about.
    pub service: Option<ServicePath>,
    /// How many names it has.
    pub secrets: u32,
    /// The environments.
    pub environments: Vec<Environment>,
    /// Whether the actor may make a project.
    pub creates: bool,
}

/// How far the first steps went with `project` and `service`, or with the first service there is.
#[server(prefix = "/ui", endpoint = "steps")]
pub async fn load_steps(
    #[server(default)] project: String,
    #[server(default)] service: String,
) -> Result<Steps, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let asked = match (project.parse(), service.parse()) {
        (Ok(project), Ok(service)) => Some(ServicePath::new(project, service)),
        _ => None,
    };
    let service = match asked {
        Some(path) => Some(vault.find_service(&actor, &path).await.map(|_| path)?),
        None => ssr::first_service(&vault, &actor).await?,
    };
    Ok(Steps {
        secrets: match &service {
            Some(path) => ssr::names_of(&vault, &actor, path).await?,
            None => 0,
        },
        service,
        environments: vault.list_environments(&actor).await?,
        creates: ssr::creates(&actor),
    })
}

#[cfg(feature = "ssr")]
mod ssr {
    use domain::{
        Action, Actor, Level, Scope, ServicePath, access,
        api::{ListQuery, MatrixShow},
    };
    use vault::Vault;

    pub(super) async fn first_service(vault: &Vault, actor: &Actor) -> vault::Result<Option<ServicePath>> {
        for project in vault.list_projects(actor).await? {
            if let Some(service) = vault.list_services(actor, &project.slug).await?.into_iter().next() {
                return Ok(Some(ServicePath::new(service.project, service.slug)));
            }
        }
        Ok(None)
    }

    pub(super) async fn names_of(vault: &Vault, actor: &Actor, path: &ServicePath) -> vault::Result<u32> {
        let level = Level::Service(path.clone());
        let one = ListQuery { limit: Some(1), ..ListQuery::default() };
        Ok(vault.matrix(actor, &level, MatrixShow::All, &one).await?.counts.set)
    }

    pub(super) fn creates(actor: &Actor) -> bool {
        access::check(actor, Action::CreateProjects, &Scope::platform(None)).is_ok()
    }
}

/// The three steps.
#[component]
pub fn FirstSteps() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key| query.get(key).unwrap_or_default();
            (text("project"), text("service"))
        })
    });
    let data = Resource::new(move || asked.get(), |(project, service)| load_steps(project, service));
    view! {
        <div class="page narrow middle">
            <PageHead
                title="Three steps to the first secret in an app"
                lead="About four minutes. You can stop and come back; this page sees how far you are."
            />
            {is_admin().then(keys)}
            <Loaded data view=|steps| view! { <List steps /> }.into_any() />
        </div>
    }
}

fn keys() -> impl IntoView {
    view! {
        <Callout tone="warn" icon="warn">
            <b>"Two key files open this installation. "</b>
            <code>"root.key"</code>
            " and "
            <code>"store.key"</code>
            " were made at the first start. Copy them to two different places, apart from the database. Without them nothing can be read, by anyone."
        </Callout>
    }
}

/// Where a step stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Done,
    Now,
    Later,
}

#[component]
fn List(steps: Steps) -> impl IntoView {
    let Steps { service, secrets, environments, creates } = steps;
    let uploaded = secrets > 0;
    let [first, second, third] = match (&service, uploaded) {
        (None, _) => [Standing::Now, Standing::Later, Standing::Later],
        (Some(_), false) => [Standing::Done, Standing::Now, Standing::Later],
        (Some(_), true) => [Standing::Done, Standing::Done, Standing::Now],
    };
    let environment = environments.first().map(|environment| environment.name.to_string()).unwrap_or_default();
    let name = name(service.as_ref(), &environments, creates);
    let bring = bring(service.as_ref(), secrets);
    let run = run(service.as_ref(), &environment);
    view! {
        <ol class="steps">
            <Step number=1 standing=first title="Name a project and its first service">{name}</Step>
            <Step number=2 standing=second title="Bring your secrets">{bring}</Step>
            <Step number=3 standing=third title="Run your app with them">{run}</Step>
        </ol>
    }
}

#[component]
fn Step(number: u8, standing: Standing, title: &'static str, children: Children) -> impl IntoView {
    let (class, mark) = match standing {
        Standing::Done => ("panel step done", view! { <Icon name="ok" /><span class="sr">"done"</span> }.into_any()),
        Standing::Now => ("panel step now", number.into_any()),
        Standing::Later => ("panel step later", number.into_any()),
    };
    view! {
        <li class=class aria-current=(standing == Standing::Now).then_some("step")>
            <span class="step-number">{mark}</span>
            <div class="step-body"><h2>{title}</h2>{children()}</div>
        </li>
    }
}

fn name(service: Option<&ServicePath>, environments: &[Environment], creates: bool) -> AnyView {
    let places: Vec<_> = environments.iter().map(|environment| environment.name.as_str()).collect();
    match service {
        Some(path) => view! {
            <p class="quiet-text">
                "Project " <a href=paths::project(&path.project)>{path.project.to_string()}</a> ", service "
                <a href=paths::service(path)>{path.service.to_string()}</a> {format!(", in {}.", places.join(", "))}
            </p>
        }
        .into_any(),
        None if creates => view! {
            <p class="quiet-text">"A project groups services and people; a service is one app. Both names stand in paths and cannot be changed later."</p>
            <Form action=forms::START class="stack-3">
                <div class="fields top">
                    <Field name="project" label="Project" placeholder="storefront" mono=true pattern="[a-z][a-z0-9\\-]*" hint="Lower-case letters, digits and dashes." />
                    <Field name="service" label="Service" placeholder="checkout" mono=true pattern="[a-z][a-z0-9\\-]*" />
                </div>
                <div class="actions"><button class="button primary" type="submit">"Create both"</button></div>
            </Form>
        }
        .into_any(),
        None => view! { <p class="quiet-text">"An admin makes the project and adds you to it."</p> }.into_any(),
    }
}

fn bring(service: Option<&ServicePath>, secrets: u32) -> AnyView {
    let Some(path) = service else {
        return view! {
            <p class="quiet-text">"A flat " <code>"secrets.json"</code> " is enough. You see what it would do before anything is stored."</p>
        }
        .into_any();
    };
    if secrets > 0 {
        return view! {
            <p class="quiet-text">
                <a href=paths::service(path)>{format!("{} of {}", crate::components::counted(secrets as usize, "name"), path.service)}</a>
                ", all masked."
            </p>
        }
        .into_any();
    }
    view! {
        <p class="quiet-text">"A flat " <code>"secrets.json"</code> " is enough. You see what it would do before anything is stored."</p>
        <div class="actions">
            <a class="button primary" href=paths::service(path)><Icon name="upload" />"Upload into "{path.service.to_string()}</a>
            <a class="button quiet" href=format!("{}?new=1", paths::service(path))><Icon name="plus" />"Add one by hand"</a>
        </div>
    }
    .into_any()
}

fn run(service: Option<&ServicePath>, environment: &str) -> AnyView {
    let words = view! {
        <p class="quiet-text">"Each secret becomes an environment variable of the same name. Nothing is written to disk."</p>
    };
    let Some(path) = service else {
        return words.into_any();
    };
    let host = crate::chrome::use_chrome().with_untracked(|chrome| chrome.host.clone());
    let line = format!(
        "STRONGROOM_URL={} STRONGROOM_TOKEN=… strongroom run -p {} -s {} -e {environment} -- ./app",
        origin(&host),
        path.project,
        path.service,
    );
    let token = paths::query(paths::TOKENS, &[("for", &path.to_string())]);
    view! {
        {words}
        <Command id="run" line wraps=true />
        <div class="actions">
            <a class="button" href=token><Icon name="token" />"Create its token"</a>
            <a class="button quiet" href=paths::service_tab(path, ServiceTab::Effective)><Icon name="effective" />"See what it gets"</a>
        </div>
    }
    .into_any()
}
