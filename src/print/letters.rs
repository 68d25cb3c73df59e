//! The font and how wide it sets a text. Be Vietnam Pro (SIL Open Font License, `config/fonts/OFL.txt`) has all
//! Vietnamese letters; what it has not, an emoji in a name perhaps, is left out rather than drawn as a box.

use std::sync::LazyLock;

use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization as _;

pub(super) static REGULAR: &[u8] = include_bytes!("../../config/fonts/BeVietnamPro-Regular.ttf");
pub(super) static BOLD: &[u8] = include_bytes!("../../config/fonts/BeVietnamPro-Bold.ttf");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

static FACES: LazyLock<[Option<Face<'static>>; 2]> =
    LazyLock::new(|| [Face::parse(REGULAR, 0).ok(), Face::parse(BOLD, 0).ok()]);

fn face(weight: Weight) -> Option<&'static Face<'static>> {
    match weight {
        Weight::Regular => FACES[0].as_ref(),
        Weight::Bold => FACES[1].as_ref(),
    }
}

/// One line as it can be set: composed letters, single spaces, only what the font has.
pub(super) fn clean(text: &str) -> String {
    let face = face(Weight::Regular);
    let is_known = |letter: &char| face.is_none_or(|face| face.glyph_index(*letter).is_some());
    let known: String = text
        .nfc()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .filter(is_known)
        .collect();
    known.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The width of a line, in the unit of `size` (the height of the letters' em).
pub(super) fn width(text: &str, weight: Weight, size: f32) -> f32 {
    let Some(face) = face(weight) else {
        return 0.0;
    };
    let units: u32 = text
        .chars()
        .filter_map(|letter| face.glyph_index(letter))
        .filter_map(|glyph| face.glyph_hor_advance(glyph))
        .map(u32::from)
        .sum();
    // A sheet is some thousands of units wide: exact in 32 bits.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^24")]
    let units = units as f32;
    units / f32::from(face.units_per_em()) * size
}

/// Breaks a text between words into lines that fit. A word that alone is too wide is broken inside.
pub(super) fn wrap(text: &str, weight: Weight, size: f32, fits: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, weight, size) <= fits {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if width(&line, weight, size) > fits && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(letter);
            }
        }
    }
    lines.push(line);
    lines
}

/// The largest of these sizes, largest first, in which a text needs at most so many lines, and those lines. What is
/// too long even in the last size ends in "…", so that nobody takes the rest for the whole.
pub(super) fn fit(
    text: &str,
    weight: Weight,
    sizes: &[f32],
    fits: f32,
    most: usize,
) -> (f32, Vec<String>) {
    let mut last = (0.0, Vec::new());
    for size in sizes {
        last = (*size, wrap(text, weight, *size, fits));
        if last.1.len() <= most {
            return last;
        }
    }
    last.1.truncate(most);
    if let Some(end) = last.1.last_mut() {
        while width(&format!("{end}…"), weight, last.0) > fits && end.pop().is_some() {}
        end.push('…');
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_is_in_the_font() {
        let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
        for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯYđĐ–“”…₫".chars() {
            for tone in tones {
                let letter: String = format!("{base}{tone}").nfc().collect();
                if "đĐ–“”…₫".contains(base) && !tone.is_empty() {
                    continue;
                }
                for weight in [Weight::Regular, Weight::Bold] {
                    let has = |c| face(weight).unwrap().glyph_index(c).is_some();
                    assert!(letter.chars().all(has), "{letter} in {weight:?}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_set_is_left_out_and_letters_are_composed() {
        assert_eq!(clean("Nguye\u{302}\u{303}n  An 🌻\n"), "Nguyễn An");
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        for text in [
            "",
            "An",
            "Nguyễn Hoàng Bảo Châu Anh Thư",
            "Khôngcódấucáchnàohếttừđầuđếncuối",
        ] {
            let lines = wrap(text, Weight::Bold, 5.0, 30.0);
            assert!(
                lines
                    .iter()
                    .all(|line| width(line, Weight::Bold, 5.0) <= 30.0),
                "{lines:?}"
            );
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
