//! The plan of an upload: what each key would do, and where.

use domain::{api::PlanAction, import::Format};
use leptos::prelude::*;

use super::{
    browser,
    dropzone::ACCEPTED,
    place::{environment_word, level_title},
    plan_apply::{Apply, Progress, size},
    plan_items::{PlanItems, line},
    scope_read::Writable,
    upload::Upload,
    upload_file::{File, Known},
};
use crate::components::{Icon, counted, level_icon, sentence};

/// The plan; nothing of it is in the page while no file is there.
#[component]
pub fn PlanPanel(
    /// The upload of the page.
    upload: Upload,
) -> impl IntoView {
    move || upload.file.get().map(|file| view! { <Open upload file /> })
}

#[component]
fn Open(upload: Upload, file: File) -> impl IntoView {
    let lead = move || {
        let keys = upload.known.with(|known| known.items().len());
        let keys = counted(keys, "key");
        let read = upload.known.with(|known| match known {
            Known::Preview(items) if items.is_empty() => "The server reads it and makes the plan.",
            Known::Preview(_) => "Read here; the server is making the plan.",
            Known::Plan(_) => "Another target makes a new plan.",
            Known::Refused(_) => "There is no plan.",
        });
        format!("{keys}, {}. Nothing is stored yet. {read}", size(file.size))
    };
    let reach = file.reach;
    let again = {
        let reach = reach.clone();
        move |given| {
            let environment = upload.scope.with_untracked(|scope| environment_word(scope.environment.as_ref()));
            upload.take(given, reach.clone(), &environment);
        }
    };
    // Whoever came here by keyboard goes on from here.
    let title = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            let _ = title.focus();
        }
    });
    let levels = (reach.levels.len() > 1).then_some(reach.levels);
    view! {
        <div class="page">
            <header class="page-head">
                <div class="page-title"><h1 tabindex="-1" node_ref=title><Icon name="json" />{format!("Plan for {}", file.name)}</h1><p role="status">{lead}</p></div>
                <div class="actions">
                    <button
                        class="button"
                        type="button"
                        data-key="Escape"
                        disabled=move || upload.stage.get().applies()
                        on:click=move |_| upload.discard()
                    >
                        "Discard"
                    </button>
                    <label class="button">
                        <input
                            class="sr"
                            type="file"
                            accept=ACCEPTED
                            on:change=move |event| browser::chosen(&event, again.clone())
                        />
                        <Icon name="upload" />
                        "Another file"
                    </label>
                </div>
            </header>
            <div class="with-aside">
                <div class="stack-3">
                    <div class="panel panel-body row">
                        <span class="label">"Store in"</span>
                        {levels.map(|levels| view! { <Levels upload levels /> })}
                        <Environments upload writable=reach.writable />
                        <ReadAs upload format=file.format />
                    </div>
                    <Progress upload />
                    {move || {
                        let said = upload.said.get()?;
                        Some(view! {
                            <div class="callout warn" role="alert"><Icon name="warn" /><div><b>{said}</b></div></div>
                        })
                    }}
                    <Problems upload />
                    {move || {
                        let planned = upload.known.with(|known| matches!(known, Known::Plan(_)));
                        let items = upload.known.with(|known| known.items().to_vec());
                        (!items.is_empty()).then(|| view! { <PlanItems upload items planned /> })
                    }}
                </div>
                <Apply upload />
            </div>
        </div>
    }
}

#[component]
fn Levels(upload: Upload, levels: Vec<super::head::LevelTab>) -> impl IntoView {
    let choices: Vec<_> = levels
        .into_iter()
        .map(|tab| {
            let (level, icon) = (tab.level.clone(), level_icon(&tab.level));
            let chosen = {
                let level = tab.level.clone();
                move || upload.scope.with(|scope| scope.level == level)
            };
            view! {
                <label>
                    <input
                        type="radio"
                        name="plan-level"
                        prop:checked=chosen
                        disabled=!tab.write
                        on:change=move |_| upload.move_to(level.clone())
                    />
                    <Icon name=icon />
                    {capital(&level_title(&tab.level))}
                </label>
            }
        })
        .collect();
    view! { <fieldset class="segmented"><legend>"Level"</legend>{choices}</fieldset> }
}

