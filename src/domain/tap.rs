//! What a button says when it comes back. Written and read in one place, checked again when it comes.

use super::{AccountId, Answer, ChildId, ClassId, PersonId, Purpose, TaskId, Verb};

/// A choice of the bot's own messages. As text at most 64 bytes (Telegram's limit for callback data).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tap {
    /// "I did it", "not yet", "I take it back" … for oneself; `child` only where a payment needs one.
    Say {
        verb: Verb,
        task: TaskId,
        child: Option<ChildId>,
    },
    /// "Show me how": the guides of a task.
    Help(TaskId),
    /// One guide by its id.
    Guide(String),
    /// The list of what guides there are.
    Guides,
    /// One's own open tasks, to confirm them.
    MyTasks,
    /// Opens the private chat with the bot again.
    OpenPrivate,
    /// Who is missing in a task, for the class's teacher.
    Missing {
        task: TaskId,
        class: ClassId,
    },
    /// A teacher's entry for a family.
    Proxy {
        verb: Verb,
        task: TaskId,
        child: ChildId,
    },
    /// The principal withdraws a task.
    Withdraw(TaskId),
    /// "We are the family of a child": the beginning of the way in without a slip.
    Family,
    Consent {
        purpose: Purpose,
        answer: Answer,
    },
    /// On the way in: the child is in this class.
    InClass(ClassId),
    /// The class's teacher knows them: this account belongs to this child's family.
    Admit {
        account: AccountId,
        child: ChildId,
    },
    /// The class's teacher does not know them.
    Refuse {
        account: AccountId,
        class: ClassId,
    },
    /// "Not my child": takes one's own link away.
    NotMine(ChildId),
    /// The teacher makes this group the one of her class; `instead` of another group of the class, or of
    /// another class of this group.
    Bind {
        class: ClassId,
        instead: bool,
    },
    /// The principal makes this group the staff's.
    BindStaff,
    /// Who would be reminded, in a class or in the whole school.
    RemindFirst {
        task: TaskId,
        class: Option<ClassId>,
    },
    /// Reminds the families that are missing, of a class or of the whole school.
    Remind {
        task: TaskId,
        class: Option<ClassId>,
    },
    /// A reminder: "tomorrow".
    Later(TaskId),
    /// Who is linked to a child, for the class's teacher.
    FamilyOf(ChildId),
    /// The code of a child's slip, for the class's teacher.
    SlipOf(ChildId),
    /// A guardian of the class has a new phone: the teacher asks for its code.
    NewPhone {
        child: ChildId,
        person: PersonId,
    },
    /// The teacher takes a wrong guardian's link away.
    Remove {
        child: ChildId,
        person: PersonId,
    },
    /// The teacher says whether a family has a phone that can do the tasks.
    Phone {
        child: ChildId,
        has: bool,
    },
    /// `/xoa`, confirmed: everything of one's own is deleted.
    Erase,
    /// `/xoa`, thought better of.
    Keep,
}

impl Tap {
    pub fn write(&self) -> String {
        match self {
            Tap::Say {
                verb,
                task,
                child: None,
            } => format!("say.{}.{}", verb.slug(), id36(task.0)),
            Tap::Say {
                verb,
                task,
                child: Some(child),
            } => {
                format!("say.{}.{}.{}", verb.slug(), id36(task.0), id36(child.0))
            }
            Tap::Help(task) => format!("help.{}", id36(task.0)),
            Tap::Guide(id) => format!("guide.{id}"),
            Tap::Guides => "guides".to_owned(),
            Tap::MyTasks => "mine".to_owned(),
            Tap::OpenPrivate => "open".to_owned(),
            Tap::Missing { task, class } => format!("list.{}.{}", id36(task.0), id36(class.0)),
            Tap::Proxy { verb, task, child } => {
                format!("for.{}.{}.{}", verb.slug(), id36(task.0), id36(child.0))
            }
            Tap::Withdraw(task) => format!("withdraw.{}", id36(task.0)),
            Tap::Family => "family".to_owned(),
            Tap::Consent { purpose, answer } => {
                format!("agree.{}.{}", purpose.slug(), answer.slug())
            }
            Tap::InClass(class) => format!("in.{}", id36(class.0)),
            Tap::Admit { account, child } => {
                format!("admit.{}.{}", id36(account.0), id36(child.0))
            }
            Tap::Refuse { account, class } => {
                format!("refuse.{}.{}", id36(account.0), id36(class.0))
            }
            Tap::NotMine(child) => format!("notmine.{}", id36(child.0)),
            Tap::Bind {
                class,
                instead: false,
            } => format!("bind.{}", id36(class.0)),
            Tap::Bind {
                class,
                instead: true,
            } => format!("rebind.{}", id36(class.0)),
            Tap::BindStaff => "bindstaff".to_owned(),
            Tap::RemindFirst { task, class: None } => format!("whom.{}", id36(task.0)),
            Tap::RemindFirst {
                task,
                class: Some(class),
            } => format!("whom.{}.{}", id36(task.0), id36(class.0)),
            Tap::Remind { task, class: None } => format!("remind.{}", id36(task.0)),
            Tap::Remind {
                task,
                class: Some(class),
            } => format!("remind.{}.{}", id36(task.0), id36(class.0)),
            Tap::Later(task) => format!("later.{}", id36(task.0)),
            Tap::FamilyOf(child) => format!("family.{}", id36(child.0)),
            Tap::SlipOf(child) => format!("slip.{}", id36(child.0)),
            Tap::NewPhone { child, person } => {
                format!("newphone.{}.{}", id36(child.0), id36(person.0))
            }
            Tap::Remove { child, person } => {
                format!("remove.{}.{}", id36(child.0), id36(person.0))
            }
            Tap::Phone { child, has } => {
                let word = if *has { "phone" } else { "nophone" };
                format!("{word}.{}", id36(child.0))
            }
            Tap::Erase => "erase".to_owned(),
            Tap::Keep => "keep".to_owned(),
        }
    }

