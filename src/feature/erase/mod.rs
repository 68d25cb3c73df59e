//! `/xoa`: withdraw and delete. First the person reads what is kept about them; one tap deletes it, with a receipt.
//!
//! What others testified stays, and each family is computed anew from it: it stays in the count. Somebody of the
//! staff keeps the post, which is the school's, and loses only what they are as a parent.

pub mod store;
pub mod texts;

use std::collections::BTreeSet;

use crate::db::Tx;
use crate::domain::message::{Choice, Say};
use crate::domain::{ChildId, ClassId, PersonId, Purpose, SchoolId, Tap, Timestamp};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::installation::Key;
use crate::ledger::{self, links};
use crate::roster::accounts::{self, Human};
use crate::roster::reach::teachers_of;
use crate::roster::{arrivals, staff, store as roster};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// `/xoa`: what is kept?
    Ask,
    Erase,
    Keep,
}

/// Everybody may: it is about themselves.
pub async fn decide(
    tx: &mut Tx,
    key: &Key,
    turn: &Turn<'_>,
    wish: Wish,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let answer = match wish {
        Wish::Ask => ask(tx, turn, now).await?,
        Wish::Keep => {
            store::withdraw(tx, turn.account.id).await?;
            reply(turn, texts::KEPT, Vec::new())
        }
        Wish::Erase => erase(tx, key, turn, now).await?,
    };
    Ok(Some(answer))
}

async fn ask(tx: &mut Tx, turn: &Turn<'_>, now: Timestamp) -> Result<Effects, sqlx::Error> {
    let account = turn.account.id;
    let mut kept = texts::Kept {
        name: &turn.update.sender.name,
        ..texts::Kept::default()
    };
    for member in turn.members {
        kept.answers += ledger::store::said_by(tx, member.school, member.person).await?;
        kept.is_staff |= member.is_staff();
        for child in &member.children {
            if let Some(child) = turn.facts.child(*child) {
                let class = turn.facts.class(child.class);
                let class = class.map_or("", |class| class.title.as_str());
                kept.children.push((child.given_name(), class));
            }
        }
        kept.reminds |=
            arrivals::consent(tx, account, member.school, Purpose::Remind).await? == Some(true);
    }
    kept.answers += i64::try_from(turn.facts.pending(account).count()).unwrap_or(0);
    let nobody = turn.members.is_empty() && kept.answers == 0;
    if nobody && turn.facts.arrival(account).is_none() {
        return Ok(reply(turn, texts::NOTHING, Vec::new()));
    }
    store::open(tx, account, now).await?;
    let choices = vec![
        Choice::new(texts::ERASE, Tap::Erase.write()),
        Choice::new(texts::KEEP, Tap::Keep.write()),
    ];
    Ok(reply(turn, &texts::kept(&kept), choices))
}

async fn erase(
    tx: &mut Tx,
    key: &Key,
    turn: &Turn<'_>,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let human = accounts::human(tx, turn.account.id).await?;
    lock_schools_of(tx, &human).await?;
    // An old button, or a "1" to a question of last week, deletes nothing that was not asked for just now.
    let Some(receipt) = store::done(tx, &human.accounts, turn.account.id, now).await? else {
        return ask(tx, turn, now).await;
    };
    store::bury(tx, key, &human.accounts, now).await?;
    let lost = take_away(tx, &human, now).await?;
    let effects = reply(
        turn,
        &texts::erased(&receipt, lost.keeps_a_post),
        Vec::new(),
    )
    .moving(lost.classes.iter().map(|(_, class)| *class))
    .and_says(lost.told)
    .and_read_anew();
    if lost.keeps_a_post {
        return Ok(Effects {
            forgets_family_of: human.accounts,
            ..effects
        });
    }
    Ok(effects.forgetting(human.accounts))
}

/// One may have children in schools of which this message did not speak.
async fn lock_schools_of(tx: &mut Tx, human: &Human) -> Result<(), sqlx::Error> {
    let schools: BTreeSet<SchoolId> = human.persons.iter().map(|(school, _)| *school).collect();
    let schools: Vec<SchoolId> = schools.into_iter().collect();
    tx.lock_schools(&schools).await
}

/// What a family lost with one of its people.
#[derive(Default)]
pub struct Lost {
    children: Vec<ChildId>,
    pub classes: BTreeSet<(SchoolId, ClassId)>,
    pub told: Vec<Say>,
    /// They are of the staff, and stay for their post.
    pub keeps_a_post: bool,
}

/// Takes away what a human being said and was to families, and folds these anew. What the rooms keep of the accounts
/// the caller forgets: all, or only what they are as a family's where a post is kept.
pub async fn take_away(tx: &mut Tx, human: &Human, now: Timestamp) -> Result<Lost, sqlx::Error> {
    let mut lost = Lost::default();
    for (school, person) in &human.persons {
        let has_a_post = forget_person(tx, *school, *person, &mut lost, now).await?;
        if !has_a_post {
            accounts::nobody(tx, *school, *person).await?;
            roster::forget_person(tx, *school, *person).await?;
        }
        lost.keeps_a_post |= has_a_post;
    }
    links::refold(tx, &lost.children).await?;
    Ok(lost)
}

/// Takes away what a person said and whose guardian they are; true when they have a post and stay for it.
async fn forget_person(
    tx: &mut Tx,
    school: SchoolId,
    person: PersonId,
    lost: &mut Lost,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let (roles, _) = staff::posts(tx, &[person]).await?;
    let is_staff = roles.contains_key(&person);
    let own = roster::guardians_children(tx, person).await?;
    let mut children = roster::children(tx, &own).await?;
    // Of children who left, too, what they said is deleted; nobody counts it any more.
    lost.children
        .extend(ledger::store::forget_acts(tx, school, person).await?);
    roster::forget_guardian(tx, school, person).await?;
    if !is_staff {
        staff::leave(tx, school, &[person]).await?;
    }
    for id in own {
        lost.children.push(id);
        let Some(child) = children.remove(&id) else {
            continue;
        };
        lost.classes.insert((school, child.class));
        let class = roster::classes_by_id(tx, &[child.class]).await?.pop();
        let title = class.map_or(String::new(), |class| class.title);
        let text = texts::for_teacher(&child.name, &title);
        let teachers = teachers_of(tx, school, child.class, now).await?;
        let others = teachers.iter().filter(|mailbox| mailbox.person != person);
        lost.told
            .extend(others.map(|mailbox| mailbox.post(&text, Vec::new())));
    }
    Ok(is_staff)
}

fn reply(turn: &Turn<'_>, text: &str, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text.to_owned(), choices, texts::SENT_PRIVATELY)
}
