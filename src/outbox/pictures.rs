//! Pictures for platforms that fetch them from us by an address, more than once and later: kept for days, and found
//! only by who has the address.

use super::OutboxId;
use crate::db::Tx;
use crate::domain::Timestamp;
use crate::domain::time::DAY_MS;
use crate::installation::{Key, hex};
use crate::vals;

/// A phone that was off for a few days fetches it when it is on again.
pub const LIVES_MS: i64 = 7 * DAY_MS;

/// Keeps a picture; one that is tried again is kept as it was. `content` is base 64.
pub async fn keep(
    tx: &mut Tx,
    id: OutboxId,
    content: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO picture (picture_id, content, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    tx.execute(INSERT, vals![id, content, now.plus_ms(LIVES_MS)])
        .await?;
    Ok(())
}

/// The content of a picture that is still kept, in base 64.
pub async fn find(
    tx: &mut Tx,
    id: OutboxId,
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    const SELECT: &str = "SELECT content FROM picture WHERE picture_id = $1 AND expires_at > $2";
    let row = tx.row(SELECT, vals![id, now]).await?;
    row.map(|row| row.get("content")).transpose()
}

pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    const DELETE: &str = "DELETE FROM picture WHERE expires_at <= $1";
    tx.execute(DELETE, vals![now]).await
}

/// The name in its address: the number, and 128 bits that nobody can make up without the installation's key.
pub fn name(key: &Key, id: OutboxId) -> String {
    let mac = key.hash(&[b"picture ", &id.0.to_be_bytes()]);
    format!("{}-{}.png", id.0, hex(&mac[..16]))
}

/// The picture of an address, if it is one of ours.
pub fn named(key: &Key, name_given: &str) -> Option<OutboxId> {
    use subtle::ConstantTimeEq as _;
    let (number, _) = name_given.split_once('-')?;
    let id = OutboxId(number.parse().ok()?);
    let same = name(key, id).as_bytes().ct_eq(name_given.as_bytes());
    bool::from(same).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_key_alone() {
        let (key, id) = (Key::new(b"key"), OutboxId(77));
        let ours = name(&key, id);
        assert_eq!(named(&key, &ours), Some(id));
        let other = name(&Key::new(b"other"), id);
        let neighbour = ours.replace("77-", "78-");
        for wrong in [other.as_str(), &neighbour, "77-.png", "77", "", "x-y"] {
            assert_eq!(named(&key, wrong), None, "{wrong}");
        }
    }
}
