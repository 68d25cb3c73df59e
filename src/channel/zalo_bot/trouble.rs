//! What Zalo answers, and what follows from an answer that is not the one we wanted.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::Trouble;

/// `error_code` and `errorCode` are both seen; so is HTTP 200 with `ok: false`.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(alias = "errorCode")]
    error_code: Option<i64>,
}

/// An answer of which only the beginning came. "ok" stands first: the work was done.
pub(super) fn was_done(body: &[u8]) -> bool {
    body.starts_with(br#"{"ok":true,"#)
}

/// Reads an answer. A gateway in between answers in HTML: as good as no answer.
pub(super) fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Trouble> {
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|_| Trouble::Unclear)?;
    if answer.ok {
        // `sendChatAction` and others say `{"ok":true}` and no more.
        let result = answer.result.map_or("null", RawValue::get);
        return serde_json::from_str(result).map_err(|_| Trouble::Unclear);
    }
    Err(match answer.error_code {
        Some(400) => Trouble::Refused,
        Some(401) => Trouble::Token,
        // A chat that is not there, a method that is not, a webhook that is not set.
        Some(404) => Trouble::Closed,
        Some(408) => Trouble::Idle,
        Some(429) => Trouble::Quota,
        // 403 is documented as "internal server error".
        Some(_) | None => Trouble::Unclear,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(body: &str) -> Trouble {
        read::<serde::de::IgnoredAny>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn every_refusal_has_its_class() {
        for (code, expected) in [
            (400, Trouble::Refused),
            (401, Trouble::Token),
            (403, Trouble::Unclear),
            (404, Trouble::Closed),
            (408, Trouble::Idle),
            (429, Trouble::Quota),
            (500, Trouble::Unclear),
            (999, Trouble::Unclear),
        ] {
            for name in ["error_code", "errorCode"] {
                let body = format!(r#"{{"ok":false,"{name}":{code},"description":"x"}}"#);
                assert_eq!(trouble(&body), expected, "{body}");
            }
        }
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        for body in ["<html>502</html>", "", r#"{"ok":tr"#, "{}", "[]", "null"] {
            assert_eq!(trouble(body), Trouble::Unclear, "{body}");
        }
    }

    #[test]
    fn a_cut_answer_still_says_that_it_was_done() {
        assert!(was_done(br#"{"ok":true,"result":{"message_id":"a1"#));
        assert!(!was_done(b"<html>"));
        assert!(!was_done(br#"{"ok":false,"error_code":4"#));
    }

    #[test]
    fn done_without_a_result_is_done() {
        assert!(read::<serde::de::IgnoredAny>(br#"{"ok":true}"#).is_ok());
    }
}
