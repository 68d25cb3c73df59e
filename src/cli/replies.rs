//! `lopso replies read|train`: how the bot reads replies, for measuring it and for asking why.

use std::io::BufRead as _;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{Stop, say, texts};
use crate::understand::labels::{self, labels};
use crate::understand::learned::train;
use crate::understand::replies;

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

/// What was read in one reply, and why.
pub fn explain(text: &str, context_name: &str) -> Result<(), Stop> {
    let items = labels::items(context_name)
        .ok_or_else(|| Stop::Told(texts::replies::no_context(context_name)))?;
    let context = replies::Context {
        items,
        tasks: &labels::tasks(),
    };
    let explained = replies::explain(text, &context);
    say(&texts::replies::explained(
        text,
        context_name,
        &context,
        &explained,
    ));
    Ok(())
}

/// Learns the second reader anew, and writes it where the next build of the program finds it.
pub fn train(from: &Path, out: &Path) -> Result<(), Stop> {
    let replies =
        train::read(from).map_err(|problem| Stop::Told(texts::replies::unread(from, &problem)))?;
    let bytes = train::train(&replies)
        .write()
        .context("cannot pack the model")?;
    std::fs::write(out, &bytes)
        .map_err(|error| Stop::Told(texts::guides::unwritten(out, error)))?;
    say(&texts::replies::trained(replies.len(), bytes.len()));
    Ok(())
}
