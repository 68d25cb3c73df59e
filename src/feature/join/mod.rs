//! Getting in: a slip or a colleague's code, consent first, then the child; or without a slip the class and
//! the child's given name, and the teacher's word.
//!
//! Before a yes nothing is kept but where one stands on the way (48 h), and no child's name is said.

pub mod consent;
mod families;
pub mod link;
mod moving;
mod staff;
mod teacher;
pub mod texts;

use crate::db::Tx;
use crate::domain::message::Choice;
use crate::domain::time::HOUR_MS;
use crate::domain::{
    AccountId, Answer, ChildId, ClassId, PersonId, Purpose, SchoolId, Tap, Timestamp,
};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::installation::Key;
use crate::roster::arrivals::{self, Arrival, Step};
use crate::roster::invites::{self, For, GUARDIANS, Guessing, Invite};
use crate::roster::reach::teachers_of;
use crate::roster::{self, Child, Class, store};
use crate::understand::codes::Code;
use crate::understand::fold::clean;
use consent::{agreed, record_choices, remind_choices, to_record, to_remind};
use link::{Linked, link, unlink};

/// How long somebody may take on the way in, as long as their answer is kept (design §2.8).
const ARRIVAL_MS: i64 = 48 * HOUR_MS;
/// Longer is no name.
const LONGEST_NAME: usize = 40;

/// What somebody on the way in does, or somebody about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    Code(&'a Code),
    /// "We are the family of a child", without a slip.
    Family,
    Answer {
        purpose: Purpose,
        answer: Answer,
    },
    /// `/dung`: no more reminders.
    NoReminders,
    Class(ClassId),
    NotMine(ChildId),
    /// The teacher knows them.
    Admit {
        account: AccountId,
        child: ChildId,
    },
    /// The teacher does not know them.
    Refuse {
        account: AccountId,
        class: ClassId,
    },
    /// `/giadinh [child]`, for the teacher.
    Families(&'a str),
    FamilyOf(ChildId),
    SlipOf(ChildId),
    /// A guardian has a new phone.
    NewPhone {
        child: ChildId,
        person: PersonId,
    },
    /// A guardian is none of this child's.
    Remove {
        child: ChildId,
        person: PersonId,
    },
    /// Whether the family has a phone that can do what is asked.
    Phone {
        child: ChildId,
        has: bool,
    },
}

/// None when this is not theirs to say.
pub async fn decide(
    tx: &mut Tx,
    key: &Key,
    turn: &Turn<'_>,
    wish: Wish<'_>,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let only_looks = match wish {
        Wish::Families(_) | Wish::FamilyOf(_) | Wish::SlipOf(_) | Wish::NewPhone { .. } => true,
        Wish::Code(_)
        | Wish::Family
        | Wish::Answer { .. }
        | Wish::NoReminders
        | Wish::Class(_)
        | Wish::NotMine(_)
        | Wish::Admit { .. }
        | Wish::Refuse { .. }
        | Wish::Remove { .. }
        | Wish::Phone { .. } => false,
    };
    let answer = match wish {
        Wish::Code(code) => Some(by_code(tx, key, turn, code, now).await?),
        Wish::Family => Some(family(tx, turn, now).await?),
        Wish::Answer {
            purpose: Purpose::Record,
            answer,
        } => Some(to_record(tx, turn, answer, now).await?),
        Wish::Answer {
            purpose: Purpose::Remind,
            answer,
        } => Some(to_remind(tx, turn, answer, now).await?),
        Wish::NoReminders => Some(to_remind(tx, turn, Answer::No, now).await?),
        Wish::Class(class) => Some(in_class(tx, turn, class).await?),
        Wish::NotMine(child) => Some(not_mine(tx, turn, child, now).await?),
        Wish::Admit { account, child } => teacher::admit(tx, turn, account, child, now).await?,
        Wish::Refuse { account, class } => teacher::refuse(tx, turn, account, class, now).await?,
        Wish::Families(words) => families::ask(tx, turn, words).await?,
        Wish::FamilyOf(child) => families::show(tx, turn, child).await?,
        Wish::SlipOf(child) => families::slip(tx, key, turn, child, now).await?,
        Wish::NewPhone { child, person } => {
            families::new_phone(tx, key, turn, child, person, now).await?
        }
        Wish::Remove { child, person } => families::remove(tx, turn, child, person, now).await?,
        Wish::Phone { child, has } => families::phone(turn, child, has, now),
    };
    if only_looks {
        return Ok(answer);
    }
    // Who is who, and where everybody stands on the way in, may have changed.
    Ok(answer.map(Effects::and_read_anew))
}

