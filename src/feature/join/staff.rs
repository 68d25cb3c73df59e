//! Colleagues come in by a code that is good once; the first to lead a school by the one printed at its start.

use crate::db::{Tx, fresh_id};
use crate::domain::{AccountId, PersonId, Role, SchoolId, Timestamp};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::roster::invites::{self, Invite};
use crate::roster::staff;
use crate::roster::{Member, accounts, permit, store};

use super::link::shown;
use super::{reply, texts};

/// A colleague's own code.
pub(super) async fn enter(
    tx: &mut Tx,
    turn: &Turn<'_>,
    invite: &Invite,
    person: PersonId,
) -> Result<Effects, sqlx::Error> {
    let staff = staff::staff_members(tx, invite.school).await?;
    // Who left the staff has no role any more, and an old code brings none back.
    let colleague = staff.iter().find(|member| member.person == person);
    let is_known = turn.member_of(invite.school).is_some_and(Member::is_staff);
    if is_known && invite.used_by == Some(turn.account.id) {
        return Ok(reply(turn, texts::KNOWN_STAFF, Vec::new()));
    }
    let Some(colleague) = colleague else {
        return Ok(reply(turn, texts::NO_LONGER_STAFF, Vec::new()));
    };
    if is_another(turn, colleague) {
        return Ok(reply(turn, texts::SOMEBODY_ELSE, Vec::new()));
    }
    if !invites::use_up(tx, invite, turn.account.id).await? {
        return Ok(reply(turn, texts::USED, Vec::new()));
    }
    let gone = take_post(tx, turn, colleague).await?;
    Ok(greet(tx, turn, colleague).await?.forgetting(gone))
}

/// Somebody of the staff does not become a second colleague by a code that was for that one.
fn is_another(turn: &Turn<'_>, colleague: &Member) -> bool {
    turn.member_of(colleague.school)
        .is_some_and(|member| member.is_staff() && member.person != colleague.person)
}

/// Whoever brings the code of the school's first principal leads it: the one whom the staff list names, if it
/// names one.
pub(super) async fn first_lead(
    tx: &mut Tx,
    turn: &Turn<'_>,
    invite: &Invite,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let is_known = turn.member_of(invite.school).is_some_and(Member::is_staff);
    if is_known && invite.used_by == Some(turn.account.id) {
        return Ok(reply(turn, texts::KNOWN_STAFF, Vec::new()));
    }
    if staff::led_by(tx, invite.school).await? {
        return Ok(reply(turn, texts::USED, Vec::new()));
    }
    let staff = staff::staff_members(tx, invite.school).await?;
    let listed = staff
        .iter()
        .find(|member| member.roles.contains(&Role::Principal));
    if listed.is_some_and(|listed| is_another(turn, listed)) {
        return Ok(reply(turn, texts::SOMEBODY_ELSE, Vec::new()));
    }
    // Nobody is given anything before the code is theirs.
    if !invites::use_up(tx, invite, turn.account.id).await? {
        return Ok(reply(turn, texts::USED, Vec::new()));
    }
    let colleague = match listed {
        Some(listed) => listed.clone(),
        None => new_principal(tx, turn, invite.school, now).await?,
    };
    let gone = take_post(tx, turn, &colleague).await?;
    Ok(greet(tx, turn, &colleague).await?.forgetting(gone))
}

/// For a school whose staff list names no principal: whoever this is, as the person they are there already.
async fn new_principal(
    tx: &mut Tx,
    turn: &Turn<'_>,
    school: SchoolId,
    now: Timestamp,
) -> Result<Member, sqlx::Error> {
    let mut principal = turn.member_of(school).cloned().unwrap_or_else(|| Member {
        school,
        person: PersonId(fresh_id(now)),
        name: shown(&turn.update.sender.name),
        roles: Vec::new(),
        homerooms: Vec::new(),
        children: Vec::new(),
    });
    principal.roles.push(Role::Principal);
    let (person, name) = (principal.person, principal.name.clone());
    store::add_persons(tx, school, &[(person, name)], now).await?;
    staff::add_roles(tx, school, &[(person, Role::Principal)]).await?;
    Ok(principal)
}

/// The account speaks for the colleague from now on, and no other account of this bot does: one that had the post
/// before may be a lost phone, and is returned to be forgotten. Somebody who is here as a parent already takes the post along as the same person, so
/// that what they said as a parent stays theirs.
async fn take_post(
    tx: &mut Tx,
    turn: &Turn<'_>,
    colleague: &Member,
) -> Result<Vec<AccountId>, sqlx::Error> {
    let mut gone = accounts::leave(tx, turn.bot(), colleague.school, colleague.person).await?;
    gone.retain(|account| *account != turn.account.id);
    match accounts::person_of(tx, turn.account.id, colleague.school).await? {
        Some(person) if person != colleague.person => {
            staff::hand_over(tx, colleague, person).await?
        }
        Some(_) => {}
        None => {
            let member = (turn.account.id, colleague.school, colleague.person);
            accounts::join(tx, &[member]).await?;
        }
    }
    Ok(gone)
}

async fn greet(tx: &mut Tx, turn: &Turn<'_>, colleague: &Member) -> Result<Effects, sqlx::Error> {
    let own: Vec<_> = permit::homerooms(colleague)
        .iter()
        .map(|homeroom| homeroom.class())
        .collect();
    let classes = store::classes_by_id(tx, &own).await?;
    let mut titles: Vec<&str> = classes.iter().map(|class| class.title.as_str()).collect();
    titles.sort_unstable();
    let text = texts::welcome_staff(&colleague.name, permit::lead(colleague).is_some(), &titles);
    Ok(reply(turn, &text, Vec::new()))
}
