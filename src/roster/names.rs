//! Vietnamese names: family name first, the name one is called by last.

/// The last word of a full name.
pub fn given(full: &str) -> &str {
    full.split_whitespace().next_back().unwrap_or(full)
}

/// How the bot speaks with somebody: what it calls them, and itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    pub you: &'static str,
    pub me: &'static str,
}

impl Address {
    /// When nothing better is known.
    pub const PARENTS: Address = Address {
        you: "ba mẹ",
        me: "em",
    };

    /// The roster's "Bà Tư" and "Ông Sáu" are grandparents, to whom one is a grandchild; others are
    /// parents. "Ba" without the accent is a father in the south, so the accent decides.
    pub fn of(name: &str) -> Self {
        let first = name.split_whitespace().next().map(str::to_lowercase);
        let you = match first.as_deref() {
            Some("bà") => "bà",
            Some("ông") => "ông",
            _ => return Self::PARENTS,
        };
        Self { you, me: "cháu" }
    }

    /// What they are called at the beginning of a sentence.
    pub fn you_first(self) -> String {
        let mut chars = self.you.chars();
        let first = chars.next().map(|c| c.to_uppercase().to_string());
        first.unwrap_or_default() + chars.as_str()
    }
}

/// How a Vietnamese register sorts: by the given name, then by the whole; accents decide last.
pub fn sort_key(full: &str) -> (String, String, String) {
    use crate::understand::fold::fold;
    (fold(given(full)), fold(full), full.to_owned())
}

/// A title has fewer words; a whole story after a command is not searched for one.
const MOST_WORDS: usize = 16;

/// Finds the one thing whose short name or title begins what was typed; returns it with the rest of
/// the words. "qr An" finds the task `qr` and leaves "An". None when nothing or more than one fits.
pub fn find_by_title<'a, T>(
    things: &[&'a T],
    typed: &str,
    name: impl Fn(&T) -> (&str, &str),
) -> Option<(&'a T, String)> {
    use crate::understand::fold::fold;
    let words: Vec<&str> = typed.split_whitespace().collect();
    // The longest run of words that fits exactly one thing wins: a title before its first word.
    for taken in (1..=words.len().min(MOST_WORDS)).rev() {
        let wanted = fold(&words[..taken].join(" "));
        let fits = |thing: &&&T| {
            let (key, title) = name(thing);
            let title = fold(title);
            let key = fold(key);
            // "thu" for the only collection, whose key goes on with its month.
            let kind = key.split('-').next().unwrap_or_default();
            key == wanted
                || kind == wanted
                || title == wanted
                || (wanted.len() > 2 && title.starts_with(&wanted))
        };
        let found: Vec<&&T> = things.iter().filter(fits).collect();
        if let [only] = found.as_slice() {
            return Some((only, words[taken..].join(" ")));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_found_by_its_key_or_the_beginning_of_its_title() {
        let tasks = [
            ("qr", "Quét QR của lớp"),
            ("vneid", "Kích hoạt VNeID mức 2"),
            ("thu-2026-11", "Chuyển khoản thu tháng 11"),
        ];
        let tasks: Vec<&(&str, &str)> = tasks.iter().collect();
        let find =
            |typed| find_by_title(&tasks, typed, |task| *task).map(|(task, rest)| (task.0, rest));
        assert_eq!(find("qr Hoài An"), Some(("qr", "Hoài An".to_owned())));
        assert_eq!(find("kich hoat an"), Some(("vneid", "an".to_owned())));
        assert_eq!(find("Quét QR của lớp"), Some(("qr", String::new())));
        assert_eq!(find("thu An"), Some(("thu-2026-11", "An".to_owned())));
        assert_eq!(find("An"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn a_grandmother_is_spoken_to_by_a_grandchild() {
        let check = |name, you, me| assert_eq!(Address::of(name), Address { you, me }, "{name}");
        check("Bà Tư", "bà", "cháu");
        check("ông Sáu", "ông", "cháu");
        check("Ba Nam", "ba mẹ", "em");
        check("Mẹ An", "ba mẹ", "em");
        assert_eq!(Address::of("Bà Tư").you_first(), "Bà");
    }

    #[test]
    fn a_register_is_sorted_by_given_name() {
        let mut names = ["Trần Bảo", "Đỗ Ân", "Lê Thị An", "Nguyễn An"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Đỗ Ân", "Lê Thị An", "Nguyễn An", "Trần Bảo"]);
    }
}
