//! Gives the people of the page their parts in a school: the made-up one, or one whose own list was
//! imported into the demo's folder.

use crate::roster::staff;
use std::collections::HashMap;

use super::cast::{
    GROUP_4A2, GROUP_5A1, NEWCOMER, ROOMS, RoomOf, STAFF_ROOM, persona_name, senders,
};
use super::names;
use crate::app::App;
use crate::db::{Tx, fresh_id};
use crate::domain::message::{ChatKind, ChatSeen};
use crate::domain::{
    AccountId, Bot, ChatId, ClassId, PersonId, Purpose, Role, SchoolId, Timestamp,
};
use crate::feature::join::consent::CONSENT_VERSION;
use crate::ledger::{builtin, links, store as ledger};
use crate::roster::accounts::{accounts, join, remember_private};
use crate::roster::arrivals::{Consent, keep_consents};
use crate::roster::chats::{bind_class, bind_staff_room, chats};
use crate::roster::store;
use crate::roster::{Account, Child, Class, School};

/// Who is who in a school.
#[derive(Debug, Default)]
pub struct Parts {
    /// By persona id.
    pub people: HashMap<&'static str, PersonId>,
    /// The classes whose groups are in the manner of Telegram and of Zalo.
    pub groups: Option<(ClassId, ClassId)>,
}

/// Accounts of the people on both bots, their rooms, and who speaks for whom.
pub async fn give(
    tx: &mut Tx,
    school: SchoolId,
    parts: &Parts,
    bots: &[&Bot],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for bot in bots {
        let senders = senders();
        let known = accounts(tx, bot.id, &senders.iter().collect::<Vec<_>>(), now).await?;
        let members: Vec<(AccountId, SchoolId, PersonId)> = parts
            .people
            .iter()
            .filter_map(|(persona, person)| Some((known.get(*persona)?.id, school, *person)))
            .collect();
        join(tx, &members).await?;
        agree(tx, &members, now).await?;
        private_rooms(tx, bot, &known, now).await?;
        rooms(tx, school, parts, bot, now).await?;
    }
    Ok(())
}

/// The people of the page are in already, and have agreed to what one agrees to on the way in.
async fn agree(
    tx: &mut Tx,
    members: &[(AccountId, SchoolId, PersonId)],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let answers = members.iter().flat_map(|(account, school, _)| {
        Purpose::ALL.map(|purpose| Consent {
            account: *account,
            school: *school,
            purpose,
            version: CONSENT_VERSION,
            given: true,
        })
    });
    keep_consents(tx, &answers.collect::<Vec<_>>(), now).await
}

/// Everybody who is linked has written to the bot before, so that it may write to them.
async fn private_rooms(
    tx: &mut Tx,
    bot: &Bot,
    accounts: &HashMap<String, Account>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let own = |room: &&RoomOf| {
        room.channel == bot.channel
            && room.kind == ChatKind::Private
            && !room.members.contains(&NEWCOMER)
    };
    let seen: Vec<ChatSeen> = ROOMS.iter().filter(own).map(seen).collect();
    let known = chats(tx, bot.id, &seen.iter().collect::<Vec<_>>(), now).await?;
    let pairs: Vec<(AccountId, ChatId)> = ROOMS
        .iter()
        .filter(own)
        .filter_map(|room| {
            let account = room.members.first().and_then(|who| accounts.get(*who))?;
            Some((account.id, known.get(room.chat)?.id))
        })
        .collect();
    remember_private(tx, &pairs).await
}

async fn rooms(
    tx: &mut Tx,
    school: SchoolId,
    parts: &Parts,
    bot: &Bot,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let groups: Vec<ChatSeen> = ROOMS
        .iter()
        .filter(|room| room.channel == bot.channel && room.kind == ChatKind::Group)
        .map(seen)
        .collect();
    let known = chats(tx, bot.id, &groups.iter().collect::<Vec<_>>(), now).await?;
    let chat = |name: &str| known.get(name).map(|chat| chat.id);
    let classes = parts.groups.map_or(Vec::new(), |(one, other)| {
        vec![(GROUP_5A1, one), (GROUP_4A2, other)]
    });
    for (name, class) in classes {
        if let Some(chat) = chat(name) {
            bind_class(tx, chat, school, class).await?;
        }
    }
    if let Some(chat) = chat(STAFF_ROOM) {
        bind_staff_room(tx, chat, school).await?;
    }
    Ok(())
}

fn seen(room: &RoomOf) -> ChatSeen {
    ChatSeen {
        external_id: room.chat.to_owned(),
        kind: room.kind,
    }
}

