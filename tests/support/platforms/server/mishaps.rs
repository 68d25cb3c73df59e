//! What goes wrong with calls: ordered one after the other, or at random by dice that fall the same way for the same
//! seed.

use super::dice::Dice;

/// `K` names a call, `F` is how it fails.
pub struct Mishaps<K, F> {
    ordered: Vec<(K, F)>,
    weather: Option<Weather<K, F>>,
}

struct Weather<K, F> {
    dice: Dice,
    percent: usize,
    of: Vec<K>,
    any: fn(&mut Dice) -> F,
}

impl<K, F> Default for Mishaps<K, F> {
    fn default() -> Self {
        Self {
            ordered: Vec::new(),
            weather: None,
        }
    }
}

impl<K, F> Mishaps<K, F> {
    /// The next call of this name fails so; several wait in line.
    pub fn order(&mut self, of: K, failure: F) {
        self.ordered.push((of, failure));
    }

    /// From now on calls of these names fail in any way, this often in a hundred.
    pub fn at_random(&mut self, of: Vec<K>, percent: usize, seed: u64, any: fn(&mut Dice) -> F) {
        self.weather = Some(Weather {
            dice: Dice::new(seed),
            percent,
            of,
            any,
        });
    }

    /// What goes wrong with this call, if anything does.
    pub fn next<Q: ?Sized>(&mut self, of: &Q) -> Option<F>
    where
        K: PartialEq<Q>,
    {
        if let Some(index) = self.ordered.iter().position(|(known, _)| known == of) {
            return Some(self.ordered.remove(index).1);
        }
        let weather = self.weather.as_mut()?;
        let strikes =
            weather.of.iter().any(|known| known == of) && weather.dice.percent(weather.percent);
        strikes.then(|| (weather.any)(&mut weather.dice))
    }
}
