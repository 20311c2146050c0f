//! The commands of the binary. Exit codes: 0 done, 1 failed, 2 wrong usage. Stdout carries only what was asked for.

use std::{
    error::Error,
    io::{self, BufRead, Write},
    process::ExitCode,
};

use domain::{Millis, api::HeadState};
use tokio::{net::TcpListener, runtime::Runtime, signal::unix};
use vault::{Rollback, Vault};
use zeroize::Zeroizing;

use crate::{
    config::{AuditCommand, BootstrapArgs, Command, Config, ConfigCommand, LogFormat, Storage, Unusable},
    openapi, process, telemetry,
};

type Outcome = Result<(), Box<dyn Error>>;

/// Runs a command.
pub fn run(command: Command) -> ExitCode {
    let outcome = match command {
        Command::Serve(args) => args.check().map_err(Into::into).and_then(serve),
        Command::Bootstrap(args) => bootstrap(&args),
        Command::Migrate(args) => args.check().map_err(Into::into).and_then(|s| migrate(&s)),
        Command::Verify(args) => args.check().map_err(Into::into).and_then(|storage| verify_all(&storage)),
        Command::Audit(AuditCommand::Verify(args)) => {
            args.storage.check().map_err(Into::into).and_then(|storage| verify(&storage, args.json))
        }
        Command::Audit(AuditCommand::Prune(args)) => {
            args.storage.check().map_err(Into::into).and_then(|storage| prune(&storage, args.before))
        }
        Command::Openapi => openapi::print(&mut io::stdout()).map_err(Into::into),
        Command::Config(ConfigCommand::Check(args)) => {
            args.check().map_err(Into::into).and_then(|config| show(&config))
        }
    };
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    complain(&*error);
    ExitCode::from(if error.is::<Unusable>() { 2 } else { 1 })
}

fn serve(config: Config) -> Outcome {
    telemetry::start(&config.log, config.log_format);
    process::harden()?;
    Runtime::new()?.block_on(async {
        process::outlive_full_files()?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
        crate::run(config, listener, terminated()?).await
    })
}

fn bootstrap(args: &BootstrapArgs) -> Outcome {
    let storage = args.storage()?;
    let password = first_line()?;
    with_vault(&storage, Rollback::Refuse, async |vault| {
        let token = vault.bootstrap(&args.email, password, args.token).await.map_err(vault::Error::public)?;
        if let Some(token) = token {
            writeln!(io::stdout(), "{}", *token)?;
        }
        Ok(())
    })
}

fn migrate(storage: &Storage) -> Outcome {
    with_vault(storage, Rollback::Refuse, async |_| Ok(()))
}

fn verify(storage: &Storage, json: bool) -> Outcome {
    with_vault(storage, Rollback::Look, async |vault| {
        let report = vault.verify_audit().await.map_err(vault::Error::public)?;
        let mut stdout = io::stdout();
        if json {
            writeln!(stdout, "{}", serde_json::to_string_pretty(&report)?)?;
        } else {
            for chain in &report.chains {
                if let Some(broken) = &chain.broken {
                    writeln!(stdout, "chain {}: {}", chain.writer, broken.detail)?;
                }
            }
            if report.head == HeadState::Missing {
                writeln!(stdout, "there is no head file: an older copy of the database cannot be told from this one")?;
            }
        }
        let records = report.verdict()?;
        if !json {
            if report.removed > 0 {
                writeln!(stdout, "{} records were removed by the retention rule", report.removed)?;
            }
            writeln!(stdout, "{records} records, each as it was written")?;
        }
        Ok(())
    })
}

fn verify_all(storage: &Storage) -> Outcome {
    with_vault(storage, Rollback::Look, async |vault| {
        let rows = vault.verify_rows().await.map_err(vault::Error::public)?;
        let audit = vault.verify_audit().await.map_err(vault::Error::public)?;
        let mut stdout = io::stdout();
        for problem in &rows.problems {
            writeln!(stdout, "{problem}")?;
        }
        let broken = audit.verdict();
        if let Err(broken) = &broken {
            writeln!(stdout, "the audit log: {broken}")?;
        }
        let (Ok(records), true) = (broken, rows.problems.is_empty()) else {
            return Err("the database is not as it was written".into());
        };
        writeln!(
            stdout,
            "{} rows, {} values and {records} audit records, each as it was written",
            rows.rows, rows.values
        )?;
        Ok(())
    })
}

fn prune(storage: &Storage, before: Millis) -> Outcome {
    with_vault(storage, Rollback::Refuse, async |vault| {
        let records = vault.prune_audit(before).await.map_err(vault::Error::public)?;
        Ok(writeln!(io::stdout(), "{records} records removed")?)
    })
}

fn show(config: &Config) -> Outcome {
    Ok(writeln!(io::stdout(), "{config:#?}")?)
}

/// Opens the vault, which brings the schema up to date, and closes it again whatever happened.
fn with_vault(storage: &Storage, rollback: Rollback, work: impl AsyncFnOnce(&Vault) -> Outcome) -> Outcome {
    telemetry::start("warn", LogFormat::Text);
    process::harden()?;
    Runtime::new()?.block_on(async {
        let vault = Vault::open(storage.prepare(rollback)?).await?;
        let mut outcome = work(&vault).await;
        if rollback != Rollback::Look && outcome.is_ok() {
            outcome = vault.end_audit().await.map_err(|error| error.public().into());
        }
        vault.close().await;
        outcome
    })
}

/// The first line of standard input, without its end.
fn first_line() -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::with_capacity(2048));
    io::stdin().lock().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Zeroizing::new(text.to_owned()))
}

/// Done when the process is asked to end.
fn terminated() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn complain(error: &dyn Error) {
    let mut text = format!("strongroom-server: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let because = error.to_string();
        // Many errors end with their source already.
        if !text.ends_with(&because) {
            text = format!("{text}: {because}");
        }
        cause = error.source();
    }
    let _ = writeln!(io::stderr(), "{text}");
}