/// A code: from a slip, a colleague's invitation, or of the first principal.
async fn by_code(
    tx: &mut Tx,
    key: &Key,
    turn: &Turn<'_>,
    code: &Code,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    if !turn.is_private() {
        return Ok(reply(turn, texts::NOT_IN_A_GROUP, Vec::new()));
    }
    let account = turn.account.id;
    // A link has too many digits to be guessed, so that it opens in whichever school, also one that is being tried.
    let school = match code {
        Code::Mistyped => return Ok(reply(turn, texts::MISTYPED, Vec::new())),
        Code::Link(_) => None,
        Code::Short(_) => comes_from(tx, turn).await?,
    };
    match invites::guessing(tx, account, school, now).await? {
        Some(Guessing::Account) => return Ok(reply(turn, texts::LOCKED, Vec::new())),
        Some(Guessing::School) => return Ok(reply(turn, texts::ONLY_SCAN, Vec::new())),
        None => {}
    }
    let Some(invite) = invites::find(tx, key, code, school, now).await? else {
        invites::note_wrong_code(tx, account, school, now).await?;
        let unknown = matches!(code, Code::Short(_)) && school.is_none();
        let text = if unknown {
            texts::ONLY_SCAN
        } else {
            texts::WRONG
        };
        return Ok(reply(turn, text, Vec::new()));
    };
    if invite.expires_at <= now {
        return Ok(reply(turn, texts::EXPIRED, Vec::new()));
    }
    // The school was not known when the batch locked its own; nothing of it was read before.
    tx.lock_schools(&[invite.school]).await?;
    match invite.to {
        For::Child(child) => {
            let typed = matches!(code, Code::Short(_)) && !invite.scanned;
            slip(tx, turn, &invite, child, typed, now).await
        }
        For::Class(class) => poster(tx, turn, &invite, class, now).await,
        For::Staff(person) => staff::enter(tx, turn, &invite, person).await,
        For::Move(person) => moving::enter(tx, turn, &invite, person, now).await,
        For::Lead(_) => staff::first_lead(tx, turn, &invite, now).await,
    }
}

/// The school somebody speaks of who types a code: their own, that of the group in which they tapped, or the only
/// one there is.
async fn comes_from(tx: &mut Tx, turn: &Turn<'_>) -> Result<Option<SchoolId>, sqlx::Error> {
    let account = turn.account.id;
    let kept = turn.facts.pending(account).last().map(|kept| kept.school);
    let arrival = turn.facts.arrival(account).map(|arrival| arrival.school);
    match turn.school().or(kept).or(arrival) {
        Some(school) => Ok(Some(school)),
        None => only_school(tx).await,
    }
}

async fn slip(
    tx: &mut Tx,
    turn: &Turn<'_>,
    invite: &Invite,
    id: ChildId,
    typed: bool,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let Some(child) = store::children(tx, &[id]).await?.remove(&id) else {
        return Ok(reply(turn, texts::GONE, Vec::new()));
    };
    let member = turn.member_of(invite.school);
    if let Some(member) = member.filter(|member| member.children.contains(&id)) {
        let person = invite.scanned.then_some(member.person);
        return known(tx, turn, invite.school, person, now).await;
    }
    if child.guardians.len() >= GUARDIANS {
        return Ok(reply(turn, texts::FULL, Vec::new()));
    }
    // A short code can be read over a shoulder: it opens no other class than the one somebody comes from.
    let kept = turn.facts.pending(turn.account.id).last();
    let comes_from = kept.and_then(|kept| kept.class);
    if typed && comes_from.is_some_and(|class| class != child.class) {
        return Ok(reply(turn, texts::ANOTHER_CLASS, Vec::new()));
    }
    if agreed(tx, turn, invite.school).await? {
        return welcome(tx, turn, &child, invite.scanned, now).await;
    }
    let arrival = Arrival {
        account: turn.account.id,
        school: invite.school,
        step: Step::Consent,
        class: Some(child.class),
        child: Some(id),
        scanned: invite.scanned,
        expires_at: now.plus_ms(ARRIVAL_MS),
    };
    go(tx, turn, arrival).await
}

/// The poster at a class's door: as with a slip, but the child is still to be named.
async fn poster(
    tx: &mut Tx,
    turn: &Turn<'_>,
    invite: &Invite,
    class: ClassId,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    // Last year's poster may still hang there.
    let classes = store::classes(tx, &[invite.school]).await?;
    if !classes.iter().any(|known| known.id == class) {
        return Ok(reply(turn, texts::EXPIRED, Vec::new()));
    }
    let member = turn.member_of(invite.school);
    if let Some(member) = member.filter(|member| member.is_guardian()) {
        let person = invite.scanned.then_some(member.person);
        return known(tx, turn, invite.school, person, now).await;
    }
    let step = if agreed(tx, turn, invite.school).await? {
        Step::Name
    } else {
        Step::Consent
    };
    let arrival = Arrival {
        account: turn.account.id,
        school: invite.school,
        step,
        class: Some(class),
        child: None,
        scanned: invite.scanned,
        expires_at: now.plus_ms(ARRIVAL_MS),
    };
    go(tx, turn, arrival).await
}

