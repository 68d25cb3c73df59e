//! What `lopso doctor` says: what is wrong, where, and what to do.

pub mod official;
pub mod zalo;

use std::path::Path;

use crate::backup::daily::Failure;
use crate::channel::telegram::profile::{PlaceInGroup, Standing};
use crate::cli::doctor::Brought;
use crate::domain::Timestamp;
use crate::domain::message::Priority;
use crate::domain::time::MINUTE_MS;
use crate::feature::erase::store::{Clock, DEADLINE_MS};
use crate::ledger::recount::Difference;
use crate::outbox::{Depth, Lost};

pub const DATABASE: &str = "✔ Cơ sở dữ liệu mở được và đúng phiên bản.";
pub const ILL: &str = "Có mục cần xem lại ở trên.";

pub fn tallies(school: &str, difference: &Difference) -> String {
    if difference.is_none() {
        return format!("✔ {school}: số liệu khớp với từng lời xác nhận.");
    }
    format!(
        "✘ {school}: {} gia đình và {} con số không khớp khi đếm lại. Hãy gửi nhật ký cho người phụ trách.",
        difference.families.len(),
        difference.tallies.len()
    )
}

pub const NO_TELEGRAM: &str =
    "– Telegram: chưa đặt LOPSO_TELEGRAM_TOKEN nên chưa nối (không sao nếu trường không dùng).";
pub const TOKEN: &str = "✘ Telegram không nhận mã bot (LOPSO_TELEGRAM_TOKEN). Lấy lại mã ở @BotFather rồi đặt lại biến.";
pub const NO_ANSWER: &str = "✘ Không gọi được Telegram. Xem lại mạng; ở Việt Nam có mạng chặn Telegram: thử mạng khác, \
     mạng điện thoại, hoặc đặt LOPSO_PROXY.";
pub const WEBHOOK_REMOVED: &str = "✔ Đã gỡ webhook. Tin đang chờ vẫn còn; chạy lopso để nhận.";

/// One line or more on the bot itself.
pub fn telegram(bot: &Standing, brought: Brought, now: Timestamp) -> String {
    let name = &bot.username;
    let privacy = if bot.hears_all {
        "nghe mọi tin trong nhóm (chế độ riêng tư tắt). Chuyện thường bot bỏ qua, không lưu"
    } else {
        "trong nhóm chỉ nghe lệnh, tin gọi tên bot và tin trả lời bot (chế độ riêng tư bật). Muốn câu \
         “nhà em làm rồi ạ” nói thường trong nhóm cũng được ghi: nhắn @BotFather /setprivacy, chọn \
         Disable, rồi mời bot ra và vào lại nhóm"
    };
    let told = format!("✔ Telegram nhận mã bot: @{name}.\n– @{name} {privacy}.");
    match (brought, &bot.webhook) {
        (Brought::Never, None) => told,
        (Brought::Never, Some(host)) => format!(
            "{told}\n✘ Một chương trình khác ({host}) đang nhận tin của @{name} qua webhook, {} tin đang chờ, nên \
             Lớp Số không nhận được tin nào. Nếu không dùng chương trình ấy nữa: lopso doctor --remove-webhook",
            bot.waiting
        ),
        (Brought::ToUs, _) => match &bot.failed {
            None => format!(
                "{told}\n✔ Telegram gửi tin thẳng đến máy này (webhook), {} tin đang chờ.",
                bot.waiting
            ),
            Some((words, at)) => format!(
                "{told}\n✘ Telegram gửi tin đến máy này (webhook) mà không được, lần cuối ngày {} lúc {}: “{words}”; \
                 {} tin đang chờ, chưa mất tin nào. Kiểm tra LOPSO_PUBLIC_URL có vào được từ ngoài không, chứng chỉ \
                 https còn hạn không, và chương trình lopso có đang chạy không.",
                at.day(now),
                at.clock(),
                bot.waiting
            ),
        },
        (Brought::NotYet, _) => format!(
            "{told}\n✘ Đã đặt LOPSO_TELEGRAM_WEBHOOK_SECRET mà Telegram chưa gửi tin đến LOPSO_PUBLIC_URL. Chạy lopso: \
             chương trình tự báo địa chỉ cho Telegram khi khởi động."
        ),
    }
}

pub const NO_GROUP: &str = "– Chưa có nhóm lớp nào trên Telegram. Cô chủ nhiệm thêm bot vào nhóm lớp rồi nhắn /ganlop trong nhóm.";

