//! What a school reads of a month's messages.

use crate::bots::budget::Spent;

/// At 70 percent there is time; at 90 boards and reminders wait already, or soon.
pub fn running_out(bot: &str, percent: i64, spent: &Spent, per_month: i64) -> String {
    let what_next = if percent < 90 {
        "Đến hết tháng, thầy cô chỉ phát động và nhắc việc thật cần giúp em nhé."
    } else {
        "Từ giờ đến hết tháng em dành tin để trả lời ba mẹ, ông bà: bảng chờ sang tháng, tin nhắc quá hai ngày thì thôi ạ. \
         Việc gấp, nhờ cô chủ nhiệm tự nhắn trong nhóm. Bot đang giúp nhiều lớp thì tách bớt lớp sang bot khác là đỡ."
    };
    format!(
        "Dạ, em báo thầy cô: bot @{bot} đã dùng {} trong {per_month} tin Zalo của tháng này, đến mức {percent} % rồi ạ. {what_next}",
        spent.all()
    )
}
