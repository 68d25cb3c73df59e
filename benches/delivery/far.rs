//! With a network in between: every call to Telegram takes its time, as it does from a school in Việt Nam, and a bot
//! that waits for one answer before it sends the next serves nobody else meanwhile.

use std::time::{Duration, Instant};

use super::contender::Contender;
use super::rush::run;
use super::scene::figures::{ms, per_second, quantile};

const TAPS: usize = 1_000;
const ROUND_TRIP: Duration = Duration::from_millis(50);

pub async fn measure(all: &[Contender]) {
    println!(
        "{TAPS} taps all there at once, every call to Telegram takes {} ms:\n",
        ROUND_TRIP.as_millis()
    );
    println!("| | taps/s | half are answered after | all after |");
    println!("|---|---:|---:|---:|");
    for contender in all {
        let told = run(contender, TAPS, ROUND_TRIP, Instant::now).await.told;
        assert_eq!(told.answered, TAPS, "{}", contender.name());
        println!(
            "| {} | {:.0} | {} | {} |",
            contender.name(),
            per_second(TAPS, told.span),
            ms(quantile(&told.latencies, 0.5)),
            ms(quantile(&told.latencies, 1.0)),
        );
    }
    println!();
}
