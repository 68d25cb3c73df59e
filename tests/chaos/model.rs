//! What must have become of everything that people said, worked out a second time and in another way: one word after
//! the other, in memory, from the list of what was said alone.

use std::collections::BTreeMap;

use lopso::domain::Verb;

use crate::scene::{CHILDREN, GROUPS, TASKS, TITLES, child_of, everybody};

/// One thing that a parent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// On the board of their group.
    Tap(Verb, usize),
    /// The same in their own words, privately.
    Say(Verb, usize),
    /// "I tapped the wrong one", privately: takes back the last answer that stands.
    Mistake,
    /// `/trangthai`
    Status,
    /// `/xacnhan`
    Menu,
    /// About what no guide tells.
    Question,
}

impl Word {
    pub fn is_tap(self) -> bool {
        matches!(self, Word::Tap(..))
    }
}

/// What a parent hears privately: all of these words stand in the answer.
pub type Expected = Vec<String>;

#[derive(Default)]
pub struct Model {
    /// What each parent's acts must be, in their order.
    pub acts: BTreeMap<(usize, usize), Vec<Verb>>,
    /// The same over all tasks.
    said: BTreeMap<usize, Vec<(usize, Verb)>>,
}

enum Heard {
    Kept(Verb, usize),
    Before(Verb, usize),
    NothingToUndo,
}

impl Model {
    /// What is answered.
    pub fn hear(&mut self, parent: usize, word: Word) -> Expected {
        match word {
            Word::Tap(verb, task) | Word::Say(verb, task) => {
                told(&self.testify(parent, verb, Some(task)))
            }
            Word::Mistake => told(&self.testify(parent, Verb::Undo, None)),
            Word::Status => (0..TASKS)
                .map(|task| {
                    let words = match self.state(child_of(parent), task) {
                        Some(Verb::Done) => "nhà mình đã báo xong",
                        Some(_) => "chưa xong, lúc nào tiện thì làm ạ",
                        None => "chưa thấy nhà mình báo",
                    };
                    format!("{}: {words}", TITLES[task])
                })
                .collect(),
            Word::Menu => vec!["đã làm được việc nào rồi".to_owned()],
            Word::Question => vec!["em chưa có hướng dẫn".to_owned()],
        }
    }

    fn testify(&mut self, parent: usize, verb: Verb, task: Option<usize>) -> Heard {
        let Some(task) = task.or_else(|| self.last_answer(parent)) else {
            return Heard::NothingToUndo;
        };
        let acts = self.acts.entry((parent, task)).or_default();
        match (verb, acts.last()) {
            (Verb::Undo, None | Some(Verb::Undo)) => Heard::NothingToUndo,
            (_, Some(last)) if *last == verb => Heard::Before(verb, task),
            (_, Some(_) | None) => {
                acts.push(verb);
                self.said.entry(parent).or_default().push((task, verb));
                Heard::Kept(verb, task)
            }
        }
    }

    /// The task of the newest answer that was not taken back.
    fn last_answer(&self, parent: usize) -> Option<usize> {
        let said = self.said.get(&parent)?;
        let stands = |task: usize| {
            let verbs = self.acts.get(&(parent, task));
            verbs.and_then(|verbs| verbs.last()) != Some(&Verb::Undo)
        };
        let newest = said.iter().rev().find(|(task, _)| stands(*task))?;
        Some(newest.0)
    }

    /// Where a family stands: the best that one of its guardians says.
    pub fn state(&self, child: usize, task: usize) -> Option<Verb> {
        let guardians = everybody().filter(|parent| child_of(*parent) == child);
        let says = guardians.filter_map(|parent| self.acts.get(&(parent, task))?.last().copied());
        let says: Vec<Verb> = says.filter(|verb| *verb != Verb::Undo).collect();
        says.iter()
            .find(|verb| **verb == Verb::Done)
            .or(says.first())
            .copied()
    }

    /// How many families of a class have done each task.
    pub fn done(&self, class: usize) -> Vec<usize> {
        assert!(class < GROUPS);
        let children = class * CHILDREN..(class + 1) * CHILDREN;
        (0..TASKS)
            .map(|task| {
                let done = |child: &usize| self.state(*child, task) == Some(Verb::Done);
                children.clone().filter(done).count()
            })
            .collect()
    }
}

fn told(heard: &Heard) -> Expected {
    let title = |task: usize| {
        let mut letters = TITLES[task].chars();
        let first = letters.next().into_iter().flat_map(char::to_lowercase);
        first.chain(letters).collect::<String>()
    };
    let words = match heard {
        Heard::Kept(Verb::Done, task) => {
            format!("ghi nhận nhà mình đã {} rồi", title(*task))
        }
        Heard::Kept(Verb::NotYet, task) => {
            format!("Dạ vâng ạ. Khi nào xong việc {}", title(*task))
        }
        Heard::Kept(_, task) => format!("đã rút lại câu trả lời về việc {}", title(*task)),
        Heard::Before(Verb::Done, task) => {
            format!("việc {} nhà mình đã báo", title(*task))
        }
        Heard::Before(_, task) => format!("nhớ ạ. Khi nào xong việc {}", title(*task)),
        Heard::NothingToUndo => "chưa ghi câu trả lời nào".to_owned(),
    };
    vec![words]
}

/// Whether messages can be what these answers became: each arrived first in this order, and what comes again came
/// before. Returns how many came again.
pub fn in_order(texts: &[&str], expected: &[Expected]) -> Result<usize, String> {
    let fits = |text: &str, wanted: &Expected| wanted.iter().all(|words| text.contains(words));
    let (mut arrived, mut again) = (0, 0);
    for text in texts {
        let is_next = expected.get(arrived).is_some_and(|next| fits(text, next));
        if is_next {
            arrived += 1;
        } else if expected[..arrived].iter().any(|known| fits(text, known)) {
            again += 1;
        } else {
            return Err(format!(
                "{text:?} stands where {:?} is due",
                expected.get(arrived)
            ));
        }
    }
    match expected.get(arrived) {
        None => Ok(again),
        Some(missing) => Err(format!("{missing:?} never arrived")),
    }
}

#[test]
fn the_order_of_answers_is_seen() {
    let expected: Vec<Expected> = ["a", "b", "a"].map(|one| vec![one.to_owned()]).to_vec();
    assert_eq!(in_order(&["a", "b", "a"], &expected), Ok(0));
    assert_eq!(in_order(&["a", "a", "b", "b", "a"], &expected), Ok(2));
    assert!(in_order(&["b", "a", "a"], &expected).is_err());
    assert!(in_order(&["a", "b"], &expected).is_err());
}
