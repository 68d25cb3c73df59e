//! What a batch of updates needs to know, loaded set-wise: a fixed handful of queries, however many
//! updates there are. Decisions look here and nowhere else, and see what earlier ones in the batch did.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::db::Tx;
use crate::domain::message::{Asker, ChatKind, Update, What};
use crate::domain::{
    AccountId, Bot, BotId, ChatId, ChildId, ClassId, PersonId, SchoolId, Tap, Task, TaskId,
    Timestamp,
};
use crate::ledger::fold::{fold, said_before};
use crate::ledger::links::reaches;
use crate::ledger::store::Pending;
use crate::ledger::{Act, Change, Counts, Standing};
use crate::outbox::{Board, Prompt};
use crate::roster::accounts::{accounts, remember_private};
use crate::roster::arrivals::{self, Arrival};
use crate::roster::chats::{Chat, chats};
use crate::roster::names::Address;
use crate::roster::{Account, Child, Class, Member, School};
use crate::{ledger, outbox, roster};

pub struct Facts {
    bot: BotId,
    accounts: HashMap<String, Account>,
    members: HashMap<AccountId, Vec<Member>>,
    chats: HashMap<String, Chat>,
    schools: HashMap<SchoolId, School>,
    classes: HashMap<ClassId, Class>,
    children: HashMap<ChildId, Child>,
    tasks: Vec<Task>,
    acts: Vec<Act>,
    families: HashMap<(TaskId, ChildId), Standing>,
    tallies: ledger::store::Tallies,
    prompts: Vec<Prompt>,
    boards: Vec<Board>,
    /// Classes of which it is known which boards they have.
    boards_known: HashSet<ClassId>,
    /// Answers kept for people not linked yet, oldest first.
    pending: Vec<Pending>,
    /// Who is on the way to being linked.
    arrivals: Vec<Arrival>,
    /// Families changed by this batch and not yet written: the first state and the last standing.
    changes: BTreeMap<(SchoolId, ChildId, TaskId), Change>,
    touched: BTreeSet<ClassId>,
}

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
        let pending = ledger::store::pending(tx, &account_ids, now).await?;
        school_ids.extend(pending.iter().map(|kept| kept.school));
        let arrivals = arrivals::arrivals(tx, &account_ids, now).await?;
        school_ids.extend(arrivals.iter().map(|arrival| arrival.school));
        tx.lock_schools(&school_ids.iter().copied().collect::<Vec<_>>())
            .await?;

        let prompts = prompts(tx, updates, &accounts, &chats).await?;
        let members = roster::store::members(tx, &account_ids, now).await?;
        school_ids.extend(members.values().flatten().map(|member| member.school));
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
        if !updates.iter().all(only_says) {
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

    fn nothing(bot: &Bot) -> Self {
        Self {
            bot: bot.id,
            accounts: HashMap::new(),
            members: HashMap::new(),
            chats: HashMap::new(),
            schools: HashMap::new(),
            classes: HashMap::new(),
            children: HashMap::new(),
            tasks: Vec::new(),
            acts: Vec::new(),
            families: HashMap::new(),
            tallies: HashMap::new(),
            prompts: Vec::new(),
            boards: Vec::new(),
            boards_known: HashSet::new(),
            pending: Vec::new(),
            arrivals: Vec::new(),
            changes: BTreeMap::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Who speaks, where, and what they answer. None for an update whose account or chat was not loaded.
    pub fn turn<'a>(&'a self, update: &'a Update) -> Option<Turn<'a>> {
        let account = self.accounts.get(&update.sender.external_id)?;
        let chat = self.chats.get(&update.chat.external_id)?;
        let members = self.members.get(&account.id).map_or(&[][..], Vec::as_slice);
        let reply_to = answered_message(update);
        let answered =
            |prompt: &&Prompt| prompt.chat == chat.id && prompt.message.as_deref() == reply_to;
        let latest = |prompt: &&Prompt| {
            prompt.chat == chat.id && prompt.asked.is_none_or(|asked| asked == account.id)
        };
        let prompt = match reply_to {
            Some(_) => self.prompts.iter().find(answered),
            None => self
                .prompts
                .iter()
                .filter(latest)
                .max_by_key(|prompt| prompt.id),
        };
        Some(Turn {
            facts: self,
            update,
            account,
            members,
            chat,
            prompt,
        })
    }

    pub fn school(&self, id: SchoolId) -> Option<&School> {
        self.schools.get(&id)
    }

    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.classes.get(&id)
    }

    pub fn child(&self, id: ChildId) -> Option<&Child> {
        self.children.get(&id)
    }

    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The tasks now asked of a school's families, in the order of the board.
    pub fn open_tasks(&self, school: SchoolId) -> impl Iterator<Item = &Task> {
        self.tasks
            .iter()
            .filter(move |task| task.school == school && task.is_open())
    }

    /// Withdrawn ones too.
    pub fn tasks_of(&self, school: SchoolId) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |task| task.school == school)
    }

    pub fn standing(&self, task: TaskId, child: ChildId) -> Standing {
        self.families
            .get(&(task, child))
            .copied()
            .unwrap_or(Standing::UNKNOWN)
    }

    pub fn counts(&self, class: ClassId, task: TaskId) -> Counts {
        self.tallies
            .get(&(class, task))
            .cloned()
            .unwrap_or_default()
    }

    /// How the platform names a chat of this batch.
    pub fn chat_name(&self, id: ChatId) -> Option<&str> {
        let named = self.chats.iter().find(|(_, chat)| chat.id == id);
        named.map(|(name, _)| name.as_str())
    }

    pub fn boards(&self) -> &[Board] {
        &self.boards
    }

    /// The acts that reach the children of this batch, oldest first.
    pub fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// What the voice of this act says already about the same subject.
    pub fn said_before(&self, act: &Act) -> Option<&Act> {
        let same = |earlier: &&Act| match act.child {
            Some(_) => earlier.task == act.task && earlier.child == act.child,
            None => {
                earlier.task == act.task && earlier.child.is_none() && earlier.person == act.person
            }
        };
        said_before(self.acts.iter().filter(same), act)
    }

    /// What is kept for this account, oldest first.
    pub fn pending(&self, account: AccountId) -> impl Iterator<Item = &Pending> {
        self.pending
            .iter()
            .filter(move |kept| kept.account == account)
    }

    /// Where this account stands on the way to being linked.
    pub fn arrival(&self, account: AccountId) -> Option<&Arrival> {
        let own = |arrival: &&Arrival| arrival.account == account;
        self.arrivals.iter().find(own)
    }

    /// Lets the next decision of the batch see what is kept for somebody not linked.
    pub fn keep(&mut self, kept: &Pending) {
        self.pending
            .retain(|known| (known.account, known.task) != (kept.account, kept.task));
        self.pending.push(kept.clone());
    }

    /// Lets the next decision of the batch see this act.
    pub fn apply(&mut self, act: &Act) {
        self.acts.push(act.clone());
        let reached: Vec<ChildId> = self
            .children
            .values()
            .filter(|child| child.school == act.school && reaches(act, child.id, &child.guardians))
            .map(|child| child.id)
            .collect();
        for child in reached {
            self.refold(act.task, child);
        }
    }

    fn refold(&mut self, task: TaskId, id: ChildId) {
        let Some(child) = self.children.get(&id) else {
            return;
        };
        let reaching = |act: &&Act| act.task == task && reaches(act, id, &child.guardians);
        let to = fold(self.acts.iter().filter(reaching));
        let from = self.standing(task, id);
        if from == to {
            return;
        }
        // The counts of a class that is not loaded are read when they are needed, after this is written.
        if self.classes.contains_key(&child.class) {
            let counts = self.tallies.entry((child.class, task)).or_default();
            counts.add(from.state, -1);
            counts.add(to.state, 1);
        }
        self.families.insert((task, id), to);
        self.touched.insert(child.class);
        let change = Change {
            school: child.school,
            class: child.class,
            task,
            child: id,
            from: from.state,
            to,
        };
        self.changes
            .entry((child.school, id, task))
            .and_modify(|known| known.to = to)
            .or_insert(change);
    }

    /// The family changes not written yet, in the order in which rows are touched.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes).into_values().collect()
    }

    /// The classes whose counts moved since they were last asked for.
    pub fn take_touched(&mut self) -> BTreeSet<ClassId> {
        std::mem::take(&mut self.touched)
    }

    /// The boards of these classes show a change that was written outside of a decision.
    pub fn touch(&mut self, classes: impl IntoIterator<Item = ClassId>) {
        self.touched.extend(classes);
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

/// A button by which somebody says what is done, and nothing else.
fn only_says(update: &Update) -> bool {
    match &update.what {
        What::Tap { data, .. } => matches!(Tap::read(data), Some(Tap::Say { .. })),
        What::Text { .. }
        | What::Attachment { .. }
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => false,
    }
}

/// One update with everything around it.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    pub facts: &'a Facts,
    pub update: &'a Update,
    pub account: &'a Account,
    pub members: &'a [Member],
    pub chat: &'a Chat,
    /// The question of ours this answers: the message replied to, else the newest one in the chat that
    /// was asked of this person or of everybody, and that they can see.
    pub prompt: Option<&'a Prompt>,
}