    /// The child it names, if any.
    pub fn child(&self) -> Option<ChildId> {
        match self {
            Tap::Proxy { child, .. }
            | Tap::Admit { child, .. }
            | Tap::NotMine(child)
            | Tap::FamilyOf(child)
            | Tap::SlipOf(child)
            | Tap::NewPhone { child, .. }
            | Tap::Remove { child, .. }
            | Tap::Phone { child, .. } => Some(*child),
            Tap::Say { child, .. } => *child,
            Tap::Help(_)
            | Tap::Guide(_)
            | Tap::Guides
            | Tap::MyTasks
            | Tap::OpenPrivate
            | Tap::Missing { .. }
            | Tap::Withdraw(_)
            | Tap::Family
            | Tap::Consent { .. }
            | Tap::InClass(_)
            | Tap::Refuse { .. }
            | Tap::Bind { .. }
            | Tap::BindStaff
            | Tap::RemindFirst { .. }
            | Tap::Remind { .. }
            | Tap::Later(_)
            | Tap::Erase
            | Tap::Keep => None,
        }
    }

    /// The task it is about, if any.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Tap::Say { task, .. }
            | Tap::Help(task)
            | Tap::Missing { task, .. }
            | Tap::Proxy { task, .. }
            | Tap::Withdraw(task)
            | Tap::RemindFirst { task, .. }
            | Tap::Remind { task, .. }
            | Tap::Later(task) => Some(*task),
            Tap::Guide(_)
            | Tap::Guides
            | Tap::MyTasks
            | Tap::OpenPrivate
            | Tap::Family
            | Tap::Consent { .. }
            | Tap::InClass(_)
            | Tap::Admit { .. }
            | Tap::Refuse { .. }
            | Tap::NotMine(_)
            | Tap::Bind { .. }
            | Tap::BindStaff
            | Tap::FamilyOf(_)
            | Tap::SlipOf(_)
            | Tap::NewPhone { .. }
            | Tap::Remove { .. }
            | Tap::Phone { .. }
            | Tap::Erase
            | Tap::Keep => None,
        }
    }

    pub fn read(data: &str) -> Option<Self> {
        let mut parts = data.split('.');
        let (word, first, second, third) =
            (parts.next()?, parts.next(), parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        match (word, first, second, third) {
            ("say", Some(verb), Some(task), child) => Some(Tap::Say {
                verb: Verb::from_slug(verb)?,
                task: TaskId(from36(task)?),
                child: optional(child)?.map(ChildId),
            }),
            ("help", Some(task), None, None) => Some(Tap::Help(TaskId(from36(task)?))),
            ("guide", Some(id), None, None) => Some(Tap::Guide(id.to_owned())),
            ("guides", None, None, None) => Some(Tap::Guides),
            ("mine", None, None, None) => Some(Tap::MyTasks),
            ("open", None, None, None) => Some(Tap::OpenPrivate),
            ("list", Some(task), Some(class), None) => Some(Tap::Missing {
                task: TaskId(from36(task)?),
                class: ClassId(from36(class)?),
            }),
            ("for", Some(verb), Some(task), Some(child)) => Some(Tap::Proxy {
                verb: Verb::from_slug(verb)?,
                task: TaskId(from36(task)?),
                child: ChildId(from36(child)?),
            }),
            ("withdraw", Some(task), None, None) => Some(Tap::Withdraw(TaskId(from36(task)?))),
            ("family", None, None, None) => Some(Tap::Family),
            ("agree", Some(purpose), Some(answer), None) => Some(Tap::Consent {
                purpose: Purpose::from_slug(purpose)?,
                answer: Answer::from_slug(answer)?,
            }),
            ("in", Some(class), None, None) => Some(Tap::InClass(ClassId(from36(class)?))),
            ("admit", Some(account), Some(child), None) => Some(Tap::Admit {
                account: AccountId(from36(account)?),
                child: ChildId(from36(child)?),
            }),
            ("refuse", Some(account), Some(class), None) => Some(Tap::Refuse {
                account: AccountId(from36(account)?),
                class: ClassId(from36(class)?),
            }),
            ("notmine", Some(child), None, None) => Some(Tap::NotMine(ChildId(from36(child)?))),
            ("bind" | "rebind", Some(class), None, None) => Some(Tap::Bind {
                class: ClassId(from36(class)?),
                instead: word == "rebind",
            }),
            ("bindstaff", None, None, None) => Some(Tap::BindStaff),
            ("whom" | "remind", Some(task), class, None) => {
                let task = TaskId(from36(task)?);
                let class = optional(class)?.map(ClassId);
                Some(if word == "whom" {
                    Tap::RemindFirst { task, class }
                } else {
                    Tap::Remind { task, class }
                })
            }
            ("later", Some(task), None, None) => Some(Tap::Later(TaskId(from36(task)?))),
            ("family", Some(child), None, None) => Some(Tap::FamilyOf(ChildId(from36(child)?))),
            ("slip", Some(child), None, None) => Some(Tap::SlipOf(ChildId(from36(child)?))),
            ("newphone" | "remove", Some(child), Some(person), None) => {
                let (child, person) = (ChildId(from36(child)?), PersonId(from36(person)?));
                Some(if word == "remove" {
                    Tap::Remove { child, person }
                } else {
                    Tap::NewPhone { child, person }
                })
            }
            ("phone" | "nophone", Some(child), None, None) => Some(Tap::Phone {
                child: ChildId(from36(child)?),
                has: word == "phone",
            }),
            ("erase", None, None, None) => Some(Tap::Erase),
            ("keep", None, None, None) => Some(Tap::Keep),
            _ => None,
        }
    }
}

