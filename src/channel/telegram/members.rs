//! Who is in a chat: our own place in it, and the places of others, by the updates that tell of it.

use serde::Deserialize;

use super::inbound::{Chat, User};
use super::profile::PlaceInGroup;
use crate::domain::Timestamp;
use crate::domain::message::{ChatKind, ChatSeen, Update, What};
use crate::domain::time::SECOND_MS;

/// `my_chat_member`: our own place in a chat changed; `chat_member`: somebody's.
#[derive(Deserialize)]
pub(super) struct PlaceChanged {
    chat: Chat,
    from: Option<User>,
    date: Option<i64>,
    old_chat_member: Option<Place>,
    new_chat_member: Place,
}

/// A `ChatMember`, as far as it says whether somebody is in the chat.
#[derive(Deserialize)]
pub(super) struct Place {
    status: String,
    is_member: Option<bool>,
    can_send_messages: Option<bool>,
    user: Option<User>,
}

impl PlaceChanged {
    /// None when only our rights changed.
    pub(super) fn ours(self, id: i64, now: Timestamp) -> Option<Update> {
        let kind = self.chat.kind()?;
        let here = self.new_chat_member.is_in();
        if self
            .old_chat_member
            .as_ref()
            .is_some_and(|old| old.is_in() == here)
        {
            return None;
        }
        let at = self.date.map(|seconds| Timestamp(seconds * SECOND_MS));
        Some(Update {
            external_id: id.to_string(),
            chat: self.chat.seen(kind),
            sender: self.from.as_ref()?.sender(),
            at: at.unwrap_or(now),
            what: What::Presence { here },
        })
    }

    /// Whoever let them in or put them out, it is about the one whose place it is.
    pub(super) fn theirs(self, id: i64, now: Timestamp) -> Option<Update> {
        let here = self.new_chat_member.is_in();
        let at = self.date.map(|seconds| Timestamp(seconds * SECOND_MS));
        let user = self.new_chat_member.user.as_ref()?;
        member(id, &self.chat, user, here, at.unwrap_or(now))
    }
}

impl Place {
    pub(super) fn is_in(&self) -> bool {
        match self.status.as_str() {
            "restricted" => self.is_member == Some(true),
            status => matches!(status, "creator" | "administrator" | "member"),
        }
    }

    /// How we stand in a group by it; None when we are not there.
    pub(super) fn in_group(&self) -> Option<PlaceInGroup> {
        match self.status.as_str() {
            "creator" | "administrator" => Some(PlaceInGroup::Administrator),
            "restricted" if self.is_in() && self.can_send_messages != Some(true) => {
                Some(PlaceInGroup::Silenced)
            }
            _ => self.is_in().then_some(PlaceInGroup::Member),
        }
    }

    /// As the update that would have told it. Its id is the day's: looked for twice, it is told once.
    pub(super) fn seen(&self, chat: &str, now: Timestamp) -> Option<Update> {
        let user = self.user.as_ref().filter(|user| !user.is_bot)?;
        let here = self.is_in();
        Some(Update {
            external_id: format!("seen:{chat}:{}:{here}:{}", user.id, now.local().date()),
            chat: ChatSeen {
                external_id: chat.to_owned(),
                kind: ChatKind::Group,
            },
            sender: user.sender(),
            at: now,
            what: What::Member { here },
        })
    }
}

/// Somebody is in a group or not (any more). None for bots.
pub(super) fn member(
    id: i64,
    chat: &Chat,
    user: &User,
    here: bool,
    at: Timestamp,
) -> Option<Update> {
    let kind = chat.kind().filter(|kind| *kind == ChatKind::Group)?;
    (!user.is_bot).then(|| Update {
        // One update may tell of several people.
        external_id: format!("{id}:{}", user.id),
        chat: chat.seen(kind),
        sender: user.sender(),
        at,
        what: What::Member { here },
    })
}