pub fn group(class: &str, place: Option<PlaceInGroup>, hears_all: bool) -> String {
    match place {
        Some(PlaceInGroup::Administrator) => {
            format!("✔ Nhóm lớp {class}: bot là quản trị viên, nghe mọi tin.")
        }
        Some(PlaceInGroup::Member) if hears_all => {
            format!("✔ Nhóm lớp {class}: bot viết được, nghe mọi tin.")
        }
        Some(PlaceInGroup::Member) => format!(
            "✔ Nhóm lớp {class}: bot viết được; chỉ nghe lệnh, tin gọi tên và tin trả lời bot (cho bot làm quản trị viên thì nghe mọi tin)."
        ),
        Some(PlaceInGroup::Silenced) => format!(
            "✘ Nhóm lớp {class}: bot không được phép viết. Trưởng nhóm mở quyền gửi tin cho bot."
        ),
        None => format!(
            "✘ Nhóm lớp {class}: bot không còn trong nhóm. Cô chủ nhiệm thêm bot lại; nhóm vẫn gắn với lớp, không cần /ganlop lại."
        ),
    }
}

/// `off_ms`: how much our clock is ahead of Telegram's.
pub fn clock(off_ms: i64) -> String {
    let (seconds, way) = (
        off_ms.abs() / 1_000,
        if off_ms > 0 { "nhanh" } else { "chậm" },
    );
    format!(
        "✘ Đồng hồ máy {way} {seconds} giây so với Telegram. Giờ nghỉ đêm và ngày trong báo cáo sẽ sai: bật đặt giờ tự động."
    )
}

pub fn disk_short(free_bytes: u64) -> String {
    format!(
        "– Ổ đĩa chứa dữ liệu còn trống {} MB. Nên dọn bớt sớm.",
        free_bytes >> 20
    )
}

pub fn disk_full(free_bytes: u64) -> String {
    format!(
        "✘ Ổ đĩa chứa dữ liệu chỉ còn trống {} MB. Dọn bớt ngay để bot còn ghi được câu trả lời.",
        free_bytes >> 20
    )
}

pub fn inbox(aside: i64, oldest: Option<Timestamp>) -> String {
    match oldest {
        None => "✔ Không có tin nào bị gác lại.".to_owned(),
        Some(at) => format!(
            "✘ {aside} tin bị gác lại vì lỗi, tin cũ nhất lúc {} ngày {}:",
            at.clock(),
            at.day(at)
        ),
    }
}

/// By this the operator names a set-aside update: the bot and the platform's number.
pub fn aside_name(bot: &str, external_id: &str) -> String {
    format!("{bot}/{external_id}")
}

pub fn aside(name: &str, at: Timestamp, reason: &str) -> String {
    format!(
        "  · {name}, {} ngày {}: {reason}. Làm lại sau khi sửa: lopso doctor --replay {name}",
        at.clock(),
        at.day(at)
    )
}

pub fn replayed(name: &str) -> String {
    format!("✔ Tin {name} đã làm xong.")
}

pub fn still_aside(name: &str) -> String {
    format!(
        "✘ Tin {name} vẫn chưa làm được, em giữ nguyên ở chỗ gác lại. Chạy lopso doctor để xem lý do mới."
    )
}

pub fn no_such_aside(name: &str) -> String {
    format!(
        "Không có tin nào tên \"{name}\" đang gác lại. Chạy lopso doctor để xem những tin đang gác."
    )
}

/// Rows that wait this long mean that nothing goes out: a wave of 3,000 reminders takes two minutes.
const STUCK_MS: i64 = 15 * MINUTE_MS;

/// True when answers wait far longer than any wave takes. Reminders and boards may wait for the morning or the next
/// month.
pub fn is_stuck(depths: &[Depth], now: Timestamp) -> bool {
    let is_old = |depth: &Depth| now.0 - depth.oldest.0 > STUCK_MS;
    depths.iter().any(|depth| is_answer(depth) && is_old(depth))
}

fn is_answer(depth: &Depth) -> bool {
    depth.priority < Priority::Board.order()
}

