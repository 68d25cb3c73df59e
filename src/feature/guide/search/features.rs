//! A question as numbers: its words, pairs of them, their sounds and their pieces, each in one of a fixed number of
//! buckets.

use super::super::words::{is_common, sound};
use crate::understand::linear::{Features, Finder};

/// Buckets, as a power of two. With 2^15 two features rarely meet, and twice as many find no more (scripts/eval.sh).
pub(super) const BITS: u32 = 15;

/// What the kinds of features count beside a word itself.
const WORD: f32 = 1.0;
const PAIR: f32 = 0.8;
const SOUND: f32 = 0.5;
const PIECE: f32 = 0.4;
/// Words of every message ("em", "cho", "làm").
const LITTLE: f32 = 0.4;
/// Letters of a piece; pieces also bridge two words, so that "v neid" is near to "vneid".
const PIECES: std::ops::RangeInclusive<usize> = 3..=5;

/// Tells each feature of these words by its name and weight, some more than once.
pub(super) fn each(words: &[String], mut tell: impl FnMut(&str, f32)) {
    for word in words {
        let little = if is_common(word) { LITTLE } else { 1.0 };
        tell(&format!("w{word}"), WORD * little);
        tell(&format!("~{}", sound(word)), SOUND * little);
    }
    for pair in words.windows(2) {
        tell(&format!("b{}", pair.join(" ")), PAIR);
    }
    let letters: Vec<char> = format!(" {} ", words.join(" ")).chars().collect();
    let mut piece = String::new();
    for length in PIECES {
        for letters in letters.windows(length) {
            piece.clear();
            piece.push('c');
            piece.extend(letters);
            tell(&piece, PIECE);
        }
    }
}

pub(super) fn features(words: &[String]) -> Features {
    let mut finder = Finder::new(BITS);
    each(words, |name, weight| finder.tell(&[name], weight));
    finder.features()
}
