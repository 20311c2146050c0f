//! What a program is to get, all of it, or why not.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    EnvironmentName, Kind, SecretName, SecretValue, ServicePath,
    api::{Delivered, Delivery, Mode, NamedValue},
    injection::{FilePath, Injection, inject},
};
use serde_json::value::RawValue;
use transit::Subject;
use zeroize::Zeroizing;

use super::{
    super::explain::tried,
    assignments::Assignments,
    fifo::FifoSecret,
    offline::{Answer, Copies, no_copy},
};
use crate::{
    args::{Missing, OfflineArgs, RunArgs},
    client::Client,
    failure::{Failure, problem_line},
    printer::Printer,
};

/// How old a copy may be for `--prefer-offline`, when nothing else is said.
const YOUNG: Duration = Duration::from_hours(1);

/// Everything a program gets.
pub(super) struct Fetched {
    /// The variables and files of its service.
    pub(super) injection: Injection,
    /// The variables of `--secret`.
    pub(super) chosen: Vec<(String, SecretValue)>,
    /// The files of `--file`.
    pub(super) files: Vec<(FilePath, SecretValue)>,
    /// The secrets of the service as `--mount` names them.
    pub(super) mounted: Vec<(SecretName, SecretValue)>,
    /// The named pipes.
    pub(super) fifos: Vec<FifoSecret>,
    /// The newest change that this knows.
    pub(super) sequence: i64,
    /// What stands for the server's answer; none for a copy.
    pub(super) tag: Option<String>,
}

/// Where the values come from.
pub(super) struct Source {
    pub(super) client: Client,
    pub(super) service: ServicePath,
    pub(super) environment: EnvironmentName,
    pub(super) copies: Option<Copies>,
    pub(super) printer: Printer,
}

impl Source {
    /// Everything the service gets, or the value of one name.
    fn subject<'s>(&'s self, name: Option<&'s SecretName>) -> Subject<'s> {
        Subject { service: &self.service, environment: &self.environment, name }
    }
}

/// Fetches and checks everything. Nothing has started when it fails, and it says where it looked.
pub(super) fn fetch(source: &Source, args: &RunArgs, assignments: &Assignments) -> Result<Fetched, Failure> {
    gather(Fetcher::begin(source, args, assignments)?, args, assignments)
}

/// The same while the program runs: what the server has now, unless it is still what `tag` stands for. Fails when the
/// server cannot be asked; what cannot be made of its answer is told inside.
pub(super) fn fetch_changed(
    source: &Source,
    args: &RunArgs,
    assignments: &Assignments,
    mut tag: Option<String>,
) -> Result<Option<Result<Fetched, Failure>>, Failure> {
    let Some(answer) = ask(source, &mut tag)? else {
        return Ok(None);
    };
    let mut fetcher = Fetcher { source, missing: args.missing, answer, is_copy: false, tag };
    for name in assignments.names() {
        fetcher.named(name)?;
    }
    Ok(Some(gather(fetcher, args, assignments)))
}

/// The server's answer, unless it is still what `tag` stands for.
fn ask(source: &Source, tag: &mut Option<String>) -> Result<Option<Answer>, Failure> {
    let asked = source.client.values_changed::<Delivery>(&source.subject(None), tag);
    let asked = asked.map_err(|failure| refused(source.copies.as_ref(), failure));
    Ok(asked?.map(Answer::now))
}

/// Makes of the answer what the program gets.
fn gather(mut fetcher: Fetcher, args: &RunArgs, assignments: &Assignments) -> Result<Fetched, Failure> {
    let chosen = fetcher.all_named(&assignments.secrets)?;
    let files = fetcher.all_named(&assignments.files)?;
    let mut fifos = Vec::new();
    for (path, name) in &assignments.fifos {
        if let Some(name) = name {
            fifos.extend(fetcher.all_named(&[(path.clone(), name.clone())])?);
        }
    }
    fetcher.keep_copy(&args.offline);
    let mut delivery = fetcher.answer.delivery.clone();
    fetcher.keep_only(&mut delivery, &args.only)?;
    let is_elsewhere = args.files.mount.is_some() || assignments.has_fifo_of_all();
    let mounted = if is_elsewhere { mounted(&delivery)? } else { Vec::new() };
    let mut pipes: Vec<FifoSecret> = fifos
        .into_iter()
        .map(|((path, _), held)| Ok(FifoSecret { path, bytes: bytes(&held)? }))
        .collect::<Result<_, Failure>>()?;
    if assignments.has_fifo_of_all() {
        let json = json(&delivery)?;
        let all = assignments.fifos.iter().filter(|(_, name)| name.is_none());
        pipes.extend(all.map(|(path, _)| FifoSecret { path: path.clone(), bytes: json.clone() }));
    }
    if is_elsewhere {
        // The secrets have left as files: variables are what was bound.
        delivery.mode = Mode::Bound;
    }
    let injection = fetcher.injection(delivery)?;
    let chosen =
        chosen.into_iter().map(|((variable, name), held)| Ok((variable.clone(), carried(&variable, &name, &held)?)));
    let chosen = chosen.collect::<Result<_, Failure>>()?;
    let files =
        files.into_iter().map(|((path, _), held)| Ok((path, value(&held)?))).collect::<Result<Vec<_>, Failure>>()?;
    if let Some((path, _)) = files.iter().find(|(path, _)| injection.files.iter().any(|(other, _)| other == path)) {
        return Err(Failure::usage(format!("--file {path} is a binding's file as well; nothing was started")));
    }
    let Fetcher { answer, tag, .. } = fetcher;
    let sequence = answer.delivery.sequence;
    Ok(Fetched { injection, chosen, files, mounted, fifos: pipes, sequence, tag })
}

