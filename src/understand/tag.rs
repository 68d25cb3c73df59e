//! Finds the known phrases in a message: what each stretch of words is, with the tasks it may speak of.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::counts;
use super::phrases::{Cue, PHRASES, SPELLINGS, WEAK_NOUNS};
use super::replies::{Name, TaskWords};
use super::slips;
use super::words::{Token, Word, Words, cut};

/// Tasks by their place, one bit each.
pub type Tasks = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Cue(Cue),
    /// A name of these tasks; a weak one ("mã", "tiền") says little outside of its own prompt.
    Noun {
        tasks: Tasks,
        weak: bool,
    },
    Verb {
        tasks: Tasks,
    },
    Number(u32),
    /// "780k", "12/9", "5A1"
    Amount,
    Name,
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub tag: Tag,
    pub pause: bool,
    pub asked: bool,
    /// The first phrase of a message that has no marks at all, or with the marks it should have.
    pub exact: bool,
    /// Its words: `from..to` of the tokens.
    pub from: usize,
    pub to: usize,
}

impl Span {
    pub fn is(&self, cue: Cue) -> bool {
        self.tag == Tag::Cue(cue)
    }

    /// A task's verb, or a doing that may be one.
    pub fn acts(&self) -> bool {
        matches!(self.tag, Tag::Verb { .. }) || self.is(Cue::Do)
    }
}

/// "qr ok", "1 oke": an "ok" behind a task or a number.
pub fn is_ok(spans: &[Span]) -> bool {
    let mut pairs = spans.windows(2);
    pairs.any(|pair| {
        let [one, next] = pair else { return false };
        matches!(one.tag, Tag::Noun { .. } | Tag::Number(_)) && next.is(Cue::Ok)
    })
}

struct Phrase {
    words: Vec<Word>,
    strict: bool,
    cue: Cue,
}

struct Lexicon {
    phrases: Vec<Phrase>,
    by_first: HashMap<String, Vec<usize>>,
    known: HashMap<String, Vec<Word>>,
    spellings: HashMap<String, Vec<(Word, Word)>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        phrases: Vec::new(),
        by_first: HashMap::new(),
        known: HashMap::new(),
        spellings: HashMap::new(),
    };
    for (short, long) in SPELLINGS {
        let short = Word::read(short);
        lexicon
            .spellings
            .entry(short.plain.clone())
            .or_default()
            .push((short, Word::read(long)));
    }
    for (cue, line) in PHRASES {
        for phrase in line
            .split(',')
            .map(str::trim)
            .filter(|phrase| !phrase.is_empty())
        {
            let (strict, text) = phrase
                .strip_prefix('=')
                .map_or((false, phrase), |text| (true, text));
            let words: Vec<Word> = text.split_whitespace().map(Word::read).collect();
            let Some(first) = words.first() else { continue };
            lexicon
                .by_first
                .entry(first.plain.clone())
                .or_default()
                .push(lexicon.phrases.len());
            for word in &words {
                lexicon
                    .known
                    .entry(word.plain.clone())
                    .or_default()
                    .push(word.clone());
            }
            lexicon.phrases.push(Phrase {
                words,
                strict,
                cue: *cue,
            });
        }
    }
    lexicon
});

struct TaskPhrase {
    name: Arc<Name>,
    tag: Tag,
}

