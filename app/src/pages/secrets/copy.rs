//! Copying names between places, and promoting and demoting them: what the address asks for, its plan, and the button.
//! All of it are addresses and forms.

use domain::{
    EnvironmentName, Error, Level, Scope, SecretName,
    api::{Plan, PlanAction},
};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{
    copy_read::{AskedCopy, CopyView, read_copy},
    keys,
    place::{Place, environment_word, level_title, scope_name},
    plain_plan::{PlainApply, PlainItems},
};
use crate::{
    components::{Empty, Form, Icon, Loaded, PageHead, sentence},
    paths::{self, forms},
};

/// The copy page.
#[component]
pub fn CopyPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(AskedCopy::of));
    keys::listen();
    let data = Resource::new(move || asked.get(), |asked| async move { read_copy(asked).await });
    view! {
        <div class="page">
            <Loaded data view=move |view: CopyView| view! { <Copy asked=asked.get_untracked() view /> }.into_any() />
        </div>
    }
}

#[component]
fn Copy(asked: AskedCopy, view: CopyView) -> impl IntoView {
    let title = if asked.remove { "Move names" } else { "Copy names" };
    let back = asked.to.parse::<Level>().map_or_else(|_| paths::HOME.to_owned(), |level| paths::level(&level));
    let below = match view.plan {
        None => Either::Left(view! {
            <Empty icon="layers" title="Choose two places">
                <p>"You see a plan before anything is stored. Values stay on the server; you need the right to reveal them where they are."</p>
            </Empty>
        }),
        Some(plan) => Either::Right(view! { <Outcome asked=asked.clone() plan /> }),
    };
    view! {
        <PageHead title=title lead="Values stay on the server. Nothing is stored before you apply the plan.">
            <a class="button" href=back data-key="Escape">"Discard"</a>
        </PageHead>
        <Wanted asked levels=view.levels environments=view.environments />
        {below}
    }
}

/// What is to be copied: a form that leads to the address of its plan.
#[component]
fn Wanted(asked: AskedCopy, levels: Vec<Level>, environments: Vec<EnvironmentName>) -> impl IntoView {
    let place = |name: &'static str, id: &'static str, label: &'static str, chosen: &str| {
        let options: Vec<_> = levels
            .iter()
            .map(|level| {
                let word = level.short();
                let selected = word == chosen;
                let title = match level {
                    Level::Service(path) => format!("service {path}"),
                    wider => level_title(wider),
                };
                view! { <option value=word selected=selected>{title}</option> }
            })
            .collect();
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select class="input" id=id name=name>{chosen.is_empty().then(|| view! { <option value="">"Choose"</option> })}{options}</select>
            </div>
        }
    };
    let environment = |name: &'static str, id: &'static str, label: &'static str, chosen: &str| {
        let options: Vec<_> = environments
            .iter()
            .map(|name| {
                let selected = name.as_str() == chosen;
                view! { <option value=name.to_string() selected=selected>{name.to_string()}</option> }
            })
            .collect();
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select class="input" id=id name=name><option value="all">"All environments"</option>{options}</select>
            </div>
        }
    };
    view! {
        <form class="panel panel-body stack-3" method="get" action=paths::COPY aria-label="What to copy">
            <div class="fields">
                {place("from", "copy-from", "From", &asked.from)}
                {environment("from_env", "copy-from-env", "Environment there", &asked.from_env)}
                {place("to", "copy-to", "To", &asked.to)}
                {environment("to_env", "copy-to-env", "Environment here", &asked.to_env)}
            </div>
            <div class="field">
                <label for="copy-names">"Names " <span class="optional">"all of them when empty"</span></label>
                <input class="input mono" id="copy-names" name="names" type="text" value=asked.names autocomplete="off" spellcheck="false" autocapitalize="none" />
            </div>
            <div class="row">
                <label class="check"><input type="checkbox" name="move" value="1" checked=asked.remove />"Remove them there in the same change"</label>
                <span class="spacer"></span>
                <button class="button" type="submit"><Icon name="effective" />"Show the plan"</button>
            </div>
        </form>
    }
}

/// The plan, or why there is none.
#[component]
fn Outcome(asked: AskedCopy, plan: Result<Plan, Error>) -> impl IntoView {
    let refused = |error: Error| {
        view! {
            <div class="callout bad" role="alert"><Icon name="invalid" /><div><b>"There is no plan."</b>" "{sentence(&error.detail)}"."</div></div>
        }
        .into_any()
    };
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return refused(error),
    };
    let (from, to) = match asked.scopes() {
        Ok(Some(scopes)) => scopes,
        Ok(None) => return ().into_any(),
        Err(error) => return refused(error),
    };
    if plan.items.is_empty() {
        let title = format!("Nothing is set in {}", scope_name(&from));
        return view! { <Empty icon="none" title /> }.into_any();
    }
    let invalid = plan.items.iter().filter(|item| item.action == PlanAction::Invalid).count();
    let invalid = (invalid > 0).then(|| {
        view! {
            <div class="callout bad" role="alert"><Icon name="invalid" /><div><b>"Some names are not set there."</b>" Leave them out, or take them off the list."</div></div>
        }
    });
    let caption =
        format!("What copying from {} to {} would do. Values are hidden.", scope_name(&from), scope_name(&to));
    let basis = plan.basis.clone();
    view! {
        {invalid}
        <Form action=forms::COPY class="with-aside">
            <input type="hidden" name="from" value=asked.from.clone() />
            <input type="hidden" name="from_env" value=asked.from_env.clone() />
            <input type="hidden" name="to" value=asked.to.clone() />
            <input type="hidden" name="to_env" value=asked.to_env.clone() />
            <input type="hidden" name="names" value=asked.names.clone() />
            <input type="hidden" name="move" value=if asked.remove { "1" } else { "" } />
            <input type="hidden" name="basis" value=basis />
            <div class="stack-3"><PlainItems items=plan.items.clone() caption /></div>
            <PlainApply plan scope=to />
        </Form>
    }
    .into_any()
}

/// Links of an open cell: one step up or down the ladder, or anywhere.
#[component]
pub fn CopyLinks(
    /// The page.
    place: Place,
    /// Where the secret is.
    scope: Scope,
    /// Its name.
    name: SecretName,
) -> impl IntoView {
    let address = |to: Option<&Level>, remove: bool| {
        let environment = environment_word(scope.environment.as_ref());
        AskedCopy {
            from: scope.level.short(),
            from_env: environment.clone(),
            to: to.map(Level::short).unwrap_or_default(),
            to_env: environment,
            names: name.to_string(),
            remove,
        }
        .href()
    };
    let levels = super::place::levels(&place.base);
    let here = levels.iter().position(|level| *level == scope.level);
    let wider = here.and_then(|here| levels.get(here + 1));
    let narrower = here.and_then(|here| here.checked_sub(1)).and_then(|here| levels.get(here));
    let step = |level: Option<&Level>, icon: &'static str, word: &str| {
        level.map(|level| {
            let words = format!("{word} to {}", level_title(level));
            view! { <a class="button quiet small" href=address(Some(level), true)><Icon name=icon />{words}</a> }
        })
    };
    view! {
        <div class="row">
            {step(wider, "update", "Promote")}
            {step(narrower, "from", "Demote")}
            <a class="button quiet small" href=address(None, false)><Icon name="layers" />"Copy to…"</a>
        </div>
    }
}
