//! What forbids a "done" however likely it is: whoever said such a thing is asked back.

use super::super::phrases::Cue;
use super::super::replies::{Heard, Said, TaskKind};
use super::super::tag::{Span, Tag, Tasks};
use super::super::whose;
use super::super::words::Words;
use super::{Reply, is_in};

/// The first veto that a message meets, by a name for `--explain` and the log.
pub(super) fn forbid_done(reply: &Reply<'_>, task: usize) -> Option<&'static str> {
    let several = reply.context.items.len() > 1;
    let vetoes: [(&'static str, bool); 20] = [
        ("condition", has(reply, &[Cue::If])),
        ("quotation", reply.tagged.quotes),
        (
            "hearsay",
            whose::hearsay(reply.tagged, reply.context.items.is_empty()),
        ),
        ("others", only_others(reply, task)),
        ("denied", only_denied(reply, task)),
        (
            "excepted",
            reply.context.items.len() != 1 && excepted(reply, task),
        ),
        ("asked", only_asked(reply, task)),
        // "cả 2" of three: nobody knows which.
        (
            "some of a list",
            several && !is_named(reply, task) && has(reply, &[Cue::SomeOf]),
        ),
        ("nothing over", several && nothing_over(reply)),
        ("which of them", several && bare(reply)),
        ("another thing", another_thing(reply, task)),
        ("another bill", another_bill(reply, task)),
        ("only the verb", only_the_verb(reply)),
        ("in cash", in_cash(reply, task)),
        ("awaited", awaited(reply)),
        ("long ago", long_ago(reply, task)),
        ("sarcasm", has_phrase(reply, &SARCASM)),
        ("only when", only_when(reply)),
        ("some steps left", has_phrase(reply, &STEPS_LEFT)),
        ("only heard", only_heard(reply)),
    ];
    vetoes
        .into_iter()
        .find(|(_, holds)| *holds)
        .map(|(name, _)| name)
}

/// "giỏi nhỉ", "ghê vậy", "tin không?": said with a smile, and about nothing done.
static SARCASM: [[Words; 2]; 3] = [
    [
        Words::of(&["giỏi", "hay", "khiếp"]),
        Words::of(&["nhỉ", "thật", "ghê"]),
    ],
    [
        Words::of(&["ghê"]),
        Words::of(&["vậy", "thế", "nhỉ", "chưa"]),
    ],
    [Words::of(&["tin"]), Words::of(&["không", "nổi", "được"])],
];

/// "bán xong là em chuyển": it comes when something else is over. "Bán xong là chuyển luôn rồi" has come.
fn only_when(reply: &Reply<'_>) -> bool {
    static THEN: [[Words; 2]; 1] = [[Words::of(&["xong"]), Words::of(&["là", "thì"])]];
    static IF_ONLY: [[Words; 2]; 1] = [[Words::of(&["có"]), Words::of(&["thì"])]];
    has_phrase(reply, &IF_ONLY) || !has(reply, &[Cue::Roi]) && has_phrase(reply, &THEN)
}

/// "xong 8 phần rồi, còn 2 phần".
static STEPS_LEFT: [[Words; 3]; 1] = [[
    Words::of(&["còn"]),
    Words::of(&["1", "2", "3", "4", "5", "một", "hai", "ba", "mấy", "vài"]),
    Words::of(&["phần", "bước", "mục", "khâu"]),
]];

/// Whether such words stand one after the other, without a pause between them.
fn has_phrase<const LENGTH: usize>(reply: &Reply<'_>, phrases: &[[Words; LENGTH]]) -> bool {
    let mut windows = reply.tagged.tokens.windows(LENGTH);
    windows.any(|words| {
        let together = words.iter().skip(1).all(|token| !token.pause);
        together
            && phrases.iter().any(|phrase| {
                let mut pairs = words.iter().zip(phrase);
                pairs.all(|(token, known)| known.has(&token.word))
            })
    })
}

/// "năm ngoái đóng rồi còn được trả lại": a collection of another time. What a household learned last year it can.
fn long_ago(reply: &Reply<'_>, task: usize) -> bool {
    static TIMES: [[Words; 2]; 3] = [
        [Words::of(&["năm"]), Words::of(&["ngoái", "trước", "kia"])],
        [
            Words::of(&["ngày", "hồi", "dạo", "lúc"]),
            Words::of(&["trước", "xưa"]),
        ],
        [Words::of(&["lớp", "trường"]), Words::of(&["cũ"])],
    ];
    let words = reply.context.tasks.get(task);
    words.is_some_and(|words| words.kind == TaskKind::Payment) && has_phrase(reply, &TIMES)
}

/// "nghe rồi", "đã báo bố cháu rồi ạ": what is over is that it was heard or told.
fn only_heard(reply: &Reply<'_>) -> bool {
    static HEARD: [[Words; 2]; 2] = [
        [
            Words::of(&["nghe", "seen", "biết", "hiểu", "đọc"]),
            Words::of(&["rồi", "r"]),
        ],
        [Words::of(&["đã"]), Words::of(&["báo", "nhắn"])],
    ];
    let about = reply.rules.heard.iter().map(named);
    about.fold(0, |all, tasks| all | tasks) == 0 && has_phrase(reply, &HEARD)
}

pub(super) fn has(reply: &Reply<'_>, cues: &[Cue]) -> bool {
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
        let mut heard = reply.rules.heard.iter();
        let over = heard
            .find(|heard| heard.spans.contains(&at))
            .is_some_and(|heard| {
                spans_of(reply, heard).any(|span| span.is(Cue::Roi) || span.is(Cue::Xong))
            });
        its && (one.is(Cue::Except) || one.is(Cue::OnlyOne) && !over)
    })
}

