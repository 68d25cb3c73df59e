//! Ids of Zalo's, which come as text and, in some places of its documentation, as numbers.

use serde::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

/// They go beyond what fits a number in JSON, so that their digits are taken as they stand. Null is as good as nothing.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let raw = <&RawValue>::deserialize(from)?;
    Ok(match raw.get() {
        "null" => String::new(),
        given => given.trim_matches('"').to_owned(),
    })
}

pub(super) fn some_text_or_number<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    text_or_number(from).map(|text| Some(text).filter(|text| !text.is_empty()))
}