impl<'a> Turn<'a> {
    pub fn is_private(&self) -> bool {
        self.chat.kind == ChatKind::Private
    }

    pub fn asker(&self) -> Asker {
        let (callback, message) = match &self.update.what {
            What::Tap { callback, .. } => (Some(callback.clone()), None),
            What::Text { message, .. } | What::Attachment { message, .. } => {
                (None, Some(message.clone()))
            }
            What::Presence { .. } | What::Member { .. } | What::Moved { .. } => (None, None),
        };
        Asker {
            account: self.account.id,
            chat: self.chat.id,
            kind: self.chat.kind,
            callback,
            message,
            private_chat: self.account.private_chat,
        }
    }

    /// The bot that was spoken to.
    pub fn bot(&self) -> BotId {
        self.facts.bot
    }

    /// The school this is about: the group's, else that of the question answered, else the first in which
    /// the person has children or work.
    pub fn school(&self) -> Option<SchoolId> {
        let somebody = |member: &&Member| member.is_guardian() || member.is_staff();
        let first = || self.members.iter().find(somebody);
        self.chat
            .school()
            .or_else(|| self.prompt_school())
            .or_else(|| first().map(|member| member.school))
    }

    /// The school whose tasks the question answered speaks of, if the person belongs to it.
    fn prompt_school(&self) -> Option<SchoolId> {
        let choices = self.prompt?.choices.iter();
        let task = choices
            .filter_map(|choice| Tap::read(&choice.data)?.task())
            .next()?;
        let school = self.facts.task(task)?.school;
        self.member_of(school).map(|member| member.school)
    }

    pub fn member_of(&self, school: SchoolId) -> Option<&'a Member> {
        self.members.iter().find(|member| member.school == school)
    }

    pub fn member(&self) -> Option<&'a Member> {
        self.member_of(self.school()?)
    }

    /// How to speak with them.
    pub fn address(&self) -> Address {
        self.member()
            .map_or(Address::PARENTS, |member| Address::of(&member.name))
    }

    /// The message was meant for the bot.
    pub fn addressed(&self) -> bool {
        match &self.update.what {
            What::Tap { .. } => true,
            What::Presence { .. } | What::Member { .. } | What::Moved { .. } => false,
            What::Text { addressed, .. } | What::Attachment { addressed, .. } => {
                *addressed || self.is_private()
            }
        }
    }

    /// The message answers a message of the bot's.
    pub fn is_reply(&self) -> bool {
        answered_message(self.update).is_some()
    }
}

fn answered_message(update: &Update) -> Option<&str> {
    match &update.what {
        What::Text { reply_to, .. } => reply_to.as_deref(),
        What::Tap { .. }
        | What::Attachment { .. }
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => None,
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

/// Own children of everybody who speaks, and the children that are named by a button or by a choice
/// that a number may pick.
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
