//! The first reader of a reply: rules over its parts. What each part says is read in `clause`; here it is decided which
//! task it is said of, and what the parts say together. It would rather ask than record.

use super::clause::{self, Asked, Saying};
use super::counts;
use super::parts;
use super::phrases::Cue;
use super::replies::{Context, Heard, Reading, Said, Statement, Unsure};
use super::tag::{Span, Tag, Tagged, Tasks};
use super::whose;

pub fn read(tagged: &Tagged, context: &Context<'_>) -> Reading {
    let hearsay = whose::hearsay(tagged, context.items.is_empty());
    Reader::new(context, hearsay).read(&tagged.spans)
}

/// What has been said of one task while the parts are read in their order.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    done: bool,
    not_done: bool,
    /// The last of the two, when both were said.
    done_last: bool,
    past_before: bool,
    failed: bool,
    blocked: bool,
    cash: bool,
    refuse: bool,
    undo: bool,
    doubtful: bool,
    strong: bool,
    it: bool,
}

struct Reader<'a> {
    context: &'a Context<'a>,
    asked: Asked,
    /// It is told of another family.
    hearsay: bool,
    /// One slot for each task and a last one for what names no task.
    slots: Vec<Slot>,
    question: Option<Option<usize>>,
    /// What the sentence spoke of last.
    topic: Tasks,
    /// The last part was about another thing: a bare "xong rồi" after it may be too.
    elsewhere: bool,
    mentioned: Tasks,
    /// The one task that a message names which takes something back; none when it names no or several.
    taken_back: Tasks,
    reading: Reading,
}

impl<'a> Reader<'a> {
    fn new(context: &'a Context<'a>, hearsay: bool) -> Self {
        Self {
            context,
            asked: context.asked(),
            hearsay,
            slots: vec![Slot::default(); context.tasks.len() + 1],
            question: None,
            topic: 0,
            elsewhere: false,
            mentioned: 0,
            taken_back: 0,
            reading: Reading::default(),
        }
    }

    fn read(mut self, spans: &[Span]) -> Reading {
        if let Some(reading) = self.only_numbers(spans) {
            return reading;
        }
        let has = |cue: Cue| spans.iter().any(|span| span.is(cue));
        if has(Cue::Quote) && !has(Cue::Me) {
            self.why("quoted");
            self.reading.settled = true;
            return self.reading;
        }
        let parts = parts::cut(spans, &self.asked);
        let sayings: Vec<Saying> = parts
            .iter()
            .map(|part| clause::read(part, &self.asked))
            .collect();
        self.taken_back = self.taken_back_by(&sayings);
        let (mut others, mut from) = (false, 0);
        for (saying, part) in sayings.iter().zip(&parts) {
            // What is told of others is told of them until the sentence names oneself.
            let mut saying = *saying;
            saying.others |= others && !part.iter().any(|span| span.is(Cue::Me));
            others = saying.others;
            let tasks = self.take(&saying);
            let spans = from..from + part.len();
            from = spans.end;
            self.reading.heard.push(Heard {
                tasks,
                saying,
                spans,
            });
        }
        let vetoed =
            has(Cue::If) || has(Cue::Doubt) || has(Cue::Except) || has(Cue::Quote) || self.hearsay;
        self.finish(vetoed, has(Cue::If))
    }

    fn why(&mut self, rule: &'static str) {
        self.reading.why.push(rule);
    }

    /// "1 3": under a prompt with several numbers these are the done ones.
    fn only_numbers(&self, spans: &[Span]) -> Option<Reading> {
        let small = |span: &Span| {
            matches!(span.tag, Tag::Number(_))
                || span.is(Cue::And)
                || span.is(Cue::Polite)
                || span.is(Cue::Aside)
                || span.is(Cue::Counter)
                || span.is(Cue::Teacher)
                || span.is(Cue::Only)
                || span.is(Cue::Ok)
        };
        let numbers: Vec<u32> = spans
            .iter()
            .filter_map(|span| {
                if let Tag::Number(number) = span.tag {
                    Some(number)
                } else {
                    None
                }
            })
            .collect();
        if numbers.is_empty() || !spans.iter().all(small) || spans.iter().any(|span| span.asked) {
            return None;
        }
        let mut reading = Reading {
            why: vec!["numbers"],
            settled: true,
            ..Reading::default()
        };
        if self.context.items.len() < 2 {
            return Some(reading);
        }
        let asked = u32::try_from(self.context.items.len()).unwrap_or(u32::MAX);
        let numbers = match numbers.as_slice() {
            [one] => counts::digits(*one, asked).unwrap_or(numbers),
            _ => numbers,
        };
        let chosen: Option<Vec<usize>> = numbers
            .iter()
            .map(|number| self.context.numbered(*number))
            .collect();
        let Some(mut chosen) = chosen else {
            reading.unsure = Some(Unsure { task: None });
            return Some(reading);
        };
        chosen.sort_unstable();
        chosen.dedup();
        reading.statements = chosen
            .into_iter()
            .map(|task| Statement {
                said: Said::Done,
                task: Some(task),
            })
            .collect();
        Some(reading)
    }

