//! Learns a model from labelled examples: multinomial logistic regression by stochastic gradient, each bucket with its
//! own pace (AdaGrad: Duchi, Hazan, Singer 2011). The same examples give the same model: their order is fixed, and so is
//! the shuffling.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{Features, Model, softmax, weighed};

const BIAS_PACE: f32 = 0.15;
/// At the end the pace is this share of what it was.
const SLOWED_TO: f32 = 0.1;

/// How to learn; whoever uses a model finds out by measuring (scripts/eval.sh).
#[derive(Debug, Clone, Copy)]
pub struct Learning {
    /// Buckets, as a power of two.
    pub bits: u32,
    /// Times through all examples.
    pub rounds: u16,
    pub pace: f32,
    /// How much a rare feature counts more than a common one: the power of its inverse document frequency.
    pub rarity: f32,
}

/// What an example looks like, and the place of its class.
pub type Example = (Features, usize);

/// A mark of everything a model is learned from: a test tells by it that the model must be learned anew, whether the
/// examples changed or the way they are looked at.
pub fn mark(classes: &[String], examples: &[Example]) -> String {
    let mut hash = Sha256::new();
    for class in classes {
        hash.update(class);
        hash.update("\n");
    }
    for (features, class) in examples {
        for (bucket, weight) in features {
            hash.update(bucket.to_le_bytes());
            hash.update(weight.to_le_bytes());
        }
        hash.update(class.to_le_bytes());
        hash.update("\n");
    }
    let mut mark = String::new();
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(mark, "{byte:02x}");
    }
    mark
}

pub fn train(classes: Vec<String>, examples: &[Example], how: &Learning) -> Model {
    let learned_from = mark(&classes, examples);
    let all = classes.len();
    let counts = counts(examples, how);
    let weighed: Vec<Features> = examples
        .iter()
        .map(|(found, _)| weighed(found, &counts))
        .collect();
    let mut weights = vec![0.0_f32; all << how.bits];
    let mut bias = vec![0.0_f32; all];
    let mut moved = vec![0.0_f32; 1 << how.bits];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut dice = Dice(12_345);
    for round in 0..how.rounds {
        dice.shuffle(&mut order);
        let gone = f32::from(round) / f32::from(how.rounds);
        let pace = how.pace * (1.0 - gone * (1.0 - SLOWED_TO));
        for place in &order {
            let (features, class) = (&weighed[*place], examples[*place].1);
            let mut wrong = bias.clone();
            for (bucket, weight) in features {
                let row = &weights[bucket * all..(bucket + 1) * all];
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
                let row = &mut weights[bucket * all..(bucket + 1) * all];
                for (weight_of_class, wrong) in row.iter_mut().zip(&wrong) {
                    *weight_of_class -= pace * wrong;
                }
            }
            for (bias, wrong) in bias.iter_mut().zip(&wrong) {
                *bias -= BIAS_PACE * wrong;
            }
        }
    }
    Model::new((classes, learned_from), how.bits, counts, (&weights, bias))
}

/// What each bucket counts: ln((n + 1) / (said in + 0.5)) to the power of `rarity`.
fn counts(examples: &[Example], how: &Learning) -> Vec<f32> {
    let mut said_in = vec![0.5_f32; 1 << how.bits];
    for (bucket, _) in examples.iter().flat_map(|(found, _)| found) {
        said_in[*bucket] += 1.0;
    }
    let all = f32::from(u16::try_from(examples.len()).unwrap_or(u16::MAX)) + 1.0;
    said_in
        .into_iter()
        .map(|said| (all / said).ln().max(0.0).powf(how.rarity))
        .collect()
}

/// Knuth's linear congruential generator: the same throws everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
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
