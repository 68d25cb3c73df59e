//! The bot's own name in a message: where a platform marks mentions in no other way, they are found by the letters.

use unicode_normalization::UnicodeNormalization as _;

/// Cuts every "@name" out of a text, wherever it stands, and says whether there was one. Compared in NFC and without
/// regard to capitals; a longer name that only begins like ours ("@Bot Lớp 5A1" beside "@Bot Lớp 5A") is another's.
pub fn cut(text: &str, name: &str) -> (String, bool) {
    let text: Vec<char> = text.nfc().collect();
    let mention: Vec<char> = std::iter::once('@').chain(name.nfc()).collect();
    let same = |one: &char, other: &char| one.to_lowercase().eq(other.to_lowercase());
    let stands_at = |at: usize| {
        let Some(part) = text.get(at..at + mention.len()) else {
            return false;
        };
        let ends = text
            .get(at + mention.len())
            .is_none_or(|next| !next.is_alphanumeric());
        ends && mention.len() > 1
            && part
                .iter()
                .zip(&mention)
                .all(|(one, other)| same(one, other))
    };
    let (mut rest, mut found, mut at) = (String::new(), false, 0);
    while let Some(letter) = text.get(at) {
        if stands_at(at) {
            found = true;
            at += mention.len();
            // What stood on both sides stays apart, by one space.
            if !rest.is_empty() && !rest.ends_with(char::is_whitespace) {
                rest.push(' ');
            }
            while rest.ends_with(' ') && text.get(at) == Some(&' ') {
                at += 1;
            }
        } else {
            rest.push(*letter);
            at += 1;
        }
    }
    (rest.trim().to_owned(), found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_cut_wherever_it_stands() {
        for (text, rest) in [
            ("@Bot Lớp Số 1 3", "1 3"),
            ("em chuyển khoản rồi @Bot Lớp Số ạ", "em chuyển khoản rồi ạ"),
            ("xong qr @Bot Lớp Số", "xong qr"),
            ("@bot lớp số: báo cáo", ": báo cáo"),
            ("@Bot Lớp Số\nbáo cáo", "báo cáo"),
            ("@Bot Lớp Số @Bot Lớp Số 1", "1"),
            ("🌸@Bot Lớp Số🌸", "🌸 🌸"),
            ("@Bot Lớp Số", ""),
        ] {
            assert_eq!(cut(text, "Bot Lớp Số"), (rest.to_owned(), true), "{text}");
        }
    }

    #[test]
    fn accents_in_pieces_are_the_same_accents() {
        let pieces: String = "@Bot Lớp Số đã chuyển khoản".nfd().collect();
        assert_eq!(
            cut(&pieces, "Bot Lớp Số"),
            ("đã chuyển khoản".to_owned(), true)
        );
        let name: String = "Bot Lớp Số".nfd().collect();
        assert_eq!(cut("@Bot Lớp Số 1", &name), ("1".to_owned(), true));
    }

    #[test]
    fn another_name_is_not_ours() {
        for text in [
            "@Bot Lớp Số2 1",
            "Bot Lớp Số ơi",
            "@Bot Lớp 1",
            "ba@Bot",
            "@",
            "",
        ] {
            assert!(!cut(text, "Bot Lớp Số").1, "{text}");
        }
        assert_eq!(cut("@ 1", ""), ("@ 1".to_owned(), false));
    }
}
