//! The bot introduces itself, says what one can ask of it, and answers kindly what it cannot read.

pub mod texts;

use crate::domain::Tap;
use crate::domain::message::{Choice, Say};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::roster::permit;

/// `/batdau`: who I am, and the next step.
pub fn start(turn: &Turn<'_>) -> Effects {
    let school = turn
        .school()
        .and_then(|id| turn.facts.school(id))
        .map(|school| school.name.as_str());
    let mut choices = two_doors();
    // Who is nobody here yet is shown the way in.
    if turn.is_private() && turn.member().is_none() {
        choices.insert(0, Choice::new(texts::BUTTON_FAMILY, Tap::Family.write()));
    }
    Effects::say(Say::Answer {
        to: turn.asker(),
        text: texts::hello(school),
        choices,
    })
}

/// With what word a private chat is opened by somebody who is known already.
const BEGIN: &str = "chao";

/// The button a group is shown when somebody cannot be written to any more: one tap leads to the private chat, where
/// one more opens it again.
pub fn open_private(turn: &Turn<'_>) -> Effects {
    if turn.is_private() {
        return start(turn);
    }
    Effects::say(Say::Invite {
        to: turn.asker(),
        text: texts::OPEN_PRIVATE.to_owned(),
        begin: BEGIN,
    })
}

/// `/trogiup`: what one can do here, by role.
pub fn help(turn: &Turn<'_>) -> Effects {
    let member = turn.member();
    let text = texts::help(
        member.is_some_and(|member| !permit::homerooms(member).is_empty()),
        member.and_then(permit::lead).is_some(),
    );
    Effects::say(Say::Confide {
        to: turn.asker(),
        text,
        choices: two_doors(),
        public: texts::SENT_PRIVATELY,
    })
}

fn two_doors() -> Vec<Choice> {
    vec![
        Choice::new(texts::BUTTON_TASKS, Tap::MyTasks.write()),
        Choice::new(texts::BUTTON_GUIDES, Tap::Guides.write()),
    ]
}

/// Meant for the bot, but nothing in it that it could read.
pub fn empty(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::EMPTY)
}

pub fn too_late(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::TOO_LATE)
}

pub fn no_such_choice(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::NO_SUCH_CHOICE)
}

/// A photo or file: never downloaded, always answered the same.
pub fn attachment(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::ATTACHMENT)
}

/// A message that the platform does not let us read.
pub fn unreadable(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::UNREADABLE)
}

/// A code, a password or an ID number was sent: warn, and say how to take it back.
pub fn warn_secret(turn: &Turn<'_>) -> Effects {
    if turn.is_private() {
        return acknowledge(turn, texts::SECRET);
    }
    Effects::say(Say::Answer {
        to: turn.asker(),
        text: texts::SECRET_GROUP.to_owned(),
        choices: Vec::new(),
    })
}

/// A command that the person's role or this chat does not open.
pub fn not_for_you(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::NOT_FOR_YOU)
}

/// Something of ours broke. Said once, kindly, with what to do now.
pub fn sorry(turn: &Turn<'_>) -> Effects {
    acknowledge(turn, texts::SORRY)
}

fn acknowledge(turn: &Turn<'_>, text: &'static str) -> Effects {
    if turn.is_private() {
        return Effects::say(Say::Acknowledge {
            to: turn.asker(),
            private: text.to_owned(),
            public: text,
        });
    }
    let tapped = turn.asker().callback.is_some();
    if tapped {
        return Effects::say(Say::Acknowledge {
            to: turn.asker(),
            private: text.to_owned(),
            public: text,
        });
    }
    Effects::say(Say::Answer {
        to: turn.asker(),
        text: text.to_owned(),
        choices: Vec::new(),
    })
}
