//! A text longer than a channel takes, cut where a reader would pause.

use unicode_segmentation::UnicodeSegmentation as _;

/// Parts of at most `limit` UTF-16 units (the unit in which the platforms count), cut at the end of a line where
/// that leaves no short stump, else of a sentence, else between words, and only then inside one; never inside what
/// a reader sees as one letter or sign (unless that alone is longer than a part).
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
    let (mut line, mut sentence, mut word, mut hard) = (None, None, None, 0);
    let mut before = "";
    for (at, sign) in text.grapheme_indices(true) {
        used += units(sign);
        if used > limit {
            break;
        }
        hard = at + sign.len();
        if sign.contains('\n') {
            line = Some(hard);
        } else if sign.chars().all(char::is_whitespace) {
            word = Some(hard);
            if matches!(before, "." | "!" | "?" | "…") {
                sentence = Some(hard);
            }
        }
        before = sign;
    }
    let no_stump = |end: &usize| *end * 2 > hard;
    let good_line = line.filter(no_stump);
    let good_sentence = sentence.filter(no_stump);
    let end = good_line
        .or(good_sentence)
        .or(word)
        .or(line)
        .unwrap_or(hard);
    if end > 0 {
        end
    } else {
        within_one(text, limit)
    }
}

/// A single sign that is longer than a part: between its letters.
fn within_one(text: &str, limit: usize) -> usize {
    let (mut used, mut end) = (0, 0);
    for letter in text.chars() {
        used += letter.len_utf16();
        if used > limit && end > 0 {
            break;
        }
        end += letter.len_utf8();
    }
    end
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
    fn a_long_line_is_cut_after_a_sentence() {
        assert_eq!(
            split("Ba mẹ quét mã. Rồi bấm nút này ạ", 22),
            ["Ba mẹ quét mã.", "Rồi bấm nút này ạ"]
        );
        // Not where that would leave a stump.
        assert_eq!(
            split("Dạ. Ba mẹ quét mã rồi bấm nút", 22),
            ["Dạ. Ba mẹ quét mã rồi", "bấm nút"]
        );
    }

    #[test]
    fn what_is_seen_as_one_sign_stays_one() {
        // A family is four people and three joiners, eleven units; a letter may come as letter and marks.
        let (family, letter) = ("👨\u{200d}👩\u{200d}👧\u{200d}👦", "e\u{302}\u{323}");
        for (sign, limit) in [(family, 30), (letter, 7)] {
            for part in split(&sign.repeat(50), limit) {
                assert_eq!(part.replace(sign, ""), "", "{part}");
            }
        }
        // Longer than a part is allowed to be: it is cut all the same, and nothing is lost.
        assert_eq!(split(family, 4).concat(), family);
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
