//! What forbids a "done" however likely it is: whoever said such a thing is asked back.

use super::super::phrases::Cue;
use super::super::replies::{Heard, Said};
use super::super::rules;
use super::super::tag::{Span, Tag, Tasks};
use super::super::words::Words;
use super::{Reply, is_in};

/// The first veto that a message meets, by a name for `--explain` and the log.
pub(super) fn forbid_done(reply: &Reply<'_>, task: usize) -> Option<&'static str> {
    let several = reply.context.items.len() > 1;
    let vetoes: [(&'static str, bool); 8] = [
        ("condition", has(reply, &[Cue::If])),
        ("quotation", reply.tagged.quotes),
        (
            "hearsay",
            rules::hearsay(reply.tagged, reply.context.items.is_empty()),
        ),
        ("excepted", excepted(reply, task)),
        ("asked", only_asked(reply, task)),
        // "cả 2" of three: nobody knows which.
        ("some of a list", several && has(reply, &[Cue::Some])),
        ("nothing over", several && nothing_over(reply)),
        ("another thing", another_thing(reply, task)),
    ];
    vetoes
        .into_iter()
        .find(|(_, holds)| *holds)
        .map(|(name, _)| name)
}

fn has(reply: &Reply<'_>, cues: &[Cue]) -> bool {
    let mut spans = reply.tagged.spans.iter();
    spans.any(|span| cues.iter().any(|cue| span.is(*cue)))
}

/// "hết trừ tiền", "chỉ còn tiền": all but this one.
fn excepted(reply: &Reply<'_>, task: usize) -> bool {
    let mut pairs = reply.tagged.spans.windows(2).enumerate();
    pairs.any(|(at, pair)| {
        let [one, next] = pair else { return false };
        let its = match next.tag {
            Tag::Noun { tasks, .. } | Tag::Verb { tasks } => is_in(task, reply.narrowed(tasks)),
            Tag::Number(number) => reply.chosen(number, at + 1) == Some(task),
            Tag::Cue(_) | Tag::Amount | Tag::Name | Tag::Unknown => false,
        };
        one.is(Cue::Except) && its
            || one.is(Cue::OnlyOne) && its && !has(reply, &[Cue::Roi, Cue::Xong])
    })
}

/// "xong chưa mọi người ơi", "chuyển rồi hả cô?": it is asked, and nowhere said.
fn only_asked(reply: &Reply<'_>, task: usize) -> bool {
    let of_it = |heard: &&Heard| is_in(task, heard.tasks);
    let mut heard = reply.rules.heard.iter().filter(of_it);
    let states = |heard: &Heard| {
        let spans = reply.tagged.spans.get(heard.spans.clone());
        let mut spans = spans.unwrap_or_default().iter();
        spans.any(|span| span.is(Cue::Roi) || span.is(Cue::Xong) || span.is(Cue::Yet))
    };
    let asked = heard
        .clone()
        .any(|heard| heard.saying.asking && states(heard));
    tail_asks(reply) || asked && !heard.any(|heard| heard.saying.done)
}

/// "quét rồi hả cô": the last word asks back.
fn tail_asks(reply: &Reply<'_>) -> bool {
    static ASKS: Words = Words::of(&["hả", "hở", "hử", "à", "ư", "há", "nhỉ"]);
    let spans: Vec<&Span> = reply
        .tagged
        .spans
        .iter()
        .filter(|span| !span.is(Cue::Polite))
        .collect();
    let [.., before, last] = spans.as_slice() else {
        return false;
    };
    let word = reply.tagged.tokens.get(last.from);
    let stated = before.is(Cue::Roi) || before.is(Cue::Xong);
    stated && !last.pause && word.is_some_and(|token| ASKS.has(&token.word))
}

/// Of a list nothing is named and nothing is over: "2 vợ chồng em đi làm cả ngày".
fn nothing_over(reply: &Reply<'_>) -> bool {
    let over = [Cue::All, Cue::Rest, Cue::Roi, Cue::Xong, Cue::Da];
    let names = |heard: &Heard| named(heard) | heard.saying.numbers != 0;
    !reply.rules.heard.iter().any(names) && !has(reply, &over)
}

fn named(heard: &Heard) -> Tasks {
    heard.saying.named | heard.saying.hinted | heard.saying.acted
}

/// Another thing stands where the task should, or the choice was corrected ("xong 1 2, à nhầm 1 3"), and the rules,
/// which know such things, see nothing done.
fn another_thing(reply: &Reply<'_>, task: usize) -> bool {
    let mut statements = reply.rules.statements.iter();
    if statements.any(|one| one.said == Said::Done && one.task == Some(task)) {
        return false;
    }
    let mut statements = reply.rules.statements.iter();
    let mut heard = reply.rules.heard.iter();
    statements.any(|one| one.said == Said::Undo)
        || heard.any(|heard| is_in(task, heard.tasks) && speaks_of_another(reply, task, heard))
}

/// "kích hoạt sim", "mức 2 của trò chơi", "gửi ảnh"; and "cháu ăn xong rồi" where the task is not named at all.
fn speaks_of_another(reply: &Reply<'_>, task: usize, heard: &Heard) -> bool {
    let spans = reply.tagged.spans.get(heard.spans.clone());
    spans.unwrap_or_default().windows(2).any(|pair| {
        let [one, next] = pair else { return false };
        let another = [one, next].map(|span| span.is(Cue::Foreign) || span.is(Cue::Sent));
        let matter = match one.tag {
            Tag::Noun { tasks, .. } | Tag::Verb { tasks } => is_in(task, tasks),
            Tag::Cue(cue) => cue == Cue::Of,
            Tag::Number(_) | Tag::Amount | Tag::Name | Tag::Unknown => false,
        };
        let finished = next.is(Cue::Xong) || next.is(Cue::Roi);
        (matter && !next.pause && another[1]) || (named(heard) == 0 && another[0] && finished)
    }) || only_known(reply, heard)
}

/// "tiền tháng em nắm được rồi": it is named, and what is done with it is another thing.
fn only_known(reply: &Reply<'_>, heard: &Heard) -> bool {
    let spans = reply.tagged.spans.get(heard.spans.clone());
    let spans = spans.unwrap_or_default();
    let states = [Cue::Roi, Cue::Xong, Cue::Da, Cue::Can, Cue::Do];
    let last = spans.iter().rfind(|span| !span.is(Cue::Polite));
    let done = |span: &Span| {
        states.iter().any(|cue| span.is(*cue)) || matches!(span.tag, Tag::Verb { .. })
    };
    last.is_some_and(|last| last.is(Cue::Foreign)) && !spans.iter().any(done)
}
