//! Without a slip the class's teacher says whether somebody is of a child's family.

use super::consent::remind_choices;
use super::link::{link, shown};
use super::{ARRIVAL_MS, class_of, doors, reply, texts};
use crate::db::Tx;
use crate::domain::message::Choice;
use crate::domain::{AccountId, ChildId, ClassId, Tap, Timestamp};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger;
use crate::roster::arrivals::{self, Arrival, Step};
use crate::roster::invites::GUARDIANS;
use crate::roster::reach::teachers_of;
use crate::roster::{Child, accounts, permit, store};

/// More children of one name than this are not offered to the teacher.
const OFFERED: usize = 8;

/// Tells the class's teachers who wants to be linked to whom. The name goes to them and is kept nowhere.
pub(super) async fn asked(
    tx: &mut Tx,
    turn: &Turn<'_>,
    arrival: &Arrival,
    class: ClassId,
    name: &str,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let teachers = teachers_of(tx, arrival.school, class, now).await?;
    if teachers.is_empty() {
        return Ok(reply(turn, texts::NO_TEACHER, Vec::new()));
    }
    let title = class_of(tx, class)
        .await?
        .map_or(String::new(), |class| class.title);
    let children = store::find_children(tx, arrival.school, &[class], name).await?;
    let account = turn.account.id;
    let admit = |child: &Child| {
        let tap = Tap::Admit {
            account,
            child: child.id,
        };
        Choice::new(texts::admit(&child.name), tap.write())
    };
    let mut choices: Vec<Choice> = children.iter().take(OFFERED).map(admit).collect();
    choices.push(Choice::new(
        texts::REFUSE,
        Tap::Refuse { account, class }.write(),
    ));
    let text = texts::asks_in(
        &shown(&turn.update.sender.name),
        name,
        &title,
        children.len(),
    );
    let posts = teachers
        .iter()
        .map(|mailbox| mailbox.post(&text, choices.clone()));
    let arrival = Arrival {
        step: Step::Teacher,
        expires_at: now.plus_ms(ARRIVAL_MS),
        ..arrival.clone()
    };
    arrivals::put(tx, &arrival).await?;
    Ok(reply(turn, texts::ASKED_TEACHER, Vec::new()).and_says(posts))
}

/// The teacher knows them. None when it is not hers to say.
pub(super) async fn admit(
    tx: &mut Tx,
    turn: &Turn<'_>,
    account: AccountId,
    child: ChildId,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some(child) = turn.facts.child(child).cloned() else {
        return Ok(None);
    };
    let hers = turn
        .member_of(child.school)
        .and_then(|member| permit::homeroom_of(member, child.class));
    if hers.is_none() {
        return Ok(None);
    }
    let waiting = arrivals::arrivals(tx, &[account], now).await?;
    let asked = |arrival: &&Arrival| {
        arrival.step == Step::Teacher
            && arrival.school == child.school
            && arrival.class == Some(child.class)
    };
    // Nobody gets in who did not ask: a made-up button finds nobody waiting.
    let (Some(arrival), Some(face)) = (
        waiting.iter().find(asked),
        accounts::face(tx, account).await?,
    ) else {
        return Ok(Some(reply(turn, texts::SETTLED, Vec::new())));
    };
    if child.guardians.len() >= GUARDIANS {
        return Ok(Some(reply(turn, texts::FULL_FOR_TEACHER, Vec::new())));
    }
    let linked = link(tx, account, &face.name, &child, arrival.scanned, now).await?;
    let title = class_of(tx, child.class)
        .await?
        .map_or(String::new(), |class| class.title);
    let welcome = texts::teacher_agreed(child.given_name(), &title, linked.counted);
    let to_family = [
        face.post(welcome, doors(&child)),
        face.post(texts::MAY_I_REMIND, remind_choices()),
    ];
    let done = texts::admitted(&shown(&face.name), &child.name);
    Ok(Some(
        reply(turn, &done, Vec::new())
            .and_says(to_family.into_iter().flatten())
            .moving(linked.classes),
    ))
}

/// The teacher does not know them. None when it is not hers to say.
pub(super) async fn refuse(
    tx: &mut Tx,
    turn: &Turn<'_>,
    account: AccountId,
    class: ClassId,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let hers = turn
        .members
        .iter()
        .any(|member| permit::homeroom_of(member, class).is_some());
    if !hers {
        return Ok(None);
    }
    let waiting = arrivals::arrivals(tx, &[account], now).await?;
    let asked = |arrival: &&Arrival| arrival.step == Step::Teacher && arrival.class == Some(class);
    let Some(arrival) = waiting.into_iter().find(|arrival| asked(&arrival)) else {
        return Ok(Some(reply(turn, texts::SETTLED, Vec::new())));
    };
    ledger::store::take_pending(tx, account, arrival.school, now).await?;
    arrivals::put(
        tx,
        &Arrival {
            step: Step::Refused,
            expires_at: now.plus_ms(ARRIVAL_MS),
            ..arrival
        },
    )
    .await?;
    let face = accounts::face(tx, account).await?;
    let told = face.and_then(|face| face.post(texts::REFUSED, Vec::new()));
    Ok(Some(
        reply(turn, texts::REFUSED_FOR_TEACHER, Vec::new()).and_says(told),
    ))
}
