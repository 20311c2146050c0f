//! An invitation that was just made: its link is shown one time.

use domain::api::CreatedPerson;
use leptos::prelude::*;

use crate::{
    components::{Command, Icon},
    paths,
};

#[component]
pub(super) fn JustInvited(created: CreatedPerson) -> impl IntoView {
    let CreatedPerson { invitation, row } = created;
    invitation.map(|invitation| {
        let facts = format!(
            "For {}. Good for one use, until {} UTC. Whoever has the link can take their place: send it to nobody else.",
            row.email,
            invitation.expires_at.minute()
        );
        view! {
            <section class="once" role="status" aria-labelledby="once-title">
                <div class="row">
                    <h2 id="once-title">{format!("{} is invited", row.name)}</h2>
                    <span class="chip is-warn"><Icon name="warn" />"shown once"</span>
                    <span class="spacer"></span>
                    <span class="small-text">"Leave this page and it is gone. Only its hash is stored."</span>
                </div>
                <Command id="link" line=invitation.link.0.as_str().to_owned() prompt=false label="Copy link" wraps=true />
                <div class="row">
                    <span class="small-text">{facts}</span>
                    <span class="spacer"></span>
                    <a class="button" href=paths::PEOPLE><Icon name="ok" />"I have sent it"</a>
                </div>
            </section>
        }
    })
}
