//! What Telegram answers, and what follows from an answer that is not the one we wanted.

use reqwest::StatusCode;
use serde::Deserialize;
use teloxide::ApiError;

use crate::channel::Trouble;

#[derive(Deserialize)]
struct Answer<T> {
    result: Option<T>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<More>,
}

#[derive(Deserialize)]
struct More {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

/// Reads an answer. A gateway in between answers in HTML: as good as no answer.
pub(super) fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Trouble> {
    let answer: Answer<T> = serde_json::from_slice(body).map_err(|_| Trouble::Unclear)?;
    if let Some(result) = answer.result {
        return Ok(result);
    }
    let words = answer.description.unwrap_or_default();
    match answer.parameters {
        Some(More {
            retry_after: Some(seconds),
            ..
        }) => return Err(Trouble::Wait(seconds)),
        Some(More {
            migrate_to_chat_id: Some(to),
            ..
        }) => return Err(Trouble::Moved(to)),
        Some(More { .. }) | None => {}
    }
    Err(match answer.error_code {
        Some(401 | 404) => Trouble::Token,
        Some(409) => Trouble::Conflict,
        Some(403) => Trouble::Closed,
        Some(500..) | None => Trouble::Unclear,
        Some(_) => refused(&words),
    })
}

/// Of a refusal with 400, by its words: Telegram has no other name for them, and words some differently from what
/// teloxide knows.
fn refused(words: &str) -> Trouble {
    for (beginning, trouble) in [
        ("Forbidden", Trouble::Closed),
        ("Unauthorized", Trouble::Token),
        ("Bad Request: query is too old", Trouble::TooLate),
        ("Bad Request: message is not modified", Trouble::Pointless),
        ("Bad Request: can't parse entities", Trouble::Formatting),
        ("Bad Request: message is too long", Trouble::TooLong),
        ("Bad Request: MESSAGE_TOO_LONG", Trouble::TooLong),
        ("Bad Request: message caption is too long", Trouble::TooLong),
    ] {
        if words.starts_with(beginning) {
            return trouble;
        }
    }
    let known = serde_json::from_value(words.into());
    of_refusal(&known.unwrap_or_else(|_| ApiError::Unknown(words.to_owned())))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "teloxide names some two hundred refusals; those that change what we do are named"
)]
pub(super) fn of_refusal(refused: &ApiError) -> Trouble {
    match refused {
        ApiError::MessageNotModified
        | ApiError::MessageToEditNotFound
        | ApiError::MessageCantBeEdited => Trouble::Pointless,
        ApiError::InvalidQueryId => Trouble::TooLate,
        ApiError::CantParseEntities(_) => Trouble::Formatting,
        ApiError::MessageIsTooLong | ApiError::EditedMessageIsTooLong => Trouble::TooLong,
        ApiError::InvalidToken => Trouble::Token,
        ApiError::BotBlocked
        | ApiError::BotKicked
        | ApiError::BotKickedFromSupergroup
        | ApiError::CantInitiateConversation
        | ApiError::ChatNotFound
        | ApiError::UserDeactivated => Trouble::Closed,
        _ => Trouble::Refused,
    }
}

/// The message's id out of an answer of which only the beginning came. "ok" stands first: the work was done.
pub(super) fn salvage(status: StatusCode, body: &[u8]) -> Option<i64> {
    const DONE: &[u8] = br#"{"ok":true,"result":{"message_id":"#;
    if status != StatusCode::OK {
        return None;
    }
    let rest = body.strip_prefix(DONE)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // A number that ends where the answer was cut may be but the half of one.
    rest.get(digits)?;
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, trouble: Trouble) {
        assert_eq!(read::<bool>(body.as_bytes()), Err(trouble), "{body}");
    }

    fn error(code: u16, words: &str) -> String {
        serde_json::json!({ "ok": false, "error_code": code, "description": words }).to_string()
    }

    #[test]
    fn every_refusal_has_its_class() {
        for (code, words, trouble) in [
            (401, "Unauthorized", Trouble::Token),
            (404, "Not Found", Trouble::Token),
            (
                409,
                "Conflict: terminated by other getUpdates request",
                Trouble::Conflict,
            ),
            (
                403,
                "Forbidden: bot was blocked by the user",
                Trouble::Closed,
            ),
            (
                403,
                "Forbidden: bot was kicked from the supergroup chat",
                Trouble::Closed,
            ),
            (
                403,
                "Forbidden: bot can't initiate conversation with a user",
                Trouble::Closed,
            ),
            (400, "Bad Request: chat not found", Trouble::Closed),
            (
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
                Trouble::Pointless,
            ),
            (
                400,
                "Bad Request: message to edit not found",
                Trouble::Pointless,
            ),
            (
                400,
                "Bad Request: message can't be edited",
                Trouble::Pointless,
            ),
            (
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                Trouble::TooLate,
            ),
            (
                400,
                "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0",
                Trouble::Formatting,
            ),
            (400, "Bad Request: message is too long", Trouble::TooLong),
            (400, "Bad Request: MESSAGE_TOO_LONG", Trouble::TooLong),
            (
                400,
                "Bad Request: not enough rights to send text messages to the chat",
                Trouble::Refused,
            ),
            (500, "Internal Server Error", Trouble::Unclear),
            (502, "Bad Gateway", Trouble::Unclear),
        ] {
            check(&error(code, words), trouble);
        }
    }

    #[test]
    fn what_is_asked_for_is_read_to_the_number() {
        check(
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}"#,
            Trouble::Wait(17),
        );
        check(
            r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001}}"#,
            Trouble::Moved(-1001),
        );
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        check("<html>502 Bad Gateway</html>", Trouble::Unclear);
        check("", Trouble::Unclear);
        check(r#"{"ok":true,"resu"#, Trouble::Unclear);
    }

    #[test]
    fn a_cut_answer_still_says_that_it_was_done() {
        let of = |status, body: &str| salvage(status, body.as_bytes());
        let whole = r#"{"ok":true,"result":{"message_id":1234,"from":{"id":42"#;
        assert_eq!(of(StatusCode::OK, whole), Some(1234));
        // A page of somebody in between is no answer, and half a number is none.
        assert_eq!(of(StatusCode::OK, "<html>Xin chào, mời đăng nhập"), None);
        assert_eq!(
            of(StatusCode::OK, r#"{"ok":true,"result":{"message_id":12"#),
            None
        );
        assert_eq!(of(StatusCode::BAD_GATEWAY, whole), None);
    }
}
