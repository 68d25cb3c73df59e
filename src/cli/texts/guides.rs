//! What `lopso guides` says.

use std::io::Error;
use std::path::Path;

use crate::feature::guide::search::Explained;

pub const TRAIN: &str = "Học lại cách mọi người hỏi từ các câu mẫu (dành cho người viết hướng dẫn)";
pub const PHRASES: &str = "Thư mục câu mẫu";
pub const MODEL: &str = "Tệp kết quả; lần dựng chương trình sau sẽ dùng";
pub const EXPLAIN: &str = "Cho biết vì sao câu này được hiểu như vậy";

pub fn unreadable(folder: &Path, error: Error) -> String {
    format!(
        "Không đọc được câu mẫu trong {} ({error}). Chạy lệnh ở thư mục mã nguồn, hoặc chỉ thư mục bằng --phrases.",
        folder.display()
    )
}

pub fn unwritten(file: &Path, error: Error) -> String {
    format!(
        "Không ghi được {} ({error}). Kiểm tra quyền ghi và chỗ trống trên đĩa.",
        file.display()
    )
}

pub fn trained(guides: usize, phrases: usize, bytes: usize) -> String {
    format!(
        "✔ Đã học {phrases} câu của {guides} hướng dẫn ({} KiB).",
        bytes.div_ceil(1024)
    )
}

pub fn explained(explained: &Explained) -> String {
    let mut out = format!("Từ đọc được: {}\n", explained.words.join(" "));
    out.push_str(if explained.asks {
        "Là câu hỏi"
    } else {
        "Không thấy ý hỏi"
    });
    out.push_str(&format!(
        "; hướng dẫn tốt nhất phải đạt {:.0} %.\n",
        explained.bar * 100.0
    ));
    for candidate in &explained.candidates {
        let id = if candidate.id.is_empty() {
            "(không cần hướng dẫn)"
        } else {
            &candidate.id
        };
        out.push_str(&format!("{:5.1} %  {id}\n", candidate.likely * 100.0));
        let reasons: Vec<String> = candidate
            .reasons
            .iter()
            .map(|(words, adds)| format!("{words} {adds:+.1}"))
            .collect();
        out.push_str(&format!("         {}\n", reasons.join(" · ")));
    }
    let ids: Vec<&str> = explained.hits.iter().map(|hit| hit.id.as_str()).collect();
    out.push_str(&match ids.as_slice() {
        [] => "Kết quả: không đưa hướng dẫn nào.".to_owned(),
        ids => format!("Kết quả: {}", ids.join(", ")),
    });
    out
}
