//! What `lopso replies` says.

use std::path::Path;

use crate::understand::labels;
use crate::understand::learned::train::Unread;
use crate::understand::replies::{Context, Explained};

pub const EXPLAIN: &str = "Cho biết vì sao câu này được hiểu như vậy";
pub const CONTEXT: &str =
    "Câu trả lời cho lời hỏi nào: qr, pay, vneid, multi (cả ba) hay none (không lời hỏi nào)";
pub const TRAIN: &str =
    "Học lại cách đọc câu trả lời từ các câu có nhãn (dành cho người phát triển)";
pub const REPLIES: &str = "Thư mục câu trả lời có nhãn (các tệp .tsv)";

/// So many reasons are shown of each opinion.
const REASONS: usize = 6;

pub fn no_context(context: &str) -> String {
    format!(
        "Không có lời hỏi \u{201c}{context}\u{201d}. Sau --context hãy ghi qr, pay, vneid, multi (cả ba) hoặc none (không lời hỏi nào)."
    )
}

pub fn unread(folder: &Path, problem: &Unread) -> String {
    match problem {
        Unread::File(error) => format!(
            "Không đọc được câu trả lời trong {} ({error}). Chạy lệnh ở thư mục mã nguồn, hoặc chỉ thư mục bằng --replies.",
            folder.display()
        ),
        Unread::Line(file, line) => format!(
            "Tệp {file}, dòng {line} chưa đúng: cần ba cột cách nhau bằng dấu Tab: lời hỏi (qr, pay, vneid, multi, none), các nhãn cách nhau bằng dấu phẩy, rồi câu trả lời."
        ),
    }
}

pub fn trained(replies: usize, bytes: usize) -> String {
    format!(
        "✔ Đã học {replies} câu trả lời ({} KiB).",
        bytes.div_ceil(1024)
    )
}

pub fn explained(
    text: &str,
    context_name: &str,
    context: &Context<'_>,
    explained: &Explained,
) -> String {
    let mut out = String::from("Từ ngữ:\n");
    for (typed, meaning) in explained.phrases(text) {
        out.push_str(&format!("  {typed}  →  {meaning}\n"));
    }
    let rules = labels::labels_of(&explained.rules, context_name);
    out.push_str(&format!(
        "Theo luật: {} ({})\n",
        rules.join(", "),
        explained.rules.why.join("; ")
    ));
    for opinion in &explained.opinions {
        let task = opinion.task.and_then(|task| context.tasks.get(task));
        let about = task.map_or("cả câu", |task| &task.key);
        let likely: Vec<String> = opinion
            .likely
            .iter()
            .map(|(class, likely)| format!("{class} {:.1} %", likely * 100.0))
            .collect();
        out.push_str(&format!("{about}: {}\n", likely.join(" · ")));
        if let Some(veto) = opinion.veto {
            out.push_str(&format!("    không được ghi là xong: {veto}\n"));
        }
        let reasons: Vec<String> = explained
            .reasons(opinion, context)
            .iter()
            .take(REASONS)
            .map(|(name, adds)| format!("{name} {adds:+.2}"))
            .collect();
        out.push_str(&format!("    vì: {}\n", reasons.join(" · ")));
    }
    let read = labels::labels_of(&explained.reading, context_name);
    out.push_str(&format!("Kết quả: {}", read.join(", ")));
    if explained.reading.unsure.is_some() {
        out.push_str(" (chưa chắc: bot hỏi lại)");
    }
    out
}
