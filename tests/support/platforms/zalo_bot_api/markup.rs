//! Markup, as far as the platform reads it: what is left of a text when its marks are taken away.

/// Tags without attributes, or with `style`; all of them have to be closed.
const HTML_TAGS: [&str; 19] = [
    "b", "strong", "i", "em", "u", "s", "del", "strike", "h1", "h2", "h3", "h4", "h5", "h6", "ul",
    "ol", "li", "p", "div",
];

const ENTITIES: [(&str, char); 5] = [
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
    ("&#39;", '\''),
    ("&amp;", '&'),
];

const ZALO_TAGS: [&str; 6] = ["red", "orange", "yellow", "green", "big", "underline"];

/// Longer ones first, so that two stars are not taken for one star twice.
const MARKS: [&str; 6] = ["**", "__", "~~", "`", "*", "_"];

const MARKDOWN_CAN_BE_ESCAPED: &str = "\\`*_{}[]()#+-.!~>";

/// Where in Unicode an escaped character is kept until all marks are gone; nobody writes there.
const SHELTER: u32 = 0xE000;

/// The text without tags and with its entities as characters, or why it cannot be read.
pub fn from_html(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let known = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
            let (name, character) = known.ok_or("an & that begins no entity")?;
            plain.push(*character);
            rest = &rest[name.len()..];
            continue;
        }
        let (tag, after) = rest[1..].split_once('>').ok_or("a < that begins no tag")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let expected = open.pop();
            if expected != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
        } else {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            if !HTML_TAGS.contains(&name)
                || !(attributes.is_empty() || attributes.starts_with("style=\""))
            {
                return Err(format!("<{tag}> is no tag it knows"));
            }
            open.push(name);
        }
    }
    plain.push_str(rest);
    match open.pop() {
        Some(name) => Err(format!("<{name}> stays open")),
        None => Ok(plain),
    }
}

/// The text without marks. A mark that has no partner is a character like others, but a Zalo tag has to be closed.
pub fn from_markdown(text: &str) -> Result<String, String> {
    let mut text = sheltered(text);
    for tag in ZALO_TAGS {
        let (begin, end) = (format!("{{{tag}}}"), format!("{{/{tag}}}"));
        if text.matches(&begin).count() != text.matches(&end).count() {
            return Err(format!("{begin} and {end} are no pairs"));
        }
        text = text.replace(&begin, "").replace(&end, "");
    }
    let lines: Vec<String> = text.split('\n').map(without_marks).collect();
    Ok(lines.join("\n").chars().map(out_of_shelter).collect())
}

fn without_marks(line: &str) -> String {
    let headings = ["# ", "## ", "### ", "#### ", "> "];
    let begin = headings.iter().find(|begin| line.starts_with(**begin));
    let line = begin.map_or(line, |begin| &line[begin.len()..]);
    MARKS
        .iter()
        .fold(line.to_owned(), |line, mark| without_pairs(&line, mark))
}

fn without_pairs(line: &str, mark: &str) -> String {
    let Some(begin) = line
        .match_indices(mark)
        .map(|(at, _)| at)
        .find(|at| opens(line, *at, mark))
    else {
        return line.to_owned();
    };
    let inside = begin + mark.len();
    let closes = |at: &usize| *at > inside && closes(line, *at, mark);
    let Some(end) = line.match_indices(mark).map(|(at, _)| at).find(closes) else {
        return line.to_owned();
    };
    let after = without_pairs(&line[end + mark.len()..], mark);
    format!("{}{}{after}", &line[..begin], &line[inside..end])
}

/// A mark stands before a word, and one with underscores not inside of it.
fn opens(line: &str, at: usize, mark: &str) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + mark.len()..].chars().next();
    after.is_some_and(|c| !c.is_whitespace()) && !(mark.contains('_') && is_letter(before))
}

fn closes(line: &str, at: usize, mark: &str) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + mark.len()..].chars().next();
    before.is_some_and(|c| !c.is_whitespace()) && !(mark.contains('_') && is_letter(after))
}

fn is_letter(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

fn sheltered(text: &str) -> String {
    let mut safe = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let escaped =
            characters.next_if(|next| c == '\\' && MARKDOWN_CAN_BE_ESCAPED.contains(*next));
        let hidden = escaped.and_then(|escaped| char::from_u32(SHELTER + u32::from(escaped)));
        safe.push(hidden.unwrap_or(c));
    }
    safe
}

fn out_of_shelter(c: char) -> char {
    let hidden = u32::from(c).checked_sub(SHELTER).and_then(char::from_u32);
    hidden.filter(char::is_ascii).unwrap_or(c)
}
