//! Where one is signed in.

use domain::api::SessionRow;
use leptos::prelude::*;

use crate::{
    components::{Icon, When},
    paths::forms,
};

#[component]
pub(super) fn Sessions(sessions: Vec<SessionRow>) -> impl IntoView {
    let count = sessions.len();
    let others = (count > 1).then(|| {
        view! {
            <form action=forms::SESSIONS_END method="post">
                <button class="button small" type="submit"><Icon name="out" />"End all others"</button>
            </form>
        }
    });
    let rows = sessions.into_iter().map(row).collect::<Vec<_>>();
    view! {
        <section class="stack-2" aria-labelledby="sessions-title">
            <div class="row">
                <h2 id="sessions-title">"Sessions"</h2>
                <span class="count">{count}</span>
                <span class="spacer"></span>
                {others}
            </div>
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Where you are signed in, this session first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Device"</th>
                            <th scope="col">"Address"</th>
                            <th scope="col">"Begun"</th>
                            <th scope="col">"Last seen"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="hint">"A session ends after 30 minutes without use, and 12 hours after its sign-in."</p>
        </section>
    }
}

fn row(session: SessionRow) -> AnyView {
    let device = if session.device.is_empty() { "unknown browser".to_owned() } else { session.device };
    let address = if session.address.is_empty() { "unknown".to_owned() } else { session.address };
    let seen = if session.current { "now".into_any() } else { view! { <When at=session.seen_at /> }.into_any() };
    let this = session.current.then(|| view! { " " <span class="tag">"this one"</span> });
    let end = (!session.current).then(|| {
        view! {
            <form action=forms::SESSION_END method="post">
                <input type="hidden" name="id" value=session.id />
                <button class="button quiet danger small" type="submit" aria-label=format!("End the session of {device}")>
                    "End"
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row"><span class="row-name"><Icon name="machine" /><b>{device.clone()}</b>{this}</span></th>
            <td data-label="Address">{address}</td>
            <td class="tight" data-label="Begun"><When at=session.begun_at /></td>
            <td class="tight quiet-text" data-label="Last seen">{seen}</td>
            <td class="tight end">{end}</td>
        </tr>
    }
    .into_any()
}
