//! Learns the model of the guides from `config/phrases`.

use std::path::{Path, PathBuf};

use super::super::words::{normal, within};
use super::features::{BITS, features};
use super::{NOBODYS, phrases_in};
use crate::understand::linear::{Features, Model, train};

/// More rounds find no more in voices that were left out (scripts/eval.sh).
const LEARNING: train::Learning = train::Learning {
    bits: BITS,
    rounds: 20,
    pace: 3.0,
    rarity: 1.0,
};

/// A phrase and the class it belongs to, by its place in `ids`.
pub struct Example {
    pub class: usize,
    pub text: String,
}

/// The classes and examples of a folder of phrases: `id.txt` for each guide, and `chatter.txt` for nobody's.
pub fn read(folder: &Path) -> std::io::Result<(Vec<String>, Vec<Example>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .map(str::to_owned);
        if let (Some(name), Some("txt")) = (name, path.extension().and_then(|end| end.to_str())) {
            files.push((name, path));
        }
    }
    files.sort();
    // Nobody's is the last class.
    let is_chatter = |(name, _): &(String, PathBuf)| name == CHATTER_FILE;
    let (chatter, guides): (Vec<_>, Vec<_>) = files.into_iter().partition(is_chatter);
    let (mut ids, mut examples) = (Vec::new(), Vec::new());
    for (class, (name, path)) in guides.into_iter().chain(chatter).enumerate() {
        let text = std::fs::read_to_string(path)?;
        let example = |text: &str| Example {
            class,
            text: text.to_owned(),
        };
        examples.extend(phrases_in(&text).map(example));
        ids.push(if name == CHATTER_FILE {
            NOBODYS.to_owned()
        } else {
            name
        });
    }
    Ok((ids, examples))
}

const CHATTER_FILE: &str = "chatter";

/// What the model was, or would be, learned from.
pub fn mark(ids: &[String], examples: &[Example]) -> String {
    train::mark(ids, &looked_at(examples))
}

fn looked_at(examples: &[Example]) -> Vec<train::Example> {
    examples
        .iter()
        .map(|example| (features_of(&example.text), example.class))
        .collect()
}

/// A phrase as the model looks at it.
pub fn features_of(text: &str) -> Features {
    features(&normal(within(text)))
}

pub fn train(ids: &[String], examples: &[Example]) -> Model {
    train::train(ids.to_vec(), &looked_at(examples), &LEARNING)
}
