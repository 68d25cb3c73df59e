//! Everybody taps at once: 20,000 taps wait at the server, and each contender takes them in as fast as it can.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::contender::{Contender, Kept};
use super::scene::figures::{mib, middle, per_second, seconds};
use super::scene::process::{Running, Share};
use super::wire::{Arrivals, Told, Wire};

const TAPS: usize = 20_000;
/// Each contender is measured on a fresh database this many times, in turns; the middle one is told.
const ROUNDS: usize = 3;
/// Nothing happens for this long before idle memory is read, and after the last answer.
const IDLE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Debug, Clone)]
pub struct Round {
    pub told: Told,
    pub kept: Kept,
    /// Processor time from the first tap to the last answer.
    pub bot: Duration,
    pub database: Option<Duration>,
    pub server: Duration,
    /// What each of the bot's threads had of it.
    pub threads: BTreeMap<String, Share>,
    pub idle_kib: Option<u64>,
    pub load_kib: Option<u64>,
    pub after_kib: Option<u64>,
    pub peak_kib: Option<u64>,
}

pub async fn measure(all: &[Contender]) {
    let rounds = std::env::var("LOPSO_BENCH_ROUNDS").ok();
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut measured: Vec<Vec<Round>> = vec![Vec::new(); all.len()];
    for _ in 0..rounds {
        for (contender, rounds) in all.iter().zip(&mut measured) {
            rounds.push(run(contender, TAPS, Duration::ZERO, Instant::now).await);
        }
    }
    let rate = |round: &Round| per_second(TAPS, round.told.span);
    let rates: Vec<f64> = measured
        .iter()
        .map(|rounds| middle(rounds.iter().map(rate).collect()))
        .collect();
    println!(
        "20,000 taps of 6,000 parents in 200 groups, all there at once, until the last is answered:\n"
    );
    println!(
        "| | taps/s (rounds) | `lopso`, SQLite, to it | kept | lost | double | answers twice or late | 429 |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for ((contender, rounds), own) in all.iter().zip(&measured).zip(&rates) {
        let each: Vec<String> = rounds
            .iter()
            .map(|round| format!("{:.0}", rate(round)))
            .collect();
        let sum = |of: fn(&Round) -> usize| rounds.iter().map(of).sum::<usize>();
        println!(
            "| {} | **{own:.0}** ({}) | {:.1} × | {} | {} | {} | {} | {} |",
            contender.name(),
            each.join(", "),
            rates[0] / own,
            sum(|round| round.kept.acts),
            rounds.len() * TAPS - sum(|round| round.kept.acts),
            sum(|round| round.kept.double),
            sum(|round| round.told.odd),
            sum(|round| round.told.floods),
        );
    }
    where_time_goes(all, &measured);
    by_thread(all, &measured);
    memory(all, &measured);
    for (contender, rounds) in all.iter().zip(&measured) {
        for round in rounds {
            let all_kept = Kept {
                acts: TAPS,
                double: 0,
                agrees: true,
            };
            assert_eq!(round.kept, all_kept, "{}", contender.name());
            assert_eq!(
                (round.told.answered, round.told.odd),
                (TAPS, 0),
                "{}",
                contender.name()
            );
        }
    }
}

fn where_time_goes(all: &[Contender], measured: &[Vec<Round>]) {
    println!(
        "\nWhere that time goes (processor seconds of the middle round; two cores give two a second):\n"
    );
    println!("| | time | bot | its database server | the measuring server | edits of boards |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (contender, rounds) in all.iter().zip(measured) {
        let round = middle_round(rounds);
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            contender.name(),
            seconds(round.told.span),
            seconds(round.bot),
            round.database.map_or("–".to_owned(), seconds),
            seconds(round.server),
            round.told.edits,
        );
    }
}

fn middle_round(rounds: &[Round]) -> Round {
    let mut rounds = rounds.to_vec();
    rounds.sort_by_key(|round| round.told.span);
    rounds.swap_remove(rounds.len() / 2)
}

