//! What a plan does to the services: which of them would see other values, and whose bindings would be filled or emptied.
//!
//! Most names of most plans are held by wide scopes only, and then the answer is the same for every service: it is found
//! once per environment. Only the services with a narrower value of their own are looked at one by one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    EnvironmentName, Level, Scope, ServicePath,
    api::{AFFECTED_MAX, Affected, Affects},
    ladder,
};

use super::{
    Planning, Wish,
    around::{Around, Bound, base, touched, within},
    wish::Print,
};

/// What would become of the services.
pub(super) struct Effects<'a> {
    pub(super) affects: Affects,
    /// Names with the bindings that they fill and those that they leave empty, as source texts.
    pub(super) bindings: Vec<(&'a str, Vec<String>, Vec<String>)>,
}

/// What a scope holds of a name, before and after.
struct Holder<'a> {
    scope: usize,
    before: Option<&'a Print>,
    after: Option<&'a Print>,
}

/// The scopes of a service in an environment, most specific first; none where nothing was ever written.
type Rungs = [Option<usize>; ladder::RUNGS];

/// Everything the answers are looked up in.
struct Scene<'a> {
    around: &'a Around,
    scopes: Vec<&'a Scope>,
    /// Whether all services have this scope on their ladder, as far as environments go.
    shared: Vec<bool>,
    environments: Vec<&'a EnvironmentName>,
    /// By service, then by environment.
    rungs: Vec<Vec<Rungs>>,
}

impl Around {
    /// What writing `moved`, and removing them at the source, does to the services.
    pub(super) fn effects<'a>(&'a self, planning: &Planning<'_>, moved: &[&'a Wish<'a>]) -> Effects<'a> {
        let scene = Scene::new(self, planning);
        let number = |scope: &Scope| scene.scopes.iter().position(|other| *other == scope);
        let target = number(&planning.place.scope);
        let source = planning.source.and_then(|(scope, _)| number(scope));
        let holders: Vec<(&str, Vec<Holder<'_>>)> =
            moved.iter().map(|wish| (wish.name.as_str(), self.holders(wish, target, source))).collect();
        Effects { affects: scene.affects(&holders), bindings: scene.bindings(&holders) }
    }

    fn holders<'a>(&'a self, wish: &'a Wish<'a>, target: Option<usize>, source: Option<usize>) -> Vec<Holder<'a>> {
        let mut holders: Vec<Holder<'_>> = self
            .of(wish.name.as_str())
            .iter()
            .map(|found| {
                let after = if Some(found.scope) == target {
                    Some(&wish.print)
                } else if Some(found.scope) == source {
                    None
                } else {
                    Some(&found.print)
                };
                Holder { scope: found.scope, before: Some(&found.print), after }
            })
            .collect();
        if let Some(scope) = target.filter(|target| !holders.iter().any(|holder| holder.scope == *target)) {
            holders.push(Holder { scope, before: None, after: Some(&wish.print) });
        }
        holders
    }
}

impl<'a> Scene<'a> {
    fn new(around: &'a Around, planning: &'a Planning<'_>) -> Self {
        let base = base(planning);
        let mut scopes: Vec<&Scope> = around.scopes.iter().collect();
        // A scope that was never written in has no row yet.
        if !around.scopes.contains(&planning.place.scope) {
            scopes.push(&planning.place.scope);
        }
        let shared = scopes.iter().map(|scope| within(&base, &scope.level)).collect();
        let every = touched(planning).any(|scope| scope.environment.is_none());
        let environments: Vec<&EnvironmentName> = around
            .environments
            .iter()
            .filter(|name| every || touched(planning).any(|scope| scope.environment.as_ref() == Some(*name)))
            .collect();
        let numbers: HashMap<&Scope, usize> = scopes.iter().enumerate().map(|(n, scope)| (*scope, n)).collect();
        let rungs = |service: &ServicePath, environment: &EnvironmentName| {
            ladder::rungs(service, environment).map(|scope| numbers.get(&scope).copied())
        };
        let rungs = around
            .services
            .iter()
            .map(|service| environments.iter().map(|environment| rungs(service, environment)).collect())
            .collect();
        Self { around, scopes, shared, environments, rungs }
    }

