//! What Zalo answers, and what follows from a refusal by its number.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::Trouble;
use crate::channel::text_or_number::some_text_or_number;
use crate::domain::time::{HOUR_MS, SECOND_MS};

/// Why a call was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The access token is not, or no longer, good: worth one refresh.
    Stale,
    Told(Trouble),
}

impl Refusal {
    /// A fresh token that is refused too is no token.
    pub fn into_trouble(self) -> Trouble {
        match self {
            Refusal::Stale => Trouble::Token,
            Refusal::Told(trouble) => trouble,
        }
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    error: Option<i64>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Reads an answer. A gateway in between answers in HTML: as good as no answer.
pub(super) fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Refusal> {
    const UNCLEAR: Refusal = Refusal::Told(Trouble::Unclear);
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|_| UNCLEAR)?;
    match answer.error {
        Some(0) => {
            let data = answer.data.map_or("null", RawValue::get);
            serde_json::from_str(data).map_err(|_| UNCLEAR)
        }
        Some(code) => Err(of_code(code)),
        None => Err(UNCLEAR),
    }
}

/// Reads the answer to a message: the message's id. "error" 0 says that it was taken, whatever else is said, is not, or
/// was cut off behind it.
pub(super) fn read_taken(body: &[u8]) -> Result<Option<String>, Refusal> {
    #[derive(Deserialize)]
    struct Taken {
        #[serde(default, deserialize_with = "some_text_or_number")]
        message_id: Option<String>,
    }
    let answer: Result<Answer<'_>, _> = serde_json::from_slice(body);
    let is_taken = match &answer {
        Ok(answer) => answer.error == Some(0),
        Err(_) => body.starts_with(br#"{"error":0,"#),
    };
    if !is_taken {
        return read::<serde::de::IgnoredAny>(body).map(|_| None);
    }
    let data = answer.ok().and_then(|answer| answer.data);
    let taken: Option<Taken> = data.and_then(|data| serde_json::from_str(data.get()).ok());
    Ok(taken.and_then(|taken| taken.message_id))
}

/// The numbers as public integrations list them.
fn of_code(code: i64) -> Refusal {
    /// Promotion-like messages are held back from 22:00 to 5:59; an hour later is asked again.
    const AN_HOUR: u32 = (HOUR_MS / SECOND_MS) as u32;
    Refusal::Told(match code {
        -216 | -220 => return Refusal::Stale,
        // Over the calls of a minute.
        -32 => Trouble::Wait(60),
        // Held back for this recipient: by the hour of night, or by their own quota.
        -234 | -218 => Trouble::Later(AN_HOUR),
        -211 => Trouble::Quota,
        -210 => Trouble::TooLong,
        // No interaction for seven days.
        -230 | -232 => Trouble::Silent,
        // Not following, banned, blocked; the group is lapsed or without us.
        -213 | -227 | -244 | -237 | -403 => Trouble::Closed,
        // An account, a package, a permission or a bill that a human has to see to.
        -209 | -212 | -221 | -223 | -224 | -320 | -321 => {
            metrics::counter!("lopso_alarms_total", "what" => "official_account").increment(1);
            tracing::error!(code, "Zalo wants something of the account's owner");
            Trouble::Owner
        }
        _ => Trouble::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i64) -> Refusal {
        let body = format!(r#"{{"error":{code},"message":"x","data":{{}}}}"#);
        read::<serde::de::IgnoredAny>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn every_refusal_has_its_class() {
        for (codes, trouble) in [
            (&[-32][..], Trouble::Wait(60)),
            (&[-218, -234], Trouble::Later(3_600)),
            (&[-211], Trouble::Quota),
            (&[-210], Trouble::TooLong),
            (&[-230, -232], Trouble::Silent),
            (&[-213, -227, -237, -244, -403], Trouble::Closed),
            (&[-209, -212, -221, -223, -224, -320, -321], Trouble::Owner),
            (&[-100, -200, -201, -233, -240, -9_999], Trouble::Refused),
        ] {
            for code in codes {
                assert_eq!(of(*code), Refusal::Told(trouble), "{code}");
            }
        }
        assert_eq!((of(-216), of(-220)), (Refusal::Stale, Refusal::Stale));
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        for body in ["<html>502</html>", "", r#"{"error":0,"da"#, "{}", "[]"] {
            let read = read::<u8>(body.as_bytes());
            assert_eq!(read, Err(Refusal::Told(Trouble::Unclear)), "{body}");
        }
        assert_eq!(read::<u8>(br#"{"error":0,"data":7}"#), Ok(7));
    }

    #[test]
    fn a_message_that_was_taken_is_taken_whatever_else_is_said() {
        for (body, id) in [
            (r#"{"error":0,"data":{"message_id":"m1"}}"#, Some("m1")),
            (r#"{"error":0,"data":{"message_id":17}}"#, Some("17")),
            (r#"{"error":0,"data":{"message_id":null}}"#, None),
            (r#"{"error":0,"message":"Success"}"#, None),
            (r#"{"error":0,"data":[]}"#, None),
            (r#"{"error":0,"message":"Success","data":{"mess"#, None),
        ] {
            let taken = read_taken(body.as_bytes());
            assert_eq!(taken, Ok(id.map(str::to_owned)), "{body}");
        }
        let unclear = Err(Refusal::Told(Trouble::Unclear));
        assert_eq!(read_taken(b"<html>502</html>"), unclear);
        let refused = read_taken(br#"{"error":-216,"message":"x"}"#);
        assert_eq!(refused, Err(Refusal::Stale));
    }
}
