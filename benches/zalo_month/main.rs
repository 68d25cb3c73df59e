//! A month of a kindergarten on free Zalo bots: twelve classes with 360 families on twelve, six and four of them. Who
//! is served, what is sent, what waits; and that no bot ever goes over its plan.
//!
//! The program's own `handle`, `take`, `redraw` and what its clock calls, against a Zalo of this file's own that counts
//! by itself, on a clock of its own: November 2026 and eight days more. Once with ordinary talk, once with three times
//! as much. A bot over its plan, a refusal, counts that differ, or a third board in seven days is a failure.
//!
//! `cargo bench --bench zalo_month`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

mod month;
mod platform;
mod school;
mod script;
mod words;

use std::collections::BTreeSet;
use std::process::ExitCode;

use lopso::domain::Timestamp;
use lopso::domain::channel::BOARDS_A_WEEK;
use month::{Dropped, Ended, Month};
use platform::{MESSAGES, Platform};
use school::{CLASSES, FAMILIES, Part};

const KEY: &[u8] = b"a key for a month";
const BOTS: [usize; 3] = [12, 6, 4];
/// Ordinary talk, and three times as much.
const TALK: [(u64, &str); 2] = [(1, "ordinary"), (3, "three times as much")];

fn main() -> ExitCode {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases = TALK.iter().flat_map(|talk| BOTS.map(|bots| (talk, bots)));
    // Each has a database and a clock of its own.
    let cases: Vec<_> = cases
        .map(|((talk, name), bots)| {
            let (folder, talk) = (folder.path().to_owned(), *talk);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.unwrap().block_on(async {
                    let mut month = Month::begin(&folder, bots, talk).await;
                    let ended = month.play().await;
                    Case::of(bots, name, month, ended)
                })
            })
        })
        .collect();
    let cases: Vec<Case> = cases.into_iter().map(|case| case.join().unwrap()).collect();
    tell(&cases);
    let faults: Vec<&String> = cases.iter().flat_map(|case| &case.faults).collect();
    for fault in &faults {
        println!("\n**Failed**: {fault}");
    }
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A month that was played.
struct Case {
    bots: usize,
    talk: &'static str,
    families: usize,
    /// Classes of which every family has a place.
    whole_classes: usize,
    people: usize,
    platforms: Vec<Platform>,
    ended: Ended,
    dropped: [usize; 4],
    faults: Vec<String>,
}

impl Case {
    fn of(bots: usize, talk: &'static str, month: Month, ended: Ended) -> Self {
        let kindergarten = &month.kindergarten;
        let is_served = |class: usize, account: &str| {
            let bot = kindergarten.bot_of(class);
            month.platforms[bot].serves(account)
        };
        let guardians = kindergarten.people.iter().filter(|person| {
            matches!(person.part, Part::Guardian { .. }) && is_served(person.class, &person.account)
        });
        let families: BTreeSet<usize> = guardians.map(|person| person.family).collect();
        let whole_classes = (0..CLASSES).filter(|class| {
            let mut own = class * FAMILIES..(class + 1) * FAMILIES;
            own.all(|family| families.contains(&family))
        });
        let dropped = [
            Dropped::StaleAnswer,
            Dropped::Board,
            Dropped::StaleReminder,
            Dropped::AnsweredReminder,
        ];
        let mut case = Self {
            bots,
            talk,
            families: families.len(),
            whole_classes: whole_classes.count(),
            people: most(&month.platforms, Platform::people),
            dropped: dropped.map(|what| month.dropped(what)),
            platforms: month.platforms,
            ended,
            faults: month.faults,
        };
        case.look_for_faults();
        case
    }

    fn name(&self) -> String {
        format!("{} bots, {}", self.bots, self.talk)
    }

