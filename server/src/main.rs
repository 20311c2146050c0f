//! The binary `strongroom-server`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match server::config::read(std::env::args_os()) {
        Ok(cli) => server::commands::run(cli.command),
        Err(error) => {
            // Help and versions come this way too, with the exit code 0 and on stdout.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            ExitCode::from(code)
        }
    }
}
