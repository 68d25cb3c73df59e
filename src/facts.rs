//! What a batch of updates needs to know, loaded set-wise: a fixed handful of queries, however many
//! updates there are. Decisions look here and nowhere else, and see what earlier ones in the batch did.

mod load;
mod turn;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub use turn::Turn;

use crate::domain::message::{Capabilities, Update, What};
use crate::domain::{AccountId, Bot, BotId, ChatId, ChildId, ClassId, SchoolId, Task, TaskId};
use crate::ledger::fold::{fold, said_before};
use crate::ledger::links::reaches;
use crate::ledger::store::Pending;
use crate::ledger::{Act, Change, Counts, Standing, store};
use crate::outbox::{Board, Prompt};
use crate::roster::arrivals::Arrival;
use crate::roster::chats::Chat;
use crate::roster::{Account, Child, Class, Member, School};

pub struct Facts {
    bot: BotId,
    can: Capabilities,
    accounts: HashMap<String, Account>,
    members: HashMap<AccountId, Vec<Member>>,
    chats: HashMap<String, Chat>,
    schools: HashMap<SchoolId, School>,
    classes: HashMap<ClassId, Class>,
    children: HashMap<ChildId, Child>,
    tasks: Vec<Task>,
    acts: Vec<Act>,
    families: HashMap<(TaskId, ChildId), Standing>,
    tallies: store::Tallies,
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
    fn nothing(bot: &Bot) -> Self {
        Self {
            bot: bot.id,
            can: bot.channel.capabilities(),
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
                .max_by_key(|prompt| (prompt.shown_at, prompt.id)),
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
}

fn answered_message(update: &Update) -> Option<&str> {
    match &update.what {
        What::Text { reply_to, .. } => reply_to.as_deref(),
        What::Tap { .. }
        | What::Attachment { .. }
        | What::Unreadable
        | What::Presence { .. }
        | What::Member { .. }
        | What::Moved { .. } => None,
    }
}
