//! Reads what a batch of updates speaks of.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Facts, answered_message};
use crate::db::Tx;
use crate::domain::message::{ChatKind, Update, What};
use crate::domain::{
    AccountId, Bot, ChatId, ChildId, ClassId, PersonId, SchoolId, Tap, TaskId, Timestamp,
};
use crate::ledger::fold::fold;
use crate::ledger::{Act, Standing};
use crate::outbox::Prompt;
use crate::roster::accounts::{accounts, remember_private};
use crate::roster::arrivals::arrivals as arrivals_of;
use crate::roster::chats::{Chat, chats};
use crate::roster::{Account, Child, Member};
use crate::{ledger, outbox, roster};

impl Facts {
    /// Loads what these updates speak of, after locking the schools they may write.
    pub async fn load(
        tx: &mut Tx,
        bot: &Bot,
        updates: &[Update],
        now: Timestamp,
    ) -> Result<Self, sqlx::Error> {
        let senders: Vec<_> = distinct(
            updates,
            |update| &update.sender.external_id,
            |update| &update.sender,
        );
        let seen: Vec<_> = distinct(
            updates,
            |update| &update.chat.external_id,
            |update| &update.chat,
        );
        let mut accounts = accounts(tx, bot.id, &senders, now).await?;
        let chats = chats(tx, bot.id, &seen, now).await?;
        remember_private_chats(tx, updates, &mut accounts, &chats).await?;

        let account_ids: Vec<_> = accounts.values().map(|account| account.id).collect();
        let mut school_ids: BTreeSet<SchoolId> = chats.values().filter_map(Chat::school).collect();
        school_ids.extend(roster::store::schools_to_lock(tx, &account_ids).await?);
        tx.lock_schools(&school_ids.iter().copied().collect::<Vec<_>>())
            .await?;

        let prompts = prompts(tx, updates, &accounts, &chats).await?;
        let members = roster::store::members(tx, &account_ids, now).await?;
        school_ids.extend(members.values().flatten().map(|member| member.school));
        let (mut pending, mut arrivals) = (Vec::new(), Vec::new());
        let at_home = |update| is_at_home(update, &accounts, &members, &chats);
        let only_said = updates.iter().all(only_says);
        if !only_said || !updates.iter().all(at_home) {
            pending = ledger::store::pending(tx, &account_ids, now).await?;
            school_ids.extend(pending.iter().map(|kept| kept.school));
            arrivals = arrivals_of(tx, &account_ids, now).await?;
            school_ids.extend(arrivals.iter().map(|arrival| arrival.school));
        }
        let school_ids: Vec<SchoolId> = school_ids.into_iter().collect();
        let schools = roster::store::schools_by_id(tx, &school_ids).await?;
        let wanted = wanted_children(&members, &prompts, updates);
        let children = roster::store::children(tx, &wanted).await?;
        let tasks = ledger::store::tasks(tx, &school_ids).await?;

        let child_ids: Vec<ChildId> = children.keys().copied().collect();
        let guardians: HashSet<PersonId> = children
            .values()
            .flat_map(|child| child.guardians.clone())
            .collect();
        let acts =
            ledger::store::acts(tx, &child_ids, &guardians.into_iter().collect::<Vec<_>>()).await?;
        let families = stand(&children, &acts);
        let mut facts = Self {
            pending,
            arrivals,
            accounts,
            members,
            chats,
            schools,
            children,
            tasks,
            acts,
            families,
            prompts,
            ..Self::nothing(bot)
        };
        // Who only says what is done needs no counts; their boards are looked at when they are drawn.
        if !only_said {
            let classes = wanted_classes(&facts.chats, &facts.children, &facts.members);
            facts.load_classes(tx, classes).await?;
        }
        Ok(facts)
    }

    /// A school without any update, for what the school itself starts.
    pub async fn of_school(tx: &mut Tx, bot: &Bot, school: SchoolId) -> Result<Self, sqlx::Error> {
        Self::of_schools(tx, bot, &[school]).await
    }

