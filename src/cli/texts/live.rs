//! What the operator reads of a bot's life, on whichever platform.

use crate::domain::Channel;

pub const SEE_LOG: &str = "xem nhật ký";

pub const NO_PLATFORM: &str = "Chưa nối với nền tảng nào (đặt LOPSO_ZALO_TOKEN để nối Zalo, LOPSO_TELEGRAM_TOKEN để nối \
     Telegram); muốn xem bot trò chuyện, chạy: lopso demo";

pub fn platform(channel: Channel) -> &'static str {
    match channel {
        Channel::ZaloBot => "Zalo",
        Channel::ZaloOa => "Zalo OA",
        Channel::Telegram => "Telegram",
        Channel::SandboxTelegram | Channel::SandboxZalo => "trang thử",
    }
}

/// A token that is refused; `variable` holds it.
pub fn token(channel: Channel, variable: &str) -> String {
    match channel {
        Channel::ZaloBot => format!(
            "✘ Zalo không nhận mã ở biến {variable}. Chủ bot mở Zalo ▸ Zalo Bot Manager ▸ trang của bot, lấy lại mã \
             (đừng tạo bot mới), rồi đặt mã mới vào {variable} và chạy lại. Các bot khác vẫn chạy."
        ),
        Channel::ZaloOa => format!(
            "✘ Zalo OA: mã làm mới đã hết hiệu lực nên không gửi, không nhận được nữa. Quản trị viên OA mở trang nhà phát triển \
             Zalo (API Explorer), cấp quyền lại cho ứng dụng, rồi đặt mã mới vào {variable} và chạy lại. \
             Các phần khác vẫn chạy."
        ),
        Channel::Telegram | Channel::SandboxTelegram | Channel::SandboxZalo => format!(
            "✘ Telegram không nhận mã bot ({variable}). Lấy lại mã ở @BotFather, \
             đặt lại biến rồi chạy lại. Các phần khác vẫn chạy."
        ),
    }
}

pub fn connected(channel: Channel, called: &str) -> String {
    format!("✔ Đã nối với {}: @{called}", platform(channel))
}

pub fn ended(channel: Channel, why: &str) -> String {
    format!(
        "✘ Phần {} đã dừng ({why}). Chạy lại chương trình để nối lại.",
        platform(channel)
    )
}

/// Another program has this bot; with PostgreSQL one may wait for it.
pub fn standing_by(name: &str) -> String {
    format!(
        "– @{name}: một chương trình khác đang giữ bot này. Chương trình này đứng chờ, và sẽ tự nối tiếp khi bên kia dừng."
    )
}

pub fn lost(name: &str) -> String {
    format!("– @{name}: mất liên lạc với cơ sở dữ liệu nên tạm ngừng bot; đang nối lại.")
}
