//! What a plan stands on.

use std::collections::HashMap;

use super::{Planning, around::Around};
use crate::{
    Vault,
    db::secrets::{StoredHeld, StoredSecret},
    row_mac::Fields,
};

impl Vault {
    /// A keyed digest of everything a plan was made from: the values given, where they go, what is there under their
    /// names and around them, and the bindings that mention them. Two plans with one basis do the same; what is left
    /// out or stored as a file is the reader's choice, and no part of it.
    pub(super) fn basis(
        &self,
        planning: &Planning<'_>,
        current: &HashMap<String, StoredHeld>,
        around: &Around,
    ) -> String {
        let place = planning.place;
        let mut fields = Fields::of("plan")
            .text(&planning.actor.label)
            .text(place.scope.level.word())
            .optional_id(place.project_id())
            .optional_id(place.service_id())
            .optional_id(place.environment_id())
            .optional_id(planning.source.map(|(_, stored)| stored.id));
        for wish in &planning.wishes.list {
            let name = wish.name.as_str();
            fields = fields.text(name).bytes(&wish.given).optional(wish.comment.map(str::as_bytes));
            if let Some(held) = current.get(name) {
                let StoredSecret { id, version, deleted, comment, .. } = &held.secret;
                fields = fields.id(*id).number(*version).flag(*deleted).text(comment);
            }
            if let Some(from) = wish.from {
                fields = fields.id(from.secret.id).number(from.secret.version);
            }
            let mut found: Vec<_> = around.of(name).iter().map(|found| (found.secret_id, found.version)).collect();
            found.sort_unstable();
            for (id, version) in found {
                fields = fields.id(id).number(version);
            }
        }
        for problem in planning.wishes.problems.iter() {
            fields = fields.text(problem.name.as_deref().unwrap_or_default()).text(&problem.message);
        }
        let names: std::collections::HashSet<&str> =
            planning.wishes.list.iter().map(|wish| wish.name.as_str()).collect();
        let mut bindings: Vec<_> = around
            .bindings
            .iter()
            .filter(|bound| names.contains(bound.secret.as_str()))
            .map(|bound| {
                let pin = bound.pin.as_ref().map(ToString::to_string);
                (&around.services[bound.service], &bound.target, &bound.secret, &bound.environment, pin)
            })
            .collect();
        bindings.sort_unstable();
        for (service, (kind, target), secret, environment, pin) in bindings {
            fields = fields
                .text(&service.to_string())
                .text(kind)
                .text(target)
                .text(secret)
                .optional(environment.as_ref().map(|name| name.as_str().as_bytes()))
                .optional(pin.as_deref().map(str::as_bytes));
        }
        let digest = self.row_mac(&fields);
        let digest = digest.first_chunk().copied().map_or(0, u128::from_be_bytes);
        format!("{digest:032x}")
    }
}