    pub async fn of_schools(
        tx: &mut Tx,
        bot: &Bot,
        schools: &[SchoolId],
    ) -> Result<Self, sqlx::Error> {
        tx.lock_schools(schools).await?;
        Ok(Self {
            schools: roster::store::schools_by_id(tx, schools).await?,
            tasks: ledger::store::tasks(tx, schools).await?,
            ..Self::nothing(bot)
        })
    }

    /// Who spoke and where, and nothing else: enough to say sorry when the rest cannot be read.
    pub async fn faces(
        tx: &mut Tx,
        bot: &Bot,
        update: &Update,
        now: Timestamp,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            accounts: accounts(tx, bot.id, &[&update.sender], now).await?,
            chats: chats(tx, bot.id, &[&update.chat], now).await?,
            ..Self::nothing(bot)
        })
    }

    /// The boards that hang for these classes.
    pub async fn load_boards(
        &mut self,
        tx: &mut Tx,
        classes: impl IntoIterator<Item = ClassId>,
    ) -> Result<(), sqlx::Error> {
        let unknown: Vec<ClassId> = classes
            .into_iter()
            .filter(|class| !self.boards_known.contains(class))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.boards.extend(outbox::boards(tx, &unknown).await?);
        self.boards_known.extend(unknown);
        Ok(())
    }

    /// Classes of which no update spoke, with their tallies, boards and tasks. Everything decided so far must be
    /// written, so that what is stored is the newest.
    pub async fn load_classes(
        &mut self,
        tx: &mut Tx,
        ids: impl IntoIterator<Item = ClassId>,
    ) -> Result<(), sqlx::Error> {
        let unknown: BTreeSet<ClassId> = ids
            .into_iter()
            .filter(|id| !self.classes.contains_key(id))
            .collect();
        let unknown: Vec<ClassId> = unknown.into_iter().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let classes = roster::store::classes_by_id(tx, &unknown).await?;
        let schools: BTreeSet<SchoolId> = classes.iter().map(|class| class.school).collect();
        let schools: Vec<SchoolId> = schools.into_iter().collect();
        let tallies = ledger::store::tallies_of(tx, &unknown).await?;
        self.tallies.extend(tallies);
        let new: Vec<SchoolId> = schools
            .into_iter()
            .filter(|school| !self.schools.contains_key(school))
            .collect();
        self.tasks.extend(ledger::store::tasks(tx, &new).await?);
        self.schools
            .extend(roster::store::schools_by_id(tx, &new).await?);
        self.load_boards(tx, unknown).await?;
        self.classes
            .extend(classes.into_iter().map(|class| (class.id, class)));
        Ok(())
    }
}

/// Where these families stand by the acts that reach them, all of which are here. It is what their rows say as well;
/// for a decision the acts are read in any case.
fn stand(children: &HashMap<ChildId, Child>, acts: &[Act]) -> HashMap<(TaskId, ChildId), Standing> {
    let mut of_guardian: HashMap<PersonId, Vec<&Child>> = HashMap::new();
    for child in children.values() {
        for guardian in &child.guardians {
            of_guardian.entry(*guardian).or_default().push(child);
        }
    }
    let mut reaching: HashMap<(TaskId, ChildId), Vec<&Act>> = HashMap::new();
    for act in acts {
        let of_household = || act.person.and_then(|person| of_guardian.get(&person));
        let reached: Vec<&Child> = match act.child {
            Some(child) => children.get(&child).into_iter().collect(),
            None => of_household().into_iter().flatten().copied().collect(),
        };
        for child in reached
            .into_iter()
            .filter(|child| child.school == act.school)
        {
            reaching.entry((act.task, child.id)).or_default().push(act);
        }
    }
    let standing = |(family, acts): (_, Vec<&Act>)| (family, fold(acts));
    reaching.into_iter().map(standing).collect()
}

/// Somebody speaks as the guardian we know them as: nothing is kept for them, and they are not on the way to us.
fn is_at_home(
    update: &Update,
    accounts: &HashMap<String, Account>,
    members: &HashMap<AccountId, Vec<Member>>,
    chats: &HashMap<String, Chat>,
) -> bool {
    let account = accounts.get(&update.sender.external_id);
    let mut members = account
        .and_then(|account| members.get(&account.id))
        .into_iter()
        .flatten();
    let school = chats.get(&update.chat.external_id).and_then(Chat::school);
    members
        .any(|member| member.is_guardian() && school.is_none_or(|school| school == member.school))
}

