//! Terraform's variables and spreadsheets' rows.

use base64::{Engine, prelude::BASE64_STANDARD};
use unicode_normalization::is_nfc;
use zeroize::Zeroizing;

use super::write::{Item, Refused, comment, text};
use crate::{Kind, wiped::WipedText};

/// Names that Terraform lets no variable have.
const TERRAFORM_S_OWN: &[&str] =
    &["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

/// `NAME = "value"`. Terraform normalises every string to NFC.
pub(super) fn tfvars(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    let name = item.name.as_str();
    if name.contains('.') || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(
            "this name is no name of a Terraform variable (a letter or `_`, then letters, digits, `_` and `-`)",
        );
    }
    if TERRAFORM_S_OWN.contains(&name) {
        return Err("Terraform keeps this name for itself");
    }
    let value = text(item)?;
    if value.contains('\0') {
        return Err("its value holds a NUL byte, which Terraform does not take");
    }
    if !is_nfc(value) {
        return Err("its value is not in Unicode's normal form NFC, and Terraform would change it");
    }
    comment(item, file);
    file.push_str(name);
    file.push_str(" = \"");
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => file.push_str("\\\""),
            '\\' => file.push_str("\\\\"),
            '\n' => file.push_str("\\n"),
            '\r' => file.push_str("\\r"),
            '\t' => file.push_str("\\t"),
            // `${` and `%{` begin a template.
            '$' | '%' if characters.peek() == Some(&'{') => {
                file.push(character);
                file.push(character);
            }
            control if control.is_control() => file.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => file.push(other),
        }
    }
    file.push_str("\"\n");
    Ok(())
}

/// A row after RFC 4180; a file in base64, as its kind says.
pub(super) fn csv(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    let kind = item.value.kind();
    let packed;
    let value = if kind == Kind::File {
        packed = Zeroizing::new(BASE64_STANDARD.encode(item.value.expose()));
        packed.as_str()
    } else {
        text(item)?
    };
    if value.contains('\0') {
        return Err("its value holds a NUL byte, which readers of CSV do not take");
    }
    file.push_str(item.name.as_str());
    file.push(',');
    file.push_str(kind.word());
    for field in [value, item.comment] {
        file.push_str(",\"");
        for (place, part) in field.split('"').enumerate() {
            if place > 0 {
                file.push_str("\"\"");
            }
            file.push_str(part);
        }
        file.push('"');
    }
    file.push_str("\r\n");
    Ok(())
}