#[component]
fn Environments(upload: Upload, writable: Writable) -> impl IntoView {
    let all = writable.whole.then(|| view! { <option value="all">"All environments"</option> });
    let options: Vec<_> = writable
        .environments
        .into_iter()
        .map(|name| view! { <option value=name.to_string()>{name.to_string()}</option> })
        .collect();
    let chosen = move || upload.scope.with(|scope| environment_word(scope.environment.as_ref()));
    view! {
        <label class="sr" for="plan-environment">"Environment"</label>
        <select
            class="input auto"
            id="plan-environment"
            prop:value=chosen
            on:change=move |event| upload.move_into(&event_target_value(&event))
        >
            {all}
            {options}
        </select>
    }
}

/// What the file is read as: guessed, so it can be corrected.
#[component]
fn ReadAs(upload: Upload, format: Format) -> impl IntoView {
    let options: Vec<_> = Format::ALL
        .into_iter()
        .map(|each| view! { <option value=each.word() selected=each == format>{each.label()}</option> })
        .collect();
    view! {
        <label class="label" for="plan-format">"Read as"</label>
        <select
            class="input auto"
            id="plan-format"
            on:change=move |event| {
                if let Some(format) = Format::from_word(&event_target_value(&event)) {
                    upload.read_as(format);
                }
            }
        >
            {options}
        </select>
    }
}

/// Why there is no plan, or what cannot be stored and the way out.
#[component]
fn Problems(upload: Upload) -> impl IntoView {
    let refused = move || {
        upload.known.with(|known| match known {
            Known::Refused(error) => {
                let list: Vec<_> = error
                    .problems
                    .iter()
                    .filter(|problem| {
                        error.problems.len() > 1 || problem.name.is_some() || !error.detail.contains(&problem.message)
                    })
                    .map(|problem| view! { <li>{sentence(&line(problem))}</li> })
                    .collect();
                Some(view! {
                    <div class="callout bad" role="alert">
                        <Icon name="invalid" />
                        <div>
                            <b>"Nothing was stored."</b>
                            " "
                            {sentence(&error.detail)}
                            "."
                            <ul class="problems">{list}</ul>
                        </div>
                    </div>
                })
            }
            _ => None,
        })
    };
    let invalid = move || -> Vec<String> {
        upload.known.with(|known| {
            let bad = known.items().iter().filter(|item| item.action == PlanAction::Invalid);
            bad.map(|item| item.name.clone()).collect()
        })
    };
    let callout = move || {
        let names = invalid();
        if names.is_empty() {
            return None;
        }
        let nameless = names.iter().any(String::is_empty);
        let count = counted(names.len(), "key");
        let all = names.clone();
        let checked = move || upload.left_out.with(|left_out| all.iter().all(|name| left_out.contains(name)));
        let leave = (!nameless).then(|| {
            view! {
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=checked
                        on:change=move |event| {
                            let leave = event_target_checked(&event);
                            upload.left_out.update(|left_out| {
                                for name in &names {
                                    if leave {
                                        left_out.insert(name.clone());
                                    } else {
                                        left_out.remove(name);
                                    }
                                }
                            });
                        }
                    />
                    {format!("Leave out {count}")}
                </label>
            }
        });
        let way = if nameless {
            "Fix the file and drop it again."
        } else {
            "Fix the file and drop it again, or leave them out."
        };
        Some(view! {
            <div class="callout bad" role="alert">
                <Icon name="invalid" />
                <div><b>{format!("{count} cannot be stored.")}</b>" "{way}</div>
                {leave}
            </div>
        })
    };
    view! {
        {refused}
        {callout}
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
