//! Cuts a message into its parts: "mã lớp em quét rồi | , tiền thì mai".

use super::clause::Asked;
use super::phrases::Cue;
use super::tag::{self, Span, Tag, Tasks};

/// Cuts the message where one statement ends and the next begins.
pub fn cut<'a>(spans: &'a [Span], asked: &Asked) -> Vec<&'a [Span]> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 1..spans.len() {
        if begins(spans, start, at, asked) {
            parts.push(&spans[start..at]);
            start = at;
        }
    }
    if start < spans.len() {
        parts.push(&spans[start..]);
    }
    parts
}

fn begins(spans: &[Span], start: usize, at: usize, asked: &Asked) -> bool {
    let (part, span) = (&spans[start..at], &spans[at]);
    let before = &spans[at - 1];
    if spans[at..].iter().all(|span| span.is(Cue::Polite)) {
        return false;
    }
    if span.pause {
        let listed = |span: &Span| matches!(span.tag, Tag::Number(_) | Tag::Noun { .. });
        // "cả mã, cả tiền, cả mức 2": a small word may stand before the next of the list.
        let small = span.is(Cue::Filler) || span.is(Cue::And) || span.is(Cue::Counter);
        let next = small && spans.get(at + 1).is_some_and(listed);
        let list = (listed(span) || next)
            && (listed(before) || before.is(Cue::And))
            && (!part.iter().any(states) || denied_first(part));
        return !list;
    }
    if span.is(Cue::But) || span.is(Cue::Rest) || span.is(Cue::Except) {
        return !(span.is(Cue::Rest) && part.iter().all(|span| span.is(Cue::But)));
    }
    let stated = part.iter().any(states) || tag::is_ok(part);
    if stated
        && (span.is(Cue::Now)
            || span.is(Cue::It)
            || (span.is(Cue::Ask) && before.is(Cue::Roi))
            || span.is(Cue::Help))
    {
        return true;
    }
    stated && names_another(spans, start, at, asked)
}

/// "chưa quét mã": the "not yet" stands before what it is said of, and may go on to the next of a list.
fn denied_first(part: &[Span]) -> bool {
    let last = part.iter().rposition(states);
    let matter = |span: &Span| matches!(span.tag, Tag::Noun { .. } | Tag::Number(_));
    last.is_some_and(|at| part[at].is(Cue::Yet) && part[at + 1..].iter().any(matter))
}

fn states(span: &Span) -> bool {
    [Cue::Roi, Cue::Xong, Cue::Yet]
        .iter()
        .any(|cue| span.is(*cue))
}

/// A new task after a statement opens a new part: "mã lớp quét xong | tiền tháng ck xong".
fn names_another(spans: &[Span], start: usize, at: usize, asked: &Asked) -> bool {
    let part = &spans[start..at];
    let so_far = part.iter().fold(0, |tasks, span| tasks | tasks_of(span));
    let verbs = part
        .iter()
        .any(|span| matches!(span.tag, Tag::Verb { .. }) || span.is(Cue::Do));
    let numbers = part.iter().any(|span| matches!(span.tag, Tag::Number(_)));
    let unmet_yet = part.last().is_some_and(|span| span.is(Cue::Yet));
    // "chuyển tiền với kích hoạt đều xong", "chưa có mã với cái tiền"
    let counter = usize::from(part.last().is_some_and(|span| span.is(Cue::Counter)));
    let joined = part
        .iter()
        .rev()
        .nth(counter)
        .is_some_and(|span| span.is(Cue::And));
    if joined && (!part.iter().any(states) || denied_first(part)) {
        return false;
    }
    match spans[at].tag {
        Tag::Noun { tasks, weak } => {
            !unmet_yet
                && tasks & so_far == 0
                && (!weak || tasks & asked.prompt != 0)
                && (so_far != 0 || verbs || numbers)
        }
        Tag::Verb { tasks } => {
            !unmet_yet && so_far != 0 && tasks & so_far == 0 && tasks & asked.prompt != 0
        }
        Tag::Number(number) => {
            asked.count > 1
                && number as usize <= asked.count
                && !spans[at - 1].is(Cue::Counter)
                && !spans[at - 1].is(Cue::All)
        }
        Tag::Cue(Cue::Counter) => {
            asked.count > 1
                && matches!(spans.get(at + 1).map(|span| span.tag), Some(Tag::Number(_)))
        }
        Tag::Cue(_) | Tag::Amount | Tag::Name | Tag::Unknown => false,
    }
}

fn tasks_of(span: &Span) -> Tasks {
    match span.tag {
        Tag::Noun { tasks, .. } | Tag::Verb { tasks } => tasks,
        Tag::Cue(_) | Tag::Number(_) | Tag::Amount | Tag::Name | Tag::Unknown => 0,
    }
}
