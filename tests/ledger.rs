//! Whatever families say, take back and say again, and wherever children go meanwhile: the figures
//! stay what the acts say, on both engines and with several writers at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "ledger/steps.rs"]
mod steps;
#[path = "support/mod.rs"]
mod support;
#[path = "ledger/world.rs"]
mod world;

use std::sync::Arc;
use std::time::Duration;

use lopso::db::{Db, Engine};
use lopso::domain::{ChildId, Evidence, PersonId, SchoolId, State, TaskId, Timestamp, Verb};
use lopso::ledger::Act;
use lopso::ledger::fold::{fold, said_before};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use steps::{Step, TapStep, step, steps_of_a_bot, steps_of_an_import, steps_of_links};
use world::{Hand, World};

fn config(cases: u32) -> Config {
    // What failed once becomes a test of its own below, with a name; no file of seeds is kept.
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    }
}

// The fold alone ---------------------------------------------------------------------------------

/// Everybody who can testify about one child: three guardians, two teachers, the bank.
fn act() -> impl Strategy<Value = Act> {
    let verb = prop::sample::select(Verb::ALL.to_vec());
    (0_i64..6, verb, any::<bool>()).prop_map(|(who, verb, shown)| {
        let (person, evidence) = match who {
            0..=2 => (
                Some(PersonId(who)),
                if shown {
                    Evidence::Shown
                } else {
                    Evidence::Said
                },
            ),
            3 | 4 => (Some(PersonId(who)), Evidence::Teacher),
            _ => (None, Evidence::Bank),
        };
        Act {
            school: SchoolId(1),
            task: TaskId(1),
            person,
            child: Some(ChildId(1)),
            verb,
            evidence,
            at: Timestamp(0),
        }
    })
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(act(), 0..14).prop_map(|mut acts| {
        for (place, act) in acts.iter_mut().enumerate() {
            act.at = Timestamp(i64::try_from(place).unwrap() + 1);
        }
        acts
    })
}

/// The school speaks with one voice, however many teachers it has.
fn voice(act: &Act) -> (Evidence, Option<PersonId>) {
    match act.evidence {
        Evidence::Said | Evidence::Shown => (Evidence::Said, act.person),
        Evidence::Teacher | Evidence::Bank => (act.evidence, None),
    }
}

fn and(acts: &[Act], last: Act) -> Vec<Act> {
    let mut all = acts.to_vec();
    all.push(Act {
        at: Timestamp(100),
        ..last
    });
    all
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn who_spoke_first_does_not_matter(acts in acts()) {
        let mut by_voice = acts.clone();
        by_voice.sort_by_key(voice);
        prop_assert_eq!(fold(&acts), fold(&by_voice));
    }

    #[test]
    fn an_undo_leaves_what_the_others_say(acts in acts(), by in act()) {
        let undone = and(&acts, Act { verb: Verb::Undo, ..by.clone() });
        let others: Vec<Act> = acts.into_iter().filter(|act| voice(act) != voice(&by)).collect();
        prop_assert_eq!(fold(&undone).state, fold(&others).state);
    }

    #[test]
    fn a_done_of_a_family_or_the_bank_never_lowers_the_state(acts in acts(), by in act()) {
        prop_assume!(by.evidence != Evidence::Teacher);
        let more = and(&acts, Act { verb: Verb::Done, ..by });
        prop_assert!(fold(&more).state >= fold(&acts).state);
        prop_assert!(fold(&more).state.is_done() || fold(&more).state == State::Exempt);
    }

    #[test]
    fn stronger_evidence_for_the_same_never_lowers_the_state(acts in acts(), place in any::<prop::sample::Index>()) {
        let said: Vec<usize> = (0..acts.len()).filter(|place| acts[*place].evidence == Evidence::Said).collect();
        prop_assume!(!said.is_empty());
        let mut stronger = acts.clone();
        stronger[said[place.index(said.len())]].evidence = Evidence::Shown;
        prop_assert!(fold(&stronger).state >= fold(&acts).state);
    }

    #[test]
    fn an_exemption_by_the_school_wins(acts in acts(), by in act()) {
        let exempt = Act { verb: Verb::Exempt, evidence: Evidence::Teacher, ..by };
        prop_assert_eq!(fold(&and(&acts, exempt)).state, State::Exempt);
    }

    #[test]
    fn nothing_is_done_without_somebody_who_said_done(acts in acts()) {
        let silent: Vec<Act> = acts.into_iter().filter(|act| act.verb != Verb::Done).collect();
        prop_assert!(!fold(&silent).state.is_done());
    }

    #[test]
    fn what_counts_as_said_before_would_change_nothing(acts in acts(), again in act()) {
        let before = said_before(&acts, &again);
        if before.is_some_and(|known| known.verb == again.verb && known.evidence >= again.evidence) {
            prop_assert_eq!(fold(&and(&acts, again.clone())), fold(&acts));
        }
    }
}

