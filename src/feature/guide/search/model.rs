//! What was learned from thousands of ways to ask: a linear model that says of each guide, and of "none of them", how
//! likely it is meant. It is made by `lopso guides train` from `config/phrases` and comes with the program as a file.

use std::io::{Read as _, Write as _};
use std::sync::OnceLock;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use super::features::{self, BITS};

/// The model that comes with the program.
static SHIPPED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/guides.model"));

pub struct Model {
    head: Head,
    /// Per bucket: how little it is said at all.
    idf: Vec<f32>,
    /// Per bucket and class, in steps of `head.step`.
    weights: Vec<i8>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Head {
    /// The classes; the last is nobody's.
    ids: Vec<String>,
    /// SHA-256 of everything it was learned from.
    learned_from: String,
    step: f32,
    bias: Vec<f32>,
}

/// How likely each class is meant, in the order of the model's ids.
pub struct Likely<'a> {
    model: &'a Model,
    of: Vec<f32>,
}

impl Model {
    /// None when the file is damaged; a test keeps it whole.
    pub fn shipped() -> Option<&'static Self> {
        static MODEL: OnceLock<Option<Model>> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(SHIPPED)).as_ref()
    }

    pub(super) fn new(
        ids: Vec<String>,
        learned_from: String,
        idf: Vec<f32>,
        weights: &[f32],
        bias: Vec<f32>,
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
            ids,
            learned_from,
            step,
            bias,
        };
        Self { head, idf, weights }
    }

    pub fn ids(&self) -> &[String] {
        &self.head.ids
    }

    pub fn learned_from(&self) -> &str {
        &self.head.learned_from
    }

    /// The words' features as the model weighs them: rare ones more, and all together of length 1.
    fn weigh(&self, words: &[String]) -> Vec<(usize, f32)> {
        weighed(features::features(words), &self.idf)
    }

    pub fn likely(&self, words: &[String]) -> Likely<'_> {
        let mut sums = vec![0.0_f32; self.head.ids.len()];
        for (bucket, weight) in self.weigh(words) {
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
        let classes = self.head.ids.len();
        self.weights
            .get(bucket * classes..(bucket + 1) * classes)
            .unwrap_or_default()
    }

    /// The words and pairs that speak most for a class, with what each adds to it.
    pub fn reasons(&self, words: &[String], id: &str, most: usize) -> Vec<(String, f32)> {
        let Some(class) = self.head.ids.iter().position(|known| known == id) else {
            return Vec::new();
        };
        let weighed = self.weigh(words);
        let mut reasons: Vec<(String, f32)> = Vec::new();
        features::each(words, |name, _| {
            let Some(said) = name.strip_prefix(['w', 'b']) else {
                return;
            };
            let bucket = features::bucket(name);
            let weight = weighed.iter().find(|(known, _)| *known == bucket);
            let step = self.row(bucket).get(class).copied().unwrap_or(0);
            let adds = weight.map_or(0.0, |(_, weight)| weight * f32::from(step) * self.head.step);
            if !reasons.iter().any(|(known, _)| known == said) {
                reasons.push((said.to_owned(), adds));
            }
        });
        reasons.sort_by(|one, other| other.1.total_cmp(&one.1));
        reasons.truncate(most);
        reasons
    }

    /// As a file: a line of JSON, the weights of the buckets, the weights of the classes, packed.
    pub fn write(&self) -> std::io::Result<Vec<u8>> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&serde_json::to_vec(&self.head)?)?;
        packed.write_all(b"\n")?;
        for idf in &self.idf {
            packed.write_all(&idf.to_le_bytes())?;
        }
        let bytes: Vec<u8> = self
            .weights
            .iter()
            .map(|step| step.to_le_bytes()[0])
            .collect();
        packed.write_all(&bytes)?;
        packed.finish()
    }

    pub fn read(file: &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        DeflateDecoder::new(file).read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let (idf, weights) = bytes.get(end + 1..)?.split_at_checked(4 << BITS)?;
        let idf = idf
            .chunks_exact(4)
            .filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?)));
        let weights: Vec<i8> = weights
            .iter()
            .map(|byte| i8::from_le_bytes([*byte]))
            .collect();
        let whole = weights.len() == head.ids.len() << BITS && head.bias.len() == head.ids.len();
        whole.then(|| Self {
            idf: idf.collect(),
            weights,
            head,
        })
    }
}

impl Likely<'_> {
    /// Of one guide; none when the model does not know it.
    pub fn of(&self, id: &str) -> Option<f32> {
        let place = self.model.head.ids.iter().position(|known| known == id)?;
        self.of.get(place).copied()
    }

    /// Of all classes, likeliest first; of equal ones the first in the list.
    pub fn ranked(&self) -> Vec<(&str, f32)> {
        let ids = self.model.head.ids.iter().map(String::as_str);
        let mut ranked: Vec<(&str, f32)> = ids.zip(self.of.iter().copied()).collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranked
    }
}

pub(super) fn weighed(mut features: Vec<(usize, f32)>, idf: &[f32]) -> Vec<(usize, f32)> {
    for (bucket, weight) in &mut features {
        *weight *= idf.get(*bucket).copied().unwrap_or(0.0);
    }
    let length = features
        .iter()
        .map(|(_, weight)| weight * weight)
        .sum::<f32>()
        .sqrt();
    for (_, weight) in &mut features {
        *weight /= length.max(f32::MIN_POSITIVE);
    }
    features
}

pub(super) fn softmax(mut sums: Vec<f32>) -> Vec<f32> {
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
