//! What can be wrong with a guide file.

use std::fmt;

use super::{library::KEYS, texts};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// From 1, where it is known.
    pub line: Option<usize>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Unreadable,
    NoGuides,
    NoFrontMatter,
    FrontMatter,
    UnknownKey {
        key: String,
        nearest: Option<&'static str>,
    },
    MissingKey(&'static str),
    IdIsNotFileName,
    Steps(usize),
    LongStep(usize),
    Link,
    SharedPhrase {
        phrase: String,
        other: String,
    },
}

impl What {
    pub fn unknown_key(key: &str) -> Self {
        let alike = |known: &&'static str| strsim::jaro_winkler(known, key) >= 0.75;
        What::UnknownKey {
            key: key.to_owned(),
            nearest: KEYS.into_iter().find(alike),
        }
    }
}

/// In Vietnamese: the person who wrote the guide reads it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&texts::problem(self))
    }
}
