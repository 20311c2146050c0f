//! A given file: what this browser reads in it, what is known about it, where it is posted to, and how far it is.

use std::sync::Arc;

use domain::{
    Error, Level, Scope,
    api::{Plan, PlanAction, PlanCounts, PlanItem},
    import::{Format, parse_dotenv, parse_json},
};
use zeroize::Zeroizing;

use super::{
    place::{environment_title, level_title},
    upload::Reach,
};
use crate::paths;

/// How many names a sentence lists.
const NAMED: usize = 5;

/// What someone chose, dropped or pasted.
pub struct Given {
    /// The name of the file.
    pub name: String,
    /// Its bytes, or why there are none.
    pub content: Result<Zeroizing<Vec<u8>>, Error>,
}

/// A file on its way.
#[derive(Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) size: usize,
    /// What it is read as.
    pub(super) format: Format,
    pub(super) reach: Reach,
    /// Wiped with the last copy of this.
    pub(super) bytes: Arc<Zeroizing<Vec<u8>>>,
}

impl File {
    /// Its size, as a browser tells sizes.
    pub(super) fn length(&self) -> f64 {
        u32::try_from(self.size).map_or(0.0, f64::from)
    }
}

/// What is going on between browser and server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stage {
    /// Nothing.
    Quiet,
    /// So many bytes of so many are sent.
    Sending { apply: bool, sent: f64, of: f64 },
    /// All is sent; the server works. It tells nothing until it is done.
    Waiting { apply: bool },
}

impl Stage {
    /// So many bytes of so many are sent.
    pub(super) fn of(apply: bool, sent: f64, of: f64) -> Self {
        if sent < of { Self::Sending { apply, sent, of } } else { Self::Waiting { apply } }
    }

    /// Whether a change is being written: there is no way back then.
    pub(super) fn applies(self) -> bool {
        matches!(self, Self::Sending { apply: true, .. } | Self::Waiting { apply: true })
    }
}

/// What is known about a file.
#[derive(Clone)]
pub(super) enum Known {
    /// What this browser reads: keys and problems. Nothing is compared with what is stored. Of a format that only the
    /// server reads there is nothing.
    Preview(Vec<PlanItem>),
    /// What the server would do.
    Plan(Plan),
    /// Why there is no plan.
    Refused(Error),
}

impl Known {
    /// The keys, in the order of the file.
    pub(super) fn items(&self) -> &[PlanItem] {
        match self {
            Self::Preview(items) | Self::Plan(Plan { items, .. }) => items,
            Self::Refused(_) => &[],
        }
    }
}

/// `Project storefront, production: 5 created, 3 updated, 2 unchanged, 1 left out`.
pub fn told(scope: &Scope, counts: PlanCounts) -> String {
    let place = format!("{}, {}", level_title(&scope.level), environment_title(scope.environment.as_ref()));
    let mut words =
        format!("{place}: {} created, {} updated, {} unchanged", counts.create, counts.update, counts.unchanged);
    if counts.left_out > 0 {
        words = format!("{words}, {} left out", counts.left_out);
    }
    words
}

/// What a file is: what its name says, else what it looks like.
pub(super) fn format_of(name: &str, bytes: &[u8]) -> Format {
    Format::of_file_name(name).unwrap_or_else(|| Format::guess(bytes))
}

/// What this browser reads in a file. YAML and TOML are left to the server: their readers would double what every
/// browser has to load.
pub(super) fn preview(format: Format, bytes: &[u8]) -> Known {
    let read = match format {
        Format::Json => parse_json(bytes),
        Format::Env => parse_dotenv(bytes),
        Format::Yaml | Format::Toml => return Known::Preview(Vec::new()),
    };
    let import = match read {
        Ok(import) => import,
        Err(error) => return Known::Refused(error),
    };
    let mut items: Vec<((u32, u32), PlanItem)> = Vec::new();
    for entry in import.entries {
        let found = PlanItem { kind: Some(entry.value.kind()), ..PlanItem::new(entry.name, PlanAction::Create) };
        items.push(((entry.line, entry.column), found));
    }
    for problem in import.problems {
        let place = (problem.line.unwrap_or_default(), problem.column.unwrap_or_default());
        let found = PlanItem {
            problem: Some(problem.clone()),
            ..PlanItem::new(problem.name.unwrap_or_default(), PlanAction::Invalid)
        };
        items.push((place, found));
    }
    items.sort_by_key(|(place, _)| *place);
    Known::Preview(items.into_iter().map(|(_, item)| item).collect())
}