/// Somebody who is in already; if they scanned, that they can is shown now.
async fn known(
    tx: &mut Tx,
    turn: &Turn<'_>,
    school: SchoolId,
    scanned: Option<PersonId>,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let effects = reply(turn, texts::KNOWN, vec![tasks_button()]);
    let Some(person) = scanned else {
        return Ok(effects);
    };
    link::show_scan(tx, school, person, now).await?;
    let classes = link::refold(tx, school, person).await?;
    Ok(effects.moving(classes))
}

/// "We are the family of a child", without a slip. The class is that of the group in which they tapped.
async fn family(tx: &mut Tx, turn: &Turn<'_>, now: Timestamp) -> Result<Effects, sqlx::Error> {
    if turn.members.iter().any(roster::Member::is_guardian) {
        return Ok(reply(turn, texts::KNOWN, vec![tasks_button()]));
    }
    if let Some(known) = turn.facts.arrival(turn.account.id) {
        return ask(tx, turn, known).await;
    }
    let kept = turn.facts.pending(turn.account.id).last();
    let school = match (kept.map(|kept| kept.school), turn.school()) {
        (Some(school), _) | (None, Some(school)) => Some(school),
        (None, None) => only_school(tx).await?,
    };
    let Some(school) = school else {
        return Ok(reply(turn, texts::NEEDS_SLIP, Vec::new()));
    };
    let arrival = Arrival {
        account: turn.account.id,
        school,
        step: Step::Consent,
        class: kept.and_then(|kept| kept.class),
        child: None,
        scanned: false,
        expires_at: now.plus_ms(ARRIVAL_MS),
    };
    go(tx, turn, arrival).await
}

/// With one school there is no doubt which is meant.
async fn only_school(tx: &mut Tx) -> Result<Option<SchoolId>, sqlx::Error> {
    let schools = store::schools(tx).await?;
    Ok(match schools.as_slice() {
        [only] => Some(only.id),
        _ => None,
    })
}

/// The class was chosen.
async fn in_class(tx: &mut Tx, turn: &Turn<'_>, class: ClassId) -> Result<Effects, sqlx::Error> {
    let Some(arrival) = turn.facts.arrival(turn.account.id).cloned() else {
        return Ok(reply(turn, texts::TOO_LATE, Vec::new()));
    };
    let theirs = class_of(tx, class)
        .await?
        .is_some_and(|class| class.school == arrival.school);
    if !theirs || !matches!(arrival.step, Step::Class | Step::Name) {
        return ask(tx, turn, &arrival).await;
    }
    let arrival = Arrival {
        step: Step::Name,
        class: Some(class),
        ..arrival
    };
    go(tx, turn, arrival).await
}

/// Words of somebody from whom we wait for a class or a name. None when they are neither.
pub async fn words(
    tx: &mut Tx,
    turn: &Turn<'_>,
    text: &str,
    now: Timestamp,
) -> Result<Option<Effects>, sqlx::Error> {
    let Some(arrival) = turn
        .facts
        .arrival(turn.account.id)
        .filter(|_| turn.is_private())
    else {
        return Ok(None);
    };
    match (arrival.step, arrival.class) {
        (Step::Class, _) => {
            let classes = store::classes(tx, &[arrival.school]).await?;
            match classes.iter().find(|class| class.is_called(text)) {
                Some(class) => in_class(tx, turn, class.id).await.map(Some),
                None => Ok(None),
            }
        }
        (Step::Name, Some(class)) => match name_in(text) {
            Some(name) => teacher::asked(tx, turn, arrival, class, &name, now)
                .await
                .map(Some),
            None => Ok(None),
        },
        (Step::Consent | Step::Name | Step::Teacher | Step::Refused, _) => Ok(None),
    }
}

/// "bé An ạ", "con tên là Nguyễn Hoài An": the name in it.
fn name_in(text: &str) -> Option<String> {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = clean(text).split_whitespace().map(bare).collect();
    let said_before = |word: &&String| texts::BEFORE_A_NAME.contains(&word.to_lowercase().as_str());
    let said_after = |word: &&String| texts::AFTER_A_NAME.contains(&word.to_lowercase().as_str());
    let begin = words.iter().take_while(said_before).count();
    let end = words.len() - words.iter().rev().take_while(said_after).count();
    let name = words.get(begin..end)?;
    let plain = name
        .iter()
        .all(|word| word.chars().all(char::is_alphabetic));
    let name = name.join(" ");
    let short = name.chars().count() <= LONGEST_NAME && name.split(' ').count() <= 6;
    (plain && short && !name.is_empty()).then_some(name)
}

