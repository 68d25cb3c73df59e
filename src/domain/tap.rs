//! What a button says when it comes back. Written and read in one place, checked again when it comes.

use super::{ChildId, ClassId, TaskId, Verb};

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
    /// Who is missing in a task, for the class's teacher.
    Missing { task: TaskId, class: ClassId },
    /// A teacher's entry for a family.
    Proxy {
        verb: Verb,
        task: TaskId,
        child: ChildId,
    },
    /// The principal withdraws a task.
    Withdraw(TaskId),
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
            Tap::Missing { task, class } => format!("list.{}.{}", id36(task.0), id36(class.0)),
            Tap::Proxy { verb, task, child } => {
                format!("for.{}.{}.{}", verb.slug(), id36(task.0), id36(child.0))
            }
            Tap::Withdraw(task) => format!("withdraw.{}", id36(task.0)),
        }
    }

    /// The child it names, if any.
    pub fn child(&self) -> Option<ChildId> {
        match self {
            Tap::Proxy { child, .. } => Some(*child),
            Tap::Say { child, .. } => *child,
            Tap::Help(_)
            | Tap::Guide(_)
            | Tap::Guides
            | Tap::MyTasks
            | Tap::Missing { .. }
            | Tap::Withdraw(_) => None,
        }
    }

    /// The task it is about, if any.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Tap::Say { task, .. }
            | Tap::Help(task)
            | Tap::Missing { task, .. }
            | Tap::Proxy { task, .. }
            | Tap::Withdraw(task) => Some(*task),
            Tap::Guide(_) | Tap::Guides | Tap::MyTasks => None,
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
                child: child
                    .map(|id| from36(id).map(ChildId).ok_or(()))
                    .transpose()
                    .ok()?,
            }),
            ("help", Some(task), None, None) => Some(Tap::Help(TaskId(from36(task)?))),
            ("guide", Some(id), None, None) => Some(Tap::Guide(id.to_owned())),
            ("guides", None, None, None) => Some(Tap::Guides),
            ("mine", None, None, None) => Some(Tap::MyTasks),
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
            Tap::Missing { task, class },
            Tap::Withdraw(TaskId(0)),
        ];
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
