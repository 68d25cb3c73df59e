//! The installation itself: with which key its hashes were made.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::db::Tx;
use crate::vals;

/// What is hashed to know a key again without keeping it.
const KNOWN_WORDS: &[u8] = b"lopso installation key";

/// A key's mark: by it the same key is known again, and nothing else.
pub fn key_check(key: &[u8]) -> String {
    // HMAC takes a key of any length, so this cannot fail; an empty mark would fit no key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(KNOWN_WORDS);
    let mark = mac.finalize().into_bytes();
    mark.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The mark of the key in use; none before its first use.
pub async fn known_key(tx: &mut Tx) -> Result<Option<String>, sqlx::Error> {
    const SELECT: &str = "SELECT key_check FROM installation WHERE only_one = 1";
    let row = tx.row(SELECT, vals![]).await?;
    row.map(|row| row.get("key_check")).transpose()
}

/// Keeps the mark of the first key; one that stands already stays.
pub async fn keep_key(tx: &mut Tx, key: &[u8]) -> Result<(), sqlx::Error> {
    const INSERT: &str =
        "INSERT INTO installation (only_one, key_check) VALUES (1, $1) ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![key_check(key)]).await?;
    Ok(())
}
