//! A steady stream: taps come 300 a second for half a minute, whether those before are answered or not, so that a
//! contender that falls behind is not spared what queues up meanwhile.

use std::time::{Duration, Instant};

use super::contender::Contender;
use super::rush::run;
use super::scene::figures::{ms, quantile};
use super::wire::Arrivals;

const PER_SECOND: u32 = 300;
const SECONDS: u32 = 30;

pub async fn measure(all: &[Contender]) {
    let taps = usize::try_from(PER_SECOND * SECONDS).unwrap();
    println!(
        "From the moment a tap can be had to its answer, {PER_SECOND} taps a second for {SECONDS} s:\n"
    );
    println!("| | p50 | p99 | longest | answered | 429 |");
    println!("|---|---:|---:|---:|---:|---:|");
    for contender in all {
        let steady = || Arrivals::Every {
            from: Instant::now(),
            gap: Duration::from_secs(1) / PER_SECOND,
        };
        let told = run(contender, taps, Duration::ZERO, steady).await.told;
        println!(
            "| {} | {} | {} | {} | {} of {taps} | {} |",
            contender.name(),
            ms(quantile(&told.latencies, 0.5)),
            ms(quantile(&told.latencies, 0.99)),
            ms(told.latencies.last().copied().unwrap_or_default()),
            told.answered,
            told.floods,
        );
        assert_eq!((told.answered, told.odd), (taps, 0), "{}", contender.name());
    }
    println!();
}
