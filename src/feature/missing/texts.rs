//! The list that only the class's teacher reads.

pub const SENT_PRIVATELY: &str = "Dạ, em gửi vào tin nhắn riêng cho cô rồi ạ.";
pub const WHICH: &str = "Dạ, cô muốn xem việc nào ạ?";
pub const LEAD: &str = "Dạ, tên từng nhà chỉ cô chủ nhiệm của lớp xem ạ. Số liệu theo lớp có trong /baocao, cô xem giúp em nhé.";

pub fn choice(title: &str, class: &str, several: bool) -> String {
    if several {
        format!("{class}: {title}")
    } else {
        title.to_owned()
    }
}

#[derive(Default)]
pub struct Lists<'a> {
    pub silent: Vec<&'a str>,
    pub not_yet: Vec<&'a str>,
    pub needs_help: Vec<&'a str>,
    pub cash: Vec<&'a str>,
    pub declined: Vec<&'a str>,
    pub no_phone: Vec<&'a str>,
    pub done: usize,
    pub exempt: usize,
}

pub fn list(class: &str, title: &str, lists: &Lists<'_>, families: usize) -> String {
    let due = families - lists.exempt;
    let mut out = format!(
        "🔒 Lớp {class} – {title}\nĐã xong {}/{due} gia đình (chỉ cô xem, xin đừng gửi vào nhóm)",
        lists.done
    );
    let groups = [
        ("🙋 Cần chỉ cách làm", &lists.needs_help),
        ("⏳ Báo chưa làm", &lists.not_yet),
        ("⬜ Chưa trả lời", &lists.silent),
        ("💵 Nộp tiền mặt", &lists.cash),
        ("➖ Chưa muốn làm", &lists.declined),
        ("📵 Chưa có điện thoại", &lists.no_phone),
    ];
    let mut any = false;
    for (words, names) in groups {
        if !names.is_empty() {
            any = true;
            out.push_str(&format!(
                "\n\n{words} ({}):\n{}",
                names.len(),
                names.join(", ")
            ));
        }
    }
    out.push_str(if any {
        "\n\nCô muốn ghi hộ nhà nào thì nhắn /nhapho ạ."
    } else {
        "\n\n🎉 Dạ, cả lớp xong hết rồi ạ!"
    });
    out
}
