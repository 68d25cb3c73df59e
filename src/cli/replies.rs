//! `lopso replies read --jsonl`: how the bot reads replies, for measuring it.

use std::io::BufRead as _;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{Stop, say, texts};
use crate::understand::replies::labels;

#[derive(Deserialize)]
struct Reply {
    id: String,
    context: String,
    text: String,
}

#[derive(Serialize)]
struct Labelled<'a> {
    id: &'a str,
    labels: Vec<String>,
}

/// `{"id","context","text"}` in, `{"id","labels"}` out, one object a line in the same order.
pub fn read() -> Result<(), Stop> {
    for (place, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.context("cannot read the input")?;
        if line.trim().is_empty() {
            continue;
        }
        let reply: Reply =
            serde_json::from_str(&line).map_err(|_| Stop::Told(texts::bad_json_line(place + 1)))?;
        let labelled = Labelled {
            id: &reply.id,
            labels: labels(&reply.text, &reply.context),
        };
        say(&serde_json::to_string(&labelled).context("cannot write JSON")?);
    }
    Ok(())
}
