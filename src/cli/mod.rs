//! The commands of the program: thin, each opens what it needs and calls the room that does the work.
//!
//! Exit status: 0 done, 1 refused or failed, 2 wrong usage (clap's own).

mod backup;
mod demo;
mod doctor;
mod guides;
mod import;
mod invites;
mod live;
mod open;
mod replies;
mod report;
mod restore;
mod school;
mod serve;
mod substitute;
mod texts;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

#[derive(Parser)]
#[command(name = "lopso", version, about = texts::ABOUT)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = texts::SERVE)]
    Serve,
    #[command(about = texts::DEMO)]
    Demo {
        #[arg(long, help = texts::DEMO_EMPTY)]
        empty: bool,
        #[arg(long, default_value = "127.0.0.1:8080", help = texts::DEMO_ADDR)]
        addr: SocketAddr,
        #[arg(long, help = texts::DEMO_DATA)]
        data: Option<PathBuf>,
        #[arg(long, help = texts::DEMO_OPEN)]
        open: bool,
    },
    #[command(about = texts::IMPORT, subcommand)]
    Import(Import),
    #[command(about = texts::invites::ABOUT)]
    Invites {
        #[arg(long, help = texts::invites::CLASS)]
        class: Option<String>,
        #[arg(long, help = texts::invites::STAFF)]
        staff: bool,
        #[arg(long, help = texts::invites::REISSUE)]
        reissue: Option<String>,
        #[arg(long, help = texts::invites::POSTER)]
        poster: bool,
        #[arg(long, help = texts::invites::FORMAT)]
        format: invites::Format,
        #[arg(long, help = texts::OUT)]
        out: Option<PathBuf>,
        #[arg(long, env = "LOPSO_SCHOOL", hide_env_values = true, help = texts::SCHOOL_CODE)]
        school: Option<String>,
    },
    #[command(about = texts::GUIDES, subcommand)]
    Guides(Guides),
    #[command(about = texts::REPLIES, subcommand)]
    Replies(Replies),
    #[command(about = texts::REPORT)]
    Report {
        #[arg(long, default_value = "text")]
        format: Format,
        #[arg(long, help = texts::OUT)]
        out: Option<PathBuf>,
        #[arg(long, env = "LOPSO_SCHOOL", hide_env_values = true, help = texts::SCHOOL_CODE)]
        school: Option<String>,
    },
    #[command(about = texts::DOCTOR)]
    Doctor {
        #[arg(long, help = texts::DOCTOR_REMOVE_WEBHOOK)]
        remove_webhook: bool,
        #[arg(long, help = texts::DOCTOR_REPLAY, value_name = "TIN")]
        replay: Option<String>,
    },
    #[command(about = texts::backup::BACKUP)]
    Backup(backup::Wish),
    #[command(about = texts::backup::RESTORE)]
    Restore(restore::Wish),
    #[command(about = texts::STAFF, subcommand)]
    Staff(Staff),
    #[command(about = texts::SCHOOL, subcommand)]
    School(School),
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Staff {
    #[command(about = texts::SUBSTITUTE)]
    Substitute(substitute::Wish),
}

#[derive(Subcommand)]
enum Import {
    #[command(about = texts::IMPORT_ROSTER)]
    Roster {
        #[command(flatten)]
        file: ImportFile,
        #[arg(long, help = texts::IMPORT_YEAR)]
        year: Option<String>,
    },
    #[command(about = texts::IMPORT_STAFF)]
    Staff {
        #[command(flatten)]
        file: ImportFile,
        #[arg(long, help = texts::REMOVE_MISSING)]
        remove_missing: bool,
    },
}

#[derive(clap::Args)]
struct ImportFile {
    file: PathBuf,
    #[arg(long, help = texts::DRY_RUN)]
    dry_run: bool,
    #[arg(long, env = "LOPSO_SCHOOL", hide_env_values = true, help = texts::SCHOOL_CODE)]
    school: Option<String>,
}

