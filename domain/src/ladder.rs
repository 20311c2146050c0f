//! The ladder: the six rungs a service looks at for a name, most specific first. Presence decides, never truthiness.

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Level, Scope, ServicePath};

/// How many rungs there are.
pub const RUNGS: usize = 6;

/// The rungs of a service in an environment, most specific first:
/// service+env → service → project+env → project → platform+env → platform.
pub fn rungs(service: &ServicePath, environment: &EnvironmentName) -> [Scope; RUNGS] {
    let project = Level::Project { project: service.project.clone() };
    let service = Level::Service(service.clone());
    let here = || Some(environment.clone());
    [
        service.at(here()),
        service.at(None),
        project.at(here()),
        project.at(None),
        Level::Platform.at(here()),
        Level::Platform.at(None),
    ]
}

/// What a reader may know of one rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rung<T> {
    /// The name is not on this rung.
    Absent,
    /// The name is on this rung.
    Present(T),
    /// The reader may not look at this rung.
    Hidden,
}

/// What a rung is to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RungState {
    /// The first rung that holds the name: this is what the service gets.
    Wins,
    /// Holds the name with the same value, behind the winner.
    ShadowedSame,
    /// Holds the name with another value, behind the winner.
    ShadowedDifferent,
    /// Does not hold the name.
    Absent,
    /// May not be looked at.
    Hidden,
}

/// The position of the winning rung: the first that is present. A hidden rung may hold the name too, so
/// resolution for delivery never has hidden rungs; only explanations do.
pub fn winner<T>(rungs: &[Rung<T>]) -> Option<usize> {
    rungs.iter().position(|rung| matches!(rung, Rung::Present(_)))
}

/// The state of every rung; `same` compares two values by fingerprint, never by showing them.
pub fn explain<T>(rungs: &[Rung<T>], same: impl Fn(&T, &T) -> bool) -> Vec<RungState> {
    let winning = rungs.iter().find_map(|rung| match rung {
        Rung::Present(held) => Some(held),
        _ => None,
    });
    let mut won = false;
    rungs
        .iter()
        .map(|rung| match (rung, winning) {
            (Rung::Hidden, _) => RungState::Hidden,
            (Rung::Present(_), _) if !won => {
                won = true;
                RungState::Wins
            }
            (Rung::Present(held), Some(winning)) if same(held, winning) => RungState::ShadowedSame,
            (Rung::Present(_), _) => RungState::ShadowedDifferent,
            (Rung::Absent, _) => RungState::Absent,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        RungState::{Absent, Hidden, ShadowedDifferent, ShadowedSame, Wins},
        *,
    };

    fn shop_api() -> ServicePath {
        ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap())
    }

    #[test]
    fn the_ladder_goes_from_the_service_in_its_environment_down_to_the_platform() {
        let sources = rungs(&shop_api(), &"development".parse().unwrap()).map(|scope| scope.to_string());
        assert_eq!(
            sources,
            [
                "project: shop, service: api, environment: development",
                "project: shop, service: api",
                "project: shop, environment: development",
                "project: shop",
                "platform, environment: development",
                "platform",
            ]
        );
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let states =
            explain(&[Rung::Absent, Rung::Present(""), Rung::Present("x"), Rung::Hidden, Rung::Present("")], |a, b| {
                a == b
            });
        assert_eq!(states, [Absent, Wins, ShadowedDifferent, Hidden, ShadowedSame]);
    }

    proptest! {
        #[test]
        fn the_explained_winner_is_the_resolved_one(held in proptest::collection::vec(proptest::option::of(0u8..3), RUNGS)) {
            let rungs: Vec<_> = held.iter().map(|h| h.map_or(Rung::Absent, Rung::Present)).collect();
            let states = explain(&rungs, |a, b| a == b);
            prop_assert_eq!(states.iter().position(|s| *s == RungState::Wins), winner(&rungs));
            prop_assert_eq!(winner(&rungs), held.iter().position(Option::is_some));
        }
    }
}
