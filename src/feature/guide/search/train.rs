//! Learns the model from labelled phrases: multinomial logistic regression by stochastic gradient, each bucket with its
//! own pace (AdaGrad). The same phrases give the same model: their order is fixed, and so is the shuffling.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::super::words::normal;
use super::features::{BITS, features};
use super::model::{Model, softmax, weighed};
use super::{NOBODYS, phrases_in};

/// Times through all phrases; more finds no more in voices that were left out (scripts/eval.sh).
const ROUNDS: u32 = 20;
const PACE: f32 = 3.0;
const BIAS_PACE: f32 = 0.15;
/// At the end the pace is this share of what it was.
const SLOWED_TO: f32 = 0.1;

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
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(id);
        hash.update("\n");
    }
    for example in examples {
        hash.update(example.class.to_le_bytes());
        hash.update(&example.text);
        hash.update("\n");
    }
    let mut mark = String::new();
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(mark, "{byte:02x}");
    }
    mark
}

pub fn train(ids: &[String], examples: &[Example]) -> Model {
    let classes = ids.len();
    let features: Vec<Vec<(usize, f32)>> = examples
        .iter()
        .map(|example| features(&normal(&example.text)))
        .collect();
    let idf = idf(&features);
    let features: Vec<Vec<(usize, f32)>> = features
        .into_iter()
        .map(|found| weighed(found, &idf))
        .collect();
    let mut weights = vec![0.0_f32; classes << BITS];
    let mut bias = vec![0.0_f32; classes];
    let mut moved = vec![0.0_f32; 1 << BITS];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut dice = Dice(12_345);
    for round in 0..ROUNDS {
        dice.shuffle(&mut order);
        let gone = f32::from(u16::try_from(round).unwrap_or(0))
            / f32::from(u16::try_from(ROUNDS).unwrap_or(1));
        let pace = PACE * (1.0 - gone * (1.0 - SLOWED_TO));
        for place in &order {
            let (features, class) = (&features[*place], examples[*place].class);
            let mut wrong = bias.clone();
            for (bucket, weight) in features {
                let row = &weights[bucket * classes..(bucket + 1) * classes];
                for (sum, weight_of_class) in wrong.iter_mut().zip(row) {
                    *sum += weight * weight_of_class;
                }
            }
            let mut wrong = softmax(wrong);
            wrong[class] -= 1.0;
            let how_wrong: f32 = wrong.iter().map(|wrong| wrong * wrong).sum();
            for (bucket, weight) in features {
                moved[*bucket] += weight * weight * how_wrong;
                let pace = pace * weight / moved[*bucket].sqrt().max(1.0);
                let row = &mut weights[bucket * classes..(bucket + 1) * classes];
                for (weight_of_class, wrong) in row.iter_mut().zip(&wrong) {
                    *weight_of_class -= pace * wrong;
                }
            }
            for (bias, wrong) in bias.iter_mut().zip(&wrong) {
                *bias -= BIAS_PACE * wrong;
            }
        }
    }
    Model::new(ids.to_vec(), mark(ids, examples), idf, &weights, bias)
}

/// How rare each bucket is: ln((n + 1) / (said in + 0.5)).
fn idf(features: &[Vec<(usize, f32)>]) -> Vec<f32> {
    let mut said_in = vec![0.5_f32; 1 << BITS];
    for (bucket, _) in features.iter().flatten() {
        said_in[*bucket] += 1.0;
    }
    let all = f32::from(u16::try_from(features.len()).unwrap_or(u16::MAX)) + 1.0;
    said_in
        .into_iter()
        .map(|said| (all / said).ln().max(0.0))
        .collect()
}

/// Knuth's linear congruential generator: the same throws everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for place in (1..order.len()).rev() {
            let other = self.below(place + 1);
            order.swap(place, other);
        }
    }
}
