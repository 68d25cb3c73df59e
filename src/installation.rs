//! The installation itself: with which key its hashes were made.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::db::Tx;
use crate::vals;

/// What is hashed to know a key again without keeping it.
const KNOWN_WORDS: &[u8] = b"lopso installation key";

/// The installation's key. What it hashes nobody can make or try through who has only the database.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// A keyed hash (HMAC-SHA-256) of these parts, one after the other.
    pub fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail; zeros fit nothing that was ever hashed.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// By its mark the same key is known again, and nothing else.
    pub fn mark(&self) -> String {
        hex(&self.hash(&[KNOWN_WORDS]))
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The mark of the key in use; none before its first use.
pub async fn known_key(tx: &mut Tx) -> Result<Option<String>, sqlx::Error> {
    const SELECT: &str = "SELECT key_check FROM installation WHERE only_one = 1";
    let row = tx.row(SELECT, vals![]).await?;
    row.map(|row| row.get("key_check")).transpose()
}

/// Keeps the mark of the first key; one that stands already stays.
pub async fn keep_key(tx: &mut Tx, key: &Key) -> Result<(), sqlx::Error> {
    const INSERT: &str =
        "INSERT INTO installation (only_one, key_check) VALUES (1, $1) ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![key.mark()]).await?;
    Ok(())
}

/// Forgets which key was used, in a database that holds nothing else yet: a back-up brings its own.
pub async fn forget_key(tx: &mut Tx) -> Result<(), sqlx::Error> {
    const DELETE: &str = "DELETE FROM installation WHERE only_one = 1";
    tx.execute(DELETE, vals![]).await?;
    Ok(())
}
