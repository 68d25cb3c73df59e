//! One part of a message (cut in `parts`): "mã lớp em quét rồi" of "mã lớp em quét rồi, tiền thì mai". Reads what this part
//! says by itself; what the parts say together is decided in `replies`.

use super::phrases::Cue;
use super::tag::{self, Span, Tag, Tasks};
use super::whose;

/// What the reader of one part must know about the question that was asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The tasks of the prompt.
    pub prompt: Tasks,
    /// How many it has.
    pub count: usize,
    pub payments: Tasks,
}

impl Asked {
    /// The same words may name several open payments; then the prompt's own is meant, or nobody knows which.
    pub fn narrowed(&self, tasks: Tasks) -> Tasks {
        let payments = tasks & self.payments;
        if payments.count_ones() < 2 {
            return tasks;
        }
        let own = payments & self.prompt;
        (tasks & !payments) | if own.count_ones() == 1 { own } else { 0 }
    }
}

/// What one part says. Several may be true; `read` puts them in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Saying {
    /// The tasks it names by a noun or a number.
    pub named: Tasks,
    /// The tasks whose verb it uses.
    pub acted: Tasks,
    /// The tasks of weak nouns ("tiền") only.
    pub hinted: Tasks,
    pub numbers: Numbers,
    pub all: bool,
    pub rest: bool,
    pub done: bool,
    /// Done, but something in it keeps us from believing it.
    pub doubtful: bool,
    pub not_done: bool,
    pub failed: bool,
    /// "không được", "không lên".
    pub cannot: bool,
    pub blocked: bool,
    pub cash: bool,
    pub cash_later: bool,
    pub undo: bool,
    pub refuse: bool,
    pub question: bool,
    /// Whether something is asked at all, even if not about a task.
    pub asking: bool,
    /// Another thing takes the task's place, or words we do not know.
    pub foreign: bool,
    /// Only small words beside the statement.
    pub bare: bool,
    pub others: bool,
    pub past: bool,
    /// What the app did afterwards, told after a statement.
    pub it: bool,
    /// "xong", "thành công": more than "rồi".
    pub strong: bool,
}

/// Chosen numbers of the prompt, one bit each (bit 0 for "1").
pub type Numbers = Tasks;

/// One part with questions to ask of it.
struct Part<'a> {
    spans: &'a [Span],
    asked: &'a Asked,
}

pub fn read(spans: &[Span], asked: &Asked) -> Saying {
    let part = Part { spans, asked };
    let mut saying = part.names();
    part.times_and_states(&mut saying);
    part.cash(&mut saying);
    part.taken_back(&mut saying);
    part.refused(&mut saying);
    part.questions(&mut saying);
    saying
}

