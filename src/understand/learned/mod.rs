//! The second reader of a reply. The rules know what a word says; which of it counts when a sentence says much at once
//! was learned from some thousand labelled replies (`config/replies`, `lopso replies train`). What the rules noticed is
//! part of what it looks at, and what they forbid it cannot allow.

mod features;
pub mod train;
mod vetoes;

use std::sync::OnceLock;

use super::clause::{Asked, Saying};
use super::linear::{Likely, Model};
use super::phrases::Cue;
use super::replies::{Context, Reading, Said, Statement, TaskKind, Unsure};
use super::tag::{Span, Tag, Tagged, Tasks};

pub use features::About;

/// So likely a "done" must be before it is recorded: when the rules read it too, when they would ask back, when they see
/// nothing said, and when they read the contrary. Set on the part of our sentences that is for tuning (scripts/eval.sh):
/// a wrong "done" is the worst that can happen, and asking back costs one tap.
const BAR_AGREED: f32 = 0.75;
const BAR_DOUBTED: f32 = 0.9;
const BAR_UNSEEN: f32 = 0.97;
const BAR_DENIED: f32 = 0.985;
/// Where nothing was asked, much is told that is no answer: when the rules read it too it must be as likely as this, and
/// otherwise as when they read the contrary.
const BAR_UNASKED: f32 = 0.9;
/// And everything else, which does no harm when it is wrong.
const BAR: f32 = 0.45;
/// A question, and one that the rules heard too.
const BAR_QUESTION: f32 = 0.5;
const BAR_HEARD: f32 = 0.25;
/// Nothing is asked back when it is so likely that nothing was said, and when the rules doubt about this very task.
const NOTHING_SAID: f32 = 0.7;
const CERTAIN: f32 = 0.985;
/// So many phrases are more than an answer takes.
const STORY: usize = 8;

/// The classes of the model.
const NOTHING: &str = "nothing";
const QUESTION: &str = "question";
const DONE: &str = "done";
const SAID: [(&str, Said); 5] = [
    (DONE, Said::Done),
    ("not_done", Said::NotDone),
    ("undo", Said::Undo),
    ("refuse", Said::Refuse),
    ("cash", Said::Cash),
];

/// A message with all that is known of it before the second reader looks at it.
pub struct Reply<'a> {
    tagged: &'a Tagged,
    context: &'a Context<'a>,
    asked: Asked,
    rules: &'a Reading,
}

/// How likely each thing was said, for whoever wants to know why.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// None for the message as a whole.
    pub task: Option<usize>,
    /// Likeliest first.
    pub likely: Vec<(&'static str, f32)>,
    /// What forbids a "done" that is likeliest, however likely.
    pub veto: Option<&'static str>,
}

impl Opinion {
    fn of(&self, class: &str) -> f32 {
        let mut likely = self.likely.iter();
        likely
            .find(|(name, _)| *name == class)
            .map_or(0.0, |(_, likely)| *likely)
    }
}

/// The model that comes with the program. None when the file is damaged; a test keeps it whole.
pub fn shipped() -> Option<&'static Model> {
    static FILE: &[u8] =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/replies.model"));
    static MODEL: OnceLock<Option<Model>> = OnceLock::new();
    MODEL.get_or_init(|| Model::read(FILE)).as_ref()
}

impl<'a> Reply<'a> {
    pub fn new(tagged: &'a Tagged, context: &'a Context<'a>, rules: &'a Reading) -> Self {
        Self {
            tagged,
            context,
            asked: context.asked(),
            rules,
        }
    }

    /// The tasks that it may speak of: those asked about, and those named.
    fn candidates(&self) -> Vec<usize> {
        let spans = self.tagged.spans.iter();
        let named = spans.fold(0, |tasks, span| {
            if let Tag::Noun { tasks: named, .. } = span.tag {
                tasks | self.narrowed(named)
            } else {
                tasks
            }
        });
        let also = self.rules.statements.iter();
        let also = also.filter_map(|statement| statement.task);
        let mut all = self.context.items.to_vec();
        all.extend((0..self.context.tasks.len()).filter(|task| is_in(*task, named)));
        all.extend(also);
        let mut seen = Vec::new();
        all.retain(|task| {
            let known = *task < self.context.tasks.len().min(Tasks::BITS as usize);
            let new = known && !seen.contains(task);
            seen.push(*task);
            new
        });
        all
    }

    fn narrowed(&self, tasks: Tasks) -> Tasks {
        self.asked.narrowed(tasks)
    }

