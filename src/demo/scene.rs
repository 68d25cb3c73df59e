//! What the page shows of the people and rooms, read from the tables: so it is true of the made-up
//! school, of a school's own list, and of none.

use std::collections::HashMap;

use super::cast::{PERSONAS, Persona, ROOMS, RoomOf, SCHOOL_NAME, senders};
use super::texts;
use crate::db::Tx;
use crate::domain::message::{ChatKind, ChatSeen};
use crate::domain::{Bot, Role, Timestamp};
use crate::roster::accounts::accounts;
use crate::roster::chats::chats;
use crate::roster::{Child, Class, Member, names, store};

#[derive(Debug, Default)]
pub struct Scene {
    school: Option<String>,
    people: HashMap<&'static str, Shown>,
    /// The class of a group, by chat.
    classes: HashMap<&'static str, String>,
}

#[derive(Debug)]
struct Shown {
    name: String,
    about: String,
    /// A child by whom a teacher or parent may try things: the given name.
    child: Option<String>,
}

impl Scene {
    pub async fn read(tx: &mut Tx, bots: &[&Bot], now: Timestamp) -> Result<Self, sqlx::Error> {
        let mut scene = Scene::default();
        for bot in bots {
            scene.look_through(tx, bot, now).await?;
        }
        Ok(scene)
    }

    async fn look_through(
        &mut self,
        tx: &mut Tx,
        bot: &Bot,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let senders = senders();
        let accounts = accounts(tx, bot.id, &senders.iter().collect::<Vec<_>>(), now).await?;
        let ids: Vec<_> = accounts.values().map(|account| account.id).collect();
        let members = store::members(tx, &ids, now).await?;
        let all = || members.values().flatten();
        let own: Vec<_> = all().flat_map(|member| member.children.clone()).collect();
        let children = store::children(tx, &own).await?;
        let homerooms = all().flat_map(|member| member.homerooms.iter().copied());
        let rooms = children.values().map(|child| child.class);
        let classes: Vec<_> = homerooms.chain(rooms).collect();
        let classes = store::classes_by_id(tx, &classes).await?;
        for persona in &PERSONAS {
            let account = accounts.get(persona.id);
            let member = account.and_then(|account| members.get(&account.id)?.first());
            if let Some(member) = member.filter(|_| !self.people.contains_key(persona.id)) {
                let first = first_child(tx, member, &children).await?;
                let own: Vec<&Child> = member
                    .children
                    .iter()
                    .filter_map(|id| children.get(id))
                    .collect();
                let shown = Shown {
                    name: member.name.clone(),
                    about: about(persona, member, &own, &classes),
                    child: first,
                };
                self.people.insert(persona.id, shown);
            }
        }
        if let Some(member) = all().next() {
            let school = store::schools_by_id(tx, &[member.school]).await?;
            self.school = school.into_values().next().map(|school| school.name);
        }
        self.groups(tx, bot, now).await
    }

    async fn groups(&mut self, tx: &mut Tx, bot: &Bot, now: Timestamp) -> Result<(), sqlx::Error> {
        let own: Vec<&RoomOf> = ROOMS
            .iter()
            .filter(|room| room.channel == bot.channel && room.kind == ChatKind::Group)
            .collect();
        let seen: Vec<ChatSeen> = own
            .iter()
            .map(|room| ChatSeen {
                external_id: room.chat.to_owned(),
                kind: room.kind,
            })
            .collect();
        let known = chats(tx, bot.id, &seen.iter().collect::<Vec<_>>(), now).await?;
        for room in own {
            let class = known.get(room.chat).and_then(|chat| chat.class);
            if let Some((_, class)) = class {
                let found = store::classes_by_id(tx, &[class]).await?;
                if let Some(class) = found.into_iter().next() {
                    self.classes.insert(room.chat, class.title);
                }
            }
        }
        Ok(())
    }

    pub fn school(&self) -> &str {
        self.school.as_deref().unwrap_or(texts::NO_SCHOOL)
    }

    /// Nobody of the page belongs to a school yet.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    pub fn is_made_up(&self) -> bool {
        self.school.as_deref() == Some(SCHOOL_NAME)
    }

    pub fn name(&self, persona: &Persona) -> &str {
        self.people
            .get(persona.id)
            .map_or(persona.name, |shown| shown.name.as_str())
    }

    pub fn about(&self, persona: &Persona) -> &str {
        self.people
            .get(persona.id)
            .map_or(texts::STRANGER, |shown| shown.about.as_str())
    }

    pub fn title(&self, room: &RoomOf) -> String {
        match self.classes.get(room.chat) {
            Some(code) => texts::class_group(code),
            None => room.title.to_owned(),
        }
    }

    pub fn class_of(&self, chat: &str) -> &str {
        self.classes.get(chat).map_or("", String::as_str)
    }

    pub fn child_of(&self, persona: &str) -> &str {
        self.people
            .get(persona)
            .and_then(|shown| shown.child.as_deref())
            .unwrap_or_default()
    }
}

/// A parent's own first child, or one of a teacher's class.
async fn first_child(
    tx: &mut Tx,
    member: &Member,
    children: &HashMap<crate::domain::ChildId, Child>,
) -> Result<Option<String>, sqlx::Error> {
    let own = member.children.iter().find_map(|id| children.get(id));
    if let Some(child) = own {
        return Ok(Some(child.given_name().to_owned()));
    }
    let Some(class) = member.homerooms.first() else {
        return Ok(None);
    };
    let all = store::class_children(tx, member.school, *class).await?;
    // Whose given name nobody else in the class has, so that one name is enough to find the family.
    let only = |child: &&Child| {
        let same = |other: &&Child| other.given_name() == child.given_name();
        all.iter().filter(same).count() == 1
    };
    Ok(all
        .iter()
        .find(only)
        .map(|child| names::given(&child.name).to_owned()))
}

fn about(persona: &Persona, member: &Member, own: &[&Child], classes: &[Class]) -> String {
    let code = |id| {
        classes
            .iter()
            .find(|class| class.id == id)
            .map_or("", |class| class.title.as_str())
    };
    if member.roles.contains(&Role::Principal) {
        return texts::PRINCIPAL.to_owned();
    }
    if let Some(class) = member.homerooms.first() {
        return texts::homeroom(code(*class));
    }
    let families: Vec<(&str, &str)> = own
        .iter()
        .map(|child| (child.given_name(), code(child.class)))
        .collect();
    texts::guardian(&families, persona.hint)
}