    fn look_for_faults(&mut self) {
        let refused = self.refused();
        if refused > 0 {
            self.faults.push(format!("{refused} sends were refused"));
        }
        let over = |(received, sent): &&(u32, u32)| received + sent > MESSAGES;
        if self.ended.used.iter().any(|used| over(&used)) {
            self.faults.push("a bot is over its plan".to_owned());
        }
        let boards = most(&self.platforms, Platform::boards_a_week);
        if boards > usize::try_from(BOARDS_A_WEEK).unwrap() {
            let fault = format!("a group got {boards} boards in seven days");
            self.faults.push(fault);
        }
        let name = self.name();
        for fault in &mut self.faults {
            *fault = format!("{name}: {fault}");
        }
    }

    fn sum(&self, of: impl Fn(&Platform) -> u32) -> u32 {
        self.platforms.iter().map(of).sum()
    }

    fn refused(&self) -> u32 {
        self.sum(|platform| platform.refused)
    }

    /// On how many bots so many percent were told in November, and on which day first.
    fn told(&self, percent: u32) -> String {
        let told = self.platforms.iter().flat_map(|platform| &platform.told);
        let november = month::moment(script::DAYS * script::SLOTS_A_DAY);
        let told = told.filter(|((step, _), at)| *step == percent && **at < november);
        let moments: Vec<Timestamp> = told.map(|(_, at)| *at).collect();
        let day = moments.iter().min().map(|at| at.local().day());
        day.map_or("–".to_owned(), |day| {
            format!("{day} Nov, {} bots", moments.len())
        })
    }
}

fn most(platforms: &[Platform], of: impl Fn(&Platform) -> usize) -> usize {
    platforms.iter().map(of).max().unwrap_or(0)
}

fn tell(cases: &[Case]) {
    println!(
        "| a free Zalo bot has {MESSAGES} messages, {} people, {} groups | classes a bot | families served | without a place | classes served whole | classes the program says do not fit | people a bot | messages turned away |",
        platform::PEOPLE,
        platform::GROUPS
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for case in cases {
        println!(
            "| {} | {} | {} | {} | {} of {CLASSES} | {} | {} | {} |",
            case.name(),
            CLASSES / case.bots,
            case.families,
            CLASSES * FAMILIES - case.families,
            case.whole_classes,
            case.ended.classes_without_room,
            case.people,
            case.sum(|platform| platform.without_place)
        );
    }
    println!(
        "\n| messages in November | in, most of a bot | out, most of a bot | both, most of a bot | in, all | out, all | 70 % told | 90 % told | not brought, month used up | refused by Zalo |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for case in cases {
        let used = &case.ended.used;
        let largest = |of: fn(&(u32, u32)) -> u32| used.iter().map(of).max().unwrap_or(0);
        let all = |of: fn(&(u32, u32)) -> u32| used.iter().map(of).sum::<u32>();
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            case.name(),
            largest(|used| used.0),
            largest(|used| used.1),
            largest(|used| used.0 + used.1),
            all(|used| used.0),
            all(|used| used.1),
            case.told(70),
            case.told(90),
            case.sum(|platform| platform.over_month),
            case.refused()
        );
    }
    println!(
        "\n| what it was | confirmations kept | boards sent | boards a group in 7 days, at most | with reminders' lines | reminders sent | spared, answered before | dropped, too old | boards merged |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for case in cases {
        let [_, boards, stale, answered] = case.dropped;
        println!(
            "| {} | {} | {} | {} | {} | {} | {answered} | {stale} | {boards} |",
            case.name(),
            case.ended.acts,
            case.ended.boards,
            most(&case.platforms, Platform::boards_a_week),
            most(&case.platforms, Platform::posts_a_week),
            case.ended.reminders
        );
    }
    println!(
        "\n| what waited when November ended | boards and lines | boards with old counts | reminders | answers | answers that left late | dropped, a day old | sent at midnight | boards and lines at night or on a holiday |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for case in cases {
        let waiting = &case.ended.waiting;
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            case.name(),
            waiting.boards,
            waiting.old_boards,
            waiting.reminders,
            waiting.answers,
            case.sum(|platform| platform.late),
            case.dropped[0],
            case.ended.on_the_first,
            case.sum(|platform| platform.in_the_quiet)
        );
    }
}
