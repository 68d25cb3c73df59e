//! What `lopso doctor` says of bots on Zalo.

use crate::bots::budget::Spent;
use crate::config::ZaloLimits;

pub const NONE: &str =
    "– Zalo: chưa đặt LOPSO_ZALO_TOKEN nên chưa nối (không sao nếu trường không dùng).";
pub const WEBHOOK: &str = "  ✔ Zalo đang giữ đúng địa chỉ của chương trình này (webhook). Muốn chắc tin tới nơi: nhắn bot một câu, bot trả lời là được.";
pub const NO_WEBHOOK: &str = "  ✘ Đã đặt LOPSO_ZALO_WEBHOOK_SECRET mà Zalo chưa gửi tin đến LOPSO_PUBLIC_URL. Chạy lopso: chương trình tự báo địa chỉ cho Zalo khi khởi động.";
pub const WEBHOOK_REMOVED: &str = "  ✔ Đã gỡ webhook trên Zalo. Chạy lopso để nhận tin.";
pub const ANOTHER_WEBHOOK: &str = "  ✘ Một chương trình khác đang nhận tin của bot này qua webhook, nên Lớp Số không nhận được tin nào. \
     Nếu không dùng chương trình ấy nữa: dừng lopso, chạy lopso doctor --remove-webhook (gỡ của mọi bot), rồi chạy lại lopso.";
/// The address is one of this program's own kind: another machine of the school's serves the bot.
pub const ELSEWHERE: &str = "  ✔ Một máy khác chạy Lớp Số đang nhận tin của bot này (webhook). Máy này chỉ chạy lệnh thì không cần làm gì thêm.";
pub const POLLING: &str = "  – Đang nhận tin bằng cách hỏi Zalo, chỉ để thử: tin gửi lúc chương trình tắt sẽ mất. Dùng thật thì đặt webhook (README, mục Zalo).";
pub const NO_GROUP: &str = "  – Chưa có nhóm lớp nào của bot này. Trưởng nhóm mời bot vào nhóm; cô nhắn riêng bot /ganlop rồi làm theo.";

/// What the platform does not say and we take as given (README, "Zalo").
pub const UNKNOWN: &str = "– Zalo không công bố, Lớp Số tạm hiểu như sau: thành viên nhóm chỉ tính là “người” khi có nhắn bot; \
     3 nhóm là cho mỗi bot; tin tính cả nhận và gửi, dấu “đang gõ” trước khi gửi ảnh thì không; một người có thể mang hai mã khác nhau ở hai bot. \
     Tin Zalo bỏ trước khi tới máy này thì không ai đếm được. Thấy khác thì sửa [limits.zalo] trong config/lopso.toml.";

/// `which`: the variable with its token, or its name.
pub fn no_answer(which: &str) -> String {
    format!("✘ Không hỏi được Zalo về bot {which}. Xem lại mạng của máy này, rồi chạy lại.")
}

/// By its account name a group invites it.
pub fn known(called: &str, account_name: &str, can_join_groups: bool) -> String {
    let groups = if can_join_groups {
        "vào nhóm được"
    } else {
        "Zalo chưa cho vào nhóm: mở Zalo Bot Manager xem bot có mục mời vào nhóm không"
    };
    format!(
        "✔ Zalo nhận mã bot: @{called} ({groups}). Đường dẫn mời vào nhóm: \
         https://bot.zaloplatforms.com/groups/invite/{account_name}"
    )
}

pub fn reached(url: &str, reached: bool) -> String {
    if reached {
        format!("✔ Từ máy này mở được {url}.")
    } else {
        format!(
            "✘ Từ máy này không mở được {url}/healthz. Kiểm tra tên miền, đường hầm (tunnel) và chương trình lopso có đang chạy không."
        )
    }
}

/// A bot's month so far.
pub struct Month<'a> {
    pub limits: &'a ZaloLimits,
    pub spent: Spent,
    pub forecast: i64,
    pub people: i64,
}

impl Month<'_> {
    /// Boards and reminders wait already.
    pub fn is_short(&self) -> bool {
        let left = self.limits.per_month - self.spent.all();
        self.limits.per_month > 0 && left <= self.limits.kept_for_answers
    }
}

pub fn month(month: &Month<'_>) -> String {
    let Month {
        limits,
        spent,
        forecast,
        people,
    } = month;
    let counts = format!("tháng này nhận {}, gửi {}", spent.received, spent.sent);
    let people = if limits.people > 0 {
        format!("{people}/{} người", limits.people)
    } else {
        format!("{people} người")
    };
    if limits.per_month == 0 {
        return format!("  ✔ {counts} tin; {people}.");
    }
    let used = format!(
        "{counts}, cộng {}/{} tin ({} %); {people}",
        spent.all(),
        limits.per_month,
        spent.percent(limits).unwrap_or(0)
    );
    if month.is_short() {
        return format!(
            "  ✘ {used}. Sắp hết: bảng chờ sang tháng, tin nhắc quá hai ngày thì bỏ, bot chỉ còn trả lời. Việc gấp nhờ cô nhắn tay; bot giúp nhiều lớp thì tách bớt lớp sang bot khác."
        );
    }
    if *forecast > limits.per_month {
        return format!(
            "  – {used}. Cứ đà này cả tháng cần khoảng {forecast} tin, quá {}: những ngày cuối bảng sẽ chờ, tin nhắc sẽ bị bỏ.",
            limits.per_month
        );
    }
    format!("  ✔ {used}. Cứ đà này cả tháng khoảng {forecast} tin.")
}

pub fn does_not_fit(title: &str, families: i64, limits: &ZaloLimits) -> String {
    format!(
        "  ✘ Lớp {title} ({families} gia đình) không đủ chỗ ở bot này: mỗi bot chỉ phục vụ {} người, {} nhóm. \
         Tạo thêm một bot cho lớp (README, mục Zalo).",
        limits.people, limits.groups
    )
}
