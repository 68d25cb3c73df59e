//! What the teacher reads before and after, and what a family and a group read.

use super::plan::{Plan, Why};
use crate::domain::Timestamp;
use crate::roster::names::Address;

pub const SENT_PRIVATELY: &str = "Dạ, em gửi vào tin nhắn riêng cho cô rồi ạ.";
pub const WHICH: &str = "Dạ, cô muốn nhắc việc nào ạ?";

pub fn choice(title: &str, class: Option<&str>) -> String {
    match class {
        Some(class) => format!("{class}: {title}"),
        None => title.to_owned(),
    }
}

pub fn send(letters: usize) -> String {
    if letters == 0 {
        "📨 Nhắc trong nhóm".to_owned()
    } else {
        "📨 Gửi lời nhắc".to_owned()
    }
}

pub fn preview(
    title: &str,
    class: Option<&str>,
    plan: &Plan,
    waits_until: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let whose = class.map_or("Toàn trường".to_owned(), |class| format!("Lớp {class}"));
    if plan.missing() == 0 {
        return format!("🎉 Dạ, {whose}, việc “{title}” không còn nhà nào phải nhắc ạ.");
    }
    let mut out = format!(
        "🔔 {whose} – {title}\n{} nhà chưa xong.\n\n• Em nhắn riêng được: {} nhà ({} người)",
        plan.missing(),
        plan.reached,
        plan.letters.len()
    );
    for (why, families) in &plan.left_out {
        out.push_str(&format!("\n• {}: {families} nhà", reason(*why)));
    }
    out.push_str("\n\nTrong nhóm em chỉ ghi con số và treo lại bảng, không có tên nhà nào ạ.");
    if let Some(at) = waits_until {
        out.push_str(&format!(
            " Giờ này em không nhắn ai; cô bấm gửi thì em giữ đến {} rồi nhắn, nhà nào kịp làm xong em không nhắc nữa.",
            moment(at, now)
        ));
    }
    out
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::NotLinked => "Chưa có ai trong nhà vào bằng phiếu",
        Why::NoChat => "Chưa nhắn riêng được",
        Why::NoConsent => "Chưa đồng ý nhận tin nhắc",
        Why::Lately => "Vừa nhắc việc này trong 24 giờ",
        Why::Enough => "Tuần này đã nhận đủ tin",
    }
}

pub fn waits(at: Timestamp, now: Timestamp) -> String {
    format!(
        "Dạ, giờ này em không nhắn ai ạ. Em giữ lời nhắc đến {}, lúc đó nhà nào chưa xong em mới nhắn.",
        moment(at, now)
    )
}

pub fn sent(title: &str, plan: &Plan) -> String {
    if plan.letters.is_empty() {
        return format!(
            "Dạ, việc “{title}” bây giờ không có nhà nào để nhắn riêng ạ ({} nhà chưa xong). \
             Nhà chưa vào được, cô phát giúp tờ phiếu có mã nhé.",
            plan.missing()
        );
    }
    format!(
        "Dạ, em gửi lời nhắc việc “{title}” tới {} người của {} nhà rồi ạ. Ai trả lời em ghi ngay.",
        plan.letters.len(),
        plan.reached
    )
}

pub fn in_group(title: &str, done: i64, families: i64) -> String {
    format!(
        "Dạ, việc “{title}” lớp mình đã có {done}/{families} gia đình xong rồi ạ. \
         Nhà nào làm xong báo giúp em trên bảng của lớp nhé; chưa rõ cách làm thì chọn “Hướng dẫn” ạ."
    )
}

pub const DONE: &str = "✅ Nhà em xong rồi";
pub const HOW: &str = "❓ Chỉ cách làm";
pub const TOMORROW: &str = "⏰ Để mai nhắc";
pub const NOT_THIS: &str = "Việc này nhà em xin thôi";

/// `children`: the names by which the class calls them.
pub fn private(to: &str, title: &str, children: &[&str]) -> String {
    let who = Address::of(to);
    let names: Vec<String> = children.iter().map(|name| format!("bé {name}")).collect();
    format!(
        "Dạ, {} nhắc nhẹ {} một việc của lớp ạ: “{title}”, nhà {}. {} làm được chưa ạ?",
        who.me,
        who.you,
        names.join(", "),
        who.you_first()
    )
}

pub fn tomorrow(at: Timestamp, now: Timestamp, who: Address) -> String {
    format!("Dạ vâng, {} {} nhắc lại ạ.", moment(at, now), who.me)
}

/// "6:30 sáng mai" is for people; "6:30 ngày 25/11" is never wrong.
fn moment(at: Timestamp, now: Timestamp) -> String {
    if at.same_day_as(now) {
        format!("{} hôm nay", at.clock())
    } else {
        format!("{} ngày {}", at.clock(), at.day(now))
    }
}
