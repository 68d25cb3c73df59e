//! `lopso guides list|check|ask|train`.

use std::io::BufRead as _;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{Stop, open, say, texts};
use crate::feature::guide::search::train;

pub fn list() -> Result<(), Stop> {
    let library = open::library(&open::config()?)?;
    for guide in library.guides() {
        say(&texts::guide_line(&guide.id, &guide.title));
    }
    Ok(())
}

/// Opening the library checks it; problems were told by then.
pub fn check() -> Result<(), Stop> {
    let library = open::library(&open::config()?)?;
    say(&texts::guides_fine(library.guides().len()));
    Ok(())
}

/// Learns the model anew from the phrases, and writes it where the next build of the program finds it.
pub fn train(from: &Path, out: &Path) -> Result<(), Stop> {
    let unread = |error| Stop::Told(texts::guides::unreadable(from, error));
    let (ids, examples) = train::read(from).map_err(unread)?;
    let model = train::train(&ids, &examples);
    let bytes = model.write().context("cannot pack the model")?;
    std::fs::write(out, &bytes)
        .map_err(|error| Stop::Told(texts::guides::unwritten(out, error)))?;
    say(&texts::guides::trained(
        ids.len() - 1,
        examples.len(),
        bytes.len(),
    ));
    Ok(())
}

/// Why a question finds what it finds.
pub fn explain(text: &str) -> Result<(), Stop> {
    let library = open::library(&open::config()?)?;
    say(&texts::guides::explained(&library.explain(text)));
    Ok(())
}

#[derive(Deserialize)]
struct Asked {
    id: String,
    text: String,
}

#[derive(Serialize)]
struct Answered<'a> {
    id: &'a str,
    answers: Vec<String>,
}

/// One question, or with `--jsonl` one object a line: `{"id","text"}` in, `{"id","answers"}` out.
pub fn ask(text: &str, jsonl: bool) -> Result<(), Stop> {
    let library = open::library(&open::config()?)?;
    if !jsonl {
        let hits = library.ask(text);
        if hits.is_empty() {
            say(texts::NO_GUIDE);
        }
        for hit in hits {
            let title = library
                .get(&hit.id)
                .map_or("", |guide| guide.title.as_str());
            say(&texts::guide_line(&hit.id, title));
        }
        return Ok(());
    }
    for (place, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.context("cannot read the input")?;
        if line.trim().is_empty() {
            continue;
        }
        let asked: Asked =
            serde_json::from_str(&line).map_err(|_| Stop::Told(texts::bad_json_line(place + 1)))?;
        let answers = library
            .ask(&asked.text)
            .into_iter()
            .map(|hit| hit.id)
            .collect();
        let answered = Answered {
            id: &asked.id,
            answers,
        };
        say(&serde_json::to_string(&answered).context("cannot write JSON")?);
    }
    Ok(())
}
