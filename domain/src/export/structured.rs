//! Documents with a structure of their own: JSON, YAML, TOML, the manifest of a Kubernetes Secret.

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{
    Format,
    write::{Item, Refused, comment, text},
};
use crate::{Error, Kind, import::parse_json, value::VALUE_MAX, wiped::WipedText};

/// Keys that one YAML or another takes for something else than a text.
const YAML_S_OWN: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// What stands before all secrets.
pub(super) fn open(format: Format, title: &str, items: &[Item<'_>], file: &mut WipedText) -> Result<(), Error> {
    match format {
        Format::Json => file.push('{'),
        Format::Yaml if items.is_empty() => file.push_str("{}\n"),
        Format::Csv => file.push_str("name,kind,value,comment\r\n"),
        Format::Kubernetes => {
            let bytes: usize = items.iter().map(|item| item.value.expose().len()).sum();
            if bytes > VALUE_MAX {
                let message = format!("a Kubernetes Secret holds at most 1 MiB; these values have {bytes} bytes");
                return Err(Error::field("format", message));
            }
            file.push_str("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
            yaml_text(&format!("{title}-secrets"), file);
            file.push_str("\ntype: Opaque\ndata:");
            file.push_str(if items.is_empty() { " {}\n" } else { "\n" });
        }
        _ => {}
    }
    Ok(())
}

/// What stands after all of them.
pub(super) fn close(format: Format, items: &[Item<'_>], file: &mut WipedText) {
    if format == Format::Json {
        file.push_str(if items.is_empty() { "}\n" } else { "\n}\n" });
    }
}

/// A member of the object. A value of kind `json` stands there as it is, unless reading it back would give something
/// else: blanks around it would be gone, and a JSON string would be a text.
pub(super) fn json(place: usize, item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    let text = text(item)?;
    file.push_str(if place == 0 { "\n  " } else { ",\n  " });
    file.push_json(item.name.as_str());
    file.push_str(": ");
    if item.value.kind() == Kind::Json && is_member(text) {
        file.push_str(text);
    } else {
        file.push_json(text);
    }
    Ok(())
}

/// Whether a JSON value is read back as it is.
fn is_member(text: &str) -> bool {
    let member = Zeroizing::new(["{\"A\":", text, "}"].concat());
    let Ok(import) = parse_json(member.as_bytes()) else {
        return false;
    };
    let same =
        |entry: &crate::import::Entry| entry.value.kind() == Kind::Json && entry.value.expose() == text.as_bytes();
    import.problems.is_empty() && import.entries.len() == 1 && import.entries.iter().all(same)
}

/// An entry of the mapping, in double quotes; a file as `!!binary`.
pub(super) fn yaml(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    let is_file = item.value.kind() == Kind::File;
    let value = if is_file { "" } else { text(item)? };
    comment(item, file);
    yaml_key(item.name.as_str(), file);
    file.push_str(": ");
    if is_file {
        file.push_str("!!binary ");
        base64(item, file);
    } else {
        yaml_text(value, file);
    }
    file.push('\n');
    Ok(())
}

/// A key of the table and a basic string.
pub(super) fn toml(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    let value = text(item)?;
    comment(item, file);
    let name = item.name.as_str();
    if name.contains('.') {
        file.push_json(name);
    } else {
        file.push_str(name);
    }
    file.push_str(" = ");
    // JSON's escapes are TOML's too.
    file.push_json(value);
    file.push('\n');
    Ok(())
}

/// An entry of `data`: base64, which carries anything.
pub(super) fn kubernetes(item: &Item<'_>, file: &mut WipedText) {
    file.push_str("  ");
    yaml_key(item.name.as_str(), file);
    file.push_str(": ");
    base64(item, file);
    file.push('\n');
}

/// In quotes: without them, some base64 is a number.
fn base64(item: &Item<'_>, file: &mut WipedText) {
    file.push('"');
    file.push_str(&Zeroizing::new(BASE64_STANDARD.encode(item.value.expose())));
    file.push('"');
}

fn yaml_key(name: &str, file: &mut WipedText) {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if is_word && !YAML_S_OWN.contains(&name.to_ascii_lowercase().as_str()) {
        file.push_str(name);
    } else {
        yaml_text(name, file);
    }
}

/// A double-quoted scalar on one line.
pub(crate) fn yaml_text(text: &str, file: &mut WipedText) {
    file.push('"');
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '"' => file.push_str("\\\""),
            '\\' => file.push_str("\\\\"),
            '\n' => file.push_str("\\n"),
            '\r' => file.push_str("\\r"),
            '\t' => file.push_str("\\t"),
            // What YAML calls not printable, or a line break.
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => file.push_str(&format!("\\u{code:04x}")),
            control if control.is_control() => file.push_str(&format!("\\x{code:02x}")),
            other => file.push(other),
        }
    }
    file.push('"');
}
