//! A school's own guides, of which the model has learned nothing: a question is held against all the ways in which people ask, folded to no accents, with pairs of words, slips of one
//! letter, chat shorthand, and northern spellings by sound.
//!
//! Two views are added: the nearest single phrase, since one good example is enough, and BM25 over the
//! whole guide (title, phrases, steps), since a long story shares words with many phrases and is near
//! to none. A guide may list what it is *not* about; a question nearer to that than to any of its
//! phrases is not its own. What stays below the bar gets no guide, which is an answer too.

use std::collections::HashMap;

use super::super::library::Guide;
use super::super::words::{asks, is_common, normal, sound};
use super::{CHATTER, Hit, NOBODYS, phrases_in};

/// A word said in so small a share of a guide's phrases tells nothing yet.
const RARE: f64 = 0.03;
/// What a word counts that no guide says more than another, and one that no guide says at all: both
/// are part of the question and speak against every guide that does not have them.
const FAINT: f64 = 1.5;
const UNHEARD: f64 = 1.5;
/// What a pair of words and a match by sound count beside the word itself.
const PAIR: f64 = 0.8;
const SOUND: f64 = 0.5;
/// Words of every message ("em", "cho", "làm") say little about what is asked.
const LITTLE: f64 = 0.15;
/// How the two views are mixed.
const NEAREST: f64 = 1.0;
const WHOLE: f64 = 0.06;

/// The bar for a message that asks, and the higher one for a message that only tells: "otp với chả
/// otp" has a guide's word in it and wants nothing. Tuned on the project's own questions and chatter.
const BAR_ASKED: f64 = 0.65;
const BAR_TOLD: f64 = 0.95;
/// How near to the first a second or third guide must be to be offered beside it.
const ALSO: f64 = 0.25;
const AT_MOST: usize = 3;
/// Vietnamese words are short; this holds several written together.
const LONGEST_WORD: usize = 24;

/// A guide that shares a word with the question.
struct Candidate {
    id: String,
    score: f64,
    /// How near the nearest phrase is.
    nearest: f64,
    /// How near the nearest of its `negative` lines is.
    against: f64,
}

impl Candidate {
    fn is_own(&self) -> bool {
        self.nearest > self.against
    }

    /// Chatter is scored beside the guides, and is none.
    fn is_a_guide(&self) -> bool {
        self.id != NOBODYS
    }
}

/// One line of a guide's `phrases` (or its title), or of its `negative`.
struct Saying {
    guide: usize,
    wanted: bool,
    text: String,
}

pub struct Index {
    ids: Vec<String>,
    sayings: Vec<Saying>,
    /// The number of each term: a word, a pair of words, or a sound.
    numbers: HashMap<String, usize>,
    idf: Vec<f64>,
    /// Per term: in which sayings, and its share of the saying's length.
    in_sayings: Vec<Vec<(usize, f64)>>,
    /// Per term: in which guides, and what it is worth there.
    in_guides: Vec<Vec<(usize, f64)>>,
    /// Known words by themselves with one letter left out, to find slips.
    slips: HashMap<String, Vec<String>>,
}

impl Index {
    pub fn build(guides: &[Guide]) -> Self {
        let sayings = sayings(guides);
        let said: Vec<HashMap<String, f64>> = sayings
            .iter()
            .map(|saying| terms(&normal(&saying.text)))
            .collect();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for term in said.iter().flat_map(HashMap::keys) {
            let next = numbers.len();
            numbers.entry(term.clone()).or_insert(next);
        }
        let in_guides = in_guides(guides, &sayings, &said, &numbers);
        let told =
            |found: &Vec<(usize, f64)>| found.iter().map(|(_, worth)| *worth).fold(FAINT, f64::max);
        let idf: Vec<f64> = in_guides.iter().map(told).collect();
        let mut in_sayings = vec![Vec::new(); idf.len()];
        for (place, terms) in said.iter().enumerate() {
            let weighed: Vec<(usize, f64)> = terms
                .iter()
                .map(|(term, weight)| (numbers[term], weight * idf[numbers[term]]))
                .collect();
            let length = length(weighed.iter().map(|(_, weight)| *weight));
            for (number, weight) in weighed {
                in_sayings[number].push((place, weight / length));
            }
        }
        let slips = slips(numbers.keys().filter(|term| is_word(term)));
        Self {
            ids: guides
                .iter()
                .map(|guide| guide.id.clone())
                .chain([NOBODYS.to_owned()])
                .collect(),
            sayings,
            numbers,
            idf,
            in_sayings,
            in_guides,
            slips,
        }
    }

