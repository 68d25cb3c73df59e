//! What the principal reads when she starts or withdraws a task.

pub const SENT_PRIVATELY: &str = "Dạ, em trả lời cô trong tin nhắn riêng rồi ạ.";
pub const WITHDRAW: &str = "↩️ Rút lại việc này";
pub const UNKNOWN: &str =
    "Dạ, em không thấy việc này ở trường mình ạ. Cô nhắn /phatdong để xem các việc đang có nhé.";

pub fn usage(titles: &[&str]) -> String {
    let list = if titles.is_empty() {
        "chưa có việc nào".to_owned()
    } else {
        titles.join("; ")
    };
    format!(
        "Dạ, cô nhắn tên việc, bắt đầu bằng từ chỉ việc làm, ví dụ: /phatdong Cài ứng dụng họp. \
         Em gửi bảng vào các nhóm lớp ngay ạ.\n\
         Các việc đang có: {list}. Nhắn lại tên một việc đang có thì em gửi bảng mới."
    )
}

pub fn too_long(longest: usize) -> String {
    format!(
        "Dạ, tên việc cần ngắn, không quá {longest} chữ cái, để vừa nút bấm trên điện thoại ạ. Cô nhắn lại tên ngắn hơn giúp em nhé."
    )
}

/// `later`: groups that had their boards of this week already.
pub fn opened(title: &str, groups: usize, later: usize) -> String {
    if groups + later == 0 {
        return format!(
            "Dạ, em đã mở việc “{title}”. Chưa có nhóm lớp nào kết nối với em nên em chưa gửi bảng ạ. Khi có nhóm, cô nhắn lại /phatdong {title} nhé."
        );
    }
    let waits = "Trên Zalo mỗi nhóm nhận nhiều nhất hai bảng một tuần cho khỏi phiền";
    match (groups, later) {
        (_, 0) => format!("Dạ, em đã mở việc “{title}” và gửi bảng vào {groups} nhóm lớp ạ."),
        (0, _) => format!(
            "Dạ, em đã mở việc “{title}” ạ. {waits}, nên bảng mới tự vào {later} nhóm lớp trong vài ngày tới. \
             Ba mẹ, ông bà nhắn em là em ghi nhận ngay."
        ),
        (_, _) => format!(
            "Dạ, em đã mở việc “{title}” và gửi bảng vào {groups} nhóm lớp ạ. {waits}, nên {later} nhóm nữa \
             nhận bảng mới trong vài ngày tới."
        ),
    }
}

pub fn withdrawn(title: &str) -> String {
    format!(
        "Dạ, em đã rút việc “{title}” khỏi các bảng. Những gì gia đình đã báo vẫn được giữ ạ. Muốn mở lại, cô nhắn /phatdong {title}."
    )
}
