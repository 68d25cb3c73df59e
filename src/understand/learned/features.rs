//! A reply as features, once for each task that it may speak of and once for the message as a whole.
//!
//! Words that name the task, and words that name another one, are replaced by "‹t›" and "‹o›". So what was learned of one
//! task holds for every other, also for one that a school made itself. Forms of courtesy are left out: "ạ" and "nhé" say
//! nothing about whether it is done.

use std::borrow::Cow;

use super::super::clause::Saying;
use super::super::linear::{Features, Finder};
use super::super::phrases::Cue;
use super::super::replies::{Heard, Said};
use super::super::tag::{Span, Tag, Tasks};
use super::Reply;

/// Buckets of the model, as a power of two. With half as many, of the 973 replies for tuning three more are read wrongly and
/// two more are a "done" that nobody said (`lopso replies train`, scripts/eval.sh).
pub(super) const BITS: u32 = 17;

/// What the kinds of features count. The figures are not delicate: half or twice as much of any of them changes what is
/// read by less than one in a hundred.
const WORDS: f32 = 0.8;
const PHRASES: f32 = 0.8;
const PART_WORDS: f32 = 0.6;
const PART_PHRASES: f32 = 0.8;
const TOLD_BY_RULES: f32 = 1.0;
const DECIDED_BY_RULES: f32 = 2.0;
const PIECE: f32 = 0.3;
const THREE: f32 = 0.8;
const APART: f32 = 0.5;

/// Whom a feature speaks about: one task, or the whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Task(usize),
    Message,
}

impl From<Option<usize>> for About {
    fn from(task: Option<usize>) -> Self {
        task.map_or(Self::Message, Self::Task)
    }
}

impl About {
    fn bit(self) -> Tasks {
        match self {
            Self::Task(task) => 1 << task,
            Self::Message => 0,
        }
    }
}

/// A word or phrase with the place of its phrase in the message.
type Unit<'a> = (usize, Cow<'a, str>);

pub(super) fn features(reply: &Reply<'_>, about: About) -> Features {
    let mut finder = Finder::new(BITS);
    each(reply, about, &mut |name, weight| finder.tell(name, weight));
    finder.features()
}

/// A feature's name comes in pieces, which are told as they stand: putting them together took most of the time.
type Tell<'a> = dyn FnMut(&[&str], f32) + 'a;

/// Tells each feature by its name and weight, some more than once.
pub(super) fn each(reply: &Reply<'_>, about: About, tell: &mut Tell<'_>) {
    let level = match about {
        About::Task(_) => "",
        About::Message => "m",
    };
    let frame = frame(reply, about);
    tell(&[level, "=", &frame], 1.0);
    let (words, phrases) = units(reply, about);
    runs([level, "w"], WORDS, words.iter(), tell);
    runs([level, "p"], PHRASES, phrases.iter(), tell);
    for (_, phrase) in &phrases {
        tell(&[level, &frame, phrase], APART);
    }
    let bit = about.bit();
    for heard in &reply.rules.heard {
        let its = about == About::Message || heard.tasks & bit != 0;
        if its && about != About::Message {
            let inside = |unit: &&Unit| heard.spans.contains(&unit.0);
            runs([level, "W"], PART_WORDS, words.iter().filter(inside), tell);
            runs(
                [level, "P"],
                PART_PHRASES,
                phrases.iter().filter(inside),
                tell,
            );
        }
        let whose = if its { "+" } else { "-" };
        for told in told(heard) {
            tell(&[level, whose, told], TOLD_BY_RULES);
        }
    }
    let decided = decided(reply, about);
    tell(&[level, "!", &decided], DECIDED_BY_RULES);
    tell(&[level, "!", &frame, &decided], DECIDED_BY_RULES / 2.0);
    pieces(reply, level, tell);
}

/// How the task stands to the question: one was asked, several or none; this one among them; named or not.
fn frame(reply: &Reply<'_>, about: About) -> String {
    let asked = match reply.context.items.len() {
        0 => "none",
        1 => "one",
        _ => "many",
    };
    let (its, named) = match about {
        About::Task(task) => (
            reply.context.items.contains(&task),
            reply.rules.heard.iter().any(|heard| {
                let saying = &heard.saying;
                heard.tasks & (saying.named | saying.hinted | saying.acted) & about.bit() != 0
            }),
        ),
        About::Message => (false, false),
    };
    let its = if its { "+" } else { "-" };
    format!("{asked}{its}{}:", if named { "named" } else { "" })
}

/// The words, and the phrases, of the message as they look to this task.
fn units<'a>(reply: &'a Reply<'_>, about: About) -> (Vec<Unit<'a>>, Vec<Unit<'a>>) {
    let (mut words, mut phrases) = (Vec::new(), Vec::new());
    for (place, span) in reply.tagged.spans.iter().enumerate() {
        if span.is(Cue::Polite) {
            continue;
        }
        let mut both = |unit: &'static str| {
            words.push((place, Cow::Borrowed(unit)));
            phrases.push((place, Cow::Borrowed(unit)));
        };
        if span.pause {
            both(",");
        }
        match named(reply, place, span, about) {
            Some(name) => both(name),
            None => {
                let phrase = if let Tag::Cue(cue) = span.tag {
                    Cow::Owned(format!("{cue:?}"))
                } else {
                    Cow::Borrowed("?")
                };
                phrases.push((place, phrase));
                let said = reply.tagged.tokens.get(span.from..span.to);
                let said = said.unwrap_or_default().iter();
                words.extend(said.map(|token| (place, Cow::Borrowed(token.word.plain.as_str()))));
            }
        }
        if span.asked {
            words.push((place, Cow::Borrowed("??")));
            phrases.push((place, Cow::Borrowed("??")));
        }
    }
    (words, phrases)
}

