//! What every platform's answers have in common: how far they came, and what it means when none came.
//!
//! The question that decides everything is whether the work may have been done. A request that never left can go out
//! again as often as we like; one that left without an answer may stand in the chat already.

use reqwest::{Response, StatusCode};

use super::Trouble;

/// Of a request that brought no answer at all.
pub(super) fn of_network(error: &reqwest::Error) -> Trouble {
    if error.is_connect() || error.is_builder() {
        Trouble::Unreached
    } else {
        Trouble::Unclear
    }
}

/// The body as far as it came: a cut connection leaves its beginning.
pub(super) async fn body(mut response: Response) -> (StatusCode, Vec<u8>) {
    let (status, mut body) = (response.status(), Vec::new());
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
    }
    (status, body)
}
