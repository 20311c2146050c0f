//! The plan of an upload on a page of its own, for browsers without script. It holds names and no value: the file is given
//! once more to apply it, and the plan's basis tells whether it is the same one.

use domain::{EnvironmentName, Error, Scope, api::Plan, import::Format};
use leptos::prelude::*;

use super::{
    place::{Place, environment_word, level_title, levels},
    plain_plan::{PlainApply, PlainItems},
    plan_items::line,
    secret_form::{At, EnvironmentSelect},
};
use crate::{
    components::{Icon, counted, sentence},
    pages::{Look, bare_page},
    paths::forms,
};

/// How many problems are listed above the table.
const LISTED: usize = 20;

/// What the page shows.
pub struct PlanPage {
    /// Where the file was uploaded.
    pub place: Place,
    /// Where it would be stored.
    pub scope: Scope,
    /// Every environment.
    pub environments: Vec<EnvironmentName>,
    /// What the file was read as.
    pub format: Format,
    /// The plan.
    pub plan: Plan,
    /// Names that are stored as files.
    pub as_file: Vec<String>,
    /// What was typed as the message.
    pub message: String,
    /// Why the file was not stored at once.
    pub refused: Option<Error>,
    /// How it looks.
    pub look: Look,
}

/// The page as HTML. Everything in it is escaped by the view.
pub fn plan_page(page: PlanPage) -> String {
    let PlanPage { place, scope, environments, format, plan, as_file, message, refused, look } = page;
    let lead = format!("{}. Nothing is stored yet.", counted(plan.items.len(), "key"));
    let refused = refused.map(|error| {
        let listed = error.problems.len().min(LISTED);
        let more = error.problems.len() - listed;
        let list: Vec<_> =
            error.problems.iter().take(LISTED).map(|problem| view! { <li>{sentence(&line(problem))}</li> }).collect();
        // A single problem is told with its place, below.
        let told = (error.problems.len() != 1).then(|| view! { {sentence(&error.detail)}"." });
        let more = (more > 0).then(|| view! { <li>{format!("and {more} more")}</li> });
        let way = (!error.problems.is_empty())
            .then_some(" Fix the file, or leave those keys out; then give the file once more.");
        view! {
            <div class="callout bad" role="alert">
                <Icon name="invalid" />
                <div><b>"Nothing was stored."</b>" "{told}{way}<ul class="problems">{list}{more}</ul></div>
            </div>
        }
    });
    let choices: Vec<_> = levels(&place.base)
        .into_iter()
        .map(|level| {
            let (checked, title) = (level == scope.level, level_title(&level));
            view! { <label><input type="radio" name="into" value=level.word() checked=checked />{title}</label> }
        })
        .collect();
    let chosen = environment_word(scope.environment.as_ref());
    let back = place.path();
    let basis = plan.basis.clone();
    bare_page("Plan", look, move || {
        view! {
            <form class="page" action=forms::IMPORT method="post" enctype="multipart/form-data">
                <At place />
                <input type="hidden" name="basis" value=basis />
                <input type="hidden" name="format" value=format.word() />
                <header class="page-head">
                    <div class="page-title"><h1><Icon name="json" />"Plan for your file"</h1><p>{lead}</p></div>
                    <div class="actions"><a class="button" href=back>"Discard"</a></div>
                </header>
                {refused}
                <div class="with-aside">
                    <div class="stack-3">
                        <div class="panel panel-body row">
                            <span class="label">"Store in"</span>
                            <fieldset class="segmented"><legend>"Level"</legend>{choices}</fieldset>
                            <label class="sr" for="plan-environment">"Environment"</label>
                            <span><EnvironmentSelect environments id="plan-environment" chosen=chosen /></span>
                        </div>
                        <PlainItems items=plan.items.clone() caption="What applying this file would do. Values are hidden." as_file />
                    </div>
                    <PlainApply plan scope message>
                        <div class="field">
                            <label for="plan-file">"The file, once more"</label>
                            <input class="input" id="plan-file" name="file" type="file" required />
                            <p class="hint">"No value is kept in this page or on the server between the two."</p>
                        </div>
                        <button class="button wide" type="submit" name="do" value="plan">"Plan again"</button>
                    </PlainApply>
                </div>
            </form>
        }
    })
}
