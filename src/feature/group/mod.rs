//! `/ganlop`: the teacher makes a chat group the one of her class. And what happens to a group: the bot comes,
//! is put out, the group goes on under another id.

pub mod texts;

use std::collections::BTreeMap;

use crate::db::Tx;
use crate::domain::calendar::Calendar;
use crate::domain::message::{Choice, Priority, Say};
use crate::domain::{
    Bot, BotId, ChatId, ChildId, ClassId, Evidence, SchoolId, Tap, Task, TaskKind, Timestamp, Verb,
};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::installation::Key;
use crate::ledger::Act;
use crate::outbox;
use crate::roster::accounts;
use crate::roster::chats::{self, ClassGroup, bind_class, bind_staff_room, groups_of};
use crate::roster::invites::{self, Marks};
use crate::roster::permit::{self, Homeroom, Lead};
use crate::roster::reach::{Mailbox, leads_of, mailboxes, teachers_of};
use crate::roster::{Class, store};

/// What somebody wants a chat group to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// `/ganlop [class]`.
    Ask(&'a str),
    /// This class's. `instead` is her word that another group, or another class, gives way.
    Class {
        class: ClassId,
        instead: bool,
    },
    Staff,
    /// The marker of a group was said in this one.
    Marked(SchoolId, Marks),
}

/// None when this is not theirs to say.
pub async fn decide(
    tx: &mut Tx,
    here: Here<'_>,
    wish: Wish<'_>,
) -> Result<Option<Effects>, sqlx::Error> {
    let turn = here.turn;
    match wish {
        Wish::Ask(words) => ask(tx, here, words).await,
        Wish::Class { class, instead } => bind(tx, here, class, instead).await,
        Wish::Staff => bind_staff(tx, turn).await,
        Wish::Marked(school, marks) => marked(tx, here, school, marks).await.map(Some),
    }
}

/// Where it is said, and what is needed to make a marker.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    pub turn: &'a Turn<'a>,
    pub bot: &'a Bot,
    pub key: &'a Key,
    pub calendar: &'a Calendar,
    pub now: Timestamp,
}

impl Here<'_> {
    /// When a board that would ring in this group now may hang; None where it may at once.
    fn morning(&self) -> Option<Timestamp> {
        let morning = self.calendar.next_allowed(self.now);
        (self.bot.channel.rings_with_boards() && morning > self.now).then_some(morning)
    }
}

/// For each class of hers, and for the staff room of who leads, what to say in which group.
async fn markers(
    tx: &mut Tx,
    here: Here<'_>,
    own: &[Homeroom],
    lead: Option<Lead>,
) -> Result<Effects, sqlx::Error> {
    let ids: Vec<ClassId> = own.iter().map(|homeroom| homeroom.class()).collect();
    let mut classes = store::classes_by_id(tx, &ids).await?;
    classes.sort_by(|one, other| one.code.cmp(&other.code));
    let mut lines = Vec::new();
    for class in &classes {
        let marks = Marks::Group(class.id);
        let code = invites::marker(tx, here.key, class.school, marks, here.now).await?;
        lines.push(texts::marker_of_class(&class.title, &code));
    }
    if let (Some(lead), true) = (lead, lines.is_empty()) {
        let marks = Marks::StaffRoom;
        let code = invites::marker(tx, here.key, lead.school(), marks, here.now).await?;
        lines.push(texts::marker_of_staff(&code));
    }
    Ok(answer(here.turn, &texts::by_marker(&lines), Vec::new()))
}

/// The marker of a group was said here: whoever said it had it from the teacher, who was checked when it was made.
async fn marked(
    tx: &mut Tx,
    here: Here<'_>,
    school: SchoolId,
    marks: Marks,
) -> Result<Effects, sqlx::Error> {
    let turn = here.turn;
    // The school was not known when the batch locked its own; nothing of it was read before.
    tx.lock_schools(&[school]).await?;
    let Marks::Group(class) = marks else {
        if turn.chat.class.is_some() {
            return Ok(answer(turn, texts::ANOTHER_CLASS, Vec::new()));
        }
        let done = answer(turn, texts::BOUND_STAFF, Vec::new());
        if turn.chat.staff_room.is_some() {
            return Ok(done);
        }
        bind_staff_room(tx, turn.chat.id, school).await?;
        let leads = leads_of(tx, school, here.now).await?;
        return Ok(done
            .and_read_anew()
            .and(tell(&leads, texts::STAFF_ROOM_BY_MARKER)));
    };
    let known = store::classes_by_id(tx, &[class]).await?;
    let title = known.first().map_or("", |class| class.title.as_str());
    match (turn.chat.class, turn.chat.staff_room) {
        (Some(bound), _) if bound == (school, class) => {
            return Ok(answer(turn, &texts::is_already(title), Vec::new()));
        }
        (Some(_), _) => {
            return Ok(answer(
                turn,
                texts::ANOTHER_CLASS_AND_MARKER_SPENT,
                Vec::new(),
            ));
        }
        (None, Some(_)) => return Ok(answer(turn, texts::IS_STAFF_ROOM, Vec::new())),
        (None, None) => {}
    }
    let done = take_group(tx, here, school, class, title).await?;
    // Should the marker have come into other hands, she sees it at once.
    let teachers = teachers_of(tx, school, class, here.now).await?;
    Ok(done.and(tell(&teachers, &texts::bound_by_marker(title))))
}

