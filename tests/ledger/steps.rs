//! What can happen to the ledger of a small school, drawn at random.

use lopso::domain::Verb;
use proptest::prelude::*;

pub const CHILDREN: usize = 6;
pub const GUARDIANS: usize = 4;
pub const CLASSES: usize = 3;
pub const TASKS: usize = 3;
/// Comes after the guardians: the teacher of all classes.
pub const TEACHER: usize = GUARDIANS;

#[derive(Debug, Clone)]
pub struct TapStep {
    /// A guardian, or the teacher after them.
    pub who: usize,
    pub verb: Verb,
    pub task: usize,
    pub child: Option<usize>,
}

#[derive(Debug, Clone)]
pub enum Step {
    /// One batch of buttons.
    Taps(Vec<TapStep>),
    /// What comes by another door than a button: a scan, a bank line.
    Testimony {
        guardian: usize,
        verb: Verb,
        bank: bool,
        task: usize,
        child: usize,
    },
    /// The next roster file has the child in this class, also when it had left.
    Move {
        child: usize,
        class: usize,
    },
    Leave {
        child: usize,
    },
    Link {
        guardian: usize,
        child: usize,
    },
    Unlink {
        guardian: usize,
        child: usize,
    },
}

fn verb() -> impl Strategy<Value = Verb> {
    // Twice as often what matters most.
    let mut verbs = Verb::ALL.to_vec();
    verbs.extend([Verb::Done, Verb::Done, Verb::Undo]);
    prop::sample::select(verbs)
}

fn taps() -> impl Strategy<Value = Step> {
    let tap = (0..=TEACHER, verb(), 0..TASKS, prop::option::of(0..CHILDREN));
    let tap = tap.prop_map(|(who, verb, task, child)| TapStep {
        who,
        verb,
        task,
        child,
    });
    prop::collection::vec(tap, 1..8).prop_map(Step::Taps)
}

fn testimony() -> impl Strategy<Value = Step> {
    (0..GUARDIANS, verb(), any::<bool>(), 0..TASKS, 0..CHILDREN).prop_map(
        |(guardian, verb, bank, task, child)| Step::Testimony {
            guardian,
            verb,
            bank,
            task,
            child,
        },
    )
}

fn move_step() -> impl Strategy<Value = Step> {
    (0..CHILDREN, 0..CLASSES).prop_map(|(child, class)| Step::Move { child, class })
}

fn leave() -> impl Strategy<Value = Step> {
    (0..CHILDREN).prop_map(|child| Step::Leave { child })
}

fn link() -> impl Strategy<Value = Step> {
    (0..GUARDIANS, 0..CHILDREN).prop_map(|(guardian, child)| Step::Link { guardian, child })
}

fn unlink() -> impl Strategy<Value = Step> {
    (0..GUARDIANS, 0..CHILDREN).prop_map(|(guardian, child)| Step::Unlink { guardian, child })
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![4 => taps(), 2 => testimony(), 2 => move_step(), 1 => leave(), 2 => link(), 1 => unlink()]
}

pub fn steps_of_a_bot(number: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(taps(), number)
}

pub fn steps_of_an_import(number: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(prop_oneof![3 => move_step(), 1 => leave()], number)
}

pub fn steps_of_links(number: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(
        prop_oneof![2 => link(), 1 => unlink(), 1 => testimony()],
        number,
    )
}