    /// The guides that fit a question: best first, at most three, none when none fits.
    pub fn ask(&self, text: &str) -> Vec<Hit> {
        let words = normal(text);
        let words: Vec<String> = words.into_iter().map(|word| self.mended(word)).collect();
        let bar = if text.contains('?') || asks(&words) {
            BAR_ASKED
        } else {
            BAR_TOLD
        };
        let candidates = self.candidates(&words);
        // When the best says that it is not about this, or the message is nearest to chatter, the
        // neighbours are no better.
        let Some(first) = candidates
            .first()
            .filter(|best| best.is_a_guide() && best.is_own() && best.score >= bar)
        else {
            return Vec::new();
        };
        let fits = |candidate: &&Candidate| {
            candidate.is_a_guide() && candidate.is_own() && candidate.score >= first.score * ALSO
        };
        let hit = |candidate: &Candidate| Hit {
            id: candidate.id.clone(),
            score: candidate.score,
        };
        candidates
            .iter()
            .filter(fits)
            .take(AT_MOST)
            .map(hit)
            .collect()
    }

    fn candidates(&self, words: &[String]) -> Vec<Candidate> {
        let query = self.weighed(words);
        let long = length(query.iter().map(|(_, weight)| *weight));
        let mut near = vec![0.0; self.sayings.len()];
        let mut whole = vec![0.0; self.ids.len()];
        for (number, weight) in &query {
            let Some(number) = *number else { continue };
            for (place, share) in &self.in_sayings[number] {
                near[*place] += share * weight / long;
            }
            for (guide, worth) in &self.in_guides[number] {
                whole[*guide] += worth * weight_of_term(*weight, self.idf[number]);
            }
        }
        let mut best: Vec<[(f64, usize); 2]> = vec![[(0.0, 0); 2]; self.ids.len()];
        for (place, saying) in self.sayings.iter().enumerate() {
            let kept = &mut best[saying.guide][usize::from(saying.wanted)];
            if near[place] > kept.0 {
                *kept = (near[place], place);
            }
        }
        let mut found: Vec<Candidate> = Vec::new();
        for (guide, [(against, _), (nearest, _)]) in best
            .into_iter()
            .enumerate()
            .filter(|(_, [_, wanted])| wanted.0 > 0.0)
        {
            found.push(Candidate {
                id: self.ids[guide].clone(),
                score: NEAREST * nearest + WHOLE * whole[guide],
                nearest,
                against,
            });
        }
        found.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then_with(|| one.id.cmp(&other.id))
        });
        found
    }

    /// The question's terms and what each weighs. A word that no phrase has weighs as much as a rare
    /// one: it is part of what was asked and speaks against every guide.
    fn weighed(&self, words: &[String]) -> Vec<(Option<usize>, f64)> {
        let weigh = |(term, weight): (String, f64)| match self.numbers.get(&term) {
            Some(number) => Some((Some(*number), weight * self.idf[*number])),
            None => is_word(&term).then_some((None, weight * UNHEARD)),
        };
        let mut weighed: Vec<(Option<usize>, f64)> =
            terms(words).into_iter().filter_map(weigh).collect();
        // In one order, so that rounding and with it the answer never changes.
        weighed.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        weighed
    }

    /// A word that no phrase has, but one slip beside a word that some phrase has, was meant as that.
    fn mended(&self, word: String) -> String {
        // Nobody slips in a word longer than any there is; looking for one would cost its length squared.
        if !(4..=LONGEST_WORD).contains(&word.chars().count()) || self.numbers.contains_key(&word) {
            return word;
        }
        let mut near: Vec<&String> = shortened(&word)
            .chain(std::iter::once(word.clone()))
            .filter_map(|key| self.slips.get(&key))
            .flatten()
            .filter(|known| strsim::damerau_levenshtein(known, &word) == 1)
            .collect();
        near.sort();
        near.first().map_or(word, |known| (*known).clone())
    }
}

