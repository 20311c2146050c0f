//! One's own second factor. Its secret and the recovery codes are in the answer to a form and nowhere else.

use domain::api::{RecoveryCodes, SecondFactor, WireValue};
use leptos::prelude::*;

use super::{QrCode, Shown, shown};
use crate::{
    components::{Callout, Icon, Loaded, PageHead, Status, When, counted, sentence},
    error::UiError,
    paths::{self, forms},
};

/// Whether the actor has a second factor.
#[server(prefix = "/ui", endpoint = "second-factor")]
pub async fn load_second_factor() -> Result<SecondFactor, UiError> {
    Ok(crate::context::vault()?.find_second_factor(&crate::context::actor()?).await?)
}

/// The second factor: what there is, or what was just made.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let body = match shown::<Shown>() {
        Some(Shown::Enrol { secret, qr, problem }) => view! { <Enrol secret qr problem /> }.into_any(),
        Some(Shown::Recovery(codes)) => view! { <Recovery codes /> }.into_any(),
        None => {
            let data = Resource::new(|| (), |()| load_second_factor());
            view! { <Loaded data view=|factor| view! { <Present factor /> }.into_any() /> }.into_any()
        }
    };
    view! { <div class="page narrow">{body}</div> }
}

#[component]
fn Present(factor: SecondFactor) -> impl IntoView {
    let Some(since) = factor.since else {
        return view! { <Absent required=factor.required /> }.into_any();
    };
    let codes = counted(factor.recovery_codes as usize, "recovery code");
    let few = (factor.recovery_codes < 3).then(|| {
        view! { <Callout tone="warn" icon="warn">"Few are left: make new ones before the last is used."</Callout> }
    });
    let stays =
        factor.required.then(|| view! { <p class="hint">"It is required here: giving it up leads to a new one."</p> });
    view! {
        <PageHead title="Second factor" lead="Signing in takes your password and a code from your phone." />
        <section class="panel" aria-labelledby="on-title">
            <header class="panel-head"><h2 id="on-title">"Your device"</h2><span class="spacer"></span><Status icon="ok" tone="good" text="on" /></header>
            <div class="panel-body stack-3">
                <p>"Since "<When at=since />"."</p>
                {stays}
                <form action=forms::FACTOR_END method="post">
                    <button class="button danger" type="submit"><Icon name="trash" />"Turn it off"</button>
                </form>
            </div>
        </section>
        <section class="panel" aria-labelledby="recovery-title">
            <header class="panel-head"><h2 id="recovery-title">"Recovery codes"</h2><span class="spacer"></span><span class="count">{factor.recovery_codes}</span></header>
            <div class="panel-body stack-3">
                <p>{format!("{codes} left. Each signs you in once, when your device is not at hand.")}</p>
                {few}
                <form action=forms::RECOVERY_CODES method="post">
                    <button class="button" type="submit"><Icon name="unchanged" />"Make new ones"</button>
                </form>
                <p class="hint">"Those of before stop working."</p>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Absent(required: bool) -> impl IntoView {
    let required = required.then(|| {
        view! {
            <Callout tone="info" icon="lock">
                <b>"This installation requires it."</b>" Set it up, and everything else opens."
            </Callout>
        }
    });
    view! {
        <PageHead title="Second factor" lead="A code from your phone, asked for after the password." />
        {required}
        <section class="panel" aria-labelledby="begin-title">
            <header class="panel-head"><h2 id="begin-title">"Set it up"</h2></header>
            <div class="panel-body stack-3">
                <p>
                    "You need an app for codes on your phone: Aegis, FreeOTP, Google Authenticator, 1Password or any other \
                     for TOTP. The next page shows a picture to scan and asks for the first code."
                </p>
                <form class="actions" action=forms::FACTOR_BEGIN method="post">
                    <button class="button primary" type="submit"><Icon name="lock" />"Begin"</button>
                    <a class="button quiet" href=paths::ACCOUNT>"Not now"</a>
                </form>
            </div>
        </section>
    }
}

#[component]
fn Enrol(secret: WireValue, qr: QrCode, problem: Option<String>) -> impl IntoView {
    let letters: Vec<char> = secret.0.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    let frame = format!("0 0 {0} {0}", qr.size);
    let size = qr.size.to_string();
    let invalid = problem.is_some().then_some("true");
    let described = if problem.is_some() { "code-error" } else { "code-hint" };
    let error = problem.map(|text| {
        view! { <p class="error" id="code-error" role="alert"><span>{sentence(&text)}"."</span></p> }
    });
    view! {
        <PageHead title="Set up your second factor" lead="Three steps; nothing is turned on before the last." />
        <section class="once" aria-labelledby="scan-title">
            <div class="row"><h2 id="scan-title">"1. Scan this with your app"</h2><span class="spacer"></span><span class="chip is-warn"><Icon name="warn" />"shown once"</span></div>
            <div class="enrol">
                <svg class="qr" viewBox=frame role="img" aria-label="QR code with the secret for your app">
                    <rect class="qr-ground" width=size.clone() height=size />
                    <path class="qr-modules" d=qr.path />
                </svg>
                <div class="stack-2">
                    <p>"No camera? Type this key into the app:"</p>
                    <p class="secret-key"><code id="secret-key">{groups.join(" ")}</code></p>
                    <p class="hint">"Time-based, SHA-1, 6 digits, 30 seconds: what apps take unless told otherwise."</p>
                </div>
            </div>
        </section>
        <section class="panel" aria-labelledby="code-title">
            <header class="panel-head"><h2 id="code-title">"2. Give the code it shows"</h2></header>
            <form class="panel-body stack-3" action=forms::FACTOR_CONFIRM method="post">
                <div class="field">
                    <label for="code">"Six digits"</label>
                    <input
                        class="input mono code"
                        id="code"
                        name="code"
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        pattern="[0-9]{6}"
                        maxlength="6"
                        required
                        aria-invalid=invalid
                        aria-describedby=described
                    />
                    {error}
                    <p class="hint" id="code-hint">"Then step 3: recovery codes for the day the phone is lost."</p>
                </div>
                <div class="actions">
                    <button class="button primary" type="submit">"Turn it on"</button>
                    <a class="button quiet" href=paths::ACCOUNT>"Not now"</a>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Recovery(codes: RecoveryCodes) -> impl IntoView {
    let codes = codes.codes.into_iter().map(|code| view! { <li><code>{code.0.as_str().to_owned()}</code></li> });
    view! {
        <PageHead title="Your recovery codes" lead="Each signs you in once, when your device is not at hand." />
        <section class="once" role="status" aria-labelledby="codes-title">
            <div class="row">
                <h2 id="codes-title">"Write these down"</h2>
                <span class="chip is-warn"><Icon name="warn" />"shown once"</span>
                <span class="spacer"></span>
                <span class="small-text">"Leave this page and they are gone. Only hashes are stored."</span>
            </div>
            <ol class="recovery">{codes.collect::<Vec<_>>()}</ol>
            <div class="row">
                <span class="small-text">"Keep them apart from the phone: on paper, or in another safe."</span>
                <span class="spacer"></span>
                <a class="button" href=paths::ACCOUNT><Icon name="ok" />"I have stored them"</a>
            </div>
        </section>
    }
}
