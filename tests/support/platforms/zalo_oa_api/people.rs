//! What people do: each act changes the server's world and becomes an event for the webhook.

use super::ZaloOaApi;
use super::events::Media;
use super::groups::Group;
use super::message::{Attachment, Button};
use super::state::{State, ms, now_ms};
use super::webhook::Seal;
use serde_json::{Value, json};
use std::time::Duration;

impl ZaloOaApi {
    /// Somebody says something in a group; a person not seen there before is a member from now on. Gives the
    /// message's id.
    #[track_caller]
    pub fn person_writes_group(&self, group: &str, user: &str, name: &str, text: &str) -> String {
        self.in_group(group, user, name, "text", json!({"text": text}))
    }

    #[track_caller]
    pub fn person_replies_group(
        &self,
        group: &str,
        user: &str,
        name: &str,
        text: &str,
        to: &str,
    ) -> String {
        let message = json!({"text": text, "quote_msg_id": to});
        self.in_group(group, user, name, "text", message)
    }

    #[track_caller]
    pub fn person_sends_group(
        &self,
        group: &str,
        user: &str,
        name: &str,
        media: Media<'_>,
    ) -> String {
        self.in_group(group, user, name, media.kind(), media.content())
    }

    /// In private. The account learns no name by it, as with the real one.
    pub fn person_writes(&self, user: &str, _name: &str, text: &str) -> String {
        self.in_private(user, "text", json!({"text": text}))
    }

    pub fn person_replies(&self, user: &str, _name: &str, text: &str, to: &str) -> String {
        self.in_private(user, "text", json!({"text": text, "quote_msg_id": to}))
    }

    pub fn person_sends(&self, user: &str, _name: &str, media: Media<'_>) -> String {
        self.in_private(user, media.kind(), media.content())
    }

    /// A tap comes back as if the person had written the button's payload. They can tap only what they were sent.
    #[track_caller]
    pub fn person_taps(&self, user: &str, payload: &str) -> String {
        let says = |button: &Button| match button {
            Button::Show { payload: said, .. } | Button::Hide { payload: said, .. } => {
                said == payload
            }
            Button::Open { .. } => false,
        };
        let found = self.private_messages(user).iter().any(|message| {
            matches!(&message.attachment, Some(Attachment::Buttons(buttons)) if buttons.iter().any(says))
        });
        assert!(found, "{user} has no button that says {payload:?}");
        self.in_private(user, "text", json!({"text": payload}))
    }

    #[track_caller]
    pub fn joins(&self, group: &str, user: &str, name: &str) {
        let event = {
            let mut state = self.state();
            state.known_group(group).enter(user, name);
            state.group_event("user_join_group", user, group, None)
        };
        self.inside.happens(event, Seal::Right);
    }

    #[track_caller]
    pub fn leaves(&self, group: &str, user: &str) {
        let event = {
            let mut state = self.state();
            let member = state.known_group(group).members.get_mut(user);
            member.expect("a member of the group").inside = false;
            state.group_event("user_leave_group", user, group, None)
        };
        self.inside.happens(event, Seal::Right);
    }

    pub fn follows(&self, user: &str) {
        let event = {
            let mut state = self.state();
            state.interacts(user, Duration::ZERO);
            state.private_event("follow", user, None)
        };
        self.inside.happens(event, Seal::Right);
    }

    pub fn unfollows(&self, user: &str) {
        let event = self.state().private_event("unfollow", user, None);
        self.inside.happens(event, Seal::Right);
    }

    /// The echo of what the account said in a group: the newest message with this text, or, if there is none, one that
    /// somebody typed into the account's own console. Gives the message's id.
    #[track_caller]
    pub fn oa_sent_group(&self, group: &str, text: &str) -> String {
        let (event, msg_id) = {
            let mut state = self.state();
            let fresh = state.fresh_id();
            let sent = &state.known_group(group).messages;
            let meant = sent.iter().rfind(|message| message.text == text);
            let msg_id = meant.map_or(fresh, |message| message.message_id.clone());
            let message = json!({"msg_id": msg_id, "text": text});
            let oa = state.names.oa_id.clone();
            let event = state.group_event("oa_send_group_text", &oa, group, Some(message));
            (event, msg_id)
        };
        self.inside.happens(event, Seal::Right);
        msg_id
    }

    /// Anything else, rightly signed as it is.
    pub fn raw_event(&self, event: Value) {
        self.inside.happens(event, Seal::Right);
    }

    /// Somebody who is not Zalo posts what a member would say.
    pub fn forged_event(&self, group: &str, user: &str, text: &str) {
        let event = self.state().said(group, user, text);
        self.inside.happens(event, Seal::Forged);
    }

    /// What a member said, rightly signed this long ago: somebody may be playing a record.
    pub fn old_event(&self, age: Duration, group: &str, user: &str, text: &str) {
        let mut event = self.state().said(group, user, text);
        event["timestamp"] = (now_ms() - ms(age)).to_string().into();
        self.inside.happens(event, Seal::Right);
    }

    #[track_caller]
    fn in_group(&self, group: &str, user: &str, name: &str, kind: &str, message: Value) -> String {
        let (event, msg_id) = {
            let mut state = self.state();
            state.known_group(group).enter(user, name);
            let (message, msg_id) = state.numbered(message);
            let name = format!("user_send_group_{kind}");
            (state.group_event(&name, user, group, Some(message)), msg_id)
        };
        self.inside.happens(event, Seal::Right);
        msg_id
    }

    fn in_private(&self, user: &str, kind: &str, message: Value) -> String {
        let (event, msg_id) = {
            let mut state = self.state();
            state.interacts(user, Duration::ZERO);
            let (message, msg_id) = state.numbered(message);
            let name = format!("user_send_{kind}");
            (state.private_event(&name, user, Some(message)), msg_id)
        };
        self.inside.happens(event, Seal::Right);
        msg_id
    }
}

impl State {
    #[track_caller]
    pub fn known_group(&mut self, group: &str) -> &mut Group {
        let found = self.groups.get_mut(group);
        found.expect("a group that this server has")
    }

    fn said(&mut self, group: &str, user: &str, text: &str) -> Value {
        let (message, _) = self.numbered(json!({"text": text}));
        self.group_event("user_send_group_text", user, group, Some(message))
    }

    fn numbered(&mut self, mut message: Value) -> (Value, String) {
        let msg_id = self.fresh_id();
        message["msg_id"] = msg_id.as_str().into();
        (message, msg_id)
    }
}