/// Threads that had less than this are not told.
const SLIGHT: Duration = Duration::from_millis(10);

fn by_thread(all: &[Contender], measured: &[Vec<Round>]) {
    println!("\nOur threads in it, for one tap (the middle round):\n");
    println!("| | thread | runs | could run, others do |");
    println!("|---|---|---:|---:|");
    for (contender, rounds) in all.iter().zip(measured) {
        let round = middle_round(rounds);
        let mut threads: Vec<_> = round
            .threads
            .iter()
            .filter(|(_, share)| share.ran > SLIGHT)
            .collect();
        threads.sort_by_key(|(_, share)| std::cmp::Reverse(share.ran));
        for (name, share) in threads.into_iter().filter(|_| contender.is_ours()) {
            let a_tap =
                |time: Duration| format!("{:.0} µs", time.as_secs_f64() * 1e6 / TAPS as f64);
            println!(
                "| {} | `{name}` | {} | {} |",
                contender.name(),
                a_tap(share.ran),
                a_tap(share.waited),
            );
        }
    }
}

fn memory(all: &[Contender], measured: &[Vec<Round>]) {
    println!("\nResident memory, the largest of the rounds (limit when idle: 40 MiB):\n");
    println!("| | idle | under that load | two seconds after | most ever |");
    println!("|---|---:|---:|---:|---:|");
    for (contender, rounds) in all.iter().zip(measured) {
        let most = |of: fn(&Round) -> Option<u64>| mib(rounds.iter().filter_map(of).max());
        println!(
            "| {} | {} | {} | {} | {} |",
            contender.name(),
            most(|round| round.idle_kib),
            most(|round| round.load_kib),
            most(|round| round.after_kib),
            most(|round| round.peak_kib),
        );
    }
    println!();
}

/// One contender from its start to its end. `arrivals` says when the taps can be had, once it is at rest.
pub async fn run<A: Into<Arrivals>>(
    contender: &Contender,
    taps: usize,
    round_trip: Duration,
    arrivals: impl FnOnce() -> A,
) -> Round {
    let ready = contender.prepare(taps).await;
    assert_eq!(ready.taps.len(), taps);
    let wire = Wire::afar(&ready.taps, round_trip);
    let mut program = Running::start(&mut contender.command(&ready, &wire));
    let began = Instant::now();
    while wire.polls() == 0 {
        assert!(
            began.elapsed() < PATIENCE && !program.has_ended(),
            "{} does not start",
            contender.name()
        );
        sleep(LOOK).await;
    }
    sleep(IDLE).await;
    let idle_kib = program.resident_kib();
    let database = contender.spent_by_server().await;
    let (bot, server) = (program.spent(), wire.spent());
    let threads = program.threads();
    wire.release(arrivals().into());
    let began = Instant::now();
    let mut load_kib = None;
    while wire.answered() < taps && began.elapsed() < PATIENCE {
        assert!(!program.has_ended(), "{} has ended", contender.name());
        load_kib = load_kib.max(program.resident_kib());
        sleep(LOOK).await;
    }
    let (bot, server) = (program.spent() - bot, wire.spent() - server);
    let before = |name: &String| threads.get(name).copied().unwrap_or_default();
    let since = |(name, share): (String, Share)| {
        let before = before(&name);
        let share = Share {
            ran: share.ran.saturating_sub(before.ran),
            waited: share.waited.saturating_sub(before.waited),
        };
        (name, share)
    };
    let threads = program.threads().into_iter().map(since).collect();
    let database = contender
        .spent_by_server()
        .await
        .zip(database)
        .map(|(after, before)| after - before);
    sleep(IDLE).await;
    let (after_kib, peak_kib) = (program.resident_kib(), program.peak_kib());
    let told = wire.told();
    program.stop();
    drop(wire);
    Round {
        told,
        kept: contender.count(ready).await,
        bot,
        database,
        server,
        threads,
        idle_kib,
        load_kib,
        after_kib,
        peak_kib,
    }
}