/// The task words of this moment; the same words of several tasks are one phrase of all of them.
fn task_phrases(tasks: &[TaskWords]) -> Vec<TaskPhrase> {
    let mut phrases: Vec<TaskPhrase> = Vec::new();
    let mut known: HashMap<(&str, bool), usize> = HashMap::new();
    for (place, task) in tasks.iter().enumerate().take(Tasks::BITS as usize) {
        let bit: Tasks = 1 << place;
        let nouns = task.nouns.iter().map(|noun| {
            let tag = Tag::Noun {
                tasks: bit,
                weak: WEAK_NOUNS.contains(&noun.text.as_str()),
            };
            (noun, tag, true)
        });
        let verbs = task
            .verbs
            .iter()
            .map(|verb| (verb, Tag::Verb { tasks: bit }, false));
        for (name, tag, is_noun) in nouns.chain(verbs) {
            if name.words.is_empty() {
                continue;
            }
            let place = *known.entry((&name.text, is_noun)).or_insert(phrases.len());
            match phrases.get_mut(place) {
                Some(phrase) => phrase.tag = both(phrase.tag, bit),
                None => phrases.push(TaskPhrase {
                    name: Arc::clone(name),
                    tag,
                }),
            }
        }
    }
    phrases
}

fn both(tag: Tag, bit: Tasks) -> Tag {
    match tag {
        Tag::Noun { tasks, weak } => Tag::Noun {
            tasks: tasks | bit,
            weak,
        },
        Tag::Verb { tasks } => Tag::Verb { tasks: tasks | bit },
        other @ (Tag::Cue(_) | Tag::Number(_) | Tag::Amount | Tag::Name | Tag::Unknown) => other,
    }
}

/// A message in words and in phrases.
pub struct Tagged {
    pub tokens: Vec<Token>,
    pub spans: Vec<Span>,
    /// Nothing but somebody's words between quotation marks, or the list of our own prompt ("1 = quét mã, 2 = tiền").
    pub quotes: bool,
}

/// So many words between quotation marks are somebody's sentence; fewer are a name.
const QUOTED: usize = 3;

impl Tagged {
    /// Where a phrase stands, in characters of the cleaned message.
    pub fn place(&self, span: &Span) -> Range<usize> {
        let tokens = self.tokens.get(span.from..span.to).unwrap_or_default();
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => first.place.start..last.place.end,
            _ => 0..0,
        }
    }
}

/// `asked` is how many tasks the question answered asks about: "cả 3" of three is all of them, "cả 2" of
/// three is nobody knows which.
pub fn tag(text: &str, tasks: &[TaskWords], asked: u32) -> Tagged {
    let mut tokens = cut(text);
    let quoted = tokens.iter().filter(|token| token.quoted).count();
    // What somebody else said is left out; what is said beside it is one's own.
    let all = quoted == tokens.len();
    if quoted >= QUOTED && !all {
        tokens.retain(|token| !token.quoted);
    }
    let quotes = quoted >= QUOTED && all || text.matches('=').count() > 1 || explains(&tokens);
    let own = task_phrases(tasks);
    for token in &mut tokens {
        spell_out(token);
        understand_accent(token, &own);
    }
    counts::choose_by_place(&mut tokens, asked);
    let shouted = tokens.iter().all(|token| token.capital || token.numeric);
    let mut spans: Vec<Span> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = spans.last().map(|span| span.tag);
        let named = token.capital
            && !token.pause
            && !shouted
            && matches!(before, Some(Tag::Cue(Cue::Kin | Cue::For) | Tag::Name));
        let listed = matches!(before, Some(Tag::Number(_) | Tag::Cue(Cue::And)));
        let counted = (before == Some(Tag::Cue(Cue::Counter))
            || (asked > 1 && counts::stands_for_a_number(&tokens[at..], listed)))
        .then(|| counts::number_word(token))
        .flatten();
        let found = if named {
            Some((Tag::Name, 1, true))
        } else {
            longest(&tokens[at..], &own)
        };
        let found = found.map(|found| before_a_count(&tokens[at..], &own, found));
        let found = counted.map_or(found, |number| Some((Tag::Number(number), 1, true)));
        let several = (before != Some(Tag::Cue(Cue::Counter)))
            .then(|| counts::several(&tokens[at..], asked))
            .flatten()
            .filter(|(_, length)| found.is_none_or(|(_, found, _)| *length >= found));
        let found = several.map_or(found, |(all, length)| {
            let cue = if all { Cue::All } else { Cue::SomeOf };
            Some((Tag::Cue(cue), length, true))
        });
        let (tag, length, exact) =
            found.unwrap_or_else(|| (plain_tag(&tokens[at..], at == 0 || token.pause), 1, true));
        let last = (at + length).saturating_sub(1);
        let asked = tokens.get(last).is_some_and(|token| token.asked);
        spans.push(Span {
            tag,
            pause: token.pause && at > 0,
            asked,
            exact,
            from: at,
            to: at + length,
        });
        at += length;
    }
    settle(&mut spans, &tokens);
    speaks_to_the_teacher(&mut spans);
    Tagged {
        tokens,
        spans,
        quotes,
    }
}

