//! A new phone: by the teacher's code another account speaks for a person who is known, and their history stays
//! with them.

use super::link::refold;
use super::{reply, tasks_button, texts};
use crate::db::Tx;
use crate::domain::{PersonId, Timestamp};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger;
use crate::roster::invites::{self, Invite};
use crate::roster::{Member, accounts, arrivals, staff, store};

/// The account becomes the person's. Whoever came in with it as somebody else already is the same human being:
/// what they said and whose guardian they are goes along.
pub(super) async fn enter(
    tx: &mut Tx,
    turn: &Turn<'_>,
    invite: &Invite,
    person: PersonId,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let (school, account) = (invite.school, turn.account.id);
    let before = accounts::person_of(tx, account, school).await?;
    if before == Some(person) {
        return Ok(reply(turn, texts::KNOWN, vec![tasks_button()]));
    }
    if !store::is_known(tx, school, person).await? {
        return Ok(reply(turn, texts::MOVE_GONE, Vec::new()));
    }
    // A post of the school's goes by a code of the school's, and never by what a teacher can read.
    let (roles, _) = staff::posts(tx, &[person]).await?;
    let is_staff = turn.member_of(school).is_some_and(Member::is_staff);
    if is_staff || roles.contains_key(&person) {
        return Ok(reply(turn, texts::NOT_FOR_STAFF, Vec::new()));
    }
    if !invites::use_up(tx, invite, account).await? {
        return Ok(reply(turn, texts::MOVE_USED, Vec::new()));
    }
    arrivals::inherit_consents(tx, school, person, account, now).await?;
    // The phone that is gone must not speak for them any more; an account on another bot is another way to them.
    let gone = accounts::leave(tx, turn.bot(), school, person).await?;
    match before {
        Some(other) => {
            accounts::become_one(tx, school, other, person).await?;
            ledger::store::give_acts(tx, school, other, person).await?;
            store::merge_person(tx, school, other, person).await?;
        }
        None => accounts::join(tx, &[(account, school, person)]).await?,
    }
    arrivals::end(tx, account).await?;
    let classes = refold(tx, school, person).await?;
    let text = if gone.is_empty() {
        texts::HERE_TOO
    } else {
        texts::MOVED
    };
    Ok(reply(turn, text, vec![tasks_button()])
        .moving(classes)
        .forgetting(gone))
}
