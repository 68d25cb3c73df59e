//! The tokens of Official Accounts: single-use, so that each is written before it is used.

use crate::db::{Row, Tx};
use crate::domain::Timestamp;
use crate::installation::{Key, Locked};
use crate::vals;

const PURPOSE: &str = "official account token";

/// What the database knows of an account's tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// None before the first refresh.
    pub access: Option<String>,
    pub refresh: String,
    pub refreshed_at: Option<Timestamp>,
    /// A refresh with this token began and nobody knows how it ended.
    pub begun_at: Option<Timestamp>,
    /// The token was refused: somebody has to consent again.
    pub refused_at: Option<Timestamp>,
    /// The mark of what the operator gave.
    pub seed: String,
    pub signed_by: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Locked(#[from] Locked),
}

pub async fn stored(tx: &mut Tx, key: &Key, app_id: &str) -> Result<Option<Stored>, Problem> {
    const SELECT: &str = "SELECT access_token, refresh_token, refreshed_at, begun_at, refused_at, seed, signed_by \
         FROM oa_token WHERE app_id = $1";
    let row = tx.row(SELECT, vals![app_id]).await?;
    row.map(|row| read(&row, key)).transpose()
}

fn read(row: &Row, key: &Key) -> Result<Stored, Problem> {
    let (access, refresh): (Option<String>, String) =
        (row.get("access_token")?, row.get("refresh_token")?);
    let access = access
        .map(|sealed| key.open(PURPOSE, &sealed))
        .transpose()?;
    Ok(Stored {
        access,
        refresh: key.open(PURPOSE, &refresh)?,
        refreshed_at: row.get("refreshed_at")?,
        begun_at: row.get("begun_at")?,
        refused_at: row.get("refused_at")?,
        seed: row.get("seed")?,
        signed_by: row.get("signed_by")?,
    })
}

/// By this a token that was given is known again.
pub fn mark(key: &Key, token: &str) -> String {
    crate::installation::hex(&key.hash(&[b"official account seed ", token.as_bytes()])[..8])
}

/// Takes a refresh token that the operator gave, in the place of whatever stood there.
pub async fn seed(tx: &mut Tx, key: &Key, app_id: &str, token: &str) -> Result<(), Problem> {
    const UPSERT: &str = "INSERT INTO oa_token (app_id, refresh_token, seed) VALUES ($1, $2, $3) \
         ON CONFLICT (app_id) DO UPDATE SET refresh_token = excluded.refresh_token, seed = excluded.seed, \
         access_token = NULL, refreshed_at = NULL, begun_at = NULL, refused_at = NULL";
    let sealed = key.seal(PURPOSE, token)?;
    tx.execute(UPSERT, vals![app_id, sealed, mark(key, token)])
        .await?;
    Ok(())
}

/// A refresh begins. Whatever happens from here on, the next program knows that the token may be used up.
pub async fn begin(tx: &mut Tx, app_id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE oa_token SET begun_at = $2 WHERE app_id = $1";
    tx.execute(UPDATE, vals![app_id, now]).await?;
    Ok(())
}

/// Keeps a new pair. To be committed before either is used.
pub async fn keep(
    tx: &mut Tx,
    key: &Key,
    app_id: &str,
    access: &str,
    refresh: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    const UPDATE: &str = "UPDATE oa_token SET access_token = $2, refresh_token = $3, \
         refreshed_at = $4, begun_at = NULL, refused_at = NULL WHERE app_id = $1";
    let (access, refresh) = (key.seal(PURPOSE, access)?, key.seal(PURPOSE, refresh)?);
    tx.execute(UPDATE, vals![app_id, access, refresh, now])
        .await?;
    Ok(())
}

/// The refresh token is taken no more.
pub async fn note_refused(tx: &mut Tx, app_id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    const UPDATE: &str =
        "UPDATE oa_token SET refused_at = COALESCE(refused_at, $2) WHERE app_id = $1";
    tx.execute(UPDATE, vals![app_id, now]).await?;
    Ok(())
}

/// In which way the platform signs, as its first event showed; it stays so.
pub async fn freeze(tx: &mut Tx, app_id: &str, signed_by: &str) -> Result<(), sqlx::Error> {
    const UPDATE: &str =
        "UPDATE oa_token SET signed_by = COALESCE(signed_by, $2) WHERE app_id = $1";
    tx.execute(UPDATE, vals![app_id, signed_by]).await?;
    Ok(())
}
