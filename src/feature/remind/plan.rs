//! Who would be reminded, who not and why. Made for the preview and made anew when it is sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::store;
use crate::config::Reminders;
use crate::db::Tx;
use crate::domain::time::DAY_MS;
use crate::domain::{AccountId, ChildId, ClassId, PersonId, Purpose, SchoolId, Task, Timestamp};
use crate::ledger::{self, Standing};
use crate::roster::arrivals::consenting;
use crate::roster::reach::{Mailbox, mailboxes};
use crate::roster::{self, Child};

/// One private message to one guardian, about all their children that are missing.
pub struct Letter {
    pub to: Mailbox,
    pub children: Vec<Child>,
}

/// Why a family that is missing is not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// No guardian has come in yet.
    NotLinked,
    /// Nobody of theirs can be written to.
    NoChat,
    /// They do not want reminders, or were never asked.
    NoConsent,
    /// Reminded of this task within a day.
    Lately,
    /// The week's messages are used up.
    Enough,
}

#[derive(Default)]
pub struct Plan {
    pub letters: Vec<Letter>,
    /// Families that are written to.
    pub reached: i64,
    pub left_out: BTreeMap<Why, i64>,
    /// Missing families of each class.
    pub by_class: BTreeMap<ClassId, i64>,
}

/// A family counts a message of the last seven days.
const WEEK_MS: i64 = 7 * DAY_MS;

impl Plan {
    pub fn missing(&self) -> i64 {
        self.reached + self.left_out.values().sum::<i64>()
    }

    /// For a class, or for the whole school, as it would be sent at this moment.
    pub async fn of(
        tx: &mut Tx,
        school: SchoolId,
        class: Option<ClassId>,
        task: &Task,
        rules: &Reminders,
        at: Timestamp,
    ) -> Result<Self, sqlx::Error> {
        let classes: Vec<ClassId> = match class {
            Some(class) => vec![class],
            None => roster::store::classes(tx, &[school])
                .await?
                .iter()
                .map(|class| class.id)
                .collect(),
        };
        let mut missing = Vec::new();
        for class in classes {
            let standings = ledger::store::class_families(tx, school, class, task.id).await?;
            let state = |child: &Child| {
                standings
                    .get(&child.id)
                    .copied()
                    .unwrap_or(Standing::UNKNOWN)
                    .state
            };
            let children = roster::store::class_children(tx, school, class).await?;
            missing.extend(children.into_iter().filter(|child| state(child).is_open()));
        }
        let ids: Vec<ChildId> = missing.iter().map(|child| child.id).collect();
        let sent = store::sent_since(tx, &ids, at.plus_ms(-WEEK_MS)).await?;
        let lately = |child: &Child| {
            let day = at.plus_ms(-DAY_MS);
            sent.iter()
                .any(|one| one.child == child.id && one.task == task.id && one.at > day)
        };
        let mut week: HashMap<ChildId, i64> = HashMap::new();
        for one in &sent {
            *week.entry(one.child).or_insert(0) += 1;
        }
        let post = Post::of(tx, school, &ids).await?;
        let (mut plan, mut letters) = (Plan::default(), BTreeMap::<AccountId, Letter>::new());
        for child in missing {
            *plan.by_class.entry(child.class).or_insert(0) += 1;
            let open = if lately(&child) {
                Err(Why::Lately)
            } else {
                post.to(child.id)
            };
            let boxes = match open {
                Ok(boxes) => boxes,
                Err(why) => {
                    *plan.left_out.entry(why).or_insert(0) += 1;
                    continue;
                }
            };
            // Each guardian's message counts: a family of two gets two of the week's three by one reminder.
            let used = week.entry(child.id).or_insert(0);
            let left = usize::try_from(rules.per_week - *used).unwrap_or(0);
            if left == 0 {
                *plan.left_out.entry(Why::Enough).or_insert(0) += 1;
                continue;
            }
            plan.reached += 1;
            for mailbox in boxes.into_iter().take(left) {
                *used += 1;
                let account = mailbox.account;
                let letter = letters.entry(account).or_insert(Letter {
                    to: mailbox,
                    children: Vec::new(),
                });
                letter.children.push(child.clone());
            }
        }
        plan.letters = letters.into_values().collect();
        Ok(plan)
    }

    /// For one guardian who asked to be reminded again: within nobody's budget, since it is their own wish.
    pub async fn again(
        tx: &mut Tx,
        school: SchoolId,
        account: AccountId,
        task: &Task,
    ) -> Result<Self, sqlx::Error> {
        let Some(person) = roster::accounts::person_of(tx, account, school).await? else {
            return Ok(Plan::default());
        };
        let ids = roster::store::guardians_children(tx, person).await?;
        let standings = ledger::store::families(tx, &ids).await?;
        let children = roster::store::children(tx, &ids).await?;
        let missing = |child: &Child| {
            let standing = standings.get(&(task.id, child.id));
            child.school == school
                && standing
                    .copied()
                    .unwrap_or(Standing::UNKNOWN)
                    .state
                    .is_open()
        };
        let mut children: Vec<Child> = children.into_values().filter(missing).collect();
        children.sort_by_key(|child| child.id);
        let post = Post::of(tx, school, &ids).await?;
        // "/dung" after "tomorrow" is the later word.
        let own =
            |mailbox: &Mailbox| mailbox.account == account && post.consenting.contains(&account);
        let to = post.boxes.iter().find(|mailbox| own(mailbox)).cloned();
        let to = to.filter(|_| !children.is_empty());
        Ok(Plan {
            letters: to.map(|to| Letter { to, children }).into_iter().collect(),
            ..Plan::default()
        })
    }
}

/// Through whom families can be reached.
struct Post {
    guardians: HashMap<ChildId, Vec<PersonId>>,
    boxes: Vec<Mailbox>,
    consenting: BTreeSet<AccountId>,
}

impl Post {
    async fn of(tx: &mut Tx, school: SchoolId, children: &[ChildId]) -> Result<Self, sqlx::Error> {
        let known = roster::store::children(tx, children).await?;
        let guardians: HashMap<ChildId, Vec<PersonId>> = known
            .into_values()
            .map(|child| (child.id, child.guardians))
            .collect();
        let persons: BTreeSet<PersonId> = guardians.values().flatten().copied().collect();
        let boxes = mailboxes(tx, school, &persons.into_iter().collect::<Vec<_>>()).await?;
        let accounts: Vec<AccountId> = boxes.iter().map(|mailbox| mailbox.account).collect();
        let consenting = consenting(tx, &accounts, school, Purpose::Remind).await?;
        Ok(Self {
            guardians,
            boxes,
            consenting,
        })
    }

    /// The mailboxes of a child's guardians who want reminders, one a person.
    fn to(&self, child: ChildId) -> Result<Vec<Mailbox>, Why> {
        let guardians = self.guardians.get(&child).map_or(&[][..], Vec::as_slice);
        if guardians.is_empty() {
            return Err(Why::NotLinked);
        }
        let theirs: Vec<&Mailbox> = self
            .boxes
            .iter()
            .filter(|mailbox| guardians.contains(&mailbox.person))
            .collect();
        if theirs.is_empty() {
            return Err(Why::NoChat);
        }
        let mut open: Vec<Mailbox> = theirs
            .into_iter()
            .filter(|mailbox| self.consenting.contains(&mailbox.account))
            .cloned()
            .collect();
        open.dedup_by_key(|mailbox| mailbox.person);
        if open.is_empty() {
            return Err(Why::NoConsent);
        }
        Ok(open)
    }
}
