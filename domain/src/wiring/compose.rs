//! A Compose file that hands on what `strongroom run` gives to `docker compose`.

use std::fmt::Write as _;

use super::{Place, quoted};
use crate::{api::BindingTarget, injection::Given};

pub(super) fn write(place: &Place, given: &Given) -> String {
    let service = &place.service.service;
    let (mut variables, mut mounts, mut files) = (String::new(), String::new(), String::new());
    for (number, fed) in given.feeds().iter().enumerate() {
        match &fed.target {
            BindingTarget::Env(name) => {
                let _ = writeln!(variables, "      - {}", quoted(name));
            }
            BindingTarget::File(path) => {
                let (source, path) = (quoted(&format!("file-{number}")), quoted(&path.replace('$', "$$")));
                let _ = write!(mounts, "      - source: {source}\n        target: {path}\n");
                let _ = write!(files, "  {source}:\n    file: {path}\n");
            }
        }
    }
    let mut file = format!(
        "# {} in {}. Start it by\n#   strongroom run {} -- docker compose up\n\
         # which sets the variables and writes the files for as long as it runs.\n\
         services:\n  {}:\n    image: {} # yours\n",
        place.service,
        place.environment,
        place.flags(),
        quoted(service.as_str()),
        quoted(service.as_str())
    );
    for (head, list) in [("environment", &variables), ("secrets", &mounts)] {
        if !list.is_empty() {
            let _ = write!(file, "    {head}:\n{list}");
        }
    }
    if !files.is_empty() {
        let _ = write!(file, "secrets:\n{files}");
    }
    file
}
