//! Every word of the demo's chat page.

use super::Refused;
use crate::demo::cast::{GROUP_4A2, GROUP_5A1, STAFF_ROOM, ZALO_BOT};
use crate::demo::scene::Scene;
use crate::domain::message::ChatKind;
use crate::domain::{Channel, Timestamp};

/// With this a board of the class begins; what answers the board in "Try this" is found by it.
pub const BOARD_MARK: &str = "📋";

pub const PLACE: &str = "phòng thử Lớp Số";
pub const WHO_AM_I: &str = "Tôi là ai?";
pub const WELCOME: &str = "Mời thầy cô, ba mẹ chọn một vai rồi nhắn thử với trợ lý Lớp Số. \
     Trường, lớp và tên người ở đây đều là tưởng tượng; tin nhắn chỉ ở trên máy này.";
pub const WELCOME_TO_OWN_LIST: &str = "Danh sách của trường đã được nạp vào bản dùng thử. \
     Mời thầy cô chọn một vai rồi nhắn thử; tin nhắn và lời báo ở đây chỉ ở trên máy này.";
pub const NO_LIST_YET: &str = "Bản dùng thử này chưa có trường nào. Mời thầy cô nạp danh sách của trường \
     (các lệnh đã hiện ở cửa sổ chạy chương trình), rồi mở lại trang này.";
pub const CHANGE: &str = "Đổi vai";
pub const ROOMS: &str = "Các phòng";
pub const MESSAGES: &str = "Tin nhắn trong phòng";
pub const TRY_NOW: &str = "Thử ngay";
pub const TRY_HINT: &str = "Bấm một dòng: chữ được điền sẵn, mình chỉ cần bấm Gửi.";
pub const TO_TEXT: &str = "Tới ô nhắn tin";
pub const NOBODY_YET: &str = "Phòng này chưa có tin nào. Mời mình nhắn câu đầu tiên nhé!";
pub const BOT: &str = "bot";
pub const ME: &str = "tôi";
pub const EDITED: &str = "đã sửa";
pub const REPLY: &str = "Trả lời";
pub const CANCEL: &str = "Thôi";
pub const OLDER: &str = "Một tin cũ hơn";
pub const SEND: &str = "Gửi";
pub const WRITE_HERE: &str = "Nhắn ở đây…";
pub const KEYS: &str = "Enter để gửi, Shift + Enter để xuống dòng";
pub const CLOSE: &str = "Đóng";
pub const HAS_NEWS: &str = "có tin mới";
pub const TO_NEWEST: &str = "↓ Xuống tin mới nhất";
pub const OFFLINE: &str = "Đang nối lại với chương trình…";
pub const NOT_SENT: &str = "Dạ, chưa gửi được ạ. Mình thử bấm lại giúp nhé.";
pub const NO_SCRIPT: &str =
    "Trình duyệt này không chạy JavaScript: sau khi gửi, mình bấm vào đây để xem câu trả lời mới.";

pub fn title(who: &str, room: &str) -> String {
    format!("{room} · {who} – {PLACE}")
}

pub fn i_am(who: &str) -> String {
    format!("Tôi là {who}")
}

pub fn writing_as(who: &str) -> String {
    format!("Tin nhắn của {who}")
}

pub fn answering(who: &str) -> String {
    format!("Đang trả lời {who}")
}

pub fn reply_to(who: &str) -> String {
    format!("Trả lời tin của {who}")
}

pub fn reacted(emoji: &str) -> String {
    format!("Bot đã thả {emoji}")
}

pub fn answered(who: &str) -> String {
    format!("Trả lời {who}: ")
}

pub fn mention(bot: &str) -> String {
    format!("@{bot}")
}

pub fn day(at: Timestamp, now: Timestamp) -> String {
    if at.same_day_as(now) {
        "Hôm nay".to_owned()
    } else {
        format!("Ngày {}", at.day(now))
    }
}

pub fn style(channel: Channel) -> &'static str {
    match channel {
        Channel::Telegram | Channel::SandboxTelegram => "kiểu Telegram",
        Channel::ZaloBot | Channel::ZaloOa | Channel::SandboxZalo => "kiểu Zalo",
    }
}