/// What others changed between two plans of one file.
pub(super) fn since(old: &Plan, new: &Plan) -> String {
    let changed = old.changed_in(new);
    let what = match changed.as_slice() {
        [] => "Something this plan touches".to_owned(),
        few if few.len() <= NAMED => few.join(", "),
        many => format!("{} and {} more", many[..NAMED].join(", "), many.len() - NAMED),
    };
    format!("{what} changed since the plan was made. Nothing was stored; this is the new plan.")
}

/// How an upload is posted.
#[derive(Debug, Clone, Default)]
pub(super) struct Posting {
    pub(super) leave_out: String,
    pub(super) as_file: String,
    pub(super) message: String,
    /// The basis of the plan to apply; none asks for a plan.
    pub(super) basis: Option<String>,
}

/// Where a file is posted to, to be planned or applied.
pub(super) fn address(scope: &Scope, posting: &Posting) -> String {
    let level = match &scope.level {
        Level::Platform => "platform".to_owned(),
        Level::Project { project } => format!("projects/{project}"),
        Level::Service(path) => format!("projects/{}/services/{}", path.project, path.service),
    };
    let environment = scope.environment.as_ref().map(ToString::to_string);
    let (basis, dry_run) = match &posting.basis {
        Some(basis) => (basis.as_str(), ""),
        None => ("", "true"),
    };
    paths::query(
        &format!("/api/v1/{level}/import"),
        &[
            ("environment", &environment.unwrap_or_default()),
            ("leave_out", &posting.leave_out),
            ("as_file", &posting.as_file),
            ("message", &posting.message),
            ("basis", basis),
            ("dry_run", dry_run),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::secrets::Place;

    #[test]
    fn a_preview_keeps_the_order_of_the_file() {
        let known = preview(Format::Json, b"{\n  \"b\": \"1\",\n  \"a$\": \"2\",\n  \"c\": 3\n}");
        let items: Vec<_> = known.items().iter().map(|item| (item.name.as_str(), item.action)).collect();
        assert_eq!(items, [("b", PlanAction::Create), ("a$", PlanAction::Invalid), ("c", PlanAction::Create)]);
    }

    #[test]
    fn lines_are_read_here_and_yaml_is_left_to_the_server() {
        let known = preview(Format::Env, b"# c\nb=1\na$=2\n");
        let items: Vec<_> = known.items().iter().map(|item| (item.name.as_str(), item.action)).collect();
        assert_eq!(items, [("b", PlanAction::Create), ("a$", PlanAction::Invalid)]);
        assert!(matches!(preview(Format::Yaml, b"a: 'b"), Known::Preview(items) if items.is_empty()));
        assert_eq!(format_of("the clipboard", b"A=b"), Format::Env);
        assert_eq!(format_of("a.toml", b"{}"), Format::Toml);
    }

    #[test]
    fn a_file_is_posted_to_its_scope() {
        let place = Place::of("shop", "api", "service").unwrap();
        let scope = place.level.at(Some("staging".parse().unwrap()));
        let posting = Posting { leave_out: "A$,B".into(), basis: Some("b1".into()), ..Posting::default() };
        assert_eq!(
            address(&scope, &posting),
            "/api/v1/projects/shop/services/api/import?environment=staging&leave_out=A%24%2CB&basis=b1"
        );
        assert_eq!(address(&Scope::platform(None), &Posting::default()), "/api/v1/platform/import?dry_run=true");
    }
}
