//! What `lopso doctor` says of an Official Account.

use crate::domain::Timestamp;

pub const NEVER: &str =
    "– Zalo OA: chưa chạy lần nào. Chạy lopso, chương trình tự đổi mã làm mới lấy mã truy cập.";
pub const NO_ANSWER: &str = "✘ Không gọi được Zalo OA. Xem lại mạng của máy này, rồi chạy lại.";

pub fn consent(at: Timestamp, now: Timestamp) -> String {
    format!(
        "✘ Zalo OA: mã làm mới đã hết hiệu lực từ {} ngày {}. Quản trị viên OA mở trang nhà phát triển Zalo (API Explorer), \
         cấp quyền lại cho ứng dụng, rồi đặt mã mới vào LOPSO_ZALO_OA_REFRESH_TOKEN và chạy lại lopso.",
        at.clock(),
        at.day(now)
    )
}

pub fn tokens(at: Timestamp, now: Timestamp) -> String {
    format!(
        "✔ Zalo OA: mã truy cập đổi lần cuối {} ngày {}, tự đổi lại mỗi 20 giờ.",
        at.clock(),
        at.day(now)
    )
}

/// `heard`: an event of Zalo's was brought and rightly signed at least once.
pub fn known(name: &str, url: Option<&str>, heard: bool) -> String {
    match (url, heard) {
        (None, _) => {
            format!("✘ Zalo OA {name}: chưa có LOPSO_PUBLIC_URL (https) nên không nghe được ai.")
        }
        (Some(url), true) => format!("✔ Zalo OA {name}: Zalo đã gửi tin đến {url}."),
        (Some(url), false) => format!(
            "– Zalo OA {name}: chưa nhận được tin nào. Trong trang nhà phát triển Zalo, mục Webhook, đặt địa chỉ {url}."
        ),
    }
}
