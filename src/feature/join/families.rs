//! `/giadinh`: the teacher sees who of her families has come in, and helps those who cannot by themselves: a new
//! phone, a lost slip, a wrong link, a family without a phone.

use super::link::unlink;
use super::{reply, texts};
use crate::db::Tx;
use crate::domain::message::Choice;
use crate::domain::{
    ChildId, ClassId, Evidence, PersonId, State, Tap, Task, TaskKind, Timestamp, Verb,
};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::installation::Key;
use crate::ledger::{self, Act};
use crate::roster::invites::{For, MOVE_LIVES_MS, Printing, issue};
use crate::roster::permit::{self, Homeroom};
use crate::roster::{Child, chats, staff, store};

/// More children of one name than this are not listed: the teacher types a longer name.
const LISTED: usize = 8;

/// `/giadinh [child]`. None when this person has no class.
pub(super) async fn ask(
    tx: &mut Tx,
    turn: &Turn<'_>,
    name: &str,
) -> Result<Option<Effects>, sqlx::Error> {
    let homerooms = turn.member().map(permit::homerooms).unwrap_or_default();
    let Some(first) = homerooms.first() else {
        return Ok(None);
    };
    if name.is_empty() {
        return overview(tx, turn, &homerooms).await.map(Some);
    }
    let classes: Vec<ClassId> = homerooms.iter().map(|homeroom| homeroom.class()).collect();
    let found = store::find_children(tx, first.school(), &classes, name).await?;
    Ok(Some(match found.as_slice() {
        [] => reply(turn, &texts::no_such_child(name), Vec::new()),
        [only] => card(tx, turn, only.id).await?,
        many if many.len() > LISTED => reply(turn, &texts::too_many(many.len()), Vec::new()),
        many => {
            let choice = |child: &Child| Choice::new(&child.name, Tap::FamilyOf(child.id).write());
            reply(turn, texts::WHICH_CHILD, many.iter().map(choice).collect())
        }
    }))
}

/// How many families of each class are in, beside the number of people in the group, and who is not.
async fn overview(
    tx: &mut Tx,
    turn: &Turn<'_>,
    homerooms: &[Homeroom],
) -> Result<Effects, sqlx::Error> {
    let mut parts = Vec::new();
    for homeroom in homerooms {
        let (school, class) = (homeroom.school(), homeroom.class());
        let ids: Vec<ChildId> = store::class_children(tx, school, class)
            .await?
            .iter()
            .map(|child| child.id)
            .collect();
        let children = store::children(tx, &ids).await?;
        let outside = ids.iter().filter_map(|id| children.get(id));
        let outside: Vec<&str> = outside
            .filter(|child| child.guardians.is_empty())
            .map(|child| child.name.as_str())
            .collect();
        let title = turn.facts.class(class);
        let title = title.map_or("", |class| class.title.as_str());
        let people = chats::people_of(tx, school, class).await?;
        parts.push(texts::overview(title, ids.len(), &outside, people));
    }
    parts.push(texts::HOW_TO_ASK.to_owned());
    Ok(reply(turn, &parts.join("\n\n"), Vec::new()))
}

/// The teacher's own class, and the child in it now.
fn hers(turn: &Turn<'_>, child: ChildId) -> Option<(Homeroom, Child)> {
    let child = turn.facts.child(child)?;
    let member = turn.member_of(child.school)?;
    let homeroom = permit::homeroom_of(member, child.class)?;
    Some((homeroom, child.clone()))
}

pub(super) async fn show(
    tx: &mut Tx,
    turn: &Turn<'_>,
    child: ChildId,
) -> Result<Option<Effects>, sqlx::Error> {
    match hers(turn, child) {
        Some(_) => card(tx, turn, child).await.map(Some),
        None => Ok(None),
    }
}

/// Who is linked to a child, and what can be done.
async fn card(tx: &mut Tx, turn: &Turn<'_>, child: ChildId) -> Result<Effects, sqlx::Error> {
    let Some(child) = store::children(tx, &[child]).await?.remove(&child) else {
        return Ok(reply(turn, texts::SETTLED, Vec::new()));
    };
    let guardians = store::names(tx, child.school, &child.guardians).await?;
    let mut choices = Vec::new();
    for (person, name) in &guardians {
        let (child, person) = (child.id, *person);
        let new_phone = Tap::NewPhone { child, person };
        let remove = Tap::Remove { child, person };
        choices.push(Choice::new(texts::new_phone(name), new_phone.write()));
        choices.push(Choice::new(texts::remove(name), remove.write()));
    }
    choices.push(Choice::new(texts::SLIP, Tap::SlipOf(child.id).write()));
    let standings = ledger::store::families(tx, &[child.id]).await?;
    let has = standings
        .values()
        .any(|known| known.state == State::NoPhone);
    let label = if has {
        texts::HAS_PHONE
    } else {
        texts::NO_PHONE
    };
    let tap = Tap::Phone {
        child: child.id,
        has,
    };
    choices.push(Choice::new(label, tap.write()));
    let names: Vec<&str> = guardians.iter().map(|(_, name)| name.as_str()).collect();
    Ok(reply(turn, &texts::family(&child.name, &names), choices))
}

