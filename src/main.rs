//! `lopso`: the command line. Everything it does is in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lopso::cli::main()
}
