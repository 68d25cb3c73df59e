//! Numbers in a message: which choose a task of the prompt, and which count something.

use super::words::{Token, Words};

static LEAD: Words = Words::of(&["hết", "đủ", "cả"]);
static ALL: Words = Words::of(&["cả"]);
static TASKS: Words = Words::of(&["việc", "cái", "mục", "khoản"]);
static PARENTS: Words = Words::of(&["mẹ", "má", "bầm", "u"]);
static NUMBERS: Words = Words::of(&["một", "hai", "ba", "bốn"]);
static FIRST: Words = Words::of(&["một", "hai"]);
static NEXT: Words = Words::of(&["hai", "ba"]);
/// What goes on after the numbers of a list.
static GOES_ON: Words = Words::of(&["rồi", "xong", "chưa", "với", "và", "thì", "đã"]);
/// What a number counts when it chooses nothing: "3 tuổi", "2 triệu".
static UNITS: Words = Words::of(&[
    "tuổi", "tháng", "ngày", "tuần", "năm", "giờ", "tiếng", "phút", "lần", "lượt", "triệu", "trăm",
    "nghìn", "ngàn", "chục", "củ", "tầng", "người", "đứa", "cân", "lít", "cây",
]);
/// "2 vợ chồng", "3 bà cháu" are so many people.
static PEOPLE: [[Words; 2]; 7] = [
    [Words::of(&["vợ"]), Words::of(&["chồng"])],
    [Words::of(&["mẹ", "ba"]), Words::of(&["con"])],
    [Words::of(&["bố"]), Words::of(&["con", "mẹ"])],
    [Words::of(&["bà", "ông"]), Words::of(&["cháu"])],
    [Words::of(&["ông"]), Words::of(&["bà"])],
    [Words::of(&["chị"]), Words::of(&["em"])],
    [Words::of(&["anh"]), Words::of(&["em"])],
];

/// "cả 3", "đủ ba việc", "2 cái": how many, and not which. The number and how many words it takes.
pub fn count(tokens: &[Token]) -> Option<(u32, usize)> {
    let is = |at: usize, words: &Words| {
        let token = tokens.get(at);
        token.is_some_and(|token| words.has(&token.word) && (at == 0 || !token.pause))
    };
    let lead = (0..2).take_while(|at| is(*at, &LEAD)).count();
    let token = tokens.get(lead).filter(|token| lead == 0 || !token.pause)?;
    let number = token.number.or_else(|| number_word(token))?;
    // "hết 15 này" is a day.
    let number = (number < 10).then_some(number)?;
    if is(lead + 1, &TASKS) {
        return Some((number, lead + 2));
    }
    // "cả ba mẹ" are the parents.
    let parents = token.number.is_none() && is(lead + 1, &PARENTS);
    (lead > 0 && !parents).then_some((number, lead + 1))
}

pub fn is_all(token: &Token) -> bool {
    ALL.has(&token.word)
}

/// "một với hai thì rồi": numbers of a list in letters. "ba" is a father unless it goes on with the list.
pub fn stands_for_a_number(tokens: &[Token], listed: bool) -> bool {
    let Some((token, rest)) = tokens.split_first() else {
        return false;
    };
    let goes_on = |next: &Token| !next.pause && GOES_ON.has(&next.word);
    let alone = FIRST.has(&token.word) && rest.first().is_some_and(goes_on);
    let last = listed && NEXT.has(&token.word) && rest.first().is_none_or(goes_on);
    alone || last
}

/// "số một": the number in letters.
pub fn number_word(token: &Token) -> Option<u32> {
    let place = NUMBERS.place(&token.word)?;
    u32::try_from(place + 1).ok()
}

/// What follows a number tells that it counts something.
pub fn is_counted(rest: &[Token]) -> bool {
    let is = |at: usize, words: &Words| {
        let token = rest.get(at);
        token.is_some_and(|token| !token.pause && words.has(&token.word))
    };
    let [first, second] = [0, 1];
    is(first, &UNITS)
        || PEOPLE
            .iter()
            .any(|[one, other]| is(first, one) && is(second, other))
}