/// "1 là quét, 2 là tiền": what the numbers stand for.
fn explains(tokens: &[Token]) -> bool {
    static IS: Words = Words::of(&["là"]);
    let pairs = tokens.windows(2);
    let explained = pairs.filter(|pair| pair[0].number.is_some() && IS.has(&pair[1].word));
    explained.count() > 1
}

/// In "xong cả 3" the "cả" belongs to the number.
fn before_a_count(
    tokens: &[Token],
    own: &[TaskPhrase],
    found: (Tag, usize, bool),
) -> (Tag, usize, bool) {
    let length = found.1;
    let shorter = length > 1
        && counts::is_all(&tokens[length - 1])
        && counts::count(&tokens[length - 1..]).is_some();
    let again = shorter
        .then(|| longest(&tokens[..length - 1], own))
        .flatten();
    again.unwrap_or(found)
}

fn spell_out(token: &mut Token) {
    let long = LEXICON
        .spellings
        .get(&token.word.plain)
        .and_then(|spellings| spellings.iter().find(|(short, _)| token.word.is(short)));
    if let Some((_, word)) = long {
        token.word = word.clone();
    }
}

/// A word that nobody knows may be a known one in a neighbour's accent, or with a slip of the finger.
fn understand_accent(token: &mut Token, own: &[TaskPhrase]) {
    let known = |word: &Word, exactly: bool| {
        let fits = |other: &Word| {
            if exactly {
                word.is(other)
            } else {
                word.can_be(other)
            }
        };
        LEXICON
            .known
            .get(&word.plain)
            .is_some_and(|words| words.iter().any(fits))
            || own.iter().any(|phrase| phrase.name.words.iter().any(fits))
    };
    if token.numeric || known(&token.word, false) {
        return;
    }
    if let Some(word) = token.telex.take().filter(|word| known(word, true)) {
        token.word = word;
        return;
    }
    if let Some(word) = token
        .word
        .in_other_accents()
        .into_iter()
        .find(|word| known(word, true))
    {
        token.word = word;
        return;
    }
    if let Some(word) = slips::meant(&token.word.plain) {
        token.word = Word::read(word);
    }
}

/// The longest phrase that begins here; of equally long ones the one with the very marks, then a task's, then the first.
fn longest(tokens: &[Token], own: &[TaskPhrase]) -> Option<(Tag, usize, bool)> {
    let first = &tokens.first()?.word;
    let mut best: Option<(Tag, usize, bool)> = None;
    let mut offer = |tag: Tag, words: &[Word], strict: bool| {
        let better = |exact: bool| {
            best.is_none_or(|(_, length, was_exact)| (words.len(), exact) > (length, was_exact))
        };
        if let Some(exact) = fits(tokens, words)
            && (exact || !strict)
            && better(exact)
        {
            best = Some((tag, words.len(), exact));
        }
    };
    for phrase in own.iter().filter(|phrase| {
        let words = &phrase.name.words;
        words.first().is_some_and(|word| word.plain == first.plain)
    }) {
        offer(phrase.tag, &phrase.name.words, false);
    }
    for place in LEXICON.by_first.get(&first.plain).into_iter().flatten() {
        if let Some(phrase) = LEXICON.phrases.get(*place) {
            offer(Tag::Cue(phrase.cue), &phrase.words, phrase.strict);
        }
    }
    best
}