    /// Which services would see another value, and of how many names.
    fn affects(&self, holders: &[(&str, Vec<Holder<'_>>)]) -> Affects {
        let width = self.environments.len();
        let mut in_common = vec![0i64; width];
        let mut own: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        let mut of_project: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, service) in self.around.services.iter().enumerate() {
            of_project.entry(service.project.as_str()).or_default().push(number);
        }
        let Some(first) = self.rungs.first() else {
            return Affects::default();
        };
        let common: Vec<Rungs> =
            first.iter().map(|rungs| rungs.map(|rung| rung.filter(|scope| self.shared[*scope]))).collect();
        for (_, holders) in holders {
            let changes: Vec<bool> = common.iter().map(|rungs| is_changed(rungs, holders)).collect();
            for (count, changed) in in_common.iter_mut().zip(&changes) {
                *count += i64::from(*changed);
            }
            let mut looked_at = HashSet::new();
            for holder in holders.iter().filter(|holder| !self.shared[holder.scope]) {
                let scope = self.scopes[holder.scope];
                let one;
                let covered: &[usize] = match &scope.level {
                    Level::Service(path) => {
                        one = self.around.services.binary_search(path).ok();
                        one.as_slice()
                    }
                    Level::Project { project } => of_project.get(project.as_str()).map_or(&[], Vec::as_slice),
                    Level::Platform => &[],
                };
                for service in covered {
                    let reaches =
                        |at: &usize| scope.environment.as_ref().is_none_or(|name| name == self.environments[*at]);
                    for at in (0..width).filter(reaches) {
                        if looked_at.insert((*service, at)) {
                            let here = is_changed(&self.rungs[*service][at], holders);
                            *own.entry((*service, at)).or_default() += i64::from(here) - i64::from(changes[at]);
                        }
                    }
                }
            }
        }
        let mut affects = Affects::default();
        for (number, service) in self.around.services.iter().enumerate() {
            let mut any = false;
            for (at, environment) in self.environments.iter().enumerate() {
                let names = in_common[at] + own.get(&(number, at)).copied().unwrap_or_default();
                if names <= 0 {
                    continue;
                }
                any = true;
                affects.places += 1;
                if affects.items.len() < AFFECTED_MAX {
                    affects.items.push(Affected {
                        project: service.project.clone(),
                        service: service.service.clone(),
                        environment: (*environment).clone(),
                        names: u32::try_from(names).unwrap_or(u32::MAX),
                    });
                }
            }
            affects.services += u32::from(any);
        }
        affects
    }

    /// The bindings that get a value they did not have, and those that lose theirs.
    fn bindings<'n>(&self, holders: &[(&'n str, Vec<Holder<'_>>)]) -> Vec<(&'n str, Vec<String>, Vec<String>)> {
        let mut of_name: HashMap<&str, Vec<&Bound>> = HashMap::new();
        let mut overriding = HashSet::new();
        for bound in &self.around.bindings {
            of_name.entry(&bound.secret).or_default().push(bound);
            if let Some(environment) = &bound.environment {
                overriding.insert((bound.service, &bound.target, environment));
            }
        }
        let mut told = Vec::new();
        for (name, holders) in holders {
            let (mut fills, mut empties) = (Vec::new(), Vec::new());
            for bound in of_name.get(name).into_iter().flatten() {
                let (mut gained, mut lost) = (Vec::new(), Vec::new());
                for environment in &self.around.environments {
                    let counts = match &bound.environment {
                        Some(own) => own == environment,
                        None => !overriding.contains(&(bound.service, &bound.target, environment)),
                    };
                    let at = self.environments.iter().position(|other| *other == environment);
                    let (before, after) = match (&bound.pin, at) {
                        _ if !counts => continue,
                        (Some(pin), _) => {
                            let held = holders.iter().find(|holder| self.scopes[holder.scope] == pin);
                            (held.and_then(|holder| holder.before), held.and_then(|holder| holder.after))
                        }
                        (None, Some(at)) => {
                            let rungs = &self.rungs[bound.service][at];
                            (
                                winner(rungs, holders, |holder| holder.before),
                                winner(rungs, holders, |holder| holder.after),
                            )
                        }
                        (None, None) => continue,
                    };
                    match (before, after) {
                        (None, Some(_)) => gained.push(environment),
                        (Some(_), None) => lost.push(environment),
                        _ => {}
                    }
                }
                let service = &self.around.services[bound.service];
                fills.extend(self.sources(service, &gained));
                empties.extend(self.sources(service, &lost));
            }
            if !(fills.is_empty() && empties.is_empty()) {
                fills.dedup();
                empties.dedup();
                told.push((*name, fills, empties));
            }
        }
        told
    }

    /// A service in these environments; once where it is all there are.
    fn sources(&self, service: &ServicePath, environments: &[&EnvironmentName]) -> Vec<String> {
        let level = Level::Service(service.clone());
        if environments.len() == self.around.environments.len() && !environments.is_empty() {
            return vec![level.at(None).to_string()];
        }
        environments.iter().map(|name| level.at(Some((*name).clone())).to_string()).collect()
    }
}

fn is_changed(rungs: &Rungs, holders: &[Holder<'_>]) -> bool {
    winner(rungs, holders, |holder| holder.before) != winner(rungs, holders, |holder| holder.after)
}

/// What the first rung that holds the name has.
fn winner<'a>(
    rungs: &Rungs,
    holders: &[Holder<'a>],
    held: impl Fn(&Holder<'a>) -> Option<&'a Print>,
) -> Option<&'a Print> {
    rungs.iter().flatten().find_map(|scope| {
        let holder = holders.iter().find(|holder| holder.scope == *scope)?;
        held(holder)
    })
}
