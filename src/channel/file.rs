//! Files as they stand in a row, on their way into a form of parts.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Trouble;
use crate::understand::fold::fold;

/// The content of a row, which is in base 64.
pub(super) fn bytes(content: &str) -> Result<Vec<u8>, Trouble> {
    BASE64_STANDARD
        .decode(content)
        .map_err(|_| Trouble::Refused)
}

/// A name that arrives as it was sent. With a space or an accent in it the client writes `filename*=`, which
/// Telegram does not read: it then sees no file at all and refuses the whole message. RFC 7578 §4.2 forbids it.
pub(super) fn name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let words = fold(name);
    let words = words.split(|c| !plain(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").replace("-.", ".")
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_file_keeps_a_name_that_platforms_read() {
        for (given, sent) in [
            ("bao-cao.xlsx", "bao-cao.xlsx"),
            ("Phiếu mời 5A1.pdf", "phieu-moi-5a1.pdf"),
            ("Báo cáo \"tháng 11\".xlsx", "bao-cao-thang-11.xlsx"),
            ("../Đợt thu/a_b.csv", "..-dot-thu-a_b.csv"),
        ] {
            assert_eq!(name(given), sent);
        }
    }
}
