//! What can happen to the ledger of a small school, drawn at random.

use lopso::domain::Verb;
use proptest::prelude::*;

pub const CHILDREN: usize = 6;
pub const GUARDIANS: usize = 4;
pub const CLASSES: usize = 3;
pub const TASKS: usize = 4;
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
    /// Seen in a class's group, or out of it.
    Seen {
        guardian: usize,
        class: usize,
        here: bool,
    },
    /// Comes in by a child's slip, or another of theirs; the printed QR was scanned or its link passed on.
    Slip {
        guardian: usize,
        child: usize,
        scanned: bool,
    },
    /// Wants to be forgotten, and is.
    Erase {
        guardian: usize,
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

fn seen() -> impl Strategy<Value = Step> {
    (0..GUARDIANS, 0..CLASSES, any::<bool>()).prop_map(|(guardian, class, here)| Step::Seen {
        guardian,
        class,
        here,
    })
}

fn slip() -> impl Strategy<Value = Step> {
    (0..GUARDIANS, 0..CHILDREN, any::<bool>()).prop_map(|(guardian, child, scanned)| Step::Slip {
        guardian,
        child,
        scanned,
    })
}

fn erase() -> impl Strategy<Value = Step> {
    (0..GUARDIANS).prop_map(|guardian| Step::Erase { guardian })
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => taps(), 2 => testimony(), 2 => move_step(), 1 => leave(), 2 => link(), 1 => unlink(),
        2 => seen(), 2 => slip(), 1 => erase()
    ]
}

pub fn steps_of_a_bot(number: usize) -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![8 => taps(), 2 => seen(), 1 => slip(), 1 => erase()];
    prop::collection::vec(one, number)
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