fn sayings(guides: &[Guide]) -> Vec<Saying> {
    let mut sayings = Vec::new();
    for (guide, told) in guides.iter().enumerate() {
        let mut put = |text: &String, wanted| {
            sayings.push(Saying {
                guide,
                wanted,
                text: text.clone(),
            })
        };
        std::iter::once(&told.title)
            .chain(&told.phrases)
            .for_each(|text| put(text, true));
        told.negative.iter().for_each(|text| put(text, false));
    }
    let chatter = |text: &str| Saying {
        guide: guides.len(),
        wanted: true,
        text: text.to_owned(),
    };
    sayings.extend(phrases_in(CHATTER).map(chatter));
    sayings
}

/// How much more often each term is said in a guide's phrases than in all the others: the logarithm of
/// the ratio of the two shares. `RARE` keeps a word that was said once (the hamster in somebody's long
/// story) from telling anything.
fn in_guides(
    guides: &[Guide],
    sayings: &[Saying],
    said: &[HashMap<String, f64>],
    numbers: &HashMap<String, usize>,
) -> Vec<Vec<(usize, f64)>> {
    let mut counts: Vec<HashMap<usize, f64>> = vec![HashMap::new(); numbers.len()];
    let mut everywhere = vec![0.0; numbers.len()];
    let mut sizes = vec![0.0; guides.len() + 1];
    for (saying, terms) in sayings.iter().zip(said) {
        if saying.wanted {
            sizes[saying.guide] += 1.0;
        }
        for number in terms.keys().map(|term| numbers[term]) {
            everywhere[number] += 1.0;
            if saying.wanted {
                *counts[number].entry(saying.guide).or_insert(0.0) += 1.0;
            }
        }
    }
    let all = count(sayings.len());
    let worth = |(number, found): (usize, &HashMap<usize, f64>)| {
        let mut worth: Vec<(usize, f64)> = found
            .iter()
            .map(|(guide, times)| {
                let here = times / sizes[*guide];
                let elsewhere = (everywhere[number] - times) / (all - sizes[*guide]).max(1.0);
                (*guide, ((here + RARE) / (elsewhere + RARE)).ln())
            })
            .collect();
        worth.sort_by_key(|(guide, _)| *guide);
        worth
    };
    counts.iter().enumerate().map(worth).collect()
}

/// Words, pairs of words and sounds of a text with what each counts.
fn terms(words: &[String]) -> HashMap<String, f64> {
    let mut terms: HashMap<String, f64> = HashMap::new();
    let mut put = |term: String, weight: f64| {
        let known = terms.entry(term).or_insert(0.0);
        *known = known.max(weight);
    };
    for word in words {
        let weight = if is_common(word) { LITTLE } else { 1.0 };
        put(format!("~{}", sound(word)), SOUND * weight);
        put(word.clone(), weight);
    }
    for pair in words.windows(2) {
        let common = pair.iter().filter(|word| is_common(word)).count();
        let weight = [PAIR, PAIR * 0.5, PAIR * LITTLE][common];
        put(pair.join(" "), weight);
    }
    terms
}

fn weight_of_term(weight: f64, idf: f64) -> f64 {
    weight / idf
}

fn is_word(term: &str) -> bool {
    !term.starts_with('~') && !term.contains(' ')
}

/// A word with each one of its letters left out.
fn shortened(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    (0..letters.len()).map(move |out| {
        let kept = letters
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != out);
        kept.map(|(_, letter)| *letter).collect()
    })
}

fn slips<'a>(words: impl Iterator<Item = &'a String>) -> HashMap<String, Vec<String>> {
    let mut slips: HashMap<String, Vec<String>> = HashMap::new();
    for word in words.filter(|word| word.chars().count() >= 4) {
        for key in shortened(word).chain(std::iter::once(word.clone())) {
            slips.entry(key).or_default().push(word.clone());
        }
    }
    slips
}

fn length(weights: impl Iterator<Item = f64>) -> f64 {
    weights
        .map(|weight| weight * weight)
        .sum::<f64>()
        .sqrt()
        .max(f64::MIN_POSITIVE)
}

fn count(number: usize) -> f64 {
    // Far below 2^32 phrases.
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}
