//! What a parent's sentence says about the open tasks: done, not yet, taken back, will not, paid in cash,
//! or a question. It would rather ask than record: a wrong "done" is the worst it can do.

use std::ops::Range;
use std::sync::Arc;

use super::clause::{Asked, Saying};
use super::corrections;
use super::fold::{fold, has_marks};
use super::learned::{self, Opinion, Reply};
use super::linear::Model;
use super::rules;
use super::tag::{self, Span, Tag, Tagged, Tasks};
use super::words::{self, Word};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskWords {
    pub key: String,
    pub kind: TaskKind,
    /// Names people use: "mã qr", "tiền tháng".
    pub nouns: Vec<Arc<Name>>,
    /// "quét", "chuyển khoản", "kích hoạt".
    pub verbs: Vec<Arc<Name>>,
}

/// One way to name a task, with its words read.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub words: Vec<Word>,
}

impl Name {
    pub fn read(text: &str) -> Arc<Self> {
        Arc::new(Self {
            text: text.to_owned(),
            words: text.split_whitespace().map(Word::read).collect(),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    Scan,
    /// Only a payment can be made in cash.
    Payment,
    Skill,
}

#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The prompt answered: places in `tasks`, in the order of its numbers. Empty when there is none.
    pub items: &'a [usize],
    /// All open tasks.
    pub tasks: &'a [TaskWords],
}

impl Context<'_> {
    /// How many tasks the prompt has.
    pub fn many(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    pub fn asked(&self) -> Asked {
        let bit = |place: usize| {
            1u64.checked_shl(u32::try_from(place).unwrap_or(u32::MAX))
                .unwrap_or(0)
        };
        let prompt = self
            .items
            .iter()
            .filter(|place| **place < self.tasks.len())
            .fold(0, |tasks, place| tasks | bit(*place));
        let payments = (0..self.tasks.len())
            .filter(|place| self.tasks[*place].kind == TaskKind::Payment)
            .fold(0, |tasks, place| tasks | bit(place));
        Asked {
            prompt,
            count: self.items.len(),
            payments,
        }
    }

    /// The task of the prompt with this number.
    pub fn numbered(&self, number: u32) -> Option<usize> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        let task = self.items.get(place).copied();
        task.filter(|task| *task < self.tasks.len())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    Done,
    NotDone,
    Undo,
    Refuse,
    Cash,
    Question,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    pub said: Said,
    /// Place in the tasks; none when no task is named and the prompt implies none.
    pub task: Option<usize>,
}

/// It looks like a statement and is not certain: ask one short question instead of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsure {
    pub task: Option<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Empty when nothing may be recorded.
    pub statements: Vec<Statement>,
    pub unsure: Option<Unsure>,
    /// The rules that decided, for `lopso replies` and for tests.
    pub why: Vec<&'static str>,
    /// Nothing is left to read: numbers of the prompt and nothing else, or the prompt itself.
    pub settled: bool,
    /// The parts of the message, as the rules read each.
    pub heard: Vec<Heard>,
}

/// One part of the message: which tasks it was taken to speak of, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub tasks: Tasks,
    pub saying: Saying,
    /// Its phrases, by their place in the message.
    pub spans: Range<usize>,
}

/// A reading with everything that led to it.
pub struct Explained {
    pub tagged: Tagged,
    /// What the rules alone say.
    pub rules: Reading,
    /// What was learned says; nothing when the rules need no second reader, or there is none.
    pub opinions: Vec<Opinion>,
    pub reading: Reading,
}

pub fn explain(text: &str, context: &Context<'_>) -> Explained {
    explain_by(learned::shipped(), text, context)
}

/// As a second reader who learned from other replies would read it; without one the rules alone decide.
pub fn explain_by(model: Option<&Model>, text: &str, context: &Context<'_>) -> Explained {
    let mut explained = explain_as_it_stands(model, text, context);
    if let Some(correction) = corrections::find(text, &explained.tagged.tokens) {
        let [before, after] = [correction.before, correction.after]
            .map(|text| explain_as_it_stands(model, &text, context).reading);
        if let Some(joined) = corrections::join(&before, &after, correction.replaces) {
            explained.reading = joined;
        }
    }
    explained
}