/// What stands for a phrase that names something; none for the words that say something of it.
fn named(reply: &Reply<'_>, place: usize, span: &Span, about: About) -> Option<&'static str> {
    let whose = |tasks: Tasks, [any, own, other]: [&'static str; 3]| match about {
        About::Message => any,
        About::Task(_) if reply.narrowed(tasks) & about.bit() != 0 => own,
        About::Task(_) => other,
    };
    Some(match span.tag {
        Tag::Noun { tasks, .. } => whose(tasks, ["‹n›", "‹t›", "‹o›"]),
        Tag::Verb { tasks } => whose(tasks, ["‹v›", "‹tv›", "‹ov›"]),
        Tag::Number(number) => match reply.chosen(number, place) {
            Some(task) => whose(1 << task, ["‹#›", "‹t›", "‹o›"]),
            None => "‹number›",
        },
        Tag::Amount => "‹amount›",
        Tag::Name => "‹name›",
        Tag::Cue(_) | Tag::Unknown => return None,
    })
}

/// Units alone, in twos and threes, and with something between them.
fn runs<'a>(
    [level, kind]: [&str; 2],
    weight: f32,
    units: impl Iterator<Item = &'a Unit<'a>>,
    tell: &mut Tell<'_>,
) {
    let mut all = vec!["^"];
    all.extend(units.map(|(_, unit)| unit.as_ref()));
    all.push("$");
    for (at, unit) in all.iter().enumerate() {
        tell(&[level, kind, unit], weight);
        let Some(second) = all.get(at + 1) else { break };
        tell(&[level, kind, unit, " ", second], weight);
        for (apart, other) in all.iter().skip(at + 2).take(2).enumerate() {
            tell(&[level, kind, unit, " .. ", other], weight * APART);
            if apart == 0 {
                tell(
                    &[level, kind, unit, " ", second, " ", other],
                    weight * THREE,
                );
            }
        }
    }
}

/// What the rules noticed in a part.
fn told(heard: &Heard) -> impl Iterator<Item = &'static str> {
    let Saying {
        named: _,
        acted: _,
        hinted: _,
        numbers: _,
        all,
        rest,
        done,
        doubtful,
        not_done,
        failed,
        cannot,
        blocked,
        cash,
        cash_later,
        undo,
        refuse,
        question,
        asking,
        foreign,
        bare,
        others,
        past,
        it,
        strong,
    } = heard.saying;
    let noticed = [
        ("all", all),
        ("rest", rest),
        ("done", done),
        ("doubtful", doubtful),
        ("not", not_done),
        ("failed", failed),
        ("cannot", cannot),
        ("blocked", blocked),
        ("cash", cash),
        ("cash-later", cash_later),
        ("undo", undo),
        ("refuse", refuse),
        ("question", question),
        ("asking", asking),
        ("foreign", foreign),
        ("bare", bare),
        ("others", others),
        ("past", past),
        ("it", it),
        ("strong", strong),
    ];
    let noticed = noticed.into_iter().filter(|(_, is)| *is);
    noticed.map(|(name, _)| name)
}

/// What the rules would record of it.
fn decided(reply: &Reply<'_>, about: About) -> String {
    let mut decided = Vec::new();
    for statement in &reply.rules.statements {
        let its = match about {
            About::Message => true,
            About::Task(task) => statement.task.is_none_or(|other| other == task),
        };
        if its {
            decided.push(match statement.said {
                Said::Done => "done",
                Said::NotDone => "not",
                Said::Undo => "undo",
                Said::Refuse => "refuse",
                Said::Cash => "cash",
                Said::Question => "question",
            });
        }
    }
    decided.dedup();
    if reply.rules.unsure.is_some() {
        decided.push("unsure");
    }
    decided.join("+")
}

/// Pieces of the words, so that a slip of the finger is near to what was meant.
fn pieces(reply: &Reply<'_>, level: &str, tell: &mut Tell<'_>) {
    let spans = reply.tagged.spans.iter().enumerate();
    let said = spans.filter(|(place, span)| {
        !span.is(Cue::Polite) && named(reply, *place, span, About::Message).is_none()
    });
    let mut letters = vec![' '];
    for (_, span) in said {
        for token in reply
            .tagged
            .tokens
            .get(span.from..span.to)
            .unwrap_or_default()
        {
            letters.extend(token.word.plain.chars());
            letters.push(' ');
        }
    }
    let mut piece = String::new();
    for length in 2..=4 {
        for letters in letters.windows(length) {
            piece.clear();
            piece.extend(letters);
            tell(&[level, "c", &piece], PIECE);
        }
    }
}