async fn ask(tx: &mut Tx, here: Here<'_>, asked: &str) -> Result<Option<Effects>, sqlx::Error> {
    let turn = here.turn;
    let own: Vec<Homeroom> = turn.members.iter().flat_map(permit::homerooms).collect();
    let lead = turn.members.iter().find_map(permit::lead);
    if own.is_empty() && lead.is_none() {
        return Ok(None);
    }
    if turn.is_private() && here.bot.channel.hears_only_mentions() {
        return markers(tx, here, &own, lead).await.map(Some);
    }
    if turn.is_private() {
        let steps = if turn.can().buttons {
            texts::IN_THE_GROUP
        } else {
            texts::IN_THE_ACCOUNTS_GROUP
        };
        return Ok(Some(answer(turn, steps, Vec::new())));
    }
    if own.is_empty() {
        let choice = Choice::new(texts::YES_STAFF, Tap::BindStaff.write());
        return Ok(Some(answer(turn, texts::STAFF_ROOM, vec![choice])));
    }
    let ids: Vec<ClassId> = own.iter().map(|homeroom| homeroom.class()).collect();
    let mut classes = store::classes_by_id(tx, &ids).await?;
    classes.sort_by(|one, other| one.code.cmp(&other.code));
    let wanted: Vec<&Class> = classes
        .iter()
        .filter(|class| is_meant(class, asked))
        .collect();
    Ok(Some(match (wanted.as_slice(), asked.is_empty()) {
        ([only], _) => bind(tx, here, only.id, false)
            .await?
            .unwrap_or_else(|| answer(turn, texts::UNKNOWN, Vec::new())),
        ([], false) => answer(turn, &texts::not_your_class(&titles(&classes)), Vec::new()),
        (_, _) => {
            let choice = |class: &Class| {
                let tap = Tap::Bind {
                    class: class.id,
                    instead: false,
                };
                Choice::new(texts::class(&class.title), tap.write())
            };
            answer(turn, texts::WHICH, classes.iter().map(choice).collect())
        }
    }))
}

/// "5A1", "lớp 5a1"; nothing typed means any.
fn is_meant(class: &Class, asked: &str) -> bool {
    asked.is_empty() || class.is_called(asked)
}

fn titles(classes: &[Class]) -> Vec<&str> {
    classes.iter().map(|class| class.title.as_str()).collect()
}

/// Binds this group to a class of the teacher's own; checked here, whoever made the button.
async fn bind(
    tx: &mut Tx,
    here: Here<'_>,
    class: ClassId,
    instead: bool,
) -> Result<Option<Effects>, sqlx::Error> {
    let turn = here.turn;
    let hers = turn
        .members
        .iter()
        .find_map(|member| permit::homeroom_of(member, class));
    let (Some(homeroom), false) = (hers, turn.is_private()) else {
        return Ok(None);
    };
    let known = store::classes_by_id(tx, &[class]).await?;
    let title = known.first().map_or("", |class| class.title.as_str());
    if turn.chat.class == Some((homeroom.school(), class)) {
        return Ok(Some(answer(turn, &texts::is_already(title), Vec::new())));
    }
    let gives_way = Choice::new(
        texts::CHANGE,
        Tap::Bind {
            class,
            instead: true,
        }
        .write(),
    );
    if let Some((_, other)) = turn.chat.class {
        // Another class's group does not become hers by a word of hers alone.
        let also_hers = turn
            .members
            .iter()
            .any(|member| permit::homeroom_of(member, other).is_some());
        if !also_hers {
            return Ok(Some(answer(turn, texts::ANOTHER_CLASS, Vec::new())));
        }
        if !instead {
            return Ok(Some(answer(
                turn,
                &texts::change_class(title),
                vec![gives_way],
            )));
        }
    } else if turn.chat.past.is_some() && !instead {
        // A new school year: the parents' group goes along with the children, or with the room. She says which.
        return Ok(Some(answer(
            turn,
            &texts::of_last_year(title),
            vec![gives_way],
        )));
    } else if turn.chat.staff_room.is_some() {
        return Ok(Some(answer(turn, texts::IS_STAFF_ROOM, Vec::new())));
    }
    // On another channel the class may have a group of its own.
    let mut before = groups_of(tx, turn.bot(), homeroom.school(), class).await?;
    before.retain(|(chat, _)| *chat != turn.chat.id);
    if before.iter().any(|(_, here)| *here) && !instead {
        return Ok(Some(answer(
            turn,
            &texts::second_group(title),
            vec![gives_way],
        )));
    }
    take_group(tx, here, homeroom.school(), class, title)
        .await
        .map(Some)
}

