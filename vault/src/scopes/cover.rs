//! Which scope's values hide which other's.

use domain::{Level, Scope};

/// How far behind on a ladder a scope stands: 0 for a service in its environment, 5 for the platform.
pub(crate) fn rank(scope: &Scope) -> u8 {
    let level = match scope.level {
        Level::Service(_) => 0,
        Level::Project { .. } => 2,
        Level::Platform => 4,
    };
    level + u8::from(scope.environment.is_none())
}

/// Whether a value in `near` hides one of the same name in `far` from some service in some environment.
pub(crate) fn covers(near: &Scope, far: &Scope) -> bool {
    let within = match (&near.level, &far.level) {
        (_, Level::Platform) => true,
        (near, Level::Project { project }) => near.project() == Some(project),
        (near, far) => near == far,
    };
    let meet = match (&near.environment, &far.environment) {
        (Some(near), Some(far)) => near == far,
        _ => true,
    };
    within && meet && rank(near) < rank(far)
}

#[cfg(test)]
mod tests {
    use domain::{EnvironmentName, ServicePath, Slug, ladder};

    use super::*;

    #[test]
    fn every_rung_of_a_ladder_covers_those_behind_it_and_no_other() {
        let api = ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap());
        let rungs = ladder::rungs(&api, &"development".parse().unwrap());
        for (i, near) in rungs.iter().enumerate() {
            assert_eq!(usize::from(rank(near)), i);
            for (j, far) in rungs.iter().enumerate() {
                assert_eq!(covers(near, far), i < j, "{near} over {far}");
            }
        }
    }

    #[test]
    fn scopes_that_share_no_ladder_do_not_cover_each_other() {
        let development = || Some("development".parse::<EnvironmentName>().unwrap());
        let staging = || Some("staging".parse::<EnvironmentName>().unwrap());
        let shop: Slug = "shop".parse().unwrap();
        let service = |name: &str| ServicePath::new(shop.clone(), name.parse().unwrap());
        let apart = [
            (Scope::platform(development()), Scope::platform(staging())),
            (Scope::service(service("api"), development()), Scope::project(shop.clone(), staging())),
            (Scope::service(service("api"), development()), Scope::service(service("web"), None)),
            (Scope::project("bank".parse().unwrap(), None), Scope::project(shop.clone(), None)),
        ];
        for (a, b) in apart {
            assert!(!covers(&a, &b) && !covers(&b, &a), "{a} and {b}");
        }
        // A service's value for all environments comes before its project's for one.
        assert!(covers(&Scope::service(service("api"), None), &Scope::project(shop.clone(), staging())));
    }
}