/// "Not my child": one's own link is taken away, and the teacher is told that one was.
async fn not_mine(
    tx: &mut Tx,
    turn: &Turn<'_>,
    child: ChildId,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let own = turn
        .members
        .iter()
        .find(|member| member.children.contains(&child));
    let (Some(member), Some(child)) = (own, turn.facts.child(child)) else {
        return Ok(reply(turn, texts::NOT_LINKED, Vec::new()));
    };
    unlink(tx, member.person, child, now).await?;
    let title = class_of(tx, child.class)
        .await?
        .map_or(String::new(), |class| class.title);
    let text = texts::unlinked_for_teacher(&child.name, &title);
    let told = teachers_of(tx, child.school, child.class, now).await?;
    let posts = told.iter().map(|mailbox| mailbox.post(&text, Vec::new()));
    Ok(reply(turn, texts::UNLINKED, Vec::new())
        .and_says(posts)
        .moving([child.class]))
}

/// Links whom the slip proves, and says so.
async fn welcome(
    tx: &mut Tx,
    turn: &Turn<'_>,
    child: &Child,
    scanned: bool,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let name = &turn.update.sender.name;
    let Linked { counted, classes } = link(tx, turn.account.id, name, child, scanned, now).await?;
    let title = class_of(tx, child.class)
        .await?
        .map_or(String::new(), |class| class.title);
    let asked = arrivals::consent(tx, turn.account.id, child.school, Purpose::Remind).await?;
    let mut effects = reply(
        turn,
        &texts::linked(child.given_name(), &title, counted),
        doors(child),
    );
    if asked.is_none() {
        effects = effects.and(reply(turn, texts::MAY_I_REMIND, remind_choices()));
    }
    Ok(effects.moving(classes))
}

/// Moves somebody to a step of the way in, and asks for it.
async fn go(tx: &mut Tx, turn: &Turn<'_>, arrival: Arrival) -> Result<Effects, sqlx::Error> {
    arrivals::put(tx, &arrival).await?;
    ask(tx, turn, &arrival).await
}

/// The question of the step somebody stands at.
async fn ask(tx: &mut Tx, turn: &Turn<'_>, arrival: &Arrival) -> Result<Effects, sqlx::Error> {
    let class = match arrival.class {
        Some(class) => class_of(tx, class).await?,
        None => None,
    };
    let title = class.as_ref().map(|class| class.title.as_str());
    Ok(match arrival.step {
        Step::Consent => {
            let schools = store::schools_by_id(tx, &[arrival.school]).await?;
            let school = schools
                .get(&arrival.school)
                .map_or("", |school| school.name.as_str());
            reply(turn, &texts::may_i_record(school, title), record_choices())
        }
        Step::Class => {
            let classes = store::classes(tx, &[arrival.school]).await?;
            let choice = |class: &Class| {
                Choice::new(texts::class(&class.title), Tap::InClass(class.id).write())
            };
            reply(
                turn,
                texts::WHICH_CLASS,
                classes.iter().map(choice).collect(),
            )
        }
        Step::Name => reply(
            turn,
            &texts::which_name(title.unwrap_or_default()),
            Vec::new(),
        ),
        Step::Teacher => reply(turn, texts::WAITING, Vec::new()),
        Step::Refused => reply(turn, texts::REFUSED, Vec::new()),
    })
}

async fn class_of(tx: &mut Tx, class: ClassId) -> Result<Option<Class>, sqlx::Error> {
    Ok(store::classes_by_id(tx, &[class]).await?.pop())
}

/// What one can do once one is in.
fn doors(child: &Child) -> Vec<Choice> {
    vec![
        tasks_button(),
        guides_button(),
        Choice::new(texts::NOT_MINE, Tap::NotMine(child.id).write()),
    ]
}

fn tasks_button() -> Choice {
    Choice::new(texts::TASKS, Tap::MyTasks.write())
}

fn guides_button() -> Choice {
    Choice::new(texts::GUIDES, Tap::Guides.write())
}

/// Everything on the way in is said privately.
fn reply(turn: &Turn<'_>, text: &str, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text.to_owned(), choices, texts::SENT_PRIVATELY)
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_childs_name_is_found_in_what_people_write() {
        for (text, name) in [
            ("An", Some("An")),
            ("bé An ạ", Some("An")),
            ("Dạ con tên là Nguyễn Hoài An ạ", Some("Nguyễn Hoài An")),
            ("Bé: Bảo Châu.", Some("Bảo Châu")),
            ("", None),
            ("dạ", None),
            ("0912 345 678", None),
            ("em không biết làm thế nào để vào được nhóm", None),
        ] {
            assert_eq!(name_in(text).as_deref(), name, "{text}");
        }
    }
}
