//! What a school reads of a month's messages.

use crate::bots::budget::Spent;

/// At 70 percent there is time; at 90 boards and reminders wait already, or soon.
pub fn running_out(bot: &str, percent: i64, spent: &Spent, per_month: i64) -> String {
    let what_next = if percent < 90 {
        "Nếu sắp có đợt nhắc lớn, thầy cô nhờ người phụ trách thêm bot cho bớt lớp giúp em nhé."
    } else {
        "Từ giờ đến hết tháng em ưu tiên trả lời ba mẹ, ông bà; bảng chờ sang tháng, tin nhắc quá hai ngày thì thôi ạ. \
         Muốn chạy tiếp thì thêm bot cho bớt lớp, hoặc mua gói của Zalo."
    };
    format!(
        "Dạ, em báo thầy cô: bot @{bot} đã dùng {} trong {per_month} tin Zalo cho tháng này ({percent} % trở lên) ạ. {what_next}",
        spent.all()
    )
}