    /// No task is spoken of, and it is much longer than an answer, or long with every third phrase no word of answers.
    fn is_a_story(&self) -> bool {
        let spans = self.tagged.spans.iter();
        let spans: Vec<_> = spans.filter(|span| !span.is(Cue::Polite)).collect();
        let strange = |span: &&&Span| span.tag == Tag::Unknown || span.is(Cue::Foreign);
        let strange = spans.iter().filter(strange).count() * 3 >= spans.len();
        if self.context.items.is_empty() {
            return self.candidates().is_empty() && (strange || spans.len() >= 2 * STORY);
        }
        let asked = self.asked.prompt;
        let of_one = |saying: &Saying| {
            saying.named | saying.numbers | (saying.hinted | saying.acted) & asked != 0
        };
        let mut heard = self.rules.heard.iter().map(|heard| &heard.saying);
        spans.len() >= STORY && strange && !heard.any(of_one)
    }

    /// The task that a number chooses, when the phrase at this place is a number that does.
    fn chosen(&self, number: u32, place: usize) -> Option<usize> {
        let bit = number
            .checked_sub(1)
            .and_then(|bit| 1_u64.checked_shl(bit))?;
        let mut heard = self.rules.heard.iter();
        heard.find(|heard| heard.spans.contains(&place) && heard.saying.numbers & bit != 0)?;
        self.context.numbered(number)
    }

    /// How likely a "done" of this task must be.
    fn bar_done(&self, task: usize) -> f32 {
        let of_it =
            |statement: &&Statement| statement.task == Some(task) || statement.task.is_none();
        let statements = self.rules.statements.iter();
        let mut said = statements.filter(of_it).map(|statement| statement.said);
        let denied = |said: Said| !matches!(said, Said::Done | Said::Question);
        let unasked = self.context.items.is_empty();
        if vetoes::has(self, &[Cue::Doubt]) || said.clone().any(denied) {
            BAR_DENIED
        } else if said.any(|said| said == Said::Done) {
            if unasked { BAR_UNASKED } else { BAR_AGREED }
        } else if unasked {
            BAR_DENIED
        } else if self.rules.unsure.is_some() {
            BAR_DOUBTED
        } else {
            BAR_UNSEEN
        }
    }

    /// The likelihood of each class for one task. Only a payment can be made in cash.
    fn of_task(&self, likely: &Likely<'_>, task: usize) -> Vec<(&'static str, f32)> {
        let payment =
            self.context.tasks.get(task).map(|words| words.kind) == Some(TaskKind::Payment);
        let said = SAID
            .iter()
            .filter(|(_, said)| payment || *said != Said::Cash);
        let names = said.map(|(name, _)| *name).chain([NOTHING]);
        ranked(names, likely)
    }
}

fn is_in(task: usize, tasks: Tasks) -> bool {
    u32::try_from(task).is_ok_and(|task| tasks.checked_shr(task).is_some_and(|rest| rest & 1 == 1))
}

fn ranked(
    names: impl Iterator<Item = &'static str>,
    likely: &Likely<'_>,
) -> Vec<(&'static str, f32)> {
    let mut ranked: Vec<(&str, f32)> = names
        .map(|name| (name, likely.of(name).unwrap_or(0.0)))
        .collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    ranked
}

/// What each task, and the message as a whole, is most likely to be about.
pub fn opinions(reply: &Reply<'_>, model: &Model) -> Vec<Opinion> {
    let mut opinions = Vec::new();
    for task in reply.candidates() {
        let likely = model.likely(&features::features(reply, About::Task(task)));
        let likely = reply.of_task(&likely, task);
        let done = likely.first().is_some_and(|(class, _)| *class == DONE);
        opinions.push(Opinion {
            task: Some(task),
            veto: done.then(|| vetoes::forbid_done(reply, task)).flatten(),
            likely,
        });
    }
    let likely = model.likely(&features::features(reply, About::Message));
    opinions.push(Opinion {
        task: None,
        likely: ranked([NOTHING, QUESTION].into_iter(), &likely),
        veto: None,
    });
    opinions
}

/// Why a class is as likely as it is: the features that speak most for it.
pub fn reasons(reply: &Reply<'_>, about: About, class: &str) -> Vec<(String, f32)> {
    let mut names = Vec::new();
    features::each(reply, about, &mut |name, _| names.push(name.concat()));
    let model = shipped();
    model.map_or_else(Vec::new, |model| {
        model.reasons(&features::features(reply, about), &names, class)
    })
}

