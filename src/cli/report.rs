//! `lopso report`: the same figures as `/baocao`, for a file or another program.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{Format, Stop, open, say, texts};
use crate::feature::report::plan::Plan;
use crate::feature::report::{figures, texts as words};
use crate::intake::now;

pub async fn run(format: Format, out: Option<PathBuf>, code: Option<String>) -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let school = open::school(&db, code.as_deref()).await?;
    let mut tx = db.read().await?;
    let found = figures(&mut tx, school, |_| true, now()).await?;
    let text = match format {
        Format::Text => words::summary(&found),
        Format::Json => {
            let plan = Plan::shipped().context("the shipped plan is damaged")?;
            let json = words::as_json(&found, &plan.rows(&found));
            serde_json::to_string_pretty(&json).context("cannot write JSON")?
        }
    };
    match out {
        Some(path) => std::fs::write(&path, text + "\n")
            .map_err(|error| Stop::Told(texts::cannot_write(&path, error.kind()))),
        None => {
            say(&text);
            Ok(())
        }
    }
}
