//! What the operator reads about the bot on Telegram, and what Telegram shows of it.

use crate::channel::telegram::profile::Introduction;

pub const API_URL: &str = "LOPSO_TELEGRAM_API_URL không phải là một địa chỉ. Bỏ trống để dùng https://api.telegram.org, \
     hoặc ghi đủ, ví dụ: http://127.0.0.1:8081";
pub const PROXY: &str = "LOPSO_PROXY không phải là địa chỉ của một proxy. Ghi đủ, ví dụ: socks5h://127.0.0.1:1080 \
     hoặc http://ten:mat-khau@proxy.vn:3128; không dùng proxy thì bỏ trống.";
/// Telegram's longest name of a bot.
const LONGEST_NAME: usize = 64;
/// A school's name that leaves room for the rest of the short description, at most 120.
const LONGEST_SCHOOL: usize = 60;

/// What Telegram shows of the bot before anybody writes to it.
pub fn introduction(school: Option<&str>) -> Introduction {
    let fits = |text: &str, most: usize| text.encode_utf16().count() <= most;
    let of_school = school.unwrap_or("nhà trường");
    let name = format!("Trợ lý {of_school}");
    let name = if fits(&name, LONGEST_NAME) {
        name
    } else {
        "Trợ lý nhóm lớp".to_owned()
    };
    // Half a name is nobody's.
    let of_school = if fits(of_school, LONGEST_SCHOOL) {
        of_school
    } else {
        "nhà trường"
    };
    Introduction {
        name,
        short: format!("Trợ lý tự động của {of_school}: ghi việc nhà mình đã làm, chỉ cách làm."),
        long: format!(
            "Dạ, em là trợ lý tự động của {of_school}. Em ghi lại những việc gia đình báo đã làm và chỉ cách làm \
             từng bước: quét mã QR, chuyển khoản, VNeID.\n\n\
             Em không bao giờ hỏi mật khẩu, mã OTP hay căn cước.\n\n\
             Ba mẹ, ông bà bấm Bắt đầu, hoặc quét mã trên tờ phiếu cô giáo phát nhé."
        ),
    }
}

pub const WEBHOOK_GONE: &str =
    "✔ Đã gỡ webhook đặt từ lần chạy trước; lần này nhận tin bằng cách hỏi Telegram.";
pub const WEBHOOK_REFUSED: &str = "✘ Telegram không nhận webhook. LOPSO_PUBLIC_URL phải là địa chỉ https mà Telegram vào được, ở cổng 443, 80, 88 hoặc 8443. Xem thêm: lopso doctor";
pub const WEBHOOK_SECRET: &str = "LOPSO_TELEGRAM_WEBHOOK_SECRET chỉ được có chữ cái không dấu, chữ số, dấu _ và dấu -, từ 16 đến 256 ký tự. Ví dụ, tạo bằng: openssl rand -hex 32";
pub const WEBHOOK_ADDRESS: &str = "Đã đặt LOPSO_TELEGRAM_WEBHOOK_SECRET nên cần cả LOPSO_PUBLIC_URL, bắt đầu bằng https:// (địa chỉ Telegram gửi tin đến). Không dùng webhook thì bỏ trống cả hai.";

#[cfg(test)]
mod tests {
    use super::introduction;

    #[test]
    fn the_bot_never_says_more_of_itself_than_telegram_takes() {
        let longest_short = "🌸".repeat(30);
        for school in ["Hoa Sen", &"Ê".repeat(60), &longest_short, &"Ê".repeat(400)] {
            let about = introduction(Some(school));
            for (text, most) in [(&about.name, 64), (&about.short, 120), (&about.long, 512)] {
                assert!(text.encode_utf16().count() <= most, "{text}");
            }
        }
        assert!(introduction(None).long.contains("nhà trường"));
    }
}
