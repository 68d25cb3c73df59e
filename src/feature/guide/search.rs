//! Which guide does a question want? A parent rarely uses the title's words.
//!
//! For the guides that come with the program a small model has learned it from thousands of ways to ask (`model`,
//! `train`, `features`; the phrases are in `config/phrases`). A school's own guides are looked for by their words
//! (`lexical`). What stays below the bar gets no guide, which is an answer too.

mod features;
mod lexical;
pub mod train;

use std::sync::OnceLock;

use super::library::Guide;
use super::words::{asks, normal, within};
use crate::understand::linear::Model;
use features::features;
use lexical::Index;

/// How likely the best guide must be: for a message that asks, and for one that only tells. "otp với chả otp" has a
/// guide's word in it and wants nothing. Set, like `RATHER`, on the part of our sentences that is for tuning
/// (scripts/eval.sh).
const BAR_ASKED: f32 = 0.10;
const BAR_TOLD: f32 = 0.30;
/// One or two words may be a child's name ("Bảo" is read like "báo"), and may be "vneid".
const BAR_SHORT: f32 = 0.75;
const SHORT: usize = 2;
/// "No guide" must be so many times likelier than the best to win: somebody who asks and is told nothing is worse off
/// than somebody who is shown one guide too many.
const RATHER: f32 = 4.0;
/// A second or third guide is offered beside the first when it is at least so likely.
const ALSO: f32 = 0.01;
const AT_MOST: usize = 3;
/// A school's own guide whose words fit goes first unless one of ours is so likely.
const SURE: f32 = 0.9;

/// The id of what wants no guide, in the model and in the index.
pub const NOBODYS: &str = "";

/// What is said in a class group when nobody wants a guide.
pub const CHATTER: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/config/phrases/chatter.txt"
));

/// The lines of a file of phrases, without its comments.
pub fn phrases_in(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The model that comes with the program: its classes are the guides, and nobody's. None when the file is damaged; a
/// test keeps it whole.
pub fn shipped() -> Option<&'static Model> {
    static FILE: &[u8] =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/guides.model"));
    static MODEL: OnceLock<Option<Model>> = OnceLock::new();
    MODEL.get_or_init(|| Model::read(FILE)).as_ref()
}

/// The model knows how people ask for this guide.
pub fn is_learned(id: &str) -> bool {
    shipped().is_some_and(|model| {
        model
            .classes()
            .iter()
            .any(|known| known == id && !id.is_empty())
    })
}

#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: String,
    /// How likely, 0 to 1; of a school's own guide the nearness of its words, about 0 to 2.
    pub score: f64,
}

/// Why a question found what it found, for the person who writes the guides.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The words as they were understood: folded, shorthand written out.
    pub words: Vec<String>,
    pub asks: bool,
    pub bar: f32,
    /// The likeliest of the model, best first; the id of "no guide" is empty.
    pub candidates: Vec<Candidate>,
    pub hits: Vec<Hit>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: String,
    pub likely: f32,
    /// The words that speak most for it.
    pub reasons: Vec<(String, f32)>,
}

pub struct Search {
    model: Option<&'static Model>,
    /// The guides there are, of those that the model knows.
    shipped: Vec<String>,
    /// Those that it does not know.
    own: Option<Index>,
}

impl Search {
    pub fn build(guides: &[Guide]) -> Self {
        let model = shipped();
        let learned = |guide: &&Guide| is_learned(&guide.id);
        let (shipped, own): (Vec<&Guide>, Vec<&Guide>) = guides.iter().partition(learned);
        let own: Vec<Guide> = own.into_iter().cloned().collect();
        Self {
            shipped: shipped.into_iter().map(|guide| guide.id.clone()).collect(),
            own: (!own.is_empty()).then(|| Index::build(&own)),
            model,
        }
    }

    /// The guides that fit a question: best first, at most three, none when none fits.
    pub fn ask(&self, text: &str) -> Vec<Hit> {
        let text = within(text);
        let words = normal(text);
        let mut hits = self
            .own
            .as_ref()
            .map(|own| own.ask(text))
            .unwrap_or_default();
        let ours = self.learned(&words, bar(text, &words));
        let sure = ours
            .first()
            .is_some_and(|best| best.score > f64::from(SURE));
        let place = if sure { 0 } else { hits.len() };
        hits.splice(place..place, ours);
        hits.truncate(AT_MOST);
        hits
    }

    fn learned(&self, words: &[String], bar: f32) -> Vec<Hit> {
        let Some(model) = self.model.filter(|_| !words.is_empty()) else {
            return Vec::new();
        };
        let likely = model.likely(&features(words));
        let ranked = likely.ranked();
        let nobodys = likely.of(NOBODYS).unwrap_or(0.0);
        // When the best is not here, the neighbours are no better.
        let is_here = |id: &str| self.shipped.iter().any(|known| known == id);
        let wanted =
            |id: &str, likely: f32| is_here(id) && likely >= bar && likely * RATHER >= nobodys;
        let best = ranked.iter().find(|(id, _)| *id != NOBODYS);
        if !best.is_some_and(|(id, likely)| wanted(id, *likely)) {
            return Vec::new();
        }
        let fits = ranked
            .into_iter()
            .filter(|(id, likely)| is_here(id) && *likely >= ALSO);
        let hit = |(id, likely): (&str, f32)| Hit {
            id: id.to_owned(),
            score: f64::from(likely),
        };
        fits.take(AT_MOST).map(hit).collect()
    }

    pub fn explain(&self, text: &str) -> Explained {
        let words = normal(within(text));
        let candidate = |model: &Model, (id, likely): (&str, f32)| Candidate {
            id: id.to_owned(),
            likely,
            reasons: reasons(model, &words, id),
        };
        let candidates = self.model.map(|model| {
            let likely = model.likely(&features(&words));
            likely
                .ranked()
                .into_iter()
                .take(TOLD)
                .map(|one| candidate(model, one))
                .collect()
        });
        Explained {
            asks: text.contains('?') || asks(&words),
            bar: bar(text, &words),
            candidates: candidates.unwrap_or_default(),
            hits: self.ask(text),
            words,
        }
    }
}

/// How many candidates an explanation shows, and how many reasons of each.
const TOLD: usize = 4;
const REASONS: usize = 6;

/// The words and pairs that speak most for a guide, with what each adds to it.
fn reasons(model: &Model, words: &[String], id: &str) -> Vec<(String, f32)> {
    let mut names = Vec::new();
    features::each(words, |name, _| {
        if name.starts_with(['w', 'b']) {
            names.push(name.to_owned());
        }
    });
    let told = |(name, adds): (String, f32)| (name[1..].to_owned(), adds);
    let reasons = model.reasons(&features(words), &names, id);
    reasons.into_iter().take(REASONS).map(told).collect()
}

fn bar(text: &str, words: &[String]) -> f32 {
    if text.contains('?') || asks(words) {
        BAR_ASKED
    } else if words.len() <= SHORT {
        BAR_SHORT
    } else {
        BAR_TOLD
    }
}