/// "chị gái em lên mức 2 rồi": all that is said of it is said of another family.
fn only_others(reply: &Reply<'_>, task: usize) -> bool {
    let of_it = |heard: &&Heard| is_in(task, heard.tasks) || heard.tasks == 0;
    let heard = || reply.rules.heard.iter().filter(of_it);
    let theirs = |heard: &Heard| {
        heard.saying.others && whose::begins_with_others(&reply.tagged.spans, &heard.spans)
    };
    let ours = |heard: &Heard| heard.saying.done && !heard.saying.others;
    heard().any(theirs) && !heard().any(ours)
}

/// "mã, tiền, vneid chưa đụng vào cái nào": there is a no, and no word that anything is over.
fn only_denied(reply: &Reply<'_>, task: usize) -> bool {
    let over = [
        Cue::Roi,
        Cue::Xong,
        Cue::Da,
        Cue::Can,
        Cue::Finally,
        Cue::Since,
        Cue::Past,
        Cue::All,
        Cue::Moi,
        Cue::OnlyOne,
        Cue::Result,
    ];
    !has(reply, &over)
        && parts_of(reply, task).any(|heard| spans_of(reply, heard).any(|span| span.is(Cue::Yet)))
}

/// The parts that are about this task.
fn parts_of<'a>(reply: &'a Reply<'_>, task: usize) -> impl Iterator<Item = &'a Heard> + Clone {
    let heard = reply.rules.heard.iter();
    heard.filter(move |heard| is_in(task, heard.tasks))
}

/// Whether the rules read it as done.
fn rules_agree(reply: &Reply<'_>, task: usize) -> bool {
    let mut statements = reply.rules.statements.iter();
    statements.any(|one| one.said == Said::Done && one.task == Some(task))
}

fn spans_of<'a>(reply: &'a Reply<'_>, heard: &Heard) -> impl Iterator<Item = &'a Span> {
    let spans = reply.tagged.spans.get(heard.spans.clone());
    spans.unwrap_or_default().iter()
}

/// "xong chưa mọi người ơi", "chuyển rồi hả cô?": it is asked, and nowhere said.
fn only_asked(reply: &Reply<'_>, task: usize) -> bool {
    let mut heard = parts_of(reply, task);
    let states = |heard: &Heard| {
        spans_of(reply, heard)
            .any(|span| span.is(Cue::Roi) || span.is(Cue::Xong) || span.is(Cue::Yet))
    };
    let asked = heard
        .clone()
        .any(|heard| heard.saying.asking && states(heard));
    tail_asks(reply) || asked && !heard.any(|heard| heard.saying.done)
}

/// "quét rồi hả cô": the last word asks back.
fn tail_asks(reply: &Reply<'_>) -> bool {
    static WONDERS: Words = Words::of(&["cơ", "á", "thế"]);
    static ASKS: Words = Words::of(&["hả", "hở", "hử", "à", "ư", "há", "nhỉ"]);
    let spans: Vec<&Span> = reply
        .tagged
        .spans
        .iter()
        .filter(|span| !span.is(Cue::Polite))
        .collect();
    let spans = match spans.as_slice() {
        // "lên mức 2 rồi cơ à"
        [rest @ .., word, last] if says(reply, word, &WONDERS) => [rest, &[*last]].concat(),
        all => all.to_vec(),
    };
    let [.., before, last] = spans.as_slice() else {
        return false;
    };
    let stated = before.is(Cue::Roi) || before.is(Cue::Xong);
    stated && !last.pause && says(reply, last, &ASKS)
}

/// Whether a phrase begins with one of these words.
fn says(reply: &Reply<'_>, span: &Span, words: &Words) -> bool {
    let first = reply.tagged.tokens.get(span.from);
    first.is_some_and(|token| words.has(&token.word))
}

