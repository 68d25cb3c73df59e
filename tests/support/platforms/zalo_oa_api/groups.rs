//! GMF groups: who is in them, what the account says in them, and what it may ask about them.

use super::message::{Message, SentMessage};
use super::params::{Given, present};
use super::state::{OA_NAME, Refusal, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PAGE: usize = 5;
const LARGEST_PAGE: usize = 50;

pub struct Group {
    pub name: String,
    /// Everyone who ever was in it, by user id.
    pub members: BTreeMap<String, Member>,
    pub standing: Standing,
    pub messages: Vec<SentMessage>,
}

pub struct Member {
    pub name: String,
    pub inside: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Enabled,
    /// The slot is not paid for any more.
    Lapsed,
    /// The account is not in the group any more.
    Left,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToGroup {
    recipient: GroupId,
    message: Message,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupId {
    group_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembersAsked {
    group_id: String,
    #[serde(default, deserialize_with = "present")]
    offset: Option<String>,
    #[serde(default, deserialize_with = "present")]
    count: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupsAsked {
    #[serde(default, deserialize_with = "present")]
    offset: Option<String>,
    #[serde(default, deserialize_with = "present")]
    count: Option<String>,
}

impl Group {
    pub fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            members: BTreeMap::new(),
            standing: Standing::Enabled,
            messages: Vec::new(),
        }
    }

    pub fn enter(&mut self, user: &str, name: &str) {
        let member = Member {
            name: name.to_owned(),
            inside: true,
        };
        self.members.insert(user.to_owned(), member);
    }

    fn inside(&self) -> impl Iterator<Item = (&String, &Member)> {
        self.members.iter().filter(|(_, member)| member.inside)
    }

    fn info(&self, group_id: &str) -> Value {
        let mut info = json!({
            "group_id": group_id,
            "name": self.name,
            "group_description": "",
            "avatar": "",
            "group_link": format!("https://zalo.me/g/{group_id}"),
            "status": "enabled",
            // The account itself is a member too.
            "total_member": self.inside().count() + 1,
            "max_member": 100,
        });
        if self.standing == Standing::Lapsed {
            info["status"] = "disabled".into();
            info["auto_delete_date"] = "31/12/2026".into();
        }
        info
    }

    /// Whoever is named as `[@id]` must be somebody here. One who just left is nobody's fault.
    fn check_mentions(&self, group_id: &str, text: &str) -> Result<(), Refusal> {
        for id in mentions(text).filter(|id| *id != group_id) {
            match self.members.get(id) {
                Some(member) if member.inside => {}
                Some(_) => return Err(Refusal::because(-201, format!("{id} has left the group"))),
                None => return Err(Refusal::field(format!("{id} is no member of the group"))),
            }
        }
        Ok(())
    }
}

/// What stands in `[@…]`, as far as it can be an id.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    text.split("[@")
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(id, _)| id)
        .filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric()))
}

impl State {
    pub fn send_to_group(&mut self, given: &Given) -> Result<Value, Refusal> {
        let ToGroup { recipient, message } = given.shaped()?;
        if message.has_buttons() {
            return Err(Refusal::field("buttons are not accepted in groups"));
        }
        let group_id = recipient.group_id;
        let message_id = self.fresh_id();
        let message = message.judged(&self.uploads, message_id.clone(), false)?;
        let group = self.entered(&group_id)?;
        if group.standing == Standing::Lapsed {
            return Err(Refusal::because(-237, "the group is disabled"));
        }
        group.check_mentions(&group_id, &message.text)?;
        group.messages.push(message);
        Ok(json!({"message_id": message_id, "group_id": group_id}))
    }

    pub fn list_members(&mut self, given: &Given) -> Result<Value, Refusal> {
        let asked: MembersAsked = given.shaped()?;
        let oa = json!({"oa_id": self.names.oa_id, "name": OA_NAME, "avatar": ""});
        let group = self.entered(&asked.group_id)?;
        let people = group
            .inside()
            .map(|(id, member)| json!({"user_id": id, "name": member.name, "avatar": ""}));
        let all = std::iter::once(oa).chain(people).collect();
        page("members", all, asked.offset, asked.count)
    }

    pub fn one_group(&mut self, given: &Given) -> Result<Value, Refusal> {
        let GroupId { group_id } = given.shaped()?;
        let group = self.entered(&group_id)?;
        Ok(json!({
            "group_info": group.info(&group_id),
            "asset_info": {"asset_type": "gmf100", "auto_renew": true},
            "group_setting": {
                "lock_send_msg": false,
                "join_appr": true,
                "enable_msg_history": true,
                "enable_link_join": true,
            },
        }))
    }

    pub fn list_groups(&self, given: &Given) -> Result<Value, Refusal> {
        let asked: GroupsAsked = given.shaped()?;
        let own = self
            .groups
            .iter()
            .filter(|(_, group)| group.standing != Standing::Left);
        let all = own.map(|(id, group)| group.info(id)).collect();
        page("groups", all, asked.offset, asked.count)
    }

    /// A group that exists and has the account in it.
    fn entered(&mut self, group_id: &str) -> Result<&mut Group, Refusal> {
        match self.groups.get_mut(group_id) {
            None => Err(Refusal::because(-201, "group_id is invalid")),
            Some(group) if group.standing == Standing::Left => {
                Err(Refusal::because(-403, "OA is not in the group"))
            }
            Some(group) => Ok(group),
        }
    }
}

fn page(
    what: &str,
    all: Vec<Value>,
    offset: Option<String>,
    count: Option<String>,
) -> Result<Value, Refusal> {
    let offset = number("offset", offset, 0)?;
    let count = number("count", count, PAGE)?;
    if !(1..=LARGEST_PAGE).contains(&count) {
        let why = format!("count is to be from 1 to {LARGEST_PAGE}");
        return Err(Refusal::violation(-210, why));
    }
    let shown: Vec<&Value> = all.iter().skip(offset).take(count).collect();
    let mut data = json!({"total": all.len(), "offset": offset, "count": shown.len()});
    data[what] = json!(shown);
    Ok(data)
}

fn number(name: &str, given: Option<String>, default: usize) -> Result<usize, Refusal> {
    given.map_or(Ok(default), |text| {
        text.parse()
            .map_err(|_| Refusal::field(format!("{name} is no number: {text:?}")))
    })
}
