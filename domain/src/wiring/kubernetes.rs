//! A Deployment whose container gets the secrets from the Secret that `strongroom export --format kubernetes` writes.

use std::fmt::Write as _;

use super::{Place, quoted};
use crate::{
    api::BindingTarget,
    injection::{Fed, Given},
};

/// The volume that holds the files.
const VOLUME: &str = "strongroom-files";

pub(super) fn write(place: &Place, given: &Given) -> String {
    let (service, flags) = (&place.service.service, place.flags());
    // The name that the export gives it.
    let secret = quoted(&format!("{}-{service}-{}-secrets", place.service.project, place.environment));
    let feeds = given.feeds();
    let mut notes = String::new();
    let (mut variables, mut mounts, mut items) = (String::new(), String::new(), String::new());
    for (number, fed) in feeds.iter().enumerate() {
        let key = key(fed);
        if fed.pinned.is_some() {
            let _ =
                writeln!(notes, "# The export follows the ladder: add {} to the Secret as {key} yourself.", told(fed));
        }
        let key = quoted(&key);
        match &fed.target {
            BindingTarget::Env(name) => {
                let _ = write!(
                    variables,
                    "            - name: {}\n              valueFrom:\n                secretKeyRef:\n                  name: {secret}\n                  key: {key}\n",
                    quoted(name)
                );
            }
            BindingTarget::File(path) => {
                let file = quoted(&format!("file-{number}"));
                let _ = write!(
                    mounts,
                    "            - name: {VOLUME}\n              mountPath: {}\n              subPath: {file}\n              readOnly: true\n",
                    quoted(path)
                );
                let _ = write!(items, "              - key: {key}\n                path: {file}\n");
            }
        }
    }
    let name = quoted(service.as_str());
    let mut manifest = format!(
        "# {} in {}. The Secret it reads:\n\
         #   strongroom export {flags} --format kubernetes | kubectl apply -f -\n\
         {notes}\
         apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n\
         spec:\n  selector:\n    matchLabels:\n      app: {name}\n\
         \x20 template:\n    metadata:\n      labels:\n        app: {name}\n\
         \x20   spec:\n      containers:\n        - name: {name}\n          image: {name} # yours\n",
        place.service, place.environment
    );
    for (head, list) in [("env", &variables), ("volumeMounts", &mounts)] {
        if !list.is_empty() {
            let _ = write!(manifest, "          {head}:\n{list}");
        }
    }
    if !items.is_empty() {
        let _ = write!(
            manifest,
            "      volumes:\n        - name: {VOLUME}\n          secret:\n            secretName: {secret}\n            defaultMode: 0400\n            items:\n{items}"
        );
    }
    manifest
}

/// The key in the Secret: the name, and where it is pinned, the place besides.
fn key(fed: &Fed) -> String {
    let Some(scope) = fed.pinned else { return fed.secret.to_string() };
    let environment = scope.environment.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
    format!("{}.{}{environment}", fed.secret, scope.level.word())
}

fn told(fed: &Fed) -> String {
    let scope = fed.pinned.map(ToString::to_string).unwrap_or_default();
    format!("{} of {scope}", fed.secret)
}