/// This group is the class's from now on, and no other of this bot's is.
async fn take_group(
    tx: &mut Tx,
    here: Here<'_>,
    school: SchoolId,
    class: ClassId,
    title: &str,
) -> Result<Effects, sqlx::Error> {
    let turn = here.turn;
    let before = groups_of(tx, turn.bot(), school, class).await?;
    // One that the bot was put out of gives way too, or the class had two groups once the bot is back there.
    let before = before.into_iter().map(|(chat, _)| chat);
    let others = before.filter(|chat| *chat != turn.chat.id);
    for chat in others.chain([turn.chat.id]) {
        chats::unbind(tx, chat).await?;
        outbox::take_down_board(tx, chat).await?;
    }
    bind_class(tx, turn.chat.id, school, class).await?;
    let group = ClassGroup {
        school,
        class,
        chat: turn.chat.id,
        bot: turn.bot(),
    };
    let bound = match here.morning() {
        None => texts::bound(title),
        Some(morning) => texts::bound_at_night(title, morning, here.now),
    };
    let done = answer(turn, &bound, Vec::new());
    Ok(done.and_boards([group]).and_read_anew())
}

/// The principal makes this group the staff's.
async fn bind_staff(tx: &mut Tx, turn: &Turn<'_>) -> Result<Option<Effects>, sqlx::Error> {
    let lead: Option<Lead> = turn.members.iter().find_map(permit::lead);
    let (Some(lead), false) = (lead, turn.is_private()) else {
        return Ok(None);
    };
    if turn.chat.class.is_some() {
        return Ok(Some(answer(turn, texts::ANOTHER_CLASS, Vec::new())));
    }
    if turn
        .chat
        .staff_room
        .is_some_and(|school| school != lead.school())
    {
        return Ok(Some(answer(turn, texts::IS_STAFF_ROOM, Vec::new())));
    }
    if turn.chat.staff_room.is_none() {
        bind_staff_room(tx, turn.chat.id, lead.school()).await?;
    }
    let done = answer(turn, texts::BOUND_STAFF, Vec::new());
    Ok(Some(done.and_read_anew()))
}

/// A new school year began: the groups of the classes before are asked whose they are now.
pub async fn new_year(tx: &mut Tx, school: SchoolId) -> Result<Vec<Say>, sqlx::Error> {
    let groups = chats::past_groups(tx, school).await?;
    let ask = |(bot, chat): (BotId, ChatId)| unasked(bot, chat, texts::NEW_YEAR, Vec::new());
    Ok(groups.into_iter().map(ask).collect())
}

/// Somebody is heard in a group that the bot was thought to be out of: it is back. Zalo tells neither when it is put
/// out, which a refused message shows, nor when it is invited again.
pub async fn heard_again(tx: &mut Tx, turn: &Turn<'_>) -> Result<Effects, sqlx::Error> {
    chats::set_left(tx, turn.chat.id, None).await?;
    Ok(Effects::none().and_boards(group_of(turn)).and_read_anew())
}

/// The class group in which this is said.
fn group_of(turn: &Turn<'_>) -> Option<ClassGroup> {
    turn.chat.class.map(|(school, class)| ClassGroup {
        school,
        class,
        chat: turn.chat.id,
        bot: turn.bot(),
    })
}