// On a database ----------------------------------------------------------------------------------

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// A new school for each case, in one database: cheaper than a database for each, and the schools
/// beside it must not matter.
fn any_sequence_keeps_the_figures(engine: Engine, cases: u32) {
    let runtime = runtime();
    let Some(test) = runtime.block_on(support::database(engine)) else {
        return;
    };
    let mut runner = TestRunner::new(config(cases));
    let played = runner.run(&prop::collection::vec(step(), 1..24), |steps| {
        let held = runtime.block_on(play_alone(&test.db, &steps));
        held.map_err(TestCaseError::fail)
    });
    if let Err(failed) = played {
        panic!("{failed}");
    }
}

async fn play_alone(db: &Db, steps: &[Step]) -> Result<(), String> {
    let (world, hands) = World::open(db, 1).await;
    for step in steps {
        world.play(&hands[0], step).await;
    }
    world.check(db).await
}

/// Played and checked after every single step, so that a failure names the step.
async fn every_step_holds(engine: Engine, steps: &[Step]) {
    let Some(test) = support::database(engine).await else {
        return;
    };
    let (world, hands) = World::open(&test.db, 1).await;
    for (place, step) in steps.iter().enumerate() {
        world.play(&hands[0], step).await;
        if let Err(wrong) = world.check(&test.db).await {
            panic!("after step {place} {step:?}: {wrong}");
        }
    }
}

/// Several writers with their own connections at one school, as two bots, an import and the office have.
fn writers_at_once_keep_the_figures(engine: Engine) {
    let runtime = runtime();
    let Some(test) = runtime.block_on(support::database(engine)) else {
        return;
    };
    let mut runner = TestRunner::default();
    let mut draw = |steps: BoxedStrategy<Vec<Step>>| steps.new_tree(&mut runner).unwrap().current();
    let plans = [
        draw(steps_of_a_bot(60).boxed()),
        draw(steps_of_a_bot(60).boxed()),
        draw(steps_of_an_import(60).boxed()),
        draw(steps_of_links(60).boxed()),
    ];
    runtime.block_on(async {
        let (world, hands) = World::open(&test.db, 2).await;
        let world = Arc::new(world);
        let mut writers = Vec::new();
        for (place, plan) in plans.into_iter().enumerate() {
            let db = Db::open(&test.url).await.unwrap();
            let hand = Hand::new(db, hands[place % hands.len()].bot.clone());
            let world = world.clone();
            writers.push(tokio::spawn(async move {
                for step in &plan {
                    world.play(&hand, step).await;
                }
                hand.db.close().await;
            }));
        }
        let senders: Vec<_> = hands
            .into_iter()
            .map(|hand| tokio::spawn(send_forever(hand)))
            .collect();
        for writer in writers {
            writer.await.expect("a writer failed");
        }
        for sender in senders {
            assert!(!sender.is_finished(), "a sender failed");
            sender.abort();
            let _ = sender.await;
        }
        world.check(&test.db).await.unwrap();
    });
}

async fn send_forever(hand: Hand) {
    loop {
        match hand.send(world::LATER).await {
            Ok(0) => tokio::time::sleep(Duration::from_millis(2)).await,
            Ok(_) => {}
            Err(error) => assert!(
                error.to_string().contains("deadlock detected"),
                "not sent: {error}"
            ),
        }
    }
}

/// A child leaves, its family testifies meanwhile through a brother, the child comes back.
fn away_and_back() -> Vec<Step> {
    let tap = |verb| {
        Step::Taps(vec![TapStep {
            who: 0,
            verb,
            task: 0,
            child: None,
        }])
    };
    vec![
        Step::Link {
            guardian: 0,
            child: 0,
        },
        Step::Link {
            guardian: 0,
            child: 1,
        },
        tap(Verb::Done),
        Step::Leave { child: 0 },
        tap(Verb::Undo),
        tap(Verb::NotYet),
        Step::Move { child: 0, class: 1 },
        Step::Unlink {
            guardian: 0,
            child: 0,
        },
    ]
}

mod any_sequence_keeps_the_figures {
    use super::*;

    #[test]
    fn sqlite() {
        any_sequence_keeps_the_figures(Engine::Sqlite, 64);
    }

    #[test]
    fn postgres() {
        any_sequence_keeps_the_figures(Engine::Postgres, 48);
    }
}

mod writers_at_once_keep_the_figures {
    use super::*;

    #[test]
    fn sqlite() {
        writers_at_once_keep_the_figures(Engine::Sqlite);
    }

    #[test]
    fn postgres() {
        writers_at_once_keep_the_figures(Engine::Postgres);
    }
}

mod a_child_that_comes_back_stands_where_its_family_stands_now {
    use super::*;

    #[tokio::test]
    async fn sqlite() {
        every_step_holds(Engine::Sqlite, &away_and_back()).await;
    }

    #[tokio::test]
    async fn postgres() {
        every_step_holds(Engine::Postgres, &away_and_back()).await;
    }
}
