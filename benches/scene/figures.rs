//! Numbers as they stand in the tables.

use std::time::Duration;

/// The value below which this share of them lies; they come smallest first.
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let Some(last) = sorted.len().checked_sub(1) else {
        return Duration::ZERO;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list of some thousands"
    )]
    let place = (last as f64 * share).round() as usize;
    sorted[place.min(last)]
}

pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

pub fn mib(kib: Option<u64>) -> String {
    let mib = |kib: u64| format!("{:.1} MiB", f64::from(u32::try_from(kib).unwrap()) / 1024.0);
    kib.map_or("–".to_owned(), mib)
}

pub fn per_second(number: usize, spent: Duration) -> f64 {
    f64::from(u32::try_from(number).unwrap()) / spent.as_secs_f64()
}

pub fn middle(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