#[derive(Subcommand)]
enum Guides {
    #[command(about = texts::GUIDES_LIST)]
    List,
    #[command(about = texts::GUIDES_CHECK)]
    Check,
    #[command(about = texts::GUIDES_ASK)]
    Ask {
        /// The question, unless `--jsonl`.
        text: Vec<String>,
        #[arg(long, help = texts::JSONL)]
        jsonl: bool,
        #[arg(long, help = texts::guides::EXPLAIN, conflicts_with = "jsonl")]
        explain: bool,
    },
    #[command(about = texts::guides::TRAIN)]
    Train {
        #[arg(long, help = texts::guides::PHRASES, default_value = "config/phrases")]
        phrases: PathBuf,
        #[arg(long, help = texts::guides::MODEL, default_value = "config/guides.model")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum Replies {
    #[command(about = texts::REPLIES_READ)]
    Read {
        #[arg(long, required_unless_present = "explain", help = texts::JSONL)]
        jsonl: bool,
        #[arg(long, value_name = "TEXT", conflicts_with = "jsonl", help = texts::replies::EXPLAIN)]
        explain: Option<String>,
        #[arg(long, default_value = "none", help = texts::replies::CONTEXT)]
        context: String,
    },
    #[command(about = texts::replies::TRAIN)]
    Train {
        #[arg(long, help = texts::replies::REPLIES, default_value = "config/replies")]
        replies: PathBuf,
        #[arg(long, help = texts::guides::MODEL, default_value = "config/replies.model")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum School {
    #[command(about = texts::SCHOOL_ADD)]
    Add {
        #[arg(long, help = texts::SCHOOL_ADD_CODE)]
        code: String,
        #[arg(long, help = texts::SCHOOL_ADD_NAME)]
        name: String,
    },
    #[command(about = texts::SCHOOL_LIST)]
    List,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
enum Stop {
    /// In Vietnamese, with what to do: shown as it stands.
    Told(String),
    /// Unforeseen: a sentence for the person, the chain for the log.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Stop::Failed(error)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Stop::Failed(error.into())
    }
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return stopped(Stop::Failed(error.into())),
    };
    match runtime.block_on(run(cli.command.unwrap_or(Command::Serve))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stopped(stop),
    }
}

async fn run(command: Command) -> Result<(), Stop> {
    match command {
        Command::Serve => serve::run().await,
        Command::Demo {
            empty,
            addr,
            data,
            open,
        } => demo::run(empty, addr, data, open).await,
        Command::Import(Import::Roster { file, year }) => {
            import::roster(&file, year.as_deref()).await
        }
        Command::Import(Import::Staff {
            file,
            remove_missing,
        }) => import::staff(&file, remove_missing).await,
        Command::Invites {
            class,
            staff,
            reissue,
            poster,
            format,
            out,
            school,
        } => {
            let wish = invites::Wish {
                class,
                staff,
                reissue,
                poster,
            };
            invites::run(wish, format, out, school).await
        }
        Command::Guides(Guides::List) => guides::list(),
        Command::Guides(Guides::Check) => guides::check(),
        Command::Guides(Guides::Ask {
            text,
            explain: true,
            ..
        }) => guides::explain(&text.join(" ")),
        Command::Guides(Guides::Ask { text, jsonl, .. }) => guides::ask(&text.join(" "), jsonl),
        Command::Guides(Guides::Train { phrases, out }) => guides::train(&phrases, &out),
        Command::Replies(Replies::Read {
            jsonl: _,
            explain,
            context,
        }) => match explain {
            Some(text) => replies::explain(&text, &context),
            None => replies::read(),
        },
        Command::Replies(Replies::Train { replies, out }) => replies::train(&replies, &out),
        Command::Report {
            format,
            out,
            school,
        } => report::run(format, out, school).await,
        Command::Doctor {
            remove_webhook: _,
            replay: Some(which),
        } => doctor::replay(&which).await,
        Command::Doctor {
            remove_webhook,
            replay: None,
        } => doctor::run(remove_webhook).await,
        Command::Backup(wish) => backup::run(&wish).await,
        Command::Restore(wish) => restore::run(&wish).await,
        Command::Staff(Staff::Substitute(wish)) => substitute::run(&wish).await,
        Command::School(School::Add { code, name }) => school::add(&code, &name).await,
        Command::School(School::List) => school::list().await,
    }
}

fn stopped(stop: Stop) -> ExitCode {
    let text = match stop {
        Stop::Told(text) => text,
        Stop::Failed(error) => {
            tracing::error!(error = format!("{error:#}"), "command failed");
            texts::FAILED.to_owned()
        }
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::FAILURE
}

/// Writes to people on stdout. A closed pipe (`| head`) is no reason to complain.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Beside what was asked for: on stderr, so that a table on stdout stays one.
fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// English logs on stderr; one JSON object a line with `LOPSO_LOG=json`. `RUST_LOG` filters.
fn log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,lopso=info,sqlx=error"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let json = std::env::var("LOPSO_LOG").is_ok_and(|format| format == "json");
    // A second call in one process (tests) keeps the first.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}
