//! Who one can be in the demo, and in which rooms they talk.

use crate::domain::Channel;
use crate::domain::message::{ChatKind, Sender};

/// Somebody to be. The id is the account's external id on both demo bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    pub id: &'static str,
    /// As the made-up school knows them.
    pub name: &'static str,
    /// What a line about them ends with.
    pub hint: &'static str,
}

/// A room of the chat page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomOf {
    pub chat: &'static str,
    /// For a class group only as long as it belongs to no class.
    pub title: &'static str,
    pub kind: ChatKind,
    /// The manner of the platform, and so which of the two demo bots sits in it.
    pub channel: Channel,
    /// Who is in it, by persona id.
    pub members: &'static [&'static str],
}

pub const SCHOOL_CODE: &str = "hoa-sen";
pub const SCHOOL_NAME: &str = "Trường Mầm non Hoa Sen";

/// The names of the two demo bots, by which they are mentioned.
pub const TELEGRAM_BOT: &str = "LopSoBot";
pub const ZALO_BOT: &str = "Bot Lớp Số";

/// Who is in the group of 5A1 and linked to no child.
pub const NEWCOMER: &str = "chi-hanh";

pub const PERSONAS: [Persona; 9] = [
    Persona {
        id: "hieu-truong",
        name: "Cô Lan",
        hint: "",
    },
    Persona {
        id: "co-hoa",
        name: "Cô Hoa",
        hint: "",
    },
    Persona {
        id: "co-mai",
        name: "Cô Mai",
        hint: "",
    },
    Persona {
        id: "me-an",
        name: "Mẹ An",
        hint: "",
    },
    Persona {
        id: "ba-nam",
        name: "Ba Nam",
        hint: "",
    },
    Persona {
        id: "me-cuc",
        name: "Mẹ Cúc",
        hint: "",
    },
    Persona {
        id: "bo-dung",
        name: "Bố Dũng",
        hint: "dùng Zalo",
    },
    Persona {
        id: NEWCOMER,
        name: "Chị Hạnh",
        hint: "",
    },
    Persona {
        id: "ba-tu",
        name: "Bà Tư",
        hint: "mới tập dùng điện thoại",
    },
];

pub const GROUP_5A1: &str = "nhom-5a1";
pub const GROUP_4A2: &str = "nhom-4a2";
pub const STAFF_ROOM: &str = "hoi-dong";

pub const ROOMS: [RoomOf; 12] = [
    RoomOf {
        chat: GROUP_5A1,
        title: "Nhóm lớp",
        kind: ChatKind::Group,
        channel: Channel::SandboxTelegram,
        members: &[
            "co-hoa",
            "me-an",
            "ba-nam",
            "me-cuc",
            "chi-hanh",
            "hieu-truong",
        ],
    },
    RoomOf {
        chat: GROUP_4A2,
        title: "Nhóm lớp",
        kind: ChatKind::Group,
        channel: Channel::SandboxZalo,
        members: &["co-mai", "me-cuc", "bo-dung", "ba-tu"],
    },
    RoomOf {
        chat: STAFF_ROOM,
        title: "Hội đồng nhà trường",
        kind: ChatKind::Group,
        channel: Channel::SandboxTelegram,
        members: &["hieu-truong", "co-hoa", "co-mai"],
    },
    private(
        "rieng-hieu-truong",
        Channel::SandboxTelegram,
        &["hieu-truong"],
    ),
    private("rieng-co-hoa", Channel::SandboxTelegram, &["co-hoa"]),
    private("rieng-co-mai", Channel::SandboxZalo, &["co-mai"]),
    private("rieng-me-an", Channel::SandboxTelegram, &["me-an"]),
    private("rieng-ba-nam", Channel::SandboxTelegram, &["ba-nam"]),
    private("rieng-me-cuc", Channel::SandboxTelegram, &["me-cuc"]),
    private("rieng-bo-dung", Channel::SandboxZalo, &["bo-dung"]),
    private("rieng-chi-hanh", Channel::SandboxTelegram, &["chi-hanh"]),
    private("rieng-ba-tu", Channel::SandboxZalo, &["ba-tu"]),
];

const fn private(chat: &'static str, channel: Channel, members: &'static [&'static str]) -> RoomOf {
    RoomOf {
        chat,
        title: "Nhắn riêng với bot",
        kind: ChatKind::Private,
        channel,
        members,
    }
}

pub fn persona(id: &str) -> Option<&'static Persona> {
    PERSONAS.iter().find(|persona| persona.id == id)
}

/// Everybody as a platform shows them.
pub fn senders() -> Vec<Sender> {
    PERSONAS
        .iter()
        .map(|persona| Sender {
            external_id: persona.id.to_owned(),
            name: persona.name.to_owned(),
        })
        .collect()
}

/// The made-up name of a persona.
pub fn persona_name(id: &str) -> &'static str {
    persona(id).map_or("", |persona| persona.name)
}

/// A room, if this persona is in it.
pub fn room_of(chat: &str, persona: &str) -> Option<&'static RoomOf> {
    ROOMS
        .iter()
        .find(|room| room.chat == chat && room.members.contains(&persona))
}

/// The rooms of a persona: the class group first.
pub fn rooms_of(persona: &str) -> impl Iterator<Item = &'static RoomOf> {
    ROOMS
        .iter()
        .filter(move |room| room.members.contains(&persona))
}

/// The name under which the bot of a room is mentioned.
pub fn bot_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Telegram | Channel::SandboxTelegram => TELEGRAM_BOT,
        Channel::ZaloBot | Channel::ZaloOa | Channel::SandboxZalo => ZALO_BOT,
    }
}
