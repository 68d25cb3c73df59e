//! The headings of our messages, which platforms that can show in bold.

/// What our headings begin with: the board, a guide, the status of a child, a teacher's list, a report.
const SIGNS: [&str; 5] = ["📋", "📖", "🧒", "🔒", "📊"];

/// A message's heading, its first line, and the rest; nothing where it has none.
pub(super) fn of(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = match text.find('\n') {
        Some(end) => text.split_at(end),
        None => (text, ""),
    };
    let is_heading = SIGNS.iter().any(|sign| first.starts_with(sign));
    is_heading.then_some((first, rest))
}