struct Fetcher<'a> {
    source: &'a Source,
    missing: Missing,
    answer: Answer,
    /// Whether the answer is the copy.
    is_copy: bool,
    /// What stands for the server's answer.
    tag: Option<String>,
}

impl<'a> Fetcher<'a> {
    /// Takes the copy, where that is asked for, or asks the server.
    fn begin(source: &'a Source, args: &RunArgs, assignments: &Assignments) -> Result<Self, Failure> {
        let offline = &args.offline;
        if offline.offline || offline.prefer_offline {
            let oldest = offline.max_age.or(offline.prefer_offline.then_some(YOUNG));
            match copy(source.copies.as_ref(), oldest) {
                // A name that the last run did not ask for is a question to the server, where that is allowed.
                Ok(answer)
                    if offline.offline || assignments.names().chain(&args.only).all(|name| answer.knows(name)) =>
                {
                    return Ok(Self { source, missing: args.missing, answer, is_copy: true, tag: None });
                }
                Err(reason) if offline.offline => return Err(no_copy(&reason)),
                Ok(_) | Err(_) => {}
            }
        }
        let mut tag = None;
        let answer = ask(source, &mut tag)?.ok_or_else(|| Failure::failed("the server answered with nothing"))?;
        Ok(Self { source, missing: args.missing, answer, is_copy: false, tag })
    }

    /// The values of these names. In mode `bound` the delivery holds what is bound only, so others are asked for.
    fn all_named<T: Clone>(&mut self, wanted: &[(T, SecretName)]) -> Result<Vec<(Wanted<T>, Delivered)>, Failure> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for (target, name) in wanted {
            match self.named(name)? {
                Some(held) => found.push(((target.clone(), name.clone()), held)),
                None if missing.contains(&name) => {}
                None => missing.push(name),
            }
        }
        let names: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
        let message = match names.as_slice() {
            [] => return Ok(found),
            [name] => format!("Secret with name {name} not found"),
            names => format!("Secrets with names {} not found", names.join(", ")),
        };
        self.miss(&message, missing)?;
        Ok(found)
    }

    fn named(&mut self, name: &SecretName) -> Result<Option<Delivered>, Failure> {
        let known = self.answer.delivery.values.get(name).or_else(|| self.answer.named.get(name));
        if known.is_some() || self.is_copy {
            return Ok(known.cloned());
        }
        match self.source.client.values::<NamedValue>(&self.source.subject(Some(name))) {
            Ok(named) => {
                self.answer.named.insert(name.clone(), named.delivered.clone());
                Ok(Some(named.delivered))
            }
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Something is missing: nothing starts, or it is said and left out.
    fn miss(&self, message: &str, names: Vec<&SecretName>) -> Result<(), Failure> {
        match self.missing {
            Missing::Warn => {
                self.source.printer.warn(&format!("{message}; starting without"));
                Ok(())
            }
            Missing::Fail => Err(Failure::with_details(format!("{message}; nothing was started"), self.tried(names))),
        }
    }

    /// Drops what was not asked for; each name that was must be there.
    fn keep_only(&self, delivery: &mut Delivery, only: &[SecretName]) -> Result<(), Failure> {
        if only.is_empty() {
            return Ok(());
        }
        let bound = |name: &SecretName| delivery.bindings.iter().any(|binding| binding.secret == *name);
        let mut missing: Vec<&SecretName> =
            only.iter().filter(|name| !delivery.values.contains_key(*name) && !bound(name)).collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            self.miss(&format!("{} gets no {}", self.source.service, names.join(", ")), missing)?;
        }
        delivery.values.retain(|name, _| only.contains(name));
        delivery.bindings.retain(|binding| only.contains(&binding.secret));
        Ok(())
    }

    /// The variables and files of the service, or why they cannot be carried and where missing names were looked for.
    fn injection(&self, mut delivery: Delivery) -> Result<Injection, Failure> {
        if self.missing == Missing::Warn {
            for binding in delivery.bindings.extract_if(.., |binding| binding.missing) {
                let (secret, target) = (&binding.secret, &binding.target);
                self.source.printer.warn(&format!("`{secret}` is missing: {target} needs it; starting without"));
            }
        }
        inject(&delivery).map_err(|error| {
            let mut missing: Vec<&SecretName> =
                delivery.bindings.iter().filter(|binding| binding.missing).map(|binding| &binding.secret).collect();
            missing.sort_unstable();
            missing.dedup();
            let mut details: Vec<String> = match error.problems.as_slice() {
                [_] => Vec::new(),
                problems => problems.iter().map(problem_line).collect(),
            };
            details.extend(self.tried(missing));
            Failure::with_details(error.detail, details)
        })
    }

    fn tried(&self, names: Vec<&SecretName>) -> Vec<String> {
        if self.is_copy {
            return vec!["looked in the offline copy only; without --offline the server is asked".to_owned()];
        }
        let Source { client, service, environment, .. } = self.source;
        names.into_iter().flat_map(|name| tried(client, service, environment, name)).collect()
    }

    /// Keeps what the server said, for a start without it.
    fn keep_copy(&self, args: &OfflineArgs) {
        let Some(copies) = &self.source.copies else {
            return;
        };
        if args.no_copy {
            copies.drop_copy();
        } else if !self.is_copy
            && let Err(error) = copies.keep(&self.answer)
        {
            self.source.printer.warn(&format!("cannot keep a copy for --offline: {error}; --no-copy wants none"));
        }
    }
}

