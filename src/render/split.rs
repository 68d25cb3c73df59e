//! A text longer than a channel takes, cut where a reader would pause.

/// Parts of at most `limit` UTF-16 units (the unit in which the platforms count), cut at the end of a
/// line where that leaves no short stump, else between words, and only then inside one.
pub fn split(text: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while units(rest) > limit && limit > 0 {
        let end = cut(rest, limit);
        let (part, after) = rest.split_at(end);
        parts.push(part.trim_end().to_owned());
        rest = after.trim_start();
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(rest.to_owned());
    }
    parts
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Where the first part ends, in bytes; always more than zero.
fn cut(text: &str, limit: usize) -> usize {
    let mut used = 0;
    let (mut line, mut word, mut hard) = (None, None, 0);
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > limit {
            break;
        }
        hard = at + c.len_utf8();
        if c == '\n' {
            line = Some(hard);
        } else if c.is_whitespace() {
            word = Some(hard);
        }
    }
    let good_line = line.filter(|end| *end * 2 > hard);
    let first_char = text.chars().next().map_or(1, char::len_utf8);
    good_line.or(word).or(line).unwrap_or(hard).max(first_char)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_short_text_is_one_part_and_an_empty_one_too() {
        assert_eq!(split("Dạ vâng ạ", 20), ["Dạ vâng ạ"]);
        assert_eq!(split("", 20), [""]);
    }

    #[test]
    fn lines_stay_whole_where_they_can() {
        assert_eq!(
            split("một hai ba\nbốn năm sáu bảy", 16),
            ["một hai ba", "bốn năm sáu bảy"]
        );
        assert_eq!(split("một hai ba bốn", 9), ["một hai", "ba bốn"]);
    }

    #[test]
    fn nothing_is_lost_and_no_part_is_too_long() {
        let text = "Quét mã 😀 rồi ạ\n".repeat(200) + &"x".repeat(700);
        for limit in [1, 2, 7, 200, 2000] {
            let parts = split(&text, limit);
            assert!(
                parts
                    .iter()
                    .all(|part| part.encode_utf16().count() <= limit.max(2)),
                "{limit}"
            );
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(squeeze(&parts.concat()), squeeze(&text), "{limit}");
        }
    }
}
