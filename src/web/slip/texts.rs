//! What the page of a slip says. It names the class and no child: whoever the link was passed on to reads it too.

pub const TITLE: &str = "Trợ lý của lớp";
pub const GONE: &str = "Phiếu này không còn dùng được ạ";
pub const ASK_TEACHER: &str = "Ông bà, ba mẹ nhờ cô giáo chủ nhiệm cho xin mã mới nhé.";
pub const OPEN_TELEGRAM: &str = "Mở Telegram";
pub const GET_CODE: &str = "Lấy mã để nhắn";
pub const OR: &str = "hoặc";
pub const TOO_MANY: &str =
    "Phiếu này vừa được lấy mã nhiều lần quá ạ. Mình đợi nửa giờ rồi bấm lại giúp em nhé.";
pub const YOUR_CODE: &str = "Mã của mình đây ạ";
pub const ONCE: &str = "Mã dùng một lần, trong 30 phút. Xin đừng gửi vào nhóm.";
pub const AGAIN: &str = "Lấy mã khác";
pub const TROUBLE: &str = "Em đang trục trặc một chút, mình thử lại sau ít phút giúp em nhé.";

pub fn hello(school: &str, class: Option<&str>) -> String {
    match class {
        Some(class) => format!("Lớp {class}, {school}"),
        None => school.to_owned(),
    }
}

pub const WHAT_NEXT: &str = "Mời ông bà, ba mẹ bấm nút dưới đây để gặp trợ lý của lớp.";
pub const WHAT_NEXT_ON_ZALO: &str =
    "Ông bà, ba mẹ bấm nút dưới đây để lấy mã, rồi nhắn riêng mã ấy cho trợ lý của lớp trên Zalo.";

/// Where nobody knows yet which of several bots serves the class.
const SOME_BOT: &str = "trợ lý của lớp";

pub fn on_zalo(bot: Option<&str>) -> String {
    format!("{} trên Zalo", bot.unwrap_or(SOME_BOT))
}

pub fn send_to(bots: &[String]) -> String {
    if bots.is_empty() {
        return "Nhắn riêng mã này cho trợ lý của lớp:".to_owned();
    }
    format!("Nhắn riêng mã này cho {}:", bots.join(" hoặc "))
}

pub fn send_on_zalo(bot: Option<&str>) -> String {
    let bot = bot.unwrap_or(SOME_BOT);
    format!("Mở Zalo, vào nhóm lớp, chạm vào tên {bot}, chọn Nhắn tin, rồi gửi mã này:")
}