    /// "em bấm nhầm, em chưa chuyển khoản": what is taken back stands in the other half, if only as a verb.
    fn taken_back_by(&self, sayings: &[Saying]) -> Tasks {
        let own = || sayings.iter().filter(|saying| !saying.others);
        let spoken = own().fold(0, |tasks, saying| {
            tasks | self.asked.narrowed(saying.named | saying.acted)
        });
        let numbered = own().any(|saying| saying.numbers != 0);
        if own().any(|saying| saying.undo) && spoken.count_ones() == 1 && !numbered {
            spoken
        } else {
            0
        }
    }

    /// The tasks that this part is about; none when it does not say.
    fn target(&self, saying: &Saying) -> Tasks {
        if self.taken_back != 0 {
            return self.taken_back;
        }
        let numbers = (1..=64)
            .filter(|number| saying.numbers >> (number - 1) & 1 == 1)
            .filter_map(|number| self.context.numbered(number))
            .fold(0, |tasks: Tasks, task| tasks | 1 << task);
        let several = self.asked.count > 1;
        if saying.rest {
            let all = if self.asked.prompt == 0 {
                self.every()
            } else {
                self.asked.prompt
            };
            return all & !self.mentioned;
        }
        let weak = saying.hinted & self.asked.prompt;
        let named = self.asked.narrowed(saying.named) | numbers | weak;
        if named != 0 {
            return named;
        }
        let acted = self.asked.narrowed(
            saying.acted
                & if self.asked.prompt == 0 {
                    self.topic
                } else {
                    self.asked.prompt
                },
        );
        if acted != 0 {
            return acted;
        }
        if saying.all && several {
            return self.asked.prompt;
        }
        if saying.acted == 0 && self.topic != 0 {
            return self.topic;
        }
        if saying.acted == 0 && self.asked.count == 1 {
            self.asked.prompt
        } else {
            0
        }
    }

    fn every(&self) -> Tasks {
        (0..self.context.tasks.len().min(64)).fold(0, |tasks: Tasks, task| tasks | 1 << task)
    }

    fn take(&mut self, saying: &Saying) -> Tasks {
        let mut saying = *saying;
        if self.elsewhere && saying.done && saying.named | saying.acted | saying.numbers == 0 {
            saying.done = false;
            saying.doubtful = true;
        }
        self.elsewhere = saying.foreign;
        let saying = &saying;
        let mut target = self.target(saying);
        if saying.cash || saying.cash_later {
            target = self.payment_for(target);
        }
        let explicit = self.asked.narrowed(saying.named) | (saying.hinted & self.asked.prompt) != 0
            || saying.numbers != 0;
        if explicit || (self.topic == 0 && saying.acted != 0) {
            self.topic = target;
        }
        self.mentioned |= target;
        // A noun alone before its statement: "cái định danh, em xong rồi".
        if saying.others {
            return target;
        }
        if saying.question {
            let prompt = if self.context.items.len() == 1 {
                self.context.items.first().copied()
            } else {
                None
            };
            let task = if target.count_ones() == 1 {
                usize::try_from(target.trailing_zeros()).ok()
            } else {
                prompt
            };
            let named = saying.named | saying.hinted | saying.numbers | self.topic != 0;
            if self.asked.prompt != 0 || named {
                self.question = Some(task);
            }
        }
        for slot in self.slots_of(target) {
            slot.take(saying);
        }
        target
    }

    /// Cash is about the payment named, or the prompt's, or the only one open.
    fn payment_for(&self, target: Tasks) -> Tasks {
        let candidates = [
            target & self.asked.payments,
            self.asked.prompt & self.asked.payments,
            self.asked.payments,
        ];
        candidates
            .into_iter()
            .find(|tasks| tasks.count_ones() == 1)
            .unwrap_or(0)
    }

    fn slots_of(&mut self, target: Tasks) -> Vec<&mut Slot> {
        let last = self.context.tasks.len();
        self.slots
            .iter_mut()
            .enumerate()
            .filter(|(place, _)| {
                if target == 0 {
                    *place == last
                } else {
                    *place < last && *place < 64 && target >> place & 1 == 1
                }
            })
            .map(|(_, slot)| slot)
            .collect()
    }

