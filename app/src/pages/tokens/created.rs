//! A token that was just made: shown one time.

use domain::api::CreatedToken;
use leptos::prelude::*;

use super::list::{reach, rights};
use crate::{
    chrome::use_chrome,
    components::{Command, Icon},
    paths,
};

#[component]
pub(super) fn Created(created: CreatedToken) -> impl IntoView {
    let CreatedToken { token, row } = created;
    let token = token.0.as_str().to_owned();
    let host = use_chrome().with_untracked(|chrome| chrome.host.clone());
    let run = run_line(&row, &origin(&host), &token);
    let (_, scope) = reach(&row);
    let environment = match &row.environment {
        Some(environment) => environment.to_string(),
        None => "all environments".to_owned(),
    };
    let facts = format!("May {} in {scope}, {environment}. Expires {}.", rights(&row), row.expires_at.day());
    view! {
        <section class="once" role="status" aria-labelledby="once-title">
            <div class="row">
                <h2 id="once-title">{format!("Token {} is ready", row.name)}</h2>
                <span class="chip is-warn"><Icon name="warn" />"shown once"</span>
                <span class="spacer"></span>
                <span class="small-text">"Leave this page and it is gone. Only its hash is stored."</span>
            </div>
            <Command id="token" line=token prompt=false label="Copy token" />
            <Command id="run" line=run wraps=true />
            <div class="row">
                <span class="small-text">{facts}</span>
                <span class="spacer"></span>
                <a class="button" href=paths::TOKENS><Icon name="ok" />"I have stored it"</a>
            </div>
        </section>
    }
}

/// A line that works as it is. It says where the server is, as far as the browser's request told.
fn run_line(row: &domain::api::TokenRow, origin: &str, token: &str) -> String {
    let project = row.project.as_ref().map_or("PROJECT", |slug| slug.as_str());
    let service = row.service.as_ref().map_or("SERVICE", |slug| slug.as_str());
    let environment = row.environment.as_ref().map_or("development", |name| name.as_str());
    format!(
        "STRONGROOM_URL={origin} STRONGROOM_TOKEN={token} strongroom run -p {project} -s {service} -e {environment} -- sh -c 'echo $MY_APP_SECRET'"
    )
}

/// The address of the server; plain HTTP is for one's own machine only.
pub(crate) fn origin(host: &str) -> String {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let own = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    format!("{}://{host}", if own { "http" } else { "https" })
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn only_the_own_machine_is_plain_http() {
        assert_eq!(origin("localhost:3000"), "http://localhost:3000");
        assert_eq!(origin("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(origin("strongroom.harbour.example"), "https://strongroom.harbour.example");
    }
}