/// Base 36 keeps two 63-bit ids and the words within 64 bytes (13 characters an id).
fn id36(mut number: i64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut out = Vec::new();
    loop {
        let digit = usize::try_from(number.rem_euclid(36)).unwrap_or(0);
        out.push(char::from(DIGITS[digit]));
        number /= 36;
        if number <= 0 {
            break;
        }
    }
    out.iter().rev().collect()
}

/// An id that may be absent, but not broken.
fn optional(part: Option<&str>) -> Option<Option<i64>> {
    part.map_or(Some(None), |text| from36(text).map(Some))
}

fn from36(text: &str) -> Option<i64> {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    plain.then(|| i64::from_str_radix(text, 36).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tap_comes_back_as_it_went_out_within_64_bytes() {
        let (task, child, class) = (TaskId(i64::MAX), ChildId(i64::MAX), ClassId(i64::MAX));
        let mut taps = vec![
            Tap::Help(task),
            Tap::Guide("vneid-kich-hoat-muc-2".to_owned()),
            Tap::Guides,
            Tap::MyTasks,
            Tap::OpenPrivate,
            Tap::Missing { task, class },
            Tap::Withdraw(TaskId(0)),
            Tap::Family,
            Tap::InClass(class),
            Tap::Admit {
                account: AccountId(i64::MAX),
                child,
            },
            Tap::Refuse {
                account: AccountId(i64::MAX),
                class,
            },
            Tap::NotMine(child),
            Tap::Bind {
                class,
                instead: false,
            },
            Tap::Bind {
                class,
                instead: true,
            },
            Tap::BindStaff,
            Tap::RemindFirst { task, class: None },
            Tap::RemindFirst {
                task,
                class: Some(class),
            },
            Tap::Remind { task, class: None },
            Tap::Remind {
                task,
                class: Some(class),
            },
            Tap::Later(task),
            Tap::FamilyOf(child),
            Tap::SlipOf(child),
            Tap::NewPhone {
                child,
                person: PersonId(i64::MAX),
            },
            Tap::Remove {
                child,
                person: PersonId(i64::MAX),
            },
            Tap::Phone { child, has: true },
            Tap::Phone { child, has: false },
            Tap::Erase,
            Tap::Keep,
        ];
        for purpose in Purpose::ALL {
            for answer in Answer::ALL {
                taps.push(Tap::Consent { purpose, answer });
            }
        }
        for verb in Verb::ALL {
            taps.push(Tap::Say {
                verb,
                task,
                child: None,
            });
            taps.push(Tap::Say {
                verb,
                task,
                child: Some(child),
            });
            taps.push(Tap::Proxy { verb, task, child });
        }
        for tap in taps {
            let data = tap.write();
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Tap::read(&data), Some(tap), "{data}");
        }
    }

    #[test]
    fn made_up_taps_are_not_ours() {
        for data in [
            "",
            "say",
            "say.done",
            "say.done.-1",
            "say.done.+1",
            "say.win.1",
            "for.done.1",
            "guides.1",
            "say.done.1.2.3",
            "say.done.zzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(Tap::read(data), None, "{data}");
        }
    }
}
