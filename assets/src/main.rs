//! Turns what the compiler and the stylist made into what the server embeds.
//!
//! | from | through | to |
//! |---|---|---|
//! | `frontend.wasm` | wasm-bindgen, `wasm-opt` if asked | `pkg/strongroom.<hash>.js`, `pkg/strongroom.<hash>_bg.wasm` |
//! | `style/main.css` and what it imports | one file, no comments | `pkg/strongroom.<hash>.css` |
//! | `public/**` | as it is | the same path, at the root |
//!
//! Beside each file lie `.br` and `.gz` where they are smaller; `manifest.json` says what there is.
//! Names carry the hash of the content, so a file that exists is a file that is right: a second run
//! with the same inputs writes nothing.

mod css;
mod site;
mod wasm;

use std::{error::Error, path::PathBuf, process::ExitCode};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: assets --wasm FILE [options]
  --wasm FILE         the frontend as the compiler left it
  --optimize FILE     shrink it with this wasm-opt
  --style FILE        the stylesheet that imports the others   [style/main.css]
  --public DIR        files to serve as they are, if it exists [public]
  --out DIR           where the site goes                      [target/site]
  --work DIR          where half-done work is kept             [target/assets]";

struct Args {
    wasm: PathBuf,
    optimizer: Option<PathBuf>,
    style: PathBuf,
    public: PathBuf,
    out: PathBuf,
    work: PathBuf,
}

impl Args {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut wasm, mut optimizer) = (None, None);
        let (mut style, mut public) = (PathBuf::from("style/main.css"), PathBuf::from("public"));
        let (mut out, mut work) = (PathBuf::from("target/site"), PathBuf::from("target/assets"));
        while let Some(flag) = words.next() {
            let value = words.next().map(PathBuf::from).ok_or_else(|| format!("{flag} wants a value\n{USAGE}"))?;
            match flag.as_str() {
                "--wasm" => wasm = Some(value),
                "--optimize" => optimizer = Some(value),
                "--style" => style = value,
                "--public" => public = value,
                "--out" => out = value,
                "--work" => work = value,
                _ => return Err(format!("unknown option {flag}\n{USAGE}").into()),
            }
        }
        let wasm = wasm.ok_or(USAGE)?;
        Ok(Self { wasm, optimizer, style, public, out, work })
    }
}

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)).and_then(|args| build(&args)) {
        Ok(summary) => {
            say(&summary);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

fn build(args: &Args) -> Result<String> {
    let pair = wasm::bind(&args.wasm, args.optimizer.as_deref(), &args.work)?;
    let style = css::bundle(&args.style)?;

    let mut site = site::Site::new(&args.out);
    let js = site.add_hashed("strongroom", ".js", pair.js.as_bytes())?;
    let wasm = site.add_hashed("strongroom", "_bg.wasm", &pair.wasm)?;
    let css = site.add_hashed("strongroom", ".css", style.as_bytes())?;
    site.add_folder(&args.public)?;
    site.finish(&js, &wasm, &css)
}

#[expect(clippy::print_stdout, reason = "the one line this tool has to say")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a build tool explains itself on the terminal")]
fn complain(error: &dyn Error) {
    eprintln!("assets: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because {error}");
        cause = error.source();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Args> {
        Args::parse(words.iter().map(ToString::to_string))
    }

    #[test]
    fn the_wasm_is_the_only_thing_that_must_be_named() {
        let args = parse(&["--wasm", "a.wasm"]).unwrap();
        assert_eq!(args.wasm, PathBuf::from("a.wasm"));
        assert_eq!(args.out, PathBuf::from("target/site"));
        assert!(args.optimizer.is_none());
        assert!(parse(&[]).is_err());
    }

    #[test]
    fn a_wrong_option_is_named() {
        assert!(parse(&["--wsam", "a"]).err().unwrap().to_string().contains("--wsam"));
        assert!(parse(&["--wasm"]).err().unwrap().to_string().contains("wants a value"));
    }
}
