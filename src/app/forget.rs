//! Forgetting people: what each room of the house keeps of them.

use std::collections::BTreeSet;

use crate::db::Tx;
use crate::domain::{AccountId, Timestamp};
use crate::feature::{erase, remind};
use crate::roster::{accounts, arrivals, chats, invites};
use crate::{inbox, ledger, outbox};

/// What is kept about accounts as those of a family.
pub(super) async fn forget_family(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), sqlx::Error> {
    if accounts.is_empty() {
        return Ok(());
    }
    ledger::store::forget_pending(tx, accounts).await?;
    arrivals::forget(tx, accounts).await?;
    remind::store::forget_family(tx, accounts).await?;
    chats::forget(tx, accounts).await?;
    Ok(())
}

/// Everything that is kept about accounts, and the accounts.
pub(super) async fn forget(tx: &mut Tx, gone: &[AccountId]) -> Result<(), sqlx::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    forget_family(tx, gone).await?;
    remind::store::forget(tx, gone).await?;
    invites::forget(tx, gone).await?;
    for (bot, name) in accounts::names(tx, gone).await? {
        inbox::forget(tx, bot, &name).await?;
    }
    outbox::forget(tx, gone).await?;
    accounts::forget(tx, gone).await
}

/// Deletes somebody again who was deleted before and came back with a back-up: as `/xoa` does, without telling
/// anybody a second time. Returns all accounts of this human being.
pub async fn forget_again(
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<BTreeSet<AccountId>, sqlx::Error> {
    let human = accounts::human(tx, account).await?;
    for account in &human.accounts {
        erase::store::withdraw(tx, *account).await?;
    }
    if erase::take_away(tx, &human, now).await?.keeps_a_post {
        forget_family(tx, &human.accounts).await?;
    } else {
        forget(tx, &human.accounts).await?;
    }
    Ok(human.accounts.into_iter().collect())
}