fn explain_as_it_stands(model: Option<&Model>, text: &str, context: &Context<'_>) -> Explained {
    let mut explained = explain_as_typed(model, text, context);
    let mut said = explained.reading.statements.iter().map(|one| one.said);
    if !said.any(|said| matches!(said, Said::Done | Said::NotDone)) || !has_marks(text) {
        return explained;
    }
    // The same words without their marks must not say the contrary: then nobody can know, and a person would ask.
    let without = explain_as_typed(model, &fold(text), context)
        .reading
        .statements;
    let contrary = |one: &Statement, other: &Statement| {
        let said = (one.said, other.said);
        one.task == other.task
            && matches!(
                said,
                (Said::Done, Said::NotDone) | (Said::NotDone, Said::Done)
            )
    };
    let denied = |one: &Statement| without.iter().any(|other| contrary(one, other));
    let reading = &mut explained.reading;
    if let Some(doubted) = reading.statements.iter().find(|one| denied(one)) {
        reading.unsure.get_or_insert(Unsure { task: doubted.task });
    }
    reading.statements.retain(|one| !denied(one));
    explained
}

fn explain_as_typed(model: Option<&Model>, text: &str, context: &Context<'_>) -> Explained {
    let tagged = tag::tag(text, context.tasks, context.many());
    let rules = rules::read(&tagged, context);
    let reply = Reply::new(&tagged, context, &rules);
    let mut reading = rules.clone();
    let model = model.filter(|_| !rules.settled);
    let opinions = model.map_or_else(Vec::new, |model| learned::opinions(&reply, model));
    if !opinions.is_empty() {
        (reading.statements, reading.unsure) = learned::decide(&reply, &opinions);
    }
    Explained {
        reading,
        opinions,
        rules,
        tagged,
    }
}

impl Explained {
    /// The likeliest of each opinion, for the log: the task's place (none for the message), the class, how likely.
    pub fn scores(&self) -> Vec<(Option<usize>, &'static str, f32)> {
        let likeliest = |opinion: &Opinion| {
            let (class, likely) = opinion.likely.first()?;
            Some((opinion.task, *class, *likely))
        };
        self.opinions.iter().filter_map(likeliest).collect()
    }

    /// The task of which it is told that another family did it, when it is one.
    pub fn told_of_others(&self) -> Option<usize> {
        let heard = self.rules.heard.iter();
        let theirs = heard.filter(|heard| heard.saying.others);
        let tasks = theirs.fold(0, |tasks: Tasks, heard| {
            let saying = &heard.saying;
            tasks | heard.tasks | saying.named | saying.hinted | saying.acted
        });
        let one = tasks.count_ones() == 1;
        one.then(|| tasks.trailing_zeros() as usize)
    }

    /// Some part of the message calls this task by a name of its own.
    pub fn names(&self, task: Option<usize>) -> bool {
        let Some(bit) = task.and_then(|task| 1_u64.checked_shl(u32::try_from(task).ok()?)) else {
            return false;
        };
        let mut heard = self.rules.heard.iter();
        heard
            .any(|heard| (heard.saying.named | heard.saying.hinted | heard.saying.acted) & bit != 0)
    }

    /// The phrases of the message, each as it was written and with what it was taken for.
    pub fn phrases(&self, text: &str) -> Vec<(String, String)> {
        let chars: Vec<char> = words::cleaned(text).chars().collect();
        let phrase = |span: &Span| {
            let typed = chars.get(self.tagged.place(span)).unwrap_or_default();
            let meaning = if let Tag::Cue(cue) = span.tag {
                format!("{cue:?}")
            } else {
                format!("{:?}", span.tag)
            };
            (typed.iter().collect(), meaning)
        };
        self.tagged.spans.iter().map(phrase).collect()
    }

    /// What speaks most for the likeliest of an opinion.
    pub fn reasons(&self, opinion: &Opinion, context: &Context<'_>) -> Vec<(String, f32)> {
        let reply = Reply::new(&self.tagged, context, &self.rules);
        let class = opinion.likely.first().map_or("", |(class, _)| class);
        learned::reasons(&reply, opinion.task.into(), class)
    }
}