pub fn outbox(depths: &[Depth], lost: &Lost, now: Timestamp) -> String {
    let waiting: i64 = depths.iter().map(|depth| depth.rows).sum();
    let stuck = is_stuck(depths, now);
    let mark = if lost.failed > 0 || stuck {
        "✘"
    } else {
        "✔"
    };
    let mut out = format!(
        "{mark} Tin chờ gửi: {waiting}, không gửi được: {}.",
        lost.failed
    );
    if let Some(oldest) = depths.iter().map(|depth| depth.oldest).min() {
        let minutes = (now.0 - oldest.0).max(0) / MINUTE_MS;
        out.push_str(&format!(" Tin chờ lâu nhất đã {minutes} phút."));
    }
    if !stuck && depths.iter().any(|depth| !is_answer(depth)) {
        out.push_str(
            " Bảng và tin nhắc có khi phải chờ: ban đêm, ngày lễ, hoặc khi tin Zalo trong tháng sắp hết.",
        );
    }
    if stuck {
        out.push_str(
            " Tin không đi được: kiểm tra mạng của máy này, và chương trình lopso có đang chạy không.",
        );
    }
    if lost.failed > 0 {
        out.push_str(
            " Tin không gửi được thường là người nhận đã chặn bot hoặc bot đã bị đưa ra khỏi nhóm; \
             xem dòng \"not delivered\" trong nhật ký.",
        );
    }
    let unsaid = lost.unknown + lost.expired;
    if unsaid > 0 {
        out.push_str(&format!(
            "\n– {unsaid} lượt bấm không kịp hiện lời đáp (mạng chậm hoặc máy tắt giữa chừng). Việc bấm vẫn được ghi đủ, \
             bảng của lớp cho thấy."
        ));
    }
    out
}

/// Requests to delete (decree 356/2025): done at once when the person confirms, so only unconfirmed ones wait.
pub fn erasures(clock: &Clock, now: Timestamp) -> String {
    let Some(oldest) = clock.oldest else {
        return format!(
            "✔ Yêu cầu xoá dữ liệu: {} đã xong, không yêu cầu nào chờ.",
            clock.done
        );
    };
    let until = oldest.plus_ms(DEADLINE_MS);
    format!(
        "– Yêu cầu xoá dữ liệu: {} đã xong; {} người đã nhắn /xoa mà chưa bấm xác nhận, sớm nhất từ ngày {}. \
         Nhờ cô chủ nhiệm hỏi lại giúp trước ngày {}.",
        clock.done,
        clock.open,
        oldest.day(now),
        until.day(now)
    )
}

pub const NO_DAILY_BACKUP: &str = "– Sao lưu mỗi ngày đang tắt ([backup] keep_days = 0). Nhớ tự sao lưu: lopso backup TỆP, và đừng giữ bản nào quá 14 ngày.";

pub fn backup(newest: Option<Timestamp>, late: bool, folder: &Path, now: Timestamp) -> String {
    let folder = folder.display();
    match (newest, late) {
        (Some(at), false) => format!(
            "✔ Bản sao lưu mới nhất: {} ngày {}, trong {folder}.",
            at.clock(),
            at.day(now)
        ),
        (Some(at), true) => format!(
            "✘ Bản sao lưu mới nhất trong {folder} đã cũ: {} ngày {}. Máy chỉ chạy lệnh thì bỏ qua dòng này. Máy chạy Lớp Số: xem lopso có đang chạy không; nếu vẫn không có bản mới, \
             xem ổ đĩa còn chỗ và quyền ghi của thư mục.",
            at.clock(),
            at.day(now)
        ),
        (None, true) => format!(
            "✘ Chưa có bản sao lưu nào trong {folder}. Máy chỉ chạy lệnh thì bỏ qua dòng này. Máy chạy Lớp Số: xem lopso có đang chạy không; nếu vẫn không có, xem ổ đĩa còn chỗ và \
             quyền ghi của thư mục."
        ),
        (None, false) => format!(
            "– Chưa có bản sao lưu nào trong {folder}; bản đầu tiên được làm khi chạy lopso."
        ),
    }
}

pub fn backup_failed(failure: Failure, now: Timestamp) -> String {
    let (clock, day) = (failure.at.clock(), failure.at.day(now));
    let why = if failure.disk_full {
        "ổ đĩa đầy. Dọn bớt chỗ; chương trình tự sao lưu lại mỗi giờ"
    } else {
        "xem quyền ghi của thư mục sao lưu, và nhật ký lúc ấy"
    };
    format!("✘ Lần sao lưu lúc {clock} ngày {day} không xong: {why}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(100 * MINUTE_MS);

    fn told(priority: Priority) -> String {
        let depth = Depth {
            priority: priority.order(),
            rows: 1,
            oldest: Timestamp(0),
        };
        outbox(&[depth], &Lost::default(), NOW)
    }

    #[test]
    fn a_board_that_waits_for_the_morning_is_no_fault_and_an_answer_that_waits_is() {
        assert!(told(Priority::Reply).starts_with("✘ Tin chờ gửi: 1"));
        for priority in [Priority::Board, Priority::Reminder] {
            let told = told(priority);
            assert!(told.starts_with("✔ Tin chờ gửi: 1"), "{told}");
            assert!(told.contains("có khi phải chờ: ban đêm"), "{told}");
        }
    }
}