/// Whether the words stand here without a pause between them, and whether with the very same marks.
fn fits(tokens: &[Token], words: &[Word]) -> Option<bool> {
    let mut exact = true;
    if tokens.len() < words.len() {
        return None;
    }
    for (place, (token, word)) in tokens.iter().zip(words).enumerate() {
        if !token.word.can_be(word) || (place > 0 && token.pause) {
            return None;
        }
        // At the end "nha" is courtesy and no house: "xong cả nha".
        let courtesy = |next: &Token| ["a", "nhe", "nha", "co"].contains(&next.word.plain.as_str());
        let ends = tokens
            .get(place + 1)
            .is_none_or(|next| next.pause || courtesy(next));
        if ends && place > 0 && token.word.plain == "nha" && !token.word.is(word) {
            return None;
        }
        exact &= token.word.is(word);
    }
    Some(exact)
}

fn plain_tag(tokens: &[Token], begins: bool) -> Tag {
    let Some((token, rest)) = tokens.split_first() else {
        return Tag::Unknown;
    };
    let counts = counts::is_counted(rest);
    match token.number {
        Some(_) if counts => Tag::Amount,
        Some(number) => Tag::Number(number),
        None if token.numeric => Tag::Amount,
        None if token.capital && !begins => Tag::Name,
        None => Tag::Unknown,
    }
}

/// "quét rồi cô" is "quét rồi cô ạ": who is spoken to at the end is courtesy.
fn speaks_to_the_teacher(spans: &mut [Span]) {
    for at in (0..spans.len()).rev() {
        let ends = spans
            .get(at + 1)
            .is_none_or(|next| next.pause || next.is(Cue::Polite));
        let begins = at == 0;
        if let Some(span) = spans.get_mut(at)
            && span.is(Cue::Teacher)
            && ends
            && !begins
        {
            span.tag = Tag::Cue(Cue::Polite);
        }
    }
}

/// What stands after "bà" and is no name of hers: "bà cứ giục", "ông lo".
static NO_NAME: Words = Words::of(&[
    "cứ", "lo", "tự", "cầm", "bị", "phải", "toàn", "vẫn", "giữ", "dùng", "ngồi", "giục", "mượn",
]);

/// What only its neighbours tell: "mùng 10" is a day, "mẹ na" a name, "dạ" without its accents opens a sentence.
fn settle(spans: &mut [Span], tokens: &[Token]) {
    for at in 0..spans.len() {
        let before = at
            .checked_sub(1)
            .and_then(|place| spans.get(place))
            .copied();
        let next_is_number = spans
            .get(at + 1)
            .is_some_and(|span| matches!(span.tag, Tag::Number(_)));
        let Some(span) = spans.get_mut(at) else {
            continue;
        };
        let opens = before.is_none() || span.pause;
        let new = match (span.tag, before.map(|span| span.tag)) {
            (Tag::Cue(Cue::NotAChoice), _) if next_is_number => Tag::Cue(Cue::Day),
            (Tag::Cue(Cue::NotAChoice), _) => Tag::Cue(Cue::Filler),
            // "2 tháng rồi" is how long, "tháng rồi" is which.
            (Tag::Cue(Cue::LastMonth), Some(Tag::Number(_) | Tag::Amount)) => Tag::Cue(Cue::Roi),
            (Tag::Number(_), Some(Tag::Cue(Cue::Day))) => Tag::Amount,
            (Tag::Cue(Cue::Da), _) if opens && !span.exact => Tag::Cue(Cue::Polite),
            (Tag::Unknown | Tag::Name, Some(Tag::Cue(Cue::Kin) | Tag::Name))
                if !span.pause && !NO_NAME.has(&tokens[span.from].word) =>
            {
                Tag::Name
            }
            (tag, _) => tag,
        };
        span.tag = new;
    }
}
