//! A linear model over the features of a text: of each class it says how likely the text belongs to it. A feature is a
//! short name ("w" + a word); its name chooses one of a fixed number of buckets, and each bucket has a weight for each
//! class. Which features there are, whoever uses the model decides.

pub mod train;

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

/// Buckets with their weights, in the order of the buckets, each once.
pub type Features = Vec<(usize, f32)>;

/// Names features while they are found, and puts each into its bucket. What is found twice counts once, with the
/// greater weight.
#[derive(Debug)]
pub struct Finder {
    bits: u32,
    found: Features,
}

impl Finder {
    /// For a model of `2^bits` buckets.
    pub fn new(bits: u32) -> Self {
        Self {
            bits,
            found: Vec::new(),
        }
    }

    /// A feature by its name, which may come in pieces.
    pub fn tell(&mut self, name: &[&str], weight: f32) {
        self.found.push((bucket(name, self.bits), weight));
    }

    pub fn features(mut self) -> Features {
        self.found
            .sort_unstable_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
        self.found.dedup_by_key(|(bucket, _)| *bucket);
        self.found
    }
}

/// The bucket of a feature: FNV-1a of its name, folded to the bits.
fn bucket(name: &[&str], bits: u32) -> usize {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let bytes = name.iter().flat_map(|piece| piece.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, step);
    let hash = hash ^ (hash >> 32) ^ (hash >> 29);
    usize::try_from(hash & ((1 << bits) - 1)).unwrap_or(0)
}

pub struct Model {
    head: Head,
    /// Per bucket: what it counts, more when it is rare.
    counts: Vec<f32>,
    /// Per bucket and class, in steps of `head.step`.
    weights: Vec<i8>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Head {
    classes: Vec<String>,
    bits: u32,
    /// SHA-256 of everything it was learned from.
    learned_from: String,
    step: f32,
    bias: Vec<f32>,
}

/// How likely each class is, in the order of the model's classes.
pub struct Likely<'a> {
    model: &'a Model,
    of: Vec<f32>,
}

impl Model {
    fn new(
        (classes, learned_from): (Vec<String>, String),
        bits: u32,
        counts: Vec<f32>,
        (weights, bias): (&[f32], Vec<f32>),
    ) -> Self {
        let most = weights
            .iter()
            .fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
        let step = most / f32::from(i8::MAX);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "at most 127 steps either way"
        )]
        let weights = weights
            .iter()
            .map(|weight| (weight / step).round() as i8)
            .collect();
        let head = Head {
            classes,
            bits,
            learned_from,
            step,
            bias,
        };
        Self {
            head,
            counts,
            weights,
        }
    }

    pub fn classes(&self) -> &[String] {
        &self.head.classes
    }

    /// A mark of everything it was learned from.
    pub fn learned_from(&self) -> &str {
        &self.head.learned_from
    }

    pub fn likely(&self, features: &Features) -> Likely<'_> {
        let mut sums = vec![0.0_f32; self.head.classes.len()];
        for (bucket, weight) in weighed(features, &self.counts) {
            for (sum, step) in sums.iter_mut().zip(self.row(bucket)) {
                *sum += weight * f32::from(*step);
            }
        }
        for (sum, bias) in sums.iter_mut().zip(&self.head.bias) {
            *sum = *sum * self.head.step + bias;
        }
        Likely {
            model: self,
            of: softmax(sums),
        }
    }

    fn row(&self, bucket: usize) -> &[i8] {
        let classes = self.head.classes.len();
        self.weights
            .get(bucket * classes..(bucket + 1) * classes)
            .unwrap_or_default()
    }

    /// What each of these features adds to a class, most first, each name once.
    pub fn reasons(
        &self,
        features: &Features,
        names: &[String],
        class: &str,
    ) -> Vec<(String, f32)> {
        let Some(class) = self.head.classes.iter().position(|known| known == class) else {
            return Vec::new();
        };
        let weighed = weighed(features, &self.counts);
        let mut reasons: Vec<(String, f32)> = Vec::new();
        for name in names {
            let bucket = bucket(&[name], self.head.bits);
            let weight = weighed.iter().find(|(known, _)| *known == bucket);
            let step = self.row(bucket).get(class).copied().unwrap_or(0);
            let adds = weight.map_or(0.0, |(_, weight)| weight * f32::from(step) * self.head.step);
            if !reasons.iter().any(|(known, _)| known == name) {
                reasons.push((name.clone(), adds));
            }
        }
        reasons.sort_by(|one, other| other.1.total_cmp(&one.1));
        reasons
    }

    /// As a file: a line of JSON, the weights of the buckets, the weights of the classes, packed.
    pub fn write(&self) -> std::io::Result<Vec<u8>> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&serde_json::to_vec(&self.head)?)?;
        packed.write_all(b"\n")?;
        for count in &self.counts {
            packed.write_all(&count.to_le_bytes())?;
        }
        let bytes: Vec<u8> = self
            .weights
            .iter()
            .map(|step| step.to_le_bytes()[0])
            .collect();
        packed.write_all(&bytes)?;
        packed.finish()
    }

    /// None when the file is damaged.
    pub fn read(file: &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        DeflateDecoder::new(file).read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let buckets = 1_usize.checked_shl(head.bits)?;
        let (counts, weights) = bytes.get(end + 1..)?.split_at_checked(4 * buckets)?;
        let counts = counts
            .chunks_exact(4)
            .filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?)));
        let weights: Vec<i8> = weights
            .iter()
            .map(|byte| i8::from_le_bytes([*byte]))
            .collect();
        let classes = head.classes.len();
        let whole = weights.len() == classes * buckets && head.bias.len() == classes;
        whole.then(|| Self {
            counts: counts.collect(),
            weights,
            head,
        })
    }
}

impl Likely<'_> {
    /// Of one class; none when the model does not know it.
    pub fn of(&self, class: &str) -> Option<f32> {
        let classes = &self.model.head.classes;
        let place = classes.iter().position(|known| known == class)?;
        self.of.get(place).copied()
    }

    /// Of all classes, likeliest first; of equal ones the first in the list.
    pub fn ranked(&self) -> Vec<(&str, f32)> {
        let classes = self.model.head.classes.iter().map(String::as_str);
        let mut ranked: Vec<(&str, f32)> = classes.zip(self.of.iter().copied()).collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranked
    }
}

/// Each feature with what its bucket counts, and all together of length 1.
fn weighed(features: &Features, counts: &[f32]) -> Features {
    let mut weighed: Features = features
        .iter()
        .map(|(bucket, weight)| {
            (
                *bucket,
                weight * counts.get(*bucket).copied().unwrap_or(0.0),
            )
        })
        .collect();
    let length = weighed
        .iter()
        .map(|(_, weight)| weight * weight)
        .sum::<f32>()
        .sqrt();
    for (_, weight) in &mut weighed {
        *weight /= length.max(f32::MIN_POSITIVE);
    }
    weighed
}

fn softmax(mut sums: Vec<f32>) -> Vec<f32> {
    let most = sums.iter().copied().fold(f32::MIN, f32::max);
    for sum in &mut sums {
        *sum = (*sum - most).exp();
    }
    let all: f32 = sums.iter().sum();
    for sum in &mut sums {
        *sum /= all;
    }
    sums
}