/// "xong rồi ạ" to a list, and no more: all of it, or the one thing that was meant?
fn bare(reply: &Reply<'_>) -> bool {
    static WHOLE: Words = Words::of(&["hết", "cả", "đủ", "tất", "toàn", "sạch", "luôn", "hoàn"]);
    let mut tokens = reply.tagged.tokens.iter();
    if tokens.any(|token| WHOLE.has(&token.word)) {
        return false;
    }
    let mut spans = reply.tagged.spans.iter();
    let is_bare = |span: &Span| {
        let bare = [Cue::Xong, Cue::Roi, Cue::Da, Cue::Polite];
        bare.iter().any(|cue| span.is(*cue))
    };
    reply.rules.heard.len() == 1 && spans.all(is_bare)
}

/// Of a list nothing is named and nothing is over: "2 vợ chồng em đi làm cả ngày".
fn nothing_over(reply: &Reply<'_>) -> bool {
    let over = [Cue::All, Cue::Rest, Cue::Roi, Cue::Xong, Cue::Da];
    let names = |heard: &Heard| named(heard) | heard.saying.numbers != 0;
    !reply.rules.heard.iter().any(names) && !has(reply, &over)
}

fn is_named(reply: &Reply<'_>, task: usize) -> bool {
    let mut heard = reply.rules.heard.iter();
    heard.any(|heard| is_in(task, named(heard)))
}

fn named(heard: &Heard) -> Tasks {
    heard.saying.named | heard.saying.hinted | heard.saying.acted
}

/// Another thing stands where the task should, or the choice was corrected ("xong 1 2, à nhầm 1 3"), and the rules,
/// which know such things, see nothing done.
fn another_thing(reply: &Reply<'_>, task: usize) -> bool {
    let mut statements = reply.rules.statements.iter();
    !rules_agree(reply, task)
        && (statements.any(|one| one.said == Said::Undo)
            || parts_of(reply, task).any(|heard| speaks_of_another(reply, task, heard)))
}

/// "tiền bảo hiểm thì bà đóng rồi", "thẻ bảo hiểm kích hoạt rồi": a bill or card with another name, and ours unnamed.
fn another_bill(reply: &Reply<'_>, task: usize) -> bool {
    static BILLS: Words = Words::of(&["tiền", "khoản", "thẻ"]);
    // "căn cước gắn chip tôi làm rồi" is the card and not the account.
    static CARDS: Words = Words::of(&["căn", "cccd", "cmnd"]);
    let bill =
        |span: &Span| span.is(Cue::Foreign) && span.to > span.from + 1 && says(reply, span, &BILLS);
    let card = |span: &Span| span.is(Cue::Tech) && says(reply, span, &CARDS);
    let over = |span: &&Span| span.is(Cue::Roi) || span.is(Cue::Xong);
    let verb = |span: &&Span| matches!(span.tag, Tag::Verb { .. });
    parts_of(reply, task).any(|heard| {
        let mut before = spans_of(reply, heard).take_while(|span| !over(span) && !verb(span));
        let [named, acted] = [heard.saying.named, heard.saying.acted].map(|its| is_in(task, its));
        let may_be_card = !acted && !is_named(reply, task);
        !named && before.any(|span| bill(span) || card(span) && may_be_card)
    })
}

/// "đóng rồi nhá, đóng cho kế toán": paid, and not by a transfer.
fn in_cash(reply: &Reply<'_>, task: usize) -> bool {
    parts_of(reply, task).any(|heard| heard.saying.cash || heard.saying.cash_later)
}

/// "đăng ký rồi, 7 ngày nữa có kết quả": after all that is over, the outcome is still waited for.
fn awaited(reply: &Reply<'_>) -> bool {
    static OUTCOMES: Words = Words::of(&["chờ", "đợi", "hẹn", "kết"]);
    let outcome = |span: &Span| {
        let words = reply.tagged.tokens.get(span.from..span.to);
        let mut words = words.unwrap_or_default().iter();
        span.is(Cue::Wait) && words.any(|token| OUTCOMES.has(&token.word))
    };
    let over = [Cue::Roi, Cue::Xong, Cue::Finally, Cue::Can];
    let spans = &reply.tagged.spans;
    let last = spans
        .iter()
        .rposition(|span| over.iter().any(|cue| span.is(*cue)));
    let waits = spans.iter().rposition(outcome);
    reply.context.items.len() < 2 && last.is_some() && waits > last
}

/// "quét": that it is over nobody says.
fn only_the_verb(reply: &Reply<'_>) -> bool {
    let said = reply
        .tagged
        .spans
        .iter()
        .filter(|span| !span.is(Cue::Polite) || !span.exact);
    let said: Vec<&Span> = said.collect();
    matches!(said.as_slice(), [span] if matches!(span.tag, Tag::Verb { .. }))
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