/// The name of a guardian of this child; None when the person is none (any more).
async fn guardians_name(
    tx: &mut Tx,
    child: &Child,
    person: PersonId,
) -> Result<Option<String>, sqlx::Error> {
    let names = store::names(tx, child.school, &[person]).await?;
    let is_theirs = child.guardians.contains(&person);
    Ok(names
        .into_iter()
        .next()
        .filter(|_| is_theirs)
        .map(|(_, name)| name))
}

/// The code of the child's slip, for a family that lost the paper. It is the one that was printed.
pub(super) async fn slip(
    tx: &mut Tx,
    key: &Key,
    turn: &Turn<'_>,
    child: ChildId,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some((homeroom, child)) = hers(turn, child) else {
        return Ok(None);
    };
    let wanted = [For::Child(child.id)];
    let codes = issue(tx, key, homeroom.school(), &wanted, Printing::Again, now).await?;
    let code = codes.first().map_or("", |codes| codes.short.as_str());
    Ok(Some(reply(
        turn,
        &texts::slip_code(&child.name, code),
        Vec::new(),
    )))
}

/// A code, good once, by which a guardian's new phone speaks for them.
pub(super) async fn new_phone(
    tx: &mut Tx,
    key: &Key,
    turn: &Turn<'_>,
    child: ChildId,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some((homeroom, child)) = hers(turn, child) else {
        return Ok(None);
    };
    let Some(name) = guardians_name(tx, &child, person).await? else {
        return Ok(Some(reply(turn, texts::SETTLED, Vec::new())));
    };
    let (roles, _) = staff::posts(tx, &[person]).await?;
    if roles.contains_key(&person) {
        return Ok(Some(reply(turn, texts::COLLEAGUE, Vec::new())));
    }
    let wanted = [For::Move(person)];
    let codes = issue(tx, key, homeroom.school(), &wanted, Printing::Anew, now).await?;
    let code = codes.first().map_or("", |codes| codes.short.as_str());
    let until = now.plus_ms(MOVE_LIVES_MS);
    Ok(Some(reply(
        turn,
        &texts::new_phone_code(&name, code, until, now),
        Vec::new(),
    )))
}

/// Takes a guardian's link to this child away.
pub(super) async fn remove(
    tx: &mut Tx,
    turn: &Turn<'_>,
    child: ChildId,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some((_, child)) = hers(turn, child) else {
        return Ok(None);
    };
    let Some(name) = guardians_name(tx, &child, person).await? else {
        return Ok(Some(reply(turn, texts::SETTLED, Vec::new())));
    };
    unlink(tx, person, &child, now).await?;
    let done = texts::removed(&name, &child.name);
    Ok(Some(reply(turn, &done, Vec::new()).moving([child.class])))
}

/// A family without a phone stays in the count and is shown as such in what a phone is needed for; a collection
/// can be paid without one.
pub(super) fn phone(turn: &Turn<'_>, child: ChildId, has: bool, now: Timestamp) -> Option<Effects> {
    let (homeroom, child) = hers(turn, child)?;
    let verb = if has { Verb::Undo } else { Verb::NoPhone };
    let open = turn.facts.open_tasks(child.school);
    let needs_phone = open.filter(|task| task.kind != TaskKind::Payment);
    let act = |task: &Task| Act {
        school: child.school,
        task: task.id,
        person: Some(homeroom.person()),
        child: Some(child.id),
        verb,
        evidence: Evidence::Teacher,
        at: now,
    };
    // What she entered otherwise, "seen doing it" perhaps, is not taken back by a word about the phone.
    let is_news = |act: &Act| match turn.facts.said_before(act).map(|known| known.verb) {
        Some(Verb::NoPhone) => has,
        None | Some(Verb::Undo) => !has,
        Some(_) => false,
    };
    let acts: Vec<Act> = needs_phone.map(act).filter(is_news).collect();
    let text = if has {
        texts::has_phone(&child.name)
    } else {
        texts::no_phone(&child.name)
    };
    Some(Effects {
        acts,
        ..reply(turn, &text, Vec::new())
    })
}