/// What is different about a room, in one line above its messages.
pub fn manner(channel: Channel, kind: ChatKind) -> String {
    match (channel, kind) {
        (Channel::Telegram | Channel::SandboxTelegram, ChatKind::Group) => {
            "Có nút bấm. Bot nghe cả nhóm, chỉ lên tiếng khi được gọi.".to_owned()
        }
        (Channel::Telegram | Channel::SandboxTelegram, ChatKind::Private) => {
            "Chỉ mình và bot thấy. Có nút bấm.".to_owned()
        }
        (Channel::ZaloBot | Channel::ZaloOa | Channel::SandboxZalo, ChatKind::Group) => {
            format!(
                "Không có nút: nhắc @{ZALO_BOT} hoặc trả lời tin của bot thì bot mới nghe thấy."
            )
        }
        (Channel::ZaloBot | Channel::ZaloOa | Channel::SandboxZalo, ChatKind::Private) => {
            "Chỉ mình và bot thấy. Không có nút: trả lời bằng số, ví dụ 1.".to_owned()
        }
    }
}

pub fn refused(why: Refused) -> &'static str {
    match why {
        Refused::NotFromHere => "Dạ, phòng thử chỉ mở cho chính máy đang chạy chương trình này ạ.",
        Refused::AnotherSite => {
            "Dạ, tin phải được gửi từ chính trang phòng thử ạ. Mình mở lại trang rồi gửi giúp nhé."
        }
        Refused::NoSuchPerson => "Dạ, không có vai này ạ. Mình mở /phong-thu để chọn lại vai nhé.",
        Refused::NoSuchRoom => {
            "Dạ, không có phòng này ạ. Mình mở /phong-thu để chọn lại phòng nhé."
        }
        Refused::NotInRoom => {
            "Dạ, vai này không ở trong phòng đó ạ. Mình mở /phong-thu để chọn lại nhé."
        }
        Refused::Empty => "Dạ, tin chưa có chữ nào ạ. Mình viết rồi bấm Gửi giúp nhé.",
        Refused::TooLong => "Dạ, tin dài quá ạ. Mình gửi dưới 20.000 chữ cái giúp nhé.",
        Refused::Unreadable => {
            "Dạ, tin gửi lên bị thiếu ạ. Mình tải lại trang rồi gửi lại giúp nhé."
        }
        Refused::NoSuchButton => {
            "Dạ, nút này không còn nữa ạ. Mình xem tin mới nhất của bot giúp nhé."
        }
        Refused::Stopping => {
            "Dạ, chương trình đang dừng nên chưa nhận được tin ạ. Mình mở lại rồi gửi giúp nhé."
        }
        Refused::Broken => "Dạ, phòng thử đang trục trặc ạ. Mình thử lại sau ít phút giúp nhé.",
    }
}

/// Something worth trying, in one of the rooms of a persona.
pub struct Try {
    pub room: &'static str,
    pub label: &'static str,
    pub how: How,
}

pub enum How {
    /// These words.
    Say(String),
    /// These words, as an answer to the board.
    AnswerBoard(String),
    /// A button of the board.
    TapBoard,
}

fn say(room: &'static str, label: &'static str, words: impl Into<String>) -> Try {
    Try {
        room,
        label,
        how: How::Say(words.into()),
    }
}

fn answer(label: &'static str, room: &'static str, words: &'static str) -> Try {
    Try {
        room,
        label,
        how: How::AnswerBoard(words.to_owned()),
    }
}

fn tap(room: &'static str, label: &'static str) -> Try {
    Try {
        room,
        label,
        how: How::TapBoard,
    }
}

