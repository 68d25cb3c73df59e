//! Telegram's HTML: the few tags it allows become entities over plain text, anything else is refused.

use serde_json::{Map, Value, json};
use std::cmp::Reverse;

/// What people read, and what Telegram marks in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Formatted {
    pub text: String,
    pub entities: Vec<Value>,
    /// Names such as `&nbsp;`: Telegram shows them letter by letter, which nobody wants.
    pub shown_as_they_are: Vec<String>,
}

pub fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A tag that was opened and waits for its end.
struct Open {
    tag: String,
    begin: usize,
    entity: Option<Map<String, Value>>,
}

/// The complaint is what stands after "can't parse entities: ".
pub fn parse(source: &str) -> Result<Formatted, String> {
    let mut made = Formatted::default();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(letter) = source[at..].chars().next() {
        let rest = &source[at..];
        match letter {
            '&' => at += reference(rest, &mut made),
            '<' => {
                let end = rest
                    .find('>')
                    .ok_or(format!("Unclosed start tag at byte offset {at}"))?;
                let inside = &rest[1..end];
                match inside.strip_prefix('/') {
                    Some(name) => close(name.trim(), at, &mut open, &mut made)?,
                    None => open.push(start(inside, at, &made)?),
                }
                at += end + 1;
            }
            _ => {
                made.text.push(letter);
                at += letter.len_utf8();
            }
        }
    }
    if let Some(left) = open.last() {
        return Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            left.tag
        ));
    }
    // Outer before inner, and of two over the same words always the same one first, however the tags stood.
    made.entities.sort_by_key(|entity| {
        let place = (
            entity["offset"].as_u64(),
            Reverse(entity["length"].as_u64()),
        );
        (place, entity["type"].to_string())
    });
    Ok(trimmed(made))
}

/// Telegram drops white space around a text, and entities move with it.
pub fn trimmed(made: Formatted) -> Formatted {
    let lead = made.text.len() - made.text.trim_start().len();
    let lead = utf16(&made.text[..lead]) as i64;
    let text = made.text.trim().to_owned();
    let end = utf16(&text) as i64;
    let entities = made
        .entities
        .into_iter()
        .filter_map(|mut entity| {
            let begin = entity["offset"].as_i64()? - lead;
            let stop = (begin + entity["length"].as_i64()?).min(end);
            let begin = begin.max(0);
            entity["offset"] = begin.into();
            entity["length"] = (stop - begin).into();
            (stop > begin).then_some(entity)
        })
        .collect();
    Formatted {
        text,
        entities,
        shown_as_they_are: made.shown_as_they_are,
    }
}

/// Reads one `&…;`, writes what it stands for and returns how many bytes it took.
fn reference(rest: &str, made: &mut Formatted) -> usize {
    let name = rest[1..].split_once(';').map(|(name, _)| name);
    let letter = match name {
        Some("lt") => Some('<'),
        Some("gt") => Some('>'),
        Some("amp") => Some('&'),
        Some("quot") => Some('"'),
        Some(name) => name.strip_prefix('#').and_then(numbered),
        None => None,
    };
    if let (Some(letter), Some(name)) = (letter, name) {
        made.text.push(letter);
        return name.len() + 2;
    }
    if let Some(name) = name
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
    {
        made.shown_as_they_are.push(format!("&{name};"));
    }
    made.text.push('&');
    1
}

fn numbered(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).filter(|letter| *letter != '\0')
}

fn start(inside: &str, at: usize, made: &Formatted) -> Result<Open, String> {
    let name_end = inside
        .find(|c: char| c.is_whitespace())
        .unwrap_or(inside.len());
    let tag = inside[..name_end].to_ascii_lowercase();
    let attributes = attributes(&inside[name_end..], at)?;
    let attribute = |name: &str| {
        attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let kind = match tag.as_str() {
        "b" | "strong" => Some("bold"),
        "i" | "em" => Some("italic"),
        "u" | "ins" => Some("underline"),
        "s" | "strike" | "del" => Some("strikethrough"),
        "tg-spoiler" => Some("spoiler"),
        "code" => Some("code"),
        "pre" => Some("pre"),
        "blockquote" if attribute("expandable").is_some() => Some("expandable_blockquote"),
        "blockquote" => Some("blockquote"),
        "span" if attribute("class") == Some("tg-spoiler") => Some("spoiler"),
        "span" => {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {at}"
            ));
        }
        // A link to nowhere is plain text.
        "a" => attribute("href")
            .filter(|url| !url.is_empty())
            .map(|_| "text_link"),
        _ => {
            return Err(format!(
                "Unsupported start tag \"{tag}\" at byte offset {at}"
            ));
        }
    };
    let entity = kind.map(|kind| {
        let mut entity = Map::new();
        entity.insert("type".to_owned(), json!(kind));
        if let (true, Some(url)) = (tag == "a", attribute("href")) {
            entity.insert("url".to_owned(), json!(url));
        }
        entity
    });
    Ok(Open {
        tag,
        begin: utf16(&made.text),
        entity,
    })
}

fn close(name: &str, at: usize, open: &mut Vec<Open>, made: &mut Formatted) -> Result<(), String> {
    let name = name.to_ascii_lowercase();
    let Some(last) = open.pop() else {
        return Err(format!("Unexpected end tag at byte offset {at}"));
    };
    if last.tag != name {
        return Err(format!(
            "Unmatched end tag at byte offset {at}, expected \"</{}>\", found \"</{name}>\"",
            last.tag
        ));
    }
    let length = utf16(&made.text) - last.begin;
    if let (Some(mut entity), true) = (last.entity, length > 0) {
        entity.insert("offset".to_owned(), last.begin.into());
        entity.insert("length".to_owned(), length.into());
        made.entities.push(Value::Object(entity));
    }
    Ok(())
}

fn attributes(text: &str, at: usize) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!(
                "Empty attribute name in the tag at byte offset {at}"
            ));
        }
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let raw;
            (raw, rest) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..]
                    .split_once(quote)
                    .ok_or(format!("Unclosed start tag at byte offset {at}"))?,
                _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = raw.replace("&quot;", "\"").replace("&lt;", "<");
            value = value.replace("&gt;", ">").replace("&amp;", "&");
        }
        found.push((name, value));
        rest = rest.trim_start();
    }
    Ok(found)
}

/// The commands and mentions that Telegram finds in what people write.
pub fn found_in(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut skip_to = 0;
    for (at, letter) in text.char_indices() {
        let free = !before.is_alphanumeric() && !matches!(before, '_' | '/' | '@' | '<');
        before = letter;
        if at < skip_to || !free {
            continue;
        }
        let length = match letter {
            '/' => command_length(&text[at..]),
            '@' => Some(1 + word(&text[at + 1..])).filter(|length| (6..=33).contains(length)),
            _ => None,
        };
        if let Some(length) = length {
            skip_to = at + length;
            found.push(json!({
                "type": if letter == '/' { "bot_command" } else { "mention" },
                "offset": utf16(&text[..at]),
                "length": length,
            }));
        }
    }
    found
}

fn command_length(text: &str) -> Option<usize> {
    let name = word(&text[1..]);
    if !(1..=32).contains(&name) || text[1 + name..].starts_with(char::is_alphanumeric) {
        return None;
    }
    let addressed = text[1 + name..]
        .strip_prefix('@')
        .map(word)
        .filter(|length| (5..=32).contains(length));
    Some(1 + name + addressed.map_or(0, |length| length + 1))
}

fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}