    fn finish(mut self, vetoed: bool, conditional: bool) -> Reading {
        let last = self.context.tasks.len();
        let slots = std::mem::take(&mut self.slots);
        let unnamed = slots.get(last).copied().unwrap_or_default();
        for (place, slot) in slots.iter().enumerate() {
            let task = (place < last).then_some(place);
            let verdict = slot.verdict();
            match verdict {
                Some(Verdict::Said(Said::Done)) if slot.it && self.question.is_some() => {
                    self.say(Said::NotDone, task)
                }
                Some(Verdict::Said(Said::Done)) if slot.it => self.ask(task, "what happened then"),
                Some(Verdict::Said(Said::Done)) if vetoed || self.disturbed(task, &unnamed) => {
                    self.ask(task, "vetoed")
                }
                Some(Verdict::Said(said)) if conditional && said != Said::Undo => {
                    self.ask(task, "conditional")
                }
                Some(Verdict::Said(said)) => self.say(said, task),
                Some(Verdict::Failed) => {
                    self.say(Said::NotDone, task);
                    self.question.get_or_insert(task);
                }
                Some(Verdict::Unsure) => self.ask(task, "doubtful"),
                None => {}
            }
        }
        let refused = self
            .reading
            .statements
            .iter()
            .any(|statement| statement.said == Said::Refuse);
        if let Some(task) = self.question.filter(|_| !refused) {
            self.reading.statements.push(Statement {
                said: Said::Question,
                task,
            });
        }
        self.reading
    }

    /// Something else was taken back or refused without a name: it may be this one.
    fn disturbed(&self, task: Option<usize>, unnamed: &Slot) -> bool {
        task.is_some() && (unnamed.undo || unnamed.not_done || unnamed.refuse)
    }

    fn ask(&mut self, task: Option<usize>, rule: &'static str) {
        if self
            .reading
            .unsure
            .is_none_or(|unsure| unsure.task.is_none())
        {
            self.reading.unsure = Some(Unsure { task });
        }
        self.why(rule);
    }

    fn say(&mut self, said: Said, task: Option<usize>) {
        let several = self.asked.count > 1;
        let tasks: Vec<Option<usize>> = match (task, said) {
            // "chưa ạ" under a list is said of all of it; "rồi ạ" is not enough.
            (None, Said::NotDone | Said::Refuse | Said::Undo) if several => vec![None],
            (None, Said::Undo) => vec![None],
            (None, Said::Cash) => vec![None],
            (None, _) => return self.ask(None, "no task named"),
            (task, _) => vec![task],
        };
        self.why(match said {
            Said::Done => "done",
            Said::NotDone => "not done",
            Said::Undo => "undo",
            Said::Refuse => "refuse",
            Said::Cash => "cash",
            Said::Question => "question",
        });
        self.reading
            .statements
            .extend(tasks.into_iter().map(|task| Statement { said, task }));
    }
}

enum Verdict {
    Said(Said),
    /// Tried, and it went wrong: not done, and help is wanted.
    Failed,
    Unsure,
}

impl Slot {
    fn take(&mut self, saying: &Saying) {
        if saying.not_done {
            self.past_before = saying.past;
        }
        // After a clear "xong" a question with a "không" is about what comes next.
        let next_step = self.done && self.strong && saying.question && !saying.failed;
        self.not_done |= saying.not_done && !next_step;
        self.done_last = if saying.done {
            true
        } else {
            self.done_last && !saying.not_done
        };
        self.done |= saying.done;
        self.strong |= saying.done && saying.strong;
        self.failed |= saying.failed
            || (saying.not_done && self.done && !next_step && (saying.asking || saying.cannot));
        self.blocked |= saying.blocked;
        self.cash |= saying.cash;
        self.refuse |= saying.refuse || saying.cash_later;
        self.undo |= saying.undo;
        self.it |= saying.it && self.done && !saying.done;
        self.doubtful |= saying.doubtful && !saying.done && !next_step;
    }

    fn verdict(&self) -> Option<Verdict> {
        if self.undo {
            return Some(Verdict::Said(Said::Undo));
        }
        if self.cash {
            return Some(Verdict::Said(Said::Cash));
        }
        if self.refuse {
            return Some(if self.done {
                Verdict::Unsure
            } else {
                Verdict::Said(Said::Refuse)
            });
        }
        match (self.done, self.not_done) {
            (_, true) if self.failed && !self.blocked => Some(Verdict::Failed),
            (true, true) if self.done_last && self.past_before => Some(Verdict::Said(Said::Done)),
            (true, true) if self.done_last => Some(Verdict::Unsure),
            (_, true) => Some(Verdict::Said(Said::NotDone)),
            (true, false) if self.doubtful => Some(Verdict::Unsure),
            (true, false) => Some(Verdict::Said(Said::Done)),
            (false, false) => self.doubtful.then_some(Verdict::Unsure),
        }
    }
}
