//! Numbers in a message: which choose a task of the prompt, and which count something.

use super::words::{Token, Word, Words};

static LEAD: Words = Words::of(&["hết", "đủ", "cả"]);
static ALL: Words = Words::of(&["cả"]);
static TASKS: Words = Words::of(&["việc", "cái", "mục", "khoản", "thứ", "món"]);
static PARENTS: Words = Words::of(&["mẹ", "má", "bầm", "u"]);
static NUMBERS: Words = Words::of(&["một", "hai", "ba", "bốn"]);
static FIRST: Words = Words::of(&["một", "hai"]);
static NEXT: Words = Words::of(&["hai", "ba"]);
/// What goes on after the numbers of a list.
static GOES_ON: Words = Words::of(&[
    "rồi", "xong", "chưa", "với", "và", "thì", "đã", "ok", "oke", "done", "thôi", "ạ", "nhé",
    "nha", "cô",
]);
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
    let next = |next: &&Token| !next.pause && NEXT.has(&next.word);
    let more = rest.iter().take_while(next).count();
    let then = rest.get(more).is_none_or(goes_on);
    let alone = FIRST.has(&token.word) && then;
    let last = listed && NEXT.has(&token.word) && rest.first().is_none_or(goes_on);
    alone || last
}

/// What a place in the list is said of: "số cuối". But "3 số" may be of a telephone.
static COUNTERS: Words = Words::of(&["việc", "cái", "mục", "khoản", "thứ", "món", "số"]);
static ENDS: Words = Words::of(&["cuối", "sau"]);
static BEGINS: Words = Words::of(&["đầu"]);
static MIDDLE: Words = Words::of(&["giữa"]);
static PLACE: Words = Words::of(&["thứ"]);
static AND: Words = Words::of(&["với", "và"]);
static AFTER_AN_END: Words = Words::of(&["tiên", "cùng"]);

/// "hai cái đầu", "cái cuối", "cái thứ hai", "đầu với cuối" of so many tasks asked: the words become the numbers they
/// stand for.
pub fn choose_by_place(tokens: &mut Vec<Token>, asked: u32) {
    let mut at = 0;
    while asked > 1 && at < tokens.len() {
        if let Some((numbers, mut length)) = places(&tokens[at..], asked)
            && numbers.len() <= length
        {
            let next = tokens.get(at + length);
            length +=
                usize::from(next.is_some_and(|next| !next.pause && AFTER_AN_END.has(&next.word)));
            let end = tokens[at + length - 1].place.end;
            let asked = tokens[at + length - 1].asked;
            for (token, number) in tokens[at..].iter_mut().zip(&numbers) {
                token.word = Word::read(&number.to_string());
                token.number = Some(*number);
                token.numeric = true;
            }
            let last = at + numbers.len() - 1;
            tokens[last].place.end = end;
            tokens[last].asked = asked;
            tokens.drain(last + 1..at + length);
            at = last;
        }
        at += 1;
    }
}

/// The numbers that the first words stand for, and how many words these are.
fn places(tokens: &[Token], asked: u32) -> Option<(Vec<u32>, usize)> {
    let is = |at: usize, words: &Words| {
        let token = tokens.get(at);
        token.is_some_and(|token| words.has(&token.word) && (at == 0 || !token.pause))
    };
    let first = tokens.first()?;
    let many = first.number.or_else(|| number_word(first));
    if let Some(many) = many.filter(|many| (2..asked).contains(many)) {
        let counted = 1 + usize::from(is(1, &COUNTERS));
        return if is(counted, &BEGINS) {
            Some(((1..=many).collect(), counted + 1))
        } else if is(counted, &ENDS) && counted > 1 {
            Some(((asked + 1 - many..=asked).collect(), counted + 1))
        } else {
            None
        };
    }
    if is(0, &BEGINS) && is(1, &AND) && is(2, &ENDS) {
        return Some((vec![1, asked], 3));
    }
    if !is(0, &COUNTERS) {
        return None;
    }
    if is(1, &BEGINS) {
        return Some((vec![1], 2));
    }
    if is(1, &ENDS) {
        return Some((vec![asked], 2));
    }
    if is(1, &MIDDLE) && asked == 3 {
        return Some((vec![2], 2));
    }
    let number = tokens.get(2).filter(|token| !token.pause)?;
    let number = number.number.or_else(|| number_word(number))?;
    (is(1, &PLACE) && (1..=asked).contains(&number)).then(|| (vec![number], 3))
}

/// "12" under a list of three: the digits are its numbers, each once and in their order.
pub fn digits(number: u32, asked: u32) -> Option<Vec<u32>> {
    let digits: Vec<u32> = number
        .to_string()
        .chars()
        .filter_map(|c| c.to_digit(10))
        .collect();
    let rising = digits.windows(2).all(|pair| pair[0] < pair[1]);
    let chosen = digits.iter().all(|digit| (1..=asked).contains(digit));
    (digits.len() > 1 && rising && chosen).then_some(digits)
}

/// How much of so many tasks is meant, when the first words say so: all of them ("cả 3", "3/3") or some and nobody knows
/// which ("cả 2", "2/3"); and how many words these are.
pub fn several(tokens: &[Token], asked: u32) -> Option<(bool, usize)> {
    let counted = || count(tokens).map(|(number, length)| (number == asked, length));
    share(tokens.first()?, asked).or_else(counted)
}

fn share(token: &Token, asked: u32) -> Option<(bool, usize)> {
    let (some, all) = token.word.plain.split_once('/')?;
    let (some, all): (u32, u32) = (some.parse().ok()?, all.parse().ok()?);
    (asked > 1 && all == asked && some <= all).then_some((some == all, 1))
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
    let people = || PEOPLE.iter().any(|[one, other]| is(0, one) && is(1, other));
    is(0, &UNITS) || people()
}
