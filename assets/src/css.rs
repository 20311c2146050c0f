//! One stylesheet out of the ones `main.css` imports, in their order, without comments and indentation.

use crate::Result;
use std::{fs, path::Path};

/// The stylesheet at `main` with its imports in place.
pub(crate) fn bundle(main: &Path) -> Result<String> {
    let folder = main.parent().unwrap_or(Path::new("."));
    let mut bundle = String::new();
    for rule in read(main)?.lines() {
        if let Some(name) = imported(rule)? {
            let part = read(&folder.join(name))?;
            if part.contains("@import") {
                return Err(format!("{name}: only {} may import", main.display()).into());
            }
            bundle.push_str(&part);
        } else {
            bundle.push_str(rule);
        }
        bundle.push('\n');
    }
    // Without it the order of the layers would be the order in which they happen to appear.
    if !bundle.starts_with("@layer ") || !bundle.lines().next().is_some_and(|line| line.ends_with(';')) {
        return Err(format!("{}: must begin with the `@layer …;` statement", main.display()).into());
    }
    Ok(bundle)
}

/// The file a line of the main stylesheet imports, if it imports one.
fn imported(rule: &str) -> Result<Option<&str>> {
    let Some(rest) = rule.strip_prefix("@import") else {
        return Ok(None);
    };
    rest.trim()
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix("\";"))
        .filter(|name| !name.contains('"'))
        .map(Some)
        .ok_or_else(|| format!("not `@import \"file.css\";`: {rule}").into())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .map_err(Into::into)
        .and_then(|text| tidy(&text))
        .map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Drops comments and blank lines and pulls runs of whitespace together; strings stay as they are.
fn tidy(text: &str) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_i32;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '/' if rest.starts_with("/*") => rest.find("*/").ok_or("a comment is not closed")? + 2,
            '"' | '\'' => {
                let length = string_length(rest, next).ok_or("a string is not closed")?;
                out.push_str(&rest[..length]);
                length
            }
            _ if next.is_whitespace() => {
                // A line break outlives the spaces and line breaks around it.
                let last = out.chars().next_back();
                match (next, last) {
                    (_, None | Some('\n')) => {}
                    ('\n', Some(' ')) => {
                        out.pop();
                        out.push('\n');
                    }
                    ('\n', _) => out.push('\n'),
                    (_, Some(' ')) => {}
                    _ => out.push(' '),
                }
                next.len_utf8()
            }
            _ => {
                depth += i32::from(next == '{') - i32::from(next == '}');
                if depth < 0 {
                    return Err("a } too many".into());
                }
                out.push(next);
                next.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    if depth > 0 {
        return Err("a { is not closed".into());
    }
    out.truncate(out.trim_end().len());
    Ok(out)
}

/// Bytes of the string that `text` starts with, both quotes included.
fn string_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            _ if character == quote => return Some(index + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled(files: &[(&str, &str)]) -> Result<String> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        bundle(&dir.path().join("main.css"))
    }

    #[test]
    fn imports_stand_in_their_order_after_the_layer_statement() {
        let css = bundled(&[
            ("main.css", "/* all */\n@import \"tokens.css\";\n@import \"base.css\";\n"),
            ("tokens.css", "/* t */\n@layer tokens, base;\n\n@layer tokens {\n  :root { --a: 1px; }\n}\n"),
            ("base.css", "@layer base { a { b: c } }"),
        ]);
        let expected = "@layer tokens, base;\n@layer tokens {\n:root { --a: 1px; }\n}\n@layer base { a { b: c } }\n";
        assert_eq!(css.unwrap(), expected);
    }

    #[test]
    fn the_layer_statement_may_stand_in_the_main_file() {
        let css = bundled(&[("main.css", "@layer a;\n@import \"a.css\";"), ("a.css", "@layer a { b { c: d } }")]);
        assert!(css.unwrap().starts_with("@layer a;\n@layer a {"));
    }

    #[test]
    fn what_would_change_the_cascade_is_refused() {
        let layers_late = [("main.css", "@import \"a.css\";"), ("a.css", "a { b: c }")];
        assert!(bundled(&layers_late).unwrap_err().to_string().contains("@layer"));
        let nested = [("main.css", "@layer a;\n@import \"a.css\";"), ("a.css", "@import \"b.css\";")];
        assert!(bundled(&nested).unwrap_err().to_string().contains("only"));
        let with_media = [("main.css", "@layer a;\n@import \"a.css\" print;"), ("a.css", "")];
        assert!(bundled(&with_media).is_err());
        let missing = [("main.css", "@layer a;\n@import \"none.css\";")];
        assert!(bundled(&missing).unwrap_err().to_string().contains("none.css"));
    }

    #[test]
    fn strings_and_meaningful_spaces_survive() {
        let text = "a  >  b::after {\n\n\tcontent: \"/* no  comment \\\" */  \";\n  width: calc(1px  +  2px); }";
        let tidied = "a > b::after {\ncontent: \"/* no  comment \\\" */  \";\nwidth: calc(1px + 2px); }";
        assert_eq!(tidy(text).unwrap(), tidied);
        assert_eq!(tidy("a /* x */ b").unwrap(), "a b");
        assert_eq!(tidy(tidied).unwrap(), tidied);
    }

    #[test]
    fn a_file_that_would_swallow_the_next_is_refused() {
        for broken in ["a { b: c", "a { } }", "/* a", "a { content: \"b; }\n }"] {
            assert!(tidy(broken).is_err(), "{broken}");
        }
    }
}
