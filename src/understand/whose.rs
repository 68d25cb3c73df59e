//! Whose family a message tells of: one's own, or another whose answer is its own to give.

use std::ops::Range;

use super::phrases::Cue;
use super::tag::{Span, Tag, Tagged};
use super::words::Words;

/// A child's name says nothing of whose child it is.
static FAMILY: Words = Words::of(&["mẹ", "bố", "ba", "má", "nhà", "bà", "ông", "phụ", "ph"]);
/// "dạ", "ạ", "cô": it is said to the teacher.
static REPORT: Words = Words::of(&["dạ", "ạ", "cô", "thầy", "vâng"]);
static TELLS: Words = Words::of(&["bảo", "khoe", "kể", "nói"]);
static GOSSIP: Words = Words::of(&["đấy", "kìa", "đó", "cơ", "á"]);

/// "chị gái em quét rồi": somebody of another household did what a part tells of, and did not do it for us ("quét hộ cháu
/// nhà em").
pub fn is_others(part: &[Span]) -> bool {
    let somebody = |span: &Span| span.is(Cue::Others) || span.is(Cue::Relative);
    let Some(at) = part.iter().position(somebody) else {
        return is_of_the_listeners(part);
    };
    let theirs = |span: &Span| somebody(span) || span.is(Cue::It) || span.is(Cue::Person);
    let after = |place: usize| part.iter().skip(place + 1);
    let for_us = (at..part.len()).any(|place| {
        // "cho em xin cái ảnh" is no favour done.
        let asks = after(place)
            .next()
            .is_some_and(|next| next.tag == Tag::Unknown);
        part[place].is(Cue::For) && !asks && !after(place).take(2).any(theirs)
    });
    if for_us {
        return false;
    }
    // "chị gái em" is a sister; who speaks of her has said nothing of herself yet.
    let own = (0..part.len()).any(|place| part[place].is(Cue::Me) && place != at + 1);
    let acts = part
        .iter()
        .position(Span::acts)
        .is_none_or(|verb| at < verb);
    part[at].is(Cue::Others) || !own && acts
}

/// "mọi người xong hết rồi": whom one speaks to did it.
fn is_of_the_listeners(part: &[Span]) -> bool {
    let [one, next, ..] = part else { return false };
    let did = next.is(Cue::Xong) || next.is(Cue::Da) || matches!(next.tag, Tag::Verb { .. });
    one.is(Cue::Teacher) && did && !next.pause
}

/// Somebody else stands in a part before what was done, and nobody of the household before them ("chồng em …, anh ấy
/// chuyển rồi").
pub fn begins_with_others(spans: &[Span], part: &Range<usize>) -> bool {
    let until = spans.get(..part.end).unwrap_or_default();
    let first = until
        .iter()
        .enumerate()
        .find_map(|(at, span)| match span.tag {
            Tag::Cue(Cue::Others | Cue::Relative) => Some(true),
            Tag::Cue(Cue::Kin) => Some(false),
            Tag::Cue(Cue::Roi | Cue::Xong | Cue::Do) | Tag::Verb { .. } | Tag::Noun { .. } => {
                part.contains(&at).then_some(false)
            }
            Tag::Cue(_) | Tag::Number(_) | Tag::Amount | Tag::Name | Tag::Unknown => None,
        });
    first == Some(true)
}

/// "mẹ Na quét rồi kìa", "bà Lành bảo đóng rồi": a family with a name, and words that tell it is talked about. Where
/// nothing was asked, only a report to the teacher ("mẹ Na quét rồi ạ") is told of oneself.
pub fn hearsay(tagged: &Tagged, unasked: bool) -> bool {
    let spans = &tagged.spans;
    let own = |cue: Cue| spans.iter().any(|span| span.is(cue));
    let says = |span: &Span, words: &Words| {
        let tokens = tagged.tokens.get(span.from..span.to).unwrap_or_default();
        tokens.iter().any(|token| words.has(&token.word))
    };
    let family = |at: usize| {
        let head = spans.get(at).is_some_and(|span| says(span, &FAMILY));
        head.then(|| after_a_family(spans, at)).flatten()
    };
    let Some(after) = (0..spans.len()).find_map(family) else {
        return false;
    };
    let told = spans
        .get(after)
        .is_some_and(|next| next.tag != Tag::Name && says(next, &TELLS));
    let report = own(Cue::Report) || spans.iter().any(|span| says(span, &REPORT));
    let gossip = spans.iter().skip(after).any(|span| says(span, &GOSSIP));
    told || own(Cue::Others) || (!report && (unasked || gossip))
}

/// "mẹ Na", "nhà cô Lụa": the place after the name of a family that begins here.
fn after_a_family(spans: &[Span], at: usize) -> Option<usize> {
    let kin = spans.get(at).is_some_and(|span| span.is(Cue::Kin));
    let between = spans.get(at + 1).is_some_and(|span| {
        [Cue::Kin, Cue::Person, Cue::Teacher, Cue::Counter]
            .iter()
            .any(|cue| span.is(*cue))
    });
    let name = at + 1 + usize::from(between);
    let named = spans.get(name).is_some_and(|span| span.tag == Tag::Name);
    (kin && named).then_some(name + 1)
}
