//! The columns of a matrix: all environments, then each; and what of them may be looked at.

use domain::{Action, Actor, EnvironmentName, Level, Scope, access};

/// One column.
pub(super) struct Column {
    /// None for all environments.
    pub(super) environment: Option<EnvironmentName>,
    /// Whether the level's own scope of this column may be looked at.
    pub(super) open: bool,
    /// Whether a rung of the column may not be looked at.
    pub(super) hides: bool,
    /// Whether the actor gets what the service gets here, and so may know of every rung.
    uses: bool,
}

impl Column {
    /// All environments first, then one column each.
    pub(super) fn all(actor: &Actor, level: &Level, environments: &[EnvironmentName]) -> Vec<Self> {
        let columns = std::iter::once(None).chain(environments.iter().cloned().map(Some));
        columns.map(|environment| Self::of(actor, level, environment)).collect()
    }

    fn of(actor: &Actor, level: &Level, environment: Option<EnvironmentName>) -> Self {
        let may = |action, scope: &Scope| access::check(actor, action, scope).is_ok();
        let own = level.at(environment.clone());
        let uses = matches!(level, Level::Service(_)) && may(Action::Use, &own);
        let project = level.project().map(|project| Level::Project { project: project.clone() });
        let levels = [Some(level.clone()), project, Some(Level::Platform)].into_iter().flatten();
        let hides = levels.flat_map(|level| [level.at(environment.clone()), level.at(None)]);
        let hides = !uses && { hides }.any(|rung| !may(Action::See, &rung));
        Self { open: may(Action::See, &own), hides, uses, environment }
    }

    /// Whether a rung counts in this column and may be looked at there; `sees` says whether it may by itself.
    pub(super) fn reads(&self, rung: &Scope, sees: bool) -> bool {
        let counts = rung.environment.is_none() || rung.environment == self.environment;
        counts && (sees || self.uses)
    }
}