pub fn tries(persona: &str, scene: &Scene) -> Vec<Try> {
    match persona {
        "hieu-truong" => vec![
            say("rieng-hieu-truong", "Xem số liệu cả trường", "/baocao"),
            say(
                "rieng-hieu-truong",
                "Xem một lớp",
                format!("/baocao lớp {}", scene.class_of(GROUP_5A1)),
            ),
            say(
                "rieng-hieu-truong",
                "Phát động một việc mới",
                "/phatdong Cài ứng dụng họp",
            ),
            say(STAFF_ROOM, "Báo cáo trong phòng hội đồng", "/baocao"),
            say(
                GROUP_5A1,
                "Nhắn chuyện thường trong nhóm: bot im lặng",
                "Chúc các gia đình cuối tuần vui vẻ ạ",
            ),
        ],
        "co-hoa" => vec![
            say("rieng-co-hoa", "Nhà nào chưa quét QR", "/danhsach qr"),
            say(
                "rieng-co-hoa",
                "Nhập hộ một nhà",
                format!("/nhapho qr {}", scene.child_of("ba-nam")),
            ),
            say("rieng-co-hoa", "Nhắc các nhà chưa xong", "/nhac qr"),
            say(
                "rieng-co-hoa",
                "Người nhà của một bé: đổi máy, mã phiếu",
                format!("/giadinh {}", scene.child_of("me-an")),
            ),
            say("rieng-co-hoa", "Số liệu lớp mình", "/baocao"),
            say(
                GROUP_5A1,
                "Hỏi danh sách ngay trong nhóm: tên chỉ vào tin riêng",
                "/danhsach qr",
            ),
        ],
        "co-mai" => vec![
            say("rieng-co-mai", "Nhà nào chưa có VNeID", "/danhsach vneid"),
            say(
                "rieng-co-mai",
                "Nhập hộ một nhà",
                format!("/nhapho qr {}", scene.child_of("ba-tu")),
            ),
            say(
                GROUP_4A2,
                "Treo bảng mới trong nhóm",
                "@Bot Lớp Số /xacnhan",
            ),
        ],
        "me-an" => vec![
            tap(GROUP_5A1, "Bấm “✅ Đã quét QR của lớp” trên bảng"),
            say(
                GROUP_5A1,
                "Báo bằng lời trong nhóm: bot chỉ thả một biểu tượng",
                "nhà em quét mã rồi cô ạ",
            ),
            say("rieng-me-an", "Hỏi cách làm", "cài vneid kiểu gì"),
            say(
                "rieng-me-an",
                "Nói “mai làm”: chưa tính là xong",
                "mai em chuyển khoản nhé",
            ),
            say("rieng-me-an", "Xem việc của nhà mình", "/trangthai"),
            say("rieng-me-an", "Xem em đang giữ gì, rồi xoá", "/xoa"),
        ],
        "ba-nam" => vec![
            say(
                "rieng-ba-nam",
                "Báo nhầm thì rút lại",
                "em bấm nhầm, em chưa chuyển khoản",
            ),
            answer("Trả lời bảng bằng lời", GROUP_5A1, "em chuyển khoản rồi ạ"),
            say("rieng-ba-nam", "Xem việc của nhà mình", "/trangthai"),
            say(
                "rieng-ba-nam",
                "Lỡ gửi mã bí mật: bot nhắc gỡ",
                "mã OTP của em là 123456",
            ),
        ],
        "me-cuc" => vec![
            say(
                "rieng-me-cuc",
                "Hai bé hai lớp: chuyển cho bé nào?",
                "em chuyển khoản rồi ạ",
            ),
            say("rieng-me-cuc", "Các việc của hai bé", "/xacnhan"),
            tap(GROUP_5A1, "Bấm nút trên bảng của lớp bé lớn"),
            answer("Trả lời bảng của lớp bé nhỏ bằng số", GROUP_4A2, "1"),
        ],
        "bo-dung" => vec![
            answer("Trả lời bảng bằng số 1", GROUP_4A2, "1"),
            say(
                GROUP_4A2,
                "Gọi bot, báo hai việc một lần",
                "@Bot Lớp Số 1 3",
            ),
            say(GROUP_4A2, "Không gọi bot: bot không nghe thấy", "1"),
            say(
                "rieng-bo-dung",
                "Hỏi cách làm",
                "quên mật khẩu vneid thì làm sao",
            ),
        ],
        "chi-hanh" => vec![
            tap(
                GROUP_5A1,
                "Bấm nút trên bảng: bot chưa biết là nhà bé nào, nên chưa tính",
            ),
            say(
                "rieng-chi-hanh",
                "Chào bot, rồi bấm “Em là người nhà của bé”",
                "/batdau",
            ),
            say("rieng-chi-hanh", "Hỏi cách làm", "làm sao để quét mã qr"),
        ],
        "ba-tu" => vec![
            say(
                "rieng-ba-tu",
                "Hỏi bằng lời của bà",
                "bà muốn cài vê en ai đi thì bấm vào đâu",
            ),
            say("rieng-ba-tu", "Nhờ trợ giúp", "giúp bà với"),
            say(
                "rieng-ba-tu",
                "Báo việc đã làm",
                "bà quét cái mã rồi cháu ạ",
            ),
        ],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast::{PERSONAS, room_of};

    #[test]
    fn everybody_has_something_to_try_in_rooms_they_are_in() {
        let scene = Scene::default();
        for persona in &PERSONAS {
            assert!(tries(persona.id, &scene).len() >= 3, "{}", persona.id);
            for entry in tries(persona.id, &scene) {
                assert!(
                    room_of(entry.room, persona.id).is_some(),
                    "{} in {}",
                    persona.id,
                    entry.room
                );
            }
        }
    }
}