/// What was asked for, and under which name.
type Wanted<T> = (T, SecretName);

/// The copy, when it is young enough.
fn copy(copies: Option<&Copies>, oldest: Option<Duration>) -> Result<Answer, String> {
    let copies = copies.ok_or("copies are kept below HOME or XDG_CACHE_HOME, and neither is set")?;
    copies.read_within(oldest)
}

/// The server's no: whoever may not read now may not read the copy either. Where nobody answered, the copy is an offer.
fn refused(copies: Option<&Copies>, failure: Failure) -> Failure {
    match (&failure, copies) {
        (Failure::Refused(refusal), Some(copies)) if matches!(refusal.status, 401 | 403 | 404) => {
            copies.drop_copy();
            failure
        }
        (Failure::Failed { code, message, .. }, Some(copies)) => match copies.read().ok().and_then(|it| it.age()) {
            Some(age) => Failure::Failed {
                code: *code,
                message: message.clone(),
                details: vec![format!(
                    "a copy of the last answer is {} seconds old; --offline starts with it",
                    age.as_secs()
                )],
            },
            None => failure,
        },
        _ => failure,
    }
}

fn value(delivered: &Delivered) -> Result<SecretValue, Failure> {
    Ok(SecretValue::from_wire(delivered.kind, &delivered.value.0)?)
}

fn bytes(delivered: &Delivered) -> Result<Zeroizing<Vec<u8>>, Failure> {
    Ok(Zeroizing::new(value(delivered)?.expose().to_vec()))
}

fn mounted(delivery: &Delivery) -> Result<Vec<(SecretName, SecretValue)>, Failure> {
    delivery.values.iter().map(|(name, held)| Ok((name.clone(), value(held)?))).collect()
}

/// All values in one object: JSON as JSON, text as text, files in base64.
fn json(delivery: &Delivery) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |_| Failure::failed("the values cannot be written as JSON");
    let mut object: BTreeMap<&SecretName, Box<RawValue>> = BTreeMap::new();
    for (name, held) in &delivery.values {
        let raw = match held.kind {
            Kind::Json => RawValue::from_string(held.value.0.to_string()),
            Kind::Text | Kind::File => serde_json::value::to_raw_value(held.value.0.as_str()),
        };
        object.insert(name, raw.map_err(failed)?);
    }
    let mut bytes = serde_json::to_vec(&object).map_err(failed)?;
    bytes.push(b'\n');
    Ok(Zeroizing::new(bytes))
}

/// The value for a variable; one with a NUL byte has no way into it.
fn carried(variable: &str, name: &SecretName, delivered: &Delivered) -> Result<SecretValue, Failure> {
    let value = value(delivered)?;
    if value.expose().contains(&0) {
        return Err(Failure::failed(format!(
            "the value of `{name}` holds a NUL byte, which the variable {variable} cannot carry; bind it to a file"
        )));
    }
    Ok(value)
}