impl Part<'_> {
    fn has(&self, cue: Cue) -> bool {
        self.spans.iter().any(|span| span.is(cue))
    }

    fn any(&self, cues: &[Cue]) -> bool {
        cues.iter().any(|cue| self.has(*cue))
    }

    fn find(&self, cue: Cue) -> Option<usize> {
        self.spans.iter().position(|span| span.is(cue))
    }

    fn all(&self, cue: Cue) -> impl Iterator<Item = usize> + '_ {
        self.spans
            .iter()
            .enumerate()
            .filter(move |(_, span)| span.is(cue))
            .map(|(at, _)| at)
    }

    /// "gì", "nào" ask, except after a no or before "cũng": "chưa có gì", "lần nào cũng được".
    fn asks_what(&self) -> bool {
        self.all(Cue::What).any(|at| {
            let denied = self.spans[..at]
                .iter()
                .any(|span| span.is(Cue::Yet) || span.is(Cue::Not));
            !denied && !self.spans.get(at + 1).is_some_and(|next| next.is(Cue::And))
        })
    }

    fn verb_at(&self) -> Option<usize> {
        self.spans.iter().position(|span| span.acts())
    }

    /// A verb, or a noun that says it all: "mức 2 rồi".
    fn matter_at(&self) -> Option<usize> {
        self.spans
            .iter()
            .position(|span| span.acts() || matches!(span.tag, Tag::Noun { .. }))
    }

    fn is_small(span: &Span) -> bool {
        match span.tag {
            Tag::Cue(cue) => cue.is_small(),
            Tag::Number(_) | Tag::Amount | Tag::Name => true,
            Tag::Noun { .. } | Tag::Verb { .. } | Tag::Unknown => false,
        }
    }

    /// The last word that is more than courtesy.
    fn last_word(&self) -> Option<usize> {
        self.spans.iter().rposition(|span| {
            ![
                Cue::Polite,
                Cue::Aside,
                Cue::Ok,
                Cue::Teacher,
                Cue::Me,
                Cue::AskTail,
            ]
            .iter()
            .any(|cue| span.is(*cue))
        })
    }

    fn names(&self) -> Saying {
        let mut saying = Saying {
            bare: true,
            ..Saying::default()
        };
        for (at, span) in self.spans.iter().enumerate() {
            match span.tag {
                Tag::Noun { tasks, weak: false } => saying.named |= tasks,
                Tag::Noun { tasks, weak: true } => saying.hinted |= tasks,
                Tag::Verb { tasks } => saying.acted |= tasks,
                Tag::Number(number) if self.chooses(at, number) => {
                    saying.numbers |= 1 << (number - 1)
                }
                Tag::Number(_) | Tag::Amount | Tag::Name => {}
                Tag::Cue(Cue::All) => saying.all = true,
                Tag::Cue(Cue::Rest) => saying.rest = true,
                Tag::Cue(cue) => {
                    saying.bare &= cue.is_small()
                        || matches!(
                            cue,
                            Cue::But | Cue::Yet | Cue::OnlyOne | Cue::Later | Cue::Wait | Cue::For
                        )
                }
                Tag::Unknown => saying.bare = false,
            }
        }
        saying.others = whose::is_others(self.spans);
        saying.foreign = self.something_else();
        saying.it = self.spans.first().is_some_and(|span| span.is(Cue::It));
        saying.past = self.any(&[Cue::Past, Cue::Since]);
        saying
    }

    /// A number of the prompt: after "số", "mục", or among nothing but numbers and states.
    fn chooses(&self, at: usize, number: u32) -> bool {
        if self.asked.count < 2 || number == 0 || number as usize > self.asked.count {
            return false;
        }
        if at
            .checked_sub(1)
            .is_some_and(|before| self.spans[before].is(Cue::Counter))
        {
            return true;
        }
        let next = self.spans.get(at + 1);
        let counts = next.is_some_and(|next| {
            matches!(next.tag, Tag::Unknown | Tag::Name | Tag::Amount)
                || next.is(Cue::Counter)
                || next.is(Cue::Kin)
                || next.is(Cue::Foreign)
        });
        let after_filler = at.checked_sub(1).is_some_and(|before| {
            self.spans[before].is(Cue::Filler) || self.spans[before].is(Cue::Xong)
        });
        let numbers = self
            .spans
            .iter()
            .filter(|span| matches!(span.tag, Tag::Number(_)))
            .count();
        let trails = after_filler && self.spans.len() > at + 1 && numbers < 2 && at > 1;
        !counts && !trails
    }

    /// Whether something else than the task stands where the task should.
    fn something_else(&self) -> bool {
        let Some(matter) = self.matter_at() else {
            return self.spans.iter().any(|span| {
                matches!(span.tag, Tag::Unknown)
                    || [Cue::Foreign, Cue::Person, Cue::Tech, Cue::Of]
                        .iter()
                        .any(|cue| span.is(*cue))
            });
        };
        if self.any(&[Cue::LastMonth]) {
            return true;
        }
        let another = |span: &Span| span.is(Cue::Foreign) || matches!(span.tag, Tag::Unknown);
        let after = &self.spans[matter..];
        let taken = after.windows(2).any(|pair| {
            let [one, next] = pair else { return false };
            let matter = one.acts() || matches!(one.tag, Tag::Noun { .. });
            (matter && another(next))
                || (one.is(Cue::Of) && (another(next) || next.is(Cue::Person)))
        });
        let strangers = self
            .spans
            .iter()
            .filter(|span| matches!(span.tag, Tag::Unknown))
            .count();
        taken
            || after.iter().any(|span| span.is(Cue::Foreign))
            || strangers > 3
            || self.another_person(matter)
    }

    /// "Chị Hạnh quét rồi": somebody with a name of her own, before the verb.
    fn another_person(&self, matter: usize) -> bool {
        self.spans[..=matter].windows(2).any(|pair| {
            let [one, next] = pair else { return false };
            ((one.is(Cue::Person) || one.is(Cue::Teacher))
                && matches!(next.tag, Tag::Name | Tag::Unknown))
                || (one.is(Cue::Teacher) && matches!(next.tag, Tag::Verb { .. }) && !next.pause)
        }) || self.spans[..matter].iter().any(|span| span.is(Cue::Person))
    }

    /// Where "rồi" says that it is over: after its verb, not before ("rồi em quét" is "then").
    fn over(&self) -> bool {
        let roi = self.spans.iter().enumerate().any(|(at, span)| {
            let (before, after) = (&self.spans[..at], &self.spans[at + 1..]);
            let matter = before
                .iter()
                .any(|span| span.acts() || matches!(span.tag, Tag::Noun { .. } | Tag::Number(_)));
            // "cơm nước xong rồi em quét": another thing is over.
            let finished = before.iter().any(|span| span.is(Cue::Xong)) && !another(before);
            let then = !(matter || finished)
                && after.iter().any(|span| span.acts() || span.is(Cue::Later));
            let only_then = after.first().is_some_and(|span| span.is(Cue::Moi));
            span.is(Cue::Roi) && !then && !only_then
        });
        let xong = self.all(Cue::Xong).any(|at| !self.only_first(at));
        let acted_after = |cue: Cue| {
            self.find(cue).is_some_and(|at| {
                self.spans[at..]
                    .iter()
                    .any(|span| span.acts() || matches!(span.tag, Tag::Noun { weak: false, .. }))
            })
        };
        // Courtesy makes a message no longer.
        let courtesy = self
            .spans
            .iter()
            .filter(|span| span.is(Cue::Polite))
            .count();
        let said = self.spans.len() - courtesy;
        let just_now = self.find(Cue::Moi).is_some_and(|at| {
            let begins = !self.spans[..at].iter().any(|span| {
                span.is(Cue::Day)
                    || span.is(Cue::Roi)
                    || span.is(Cue::Later)
                    || span.is(Cue::Xong)
                    || span.is(Cue::Can)
            });
            begins
                && self
                    .spans
                    .get(at + 1)
                    .is_some_and(|next| matches!(next.tag, Tag::Verb { .. }))
                && said <= at + 6
        });
        roi || xong
            || tag::is_ok(self.spans)
            || acted_after(Cue::Da)
            || just_now
            || (self.has(Cue::Since) && self.matter_at().is_some())
    }

    /// "xây xong bức tường này em quét", "xong nhà này em làm", "rửa bát xong quét": another thing first, and the task
    /// after it.
    fn only_first(&self, xong: usize) -> bool {
        let (before, after) = (&self.spans[..xong], &self.spans[xong + 1..]);
        let Some(task) = after.iter().position(|span| span.acts()) else {
            return false;
        };
        let over = |span: &Span| span.is(Cue::Roi) || span.is(Cue::Da) || span.is(Cue::Xong);
        let between = &after[..=task];
        let thing = |span: &Span| {
            let things = [Cue::Foreign, Cue::Counter, Cue::Kin];
            span.tag == Tag::Unknown || things.iter().any(|cue| span.is(*cue))
        };
        let first = another(before)
            && !before
                .iter()
                .any(|span| span.acts() || matches!(span.tag, Tag::Noun { .. }));
        let at_once = between.iter().take(task).all(|span| {
            let small = [Cue::Roi, Cue::Me, Cue::Kin, Cue::Moi, Cue::Now, Cue::And];
            small.iter().any(|cue| span.is(*cue))
        });
        !between.iter().any(|span| span.pause)
            && (between.iter().any(thing) || first && at_once)
            && !after[task..].iter().any(over)
    }

    fn asks_whether(&self) -> bool {
        // "đã xong chưa?", "được không ạ"
        let Some(last) = self.last_word() else {
            return false;
        };
        let (span, before) = (&self.spans[last], &self.spans[..last]);
        let stated = before.iter().any(|span| {
            [Cue::Da, Cue::Roi, Cue::Xong, Cue::Others]
                .iter()
                .any(|cue| span.is(*cue))
        });
        let marked = self
            .spans
            .iter()
            .any(|span| span.asked || span.is(Cue::AskTail));
        (span.is(Cue::Yet) && (stated || (marked && last > 0)))
            || (span.is(Cue::Not)
                && last > 0
                && before.iter().any(|span| {
                    span.acts()
                        || span.is(Cue::Filler)
                        || span.is(Cue::Can)
                        || matches!(span.tag, Tag::Noun { .. })
                }))
    }

    fn times_and_states(&self, saying: &mut Saying) {
        let asks_whether = self.asks_whether();
        let over = self.over();
        let acted = self.verb_at().is_some();
        let ahead = self.find(Cue::Later).is_none_or(|at| {
            self.spans[at..]
                .iter()
                .any(|span| span.acts() || matches!(span.tag, Tag::Noun { .. }))
        });
        let matter = ahead && (self.matter_at().is_some() || saying.numbers != 0);
        let denied_by_dau =
            self.has(Cue::Dau) && (acted || over || self.any(&[Cue::Da, Cue::Can, Cue::Not]));
        let unsure_whether = self.has(Cue::Doubt);
        let yet = self.has(Cue::Yet) && !asks_whether && !unsure_whether;
        let cannot = !asks_whether && self.all(Cue::Not).any(|at| self.cannot(at));
        saying.cannot = cannot;
        let waits =
            self.any(&[Cue::Wait, Cue::Block]) && (!self.has(Cue::When) || self.has(Cue::Me));
        let later = self.any(&[Cue::Later])
            || (self.has(Cue::When)
                && self.has(Cue::Me)
                && acted
                && !self.spans.iter().any(|span| span.asked));
        let some_day = self.has(Cue::Day) && !over && acted;
        let promised = !self.has(Cue::Ask)
            && ((later && (matter || saying.bare))
                || (some_day && self.has(Cue::Me) && !saying.past))
            && !self.has(Cue::Finally);
        saying.blocked = self.has(Cue::Block);
        saying.failed = self.has(Cue::Fail);
        saying.strong = self.has(Cue::Xong);
        let first = self.all(Cue::Xong).any(|at| self.only_first(at));
        saying.not_done = yet
            || (first && !over)
            || denied_by_dau
            || cannot
            || saying.failed
            || (waits && !self.has(Cue::Finally))
            || promised;
        saying.doubtful = self.any(&[
            Cue::Delegate,
            Cue::TakeBack,
            Cue::Moi,
            Cue::Not,
            Cue::OnlyOne,
            Cue::Except,
            Cue::Later,
            Cue::Wait,
        ]) && !self.relieved();
        let denied = saying.not_done
            || (saying.doubtful && !self.only_moi_or_one())
            || asks_whether
            || saying.others
            || saying.foreign;
        saying.done = over
            && !denied
            && (acted
                || saying.named != 0
                || saying.hinted != 0
                || saying.numbers != 0
                || saying.rest
                || self.small_only());
        saying.doubtful |= over && !saying.done && !saying.not_done && !saying.foreign;
        saying.asking = asks_whether;
    }

    fn relieved(&self) -> bool {
        self.has(Cue::Finally) && !self.any(&[Cue::Not, Cue::Yet, Cue::Delegate])
    }

    /// "mới" and "mỗi" narrow a "done" and do not deny it.
    fn only_moi_or_one(&self) -> bool {
        !self.any(&[
            Cue::Delegate,
            Cue::TakeBack,
            Cue::Not,
            Cue::Except,
            Cue::Later,
            Cue::Wait,
        ])
    }

    /// "không … được", "không lên": it was tried or cannot be.
    fn cannot(&self, at: usize) -> bool {
        let after = &self.spans[at + 1..];
        let before = &self.spans[..at];
        let result = |span: &Span| span.is(Cue::Can) || span.is(Cue::Result);
        let first = after.iter().take(4).position(result);
        first.is_some_and(|_| !before.iter().any(|span| span.is(Cue::Ask)))
    }

    fn small_only(&self) -> bool {
        self.spans.iter().all(Self::is_small)
    }

    fn cash(&self, saying: &mut Saying) {
        let receipt = self.has(Cue::CashDone);
        // "chuyển khoản rồi, không nộp tiền mặt đâu"
        let denied = self.all(Cue::Cash).any(|at| {
            let before = self.spans[..at].iter().rev().take(2);
            before.into_iter().any(|span| span.is(Cue::Not))
        });
        if self.asked.payments == 0 || !(receipt || self.has(Cue::Cash)) || denied {
            return;
        }
        let paid = receipt || self.over() || (saying.past && self.verb_at().is_some());
        let denied = self.any(&[Cue::Yet, Cue::Later, Cue::Wait, Cue::Not, Cue::Dau]);
        saying.cash = paid && !denied && !saying.others && !self.has(Cue::Ask);
        let about = (self.asked.prompt | saying.acted | saying.named) & self.asked.payments != 0;
        saying.cash_later =
            !saying.cash && !self.any(&[Cue::Yet, Cue::Ask, Cue::Help]) && !saying.others && about;
        saying.done = false;
    }

    fn taken_back(&self, saying: &mut Saying) {
        let asks_for = self.any(&[Cue::For, Cue::Help, Cue::Counter, Cue::Teacher, Cue::Check]);
        let said = self.has(Cue::Undo) || (self.has(Cue::TakeBack) && asks_for);
        let elsewhere = self.any(&[Cue::Foreign, Cue::If]);
        saying.undo = said && !elsewhere;
        if said {
            saying.done = false;
        }
    }

    fn refused(&self, saying: &mut Saying) {
        let no_phone = self.has(Cue::NoPhone);
        let bare_no = !self.asks_whether()
            && !self.has(Cue::Ask)
            && self.all(Cue::Not).any(|at| {
                let next = self.spans[at + 1..].iter().take(3).any(|span| span.acts());
                next && !self.cannot(at) && !self.any(&[Cue::Fail, Cue::Roi, Cue::Result])
            });
        let wants_not = self.has(Cue::Refuse) && !self.asks_whether();
        saying.refuse = (no_phone || bare_no || wants_not) && !saying.others;
        if saying.refuse {
            saying.not_done = false;
            saying.done = false;
        }
    }

    fn questions(&self, saying: &mut Saying) {
        let marked = self.spans.iter().any(|span| span.asked);
        let strangers = self
            .spans
            .iter()
            .filter(|span| span.tag == Tag::Unknown)
            .count();
        let tail = self.has(Cue::AskTail)
            && (strangers < 2 || self.has(Cue::Can))
            && (self.verb_at().is_some() || self.any(&[Cue::Filler, Cue::Tech, Cue::Can]));
        let when = self.has(Cue::When) && !saying.not_done;
        saying.asking |=
            self.any(&[Cue::Ask, Cue::Help]) || self.asks_what() || marked || tail || when;
        saying.question =
            saying.asking && !saying.others && !saying.undo && !saying.foreign_talk(self);
        if saying.question && saying.done {
            saying.done = false;
            saying.doubtful = true;
        }
    }
}

/// Words that are neither an answer nor a task.
fn another(spans: &[Span]) -> bool {
    let mut spans = spans.iter();
    spans.any(|span| span.tag == Tag::Unknown || span.is(Cue::Foreign))
}

impl Saying {
    /// A question in which neither a task nor a phone nor a way of doing is spoken of.
    fn foreign_talk(&self, part: &Part<'_>) -> bool {
        let matter = self.named | self.hinted | self.acted | self.numbers != 0 || self.all;
        !(matter
            || part.verb_at().is_some()
            || part.any(&[Cue::Ask, Cue::Help, Cue::Tech, Cue::When]))
    }
}
