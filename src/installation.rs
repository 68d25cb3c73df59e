//! The installation itself: with which key its hashes were made.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::Aead as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::db::Tx;
use crate::vals;

/// What is hashed to know a key again without keeping it.
const KNOWN_WORDS: &[u8] = b"lopso installation key";

const NONCE_BYTES: usize = 12;

/// A secret that cannot be locked away, or was not with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed with this key")]
pub struct Locked;

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

    /// Locks a secret away, for the database: base 64 of a nonce and the sealed bytes. `purpose` keeps secrets of one
    /// kind from being put in the place of another.
    pub fn seal(&self, purpose: &str, secret: &str) -> Result<String, Locked> {
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| Locked)?;
        let sealed = self
            .cipher(purpose)
            .encrypt(&nonce.into(), secret.as_bytes());
        let sealed = sealed.map_err(|_| Locked)?;
        Ok(BASE64_STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// What was locked away with the same key for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<String, Locked> {
        let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| Locked)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(Locked)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Locked)?;
        let secret = self.cipher(purpose).decrypt(&nonce.into(), sealed);
        String::from_utf8(secret.map_err(|_| Locked)?).map_err(|_| Locked)
    }

    fn cipher(&self, purpose: &str) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.hash(&[b"seal ", purpose.as_bytes()]).into())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_purpose_alone() {
        let key = Key::new(b"one");
        let sealed = key.seal("token", "bí mật").unwrap();
        assert_eq!(key.open("token", &sealed), Ok("bí mật".to_owned()));
        assert_ne!(key.seal("token", "bí mật").unwrap(), sealed);
        assert_eq!(key.open("other", &sealed), Err(Locked));
        assert_eq!(Key::new(b"two").open("token", &sealed), Err(Locked));
        for broken in ["", "AAAA", "không"] {
            assert_eq!(key.open("token", broken), Err(Locked));
        }
    }
}