/// The bot came into a chat, or is no longer in it. The class whose group got the bot back wants a board.
pub async fn presence(
    tx: &mut Tx,
    turn: &Turn<'_>,
    here: bool,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    if turn.is_private() {
        let effects = if here {
            Effects::none()
        } else {
            closed(tx, turn, now).await?
        };
        return Ok(effects.and_read_anew());
    }
    let is_new = chats::set_left(tx, turn.chat.id, (!here).then_some(now)).await?;
    let effects = match (here, turn.chat.class, turn.chat.staff_room) {
        (true, Some(_), _) if is_new => Effects::none().and_boards(group_of(turn)),
        // One polite sentence to a group that belongs to nobody yet; after that the bot is silent there.
        (true, None, None) => Effects::say(Say::post(
            turn.bot(),
            turn.chat.id,
            texts::HELLO,
            Vec::new(),
        )),
        // Told once: the platform may tell it several times.
        (false, Some((school, class)), _) if is_new => {
            let known = store::classes_by_id(tx, &[class]).await?;
            let title = known.first().map_or("", |class| class.title.as_str());
            tell(
                &teachers_of(tx, school, class, now).await?,
                &texts::put_out(title),
            )
        }
        (false, None, Some(school)) if is_new => tell(
            &leads_of(tx, school, now).await?,
            texts::PUT_OUT_OF_STAFF_ROOM,
        ),
        (true | false, _, _) => Effects::none(),
    };
    Ok(effects.and_read_anew())
}

/// A private chat is closed: blocked, or never opened. A family that nobody reaches any more is told to its teacher,
/// once, since only what was open can close; and the class's group is shown the way back, without a name.
async fn closed(tx: &mut Tx, turn: &Turn<'_>, now: Timestamp) -> Result<Effects, sqlx::Error> {
    let was_open = turn.account.private_chat == Some(turn.chat.id);
    accounts::forget_private(tx, turn.chat.id).await?;
    let mut effects = Effects::none();
    if !was_open {
        return Ok(effects);
    }
    for member in turn.members {
        let elsewhere = mailboxes(tx, member.school, &[member.person]).await?;
        if !elsewhere.is_empty() {
            continue;
        }
        let children = member.children.iter();
        let children = children.filter_map(|child| turn.facts.child(*child));
        let mut by_class: BTreeMap<ClassId, Vec<&str>> = BTreeMap::new();
        for child in children {
            by_class.entry(child.class).or_default().push(&child.name);
        }
        for (class, names) in by_class {
            let teachers = teachers_of(tx, member.school, class, now).await?;
            effects = effects.and(tell(&teachers, &texts::closed(&names)));
            for (chat, here) in groups_of(tx, turn.bot(), member.school, class).await? {
                if here && chats::may_show_door(tx, chat, now).await? {
                    let say = if turn.can().buttons {
                        let door = Choice::new(texts::OPEN, Tap::OpenPrivate.write());
                        unasked(turn.bot(), chat, texts::DOOR, vec![door])
                    } else {
                        unasked(turn.bot(), chat, texts::DOOR_IN_WORDS, Vec::new())
                    };
                    effects = effects.and_say(say);
                }
            }
        }
    }
    Ok(effects)
}

/// What nobody in the group waits for goes as a board does: after answers, and not at night where it would ring.
fn unasked(bot: BotId, chat: ChatId, text: &str, choices: Vec<Choice>) -> Say {
    Say::Post {
        bot,
        chat,
        text: text.to_owned(),
        choices,
        priority: Priority::Board,
    }
}

fn tell(mailboxes: &[Mailbox], text: &str) -> Effects {
    Effects::none().and_says(
        mailboxes
            .iter()
            .map(|mailbox| mailbox.post(text, Vec::new())),
    )
}

/// A guardian is in the class's own group, or not any more: came or went, was looked for, or wrote or tapped there.
/// Task `nhom` is shown by it for their children of this class.
pub fn member(turn: &Turn<'_>, here: bool, now: Timestamp) -> Effects {
    let Some((school, class)) = turn.chat.class else {
        return Effects::none();
    };
    let (facts, member) = (turn.facts, turn.member_of(school));
    let children = member.map_or(&[][..], |member| &member.children);
    let in_class = |id: &&ChildId| facts.child(**id).is_some_and(|child| child.class == class);
    let verb = if here { Verb::Done } else { Verb::Undo };
    let acts = children.iter().filter(in_class).flat_map(|child| {
        let open = facts.open_tasks(school);
        let act = |task: &Task| Act {
            school,
            task: task.id,
            person: member.map(|member| member.person),
            child: Some(*child),
            verb,
            evidence: Evidence::Shown,
            at: now,
        };
        let in_groups = open.filter(|task| task.kind == TaskKind::Group);
        in_groups.map(act).collect::<Vec<_>>()
    });
    // Only what is new is kept, and only what stands can be taken back.
    let is_news = |act: &Act| {
        let before = facts.said_before(act);
        before.map_or(here, |known| known.verb != verb)
    };
    Effects {
        acts: acts.filter(is_news).collect(),
        ..Effects::none()
    }
}

/// What is said of a group is said in it: there is no family's data in it.
fn answer(turn: &Turn<'_>, text: &str, choices: Vec<Choice>) -> Effects {
    Effects::say(Say::Answer {
        to: turn.asker(),
        text: text.to_owned(),
        choices,
    })
}