/// A button by which somebody says what is done, and nothing else.
fn only_says(update: &Update) -> bool {
    match &update.what {
        What::Tap { data, .. } => matches!(Tap::read(data), Some(Tap::Say { .. })),
        What::Text { .. }
        | What::Attachment { .. }
        | What::Unreadable
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => false,
    }
}

/// One of each key, in the order of the keys.
fn distinct<'a, T>(
    updates: &'a [Update],
    key: impl Fn(&'a Update) -> &'a String,
    value: impl Fn(&'a Update) -> &'a T,
) -> Vec<&'a T> {
    updates
        .iter()
        .map(|update| (key(update), value(update)))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .collect()
}

async fn remember_private_chats(
    tx: &mut Tx,
    updates: &[Update],
    accounts: &mut HashMap<String, Account>,
    chats: &HashMap<String, Chat>,
) -> Result<(), sqlx::Error> {
    let mut new = Vec::new();
    for update in updates
        .iter()
        .filter(|update| update.chat.kind == ChatKind::Private)
        .filter(|update| !matches!(update.what, What::Presence { .. }))
    {
        let (Some(account), Some(chat)) = (
            accounts.get_mut(&update.sender.external_id),
            chats.get(&update.chat.external_id),
        ) else {
            continue;
        };
        if account.private_chat != Some(chat.id) {
            account.private_chat = Some(chat.id);
            new.push((account.id, chat.id));
        }
    }
    remember_private(tx, &new).await
}

/// The questions of ours that words of these updates may answer. A button says by itself what it means.
async fn prompts(
    tx: &mut Tx,
    updates: &[Update],
    accounts: &HashMap<String, Account>,
    chats: &HashMap<String, Chat>,
) -> Result<Vec<Prompt>, sqlx::Error> {
    let words = |update: &&Update| matches!(update.what, What::Text { .. });
    let written: Vec<&Update> = updates.iter().filter(words).collect();
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let chats = written
        .iter()
        .filter_map(|update| chats.get(&update.chat.external_id));
    let chats: BTreeSet<ChatId> = chats.map(|chat| chat.id).collect();
    let writers = written
        .iter()
        .filter_map(|update| accounts.get(&update.sender.external_id));
    let writers: BTreeSet<AccountId> = writers.map(|account| account.id).collect();
    let answered: Vec<&str> = written
        .iter()
        .filter_map(|update| answered_message(update))
        .collect();
    let (chats, writers): (Vec<_>, Vec<_>) =
        (chats.into_iter().collect(), writers.into_iter().collect());
    outbox::prompts(tx, &chats, &writers, &answered).await
}

/// Own children of everybody who speaks, and the children that are named by a button or by a choice
/// that a number may pick.
fn wanted_children(
    members: &HashMap<AccountId, Vec<Member>>,
    prompts: &[Prompt],
    updates: &[Update],
) -> Vec<ChildId> {
    let own = members
        .values()
        .flatten()
        .flat_map(|member| member.children.iter().copied());
    let tapped = updates.iter().filter_map(|update| match &update.what {
        What::Tap { data, .. } => Some(data),
        What::Text { .. }
        | What::Attachment { .. }
        | What::Unreadable
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => None,
    });
    let offered = prompts
        .iter()
        .flat_map(|prompt| prompt.choices.iter().map(|choice| &choice.data));
    let named = tapped
        .chain(offered)
        .filter_map(|data| Tap::read(data)?.child());
    own.chain(named)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn wanted_classes(
    chats: &HashMap<String, Chat>,
    children: &HashMap<ChildId, Child>,
    members: &HashMap<AccountId, Vec<Member>>,
) -> Vec<ClassId> {
    let mut classes: BTreeSet<ClassId> = chats
        .values()
        .filter_map(|chat| chat.class.map(|(_, class)| class))
        .collect();
    classes.extend(children.values().map(|child| child.class));
    classes.extend(
        members
            .values()
            .flatten()
            .flat_map(|member| member.homerooms.iter().copied()),
    );
    classes.into_iter().collect()
}