/// What is recorded and what is asked back, from the rules' reading and what was learned.
pub fn decide(reply: &Reply<'_>, opinions: &[Opinion]) -> (Vec<Statement>, Option<Unsure>) {
    let mut statements = Vec::new();
    let mut doubted = Vec::new();
    let (tasks, whole): (Vec<&Opinion>, Vec<&Opinion>) =
        opinions.iter().partition(|opinion| opinion.task.is_some());
    for opinion in &tasks {
        match verdict(reply, opinion) {
            Verdict::Said(said) => statements.push(Statement {
                said,
                task: opinion.task,
            }),
            Verdict::Unsure => doubted.push(opinion.task),
            Verdict::Nothing => {}
        }
    }
    // "Xong rồi ạ" to a list: it is asked which of them, not whether the first.
    let mut unsure = match doubted.as_slice() {
        [] => None,
        [task] => Some(Unsure { task: *task }),
        _ => Some(Unsure { task: None }),
    };
    if tasks.is_empty() {
        let rules = reply.rules.statements.iter();
        statements.extend(rules.filter(|statement| statement.said != Said::Question));
        unsure = reply.rules.unsure;
    }
    // Nothing is asked back of what may be about no task at all: "em xong rồi cô" may, a story may not.
    unsure = unsure.filter(|_| !reply.is_a_story());
    // "em bấm nhầm" under a list names nothing: the last answer is meant, and taking it back harms nobody.
    let undo = |statement: &&Statement| statement.said == Said::Undo && statement.task.is_none();
    if statements.is_empty()
        && let Some(undo) = reply.rules.statements.iter().find(undo)
    {
        statements.push(*undo);
    }
    said_of_all(reply, &mut statements);
    let says = |statements: &[Statement], said: Said| {
        statements.iter().any(|statement| statement.said == said)
    };
    let heard = says(&reply.rules.statements, Said::Question);
    let done = says(&statements, Said::Done);
    let bar = match heard {
        // Who is stuck and was asked nothing wants help: "bà quên mật khẩu vneid".
        true if reply.context.items.is_empty() && !done => 0.0,
        true => BAR_HEARD,
        false => BAR_QUESTION,
    };
    if whole.iter().any(|opinion| opinion.of(QUESTION) >= bar) {
        statements.push(Statement {
            said: Said::Question,
            task: asked_about(reply),
        });
    }
    (statements, unsure)
}

enum Verdict {
    Said(Said),
    Unsure,
    Nothing,
}

/// What was said of the task of this opinion.
fn verdict(reply: &Reply<'_>, opinion: &Opinion) -> Verdict {
    let Some((task, (name, likely))) = opinion.task.zip(opinion.likely.first().copied()) else {
        return Verdict::Nothing;
    };
    let said = SAID.iter().find(|(known, _)| *known == name);
    let of_it = |statement: &&Statement| statement.task == Some(task);
    let rules = reply.rules.statements.iter().find(of_it);
    match said.map(|(_, said)| *said) {
        Some(Said::Done) if likely >= reply.bar_done(task) && opinion.veto.is_none() => {
            Verdict::Said(Said::Done)
        }
        Some(Said::Done) => Verdict::Unsure,
        Some(said) if likely >= BAR => Verdict::Said(said),
        Some(_) => Verdict::Unsure,
        // What is taken back is gone in either case; when it is not certain, the rules decide.
        None if rules.is_some_and(|rules| rules.said == Said::Undo) && likely < CERTAIN => {
            Verdict::Said(Said::Undo)
        }
        None => {
            let doubted = reply.rules.unsure;
            let its_own = doubted.is_some_and(|unsure| unsure.task == Some(task));
            let enough = if its_own { CERTAIN } else { NOTHING_SAID };
            if doubted.is_some() && likely < enough {
                Verdict::Unsure
            } else {
                Verdict::Nothing
            }
        }
    }
}

/// "chưa ạ" under a list names no task: it is said of the list, and which of it is meant a person would ask.
fn said_of_all(reply: &Reply<'_>, statements: &mut Vec<Statement>) {
    let several = reply.context.items.len() > 1;
    let named = reply
        .rules
        .heard
        .iter()
        .any(|heard| heard.saying.all || heard.saying.rest || heard.tasks != 0);
    let Some(first) = statements.first().copied() else {
        return;
    };
    let all = statements.len() == reply.context.items.len()
        && statements
            .iter()
            .all(|statement| statement.said == first.said);
    if several && all && !named && first.said != Said::Done {
        *statements = vec![Statement {
            said: first.said,
            task: None,
        }];
    }
}

/// The task that a question is about: the one the rules heard, or the only one there is.
fn asked_about(reply: &Reply<'_>) -> Option<usize> {
    let mut rules = reply.rules.statements.iter();
    let heard = rules.find(|statement| statement.said == Said::Question);
    if let Some(statement) = heard {
        return statement.task;
    }
    let candidates = reply.candidates();
    (candidates.len() == 1)
        .then(|| candidates.first().copied())
        .flatten()
}