/// Takes in a school whose list was imported: the people of the page become parents of its first
/// children and teachers of two of its classes, and boards hang in their groups. Does nothing when the
/// page has its people already, or when there is no list. True when it did something.
pub async fn adopt(app: &App, bots: &[&Bot], now: Timestamp) -> anyhow::Result<bool> {
    let mut tx = app.db().begin().await?;
    let Some(school) = unplayed(&mut tx, bots).await? else {
        return Ok(false);
    };
    let Some(groups) = two_classes(&mut tx, &school).await? else {
        return Ok(false);
    };
    let mut parts = Parts {
        groups: Some((groups[0].0.id, groups[1].0.id)),
        ..Parts::default()
    };
    parents(&mut tx, &school, &groups, &mut parts, now).await?;
    staff(&mut tx, &school, &mut parts, now).await?;
    give(&mut tx, school.id, &parts, bots, now).await?;
    if ledger::tasks(&mut tx, &[school.id]).await?.is_empty() {
        builtin::open(&mut tx, &school, now).await?;
    }
    tx.commit().await?;
    if let Some(bot) = bots.first() {
        app.hang_boards(bot, school.id, now).await?;
    }
    Ok(true)
}

/// The first school, as long as nobody of the page belongs to any.
async fn unplayed(tx: &mut Tx, bots: &[&Bot]) -> Result<Option<School>, sqlx::Error> {
    const JOINED: &str = "SELECT COUNT(*) AS n FROM membership m JOIN account a ON a.account_id = m.account_id \
         WHERE a.bot_id = $1";
    for bot in bots {
        let row = tx.row(JOINED, crate::vals![bot.id]).await?;
        let joined: i64 = row.map_or(Ok(0), |row| row.get("n"))?;
        if joined > 0 {
            return Ok(None);
        }
    }
    Ok(store::schools(tx).await?.into_iter().next())
}

type ClassOf = (Class, Vec<Child>);

/// The first two classes that have children (or twice the only one).
async fn two_classes(tx: &mut Tx, school: &School) -> Result<Option<[ClassOf; 2]>, sqlx::Error> {
    let mut found: Vec<ClassOf> = Vec::new();
    for class in store::classes(tx, &[school.id]).await? {
        if class.families > 0 && found.len() < 2 {
            let children = store::class_children(tx, school.id, class.id).await?;
            found.push((class, children));
        }
    }
    Ok(match found.as_slice() {
        [] => None,
        [only] => Some([only.clone(), only.clone()]),
        [one, other, ..] => Some([one.clone(), other.clone()]),
    })
}

async fn parents(
    tx: &mut Tx,
    school: &School,
    groups: &[ClassOf; 2],
    parts: &mut Parts,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let (mut persons, mut links) = (Vec::new(), Vec::new());
    for (persona, places) in names::PARTS {
        let own: Vec<&Child> = places
            .iter()
            .filter_map(|(class, nth, _)| {
                let children = &groups[usize::from(*class != "5A1")].1;
                children.get(*nth)
            })
            .collect();
        let Some(first) = own.first() else { continue };
        let person = PersonId(fresh_id(now));
        persons.push((person, names::parent(persona, first.given_name())));
        links.extend(own.iter().map(|child| (child.id, person)));
        parts.people.insert(persona, person);
    }
    store::add_persons(tx, school.id, &persons, now).await?;
    store::add_guardians(tx, school.id, &links, now).await?;
    let children: Vec<_> = links.iter().map(|(child, _)| *child).collect();
    links::refold(tx, &children).await
}

/// The school's own principal and teachers where the staff list names them, else made-up ones.
async fn staff(
    tx: &mut Tx,
    school: &School,
    parts: &mut Parts,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let known: Vec<PersonId> = staff::staff(tx, school.id)
        .await?
        .into_iter()
        .map(|(person, _)| person)
        .collect();
    let (roles, homerooms) = staff::posts(tx, &known).await?;
    let mut add = Vec::new();
    let mut part = |persona: &'static str, role, class: Option<ClassId>| {
        let fits = |person: &&PersonId| {
            roles.get(person).is_some_and(|own| own.contains(&role))
                && class.is_none_or(|class| {
                    homerooms
                        .get(person)
                        .is_some_and(|own| own.contains(&class))
                })
        };
        let person = known.iter().find(fits).copied().unwrap_or_else(|| {
            let person = PersonId(fresh_id(now));
            add.push((person, persona, role, class));
            person
        });
        parts.people.insert(persona, person);
    };
    let (one, other) = parts.groups.unzip();
    part("hieu-truong", Role::Principal, None);
    part("co-hoa", Role::Teacher, one);
    part("co-mai", Role::Teacher, other);
    let persons: Vec<_> = add
        .iter()
        .map(|(person, persona, ..)| (*person, persona_name(persona).to_owned()))
        .collect();
    store::add_persons(tx, school.id, &persons, now).await?;
    let roles: Vec<_> = add
        .iter()
        .map(|(person, _, role, _)| (*person, *role))
        .collect();
    staff::add_roles(tx, school.id, &roles).await?;
    let homerooms: Vec<_> = add
        .iter()
        .filter_map(|(person, .., class)| Some(((*class)?, *person)))
        .collect();
    staff::add_homerooms(tx, school.id, &homerooms).await
}
