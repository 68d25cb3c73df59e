//! Web addresses in a message, so that a guide's video opens by one tap.

/// A stretch of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    Link(&'a str),
}

/// Cuts a text into words and links; put together again they are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(start) = next_link(rest) {
        let (before, from) = rest.split_at(start);
        let link = &from[..link_end(from)];
        if !before.is_empty() {
            out.push(Piece::Words(before));
        }
        out.push(Piece::Link(link));
        rest = &from[link.len()..];
    }
    if !rest.is_empty() {
        out.push(Piece::Words(rest));
    }
    out
}

fn next_link(text: &str) -> Option<usize> {
    text.match_indices("http").map(|(at, _)| at).find(|at| {
        let from = &text[*at..];
        let host = from
            .strip_prefix("https://")
            .or_else(|| from.strip_prefix("http://"));
        host.is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// A sentence goes on after its link: the mark that closes it is not part of the address.
fn link_end(text: &str) -> usize {
    let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”');
    let word = text.find(stop).map_or(text, |end| &text[..end]);
    word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '…'])
        .len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_without_the_marks_around_them() {
        use Piece::{Link, Words};
        let check =
            |text: &str, expected: &[Piece<'_>]| assert_eq!(pieces(text), expected, "{text}");
        check("", &[]);
        check("em chào cô", &[Words("em chào cô")]);
        check("https://vneid.gov.vn", &[Link("https://vneid.gov.vn")]);
        check(
            "Xem (https://a.vn/x?y=1).",
            &[Words("Xem ("), Link("https://a.vn/x?y=1"), Words(").")],
        );
        check(
            "“http://a.vn” và\nhttps://b.vn, ạ",
            &[
                Words("“"),
                Link("http://a.vn"),
                Words("” và\n"),
                Link("https://b.vn"),
                Words(", ạ"),
            ],
        );
        check(
            "http:// https://. javascript://a",
            &[Words("http:// https://. javascript://a")],
        );
    }
}
