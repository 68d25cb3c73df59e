//! The words on paper. No technical word: a grandmother reads them at the school gate.

pub fn steps(by_code: bool) -> [&'static str; 3] {
    const LOOK: &str = "1. Mở máy ảnh trên điện thoại, giơ lên ô vuông đen trắng này.";
    if by_code {
        return [
            LOOK,
            "2. Bấm vào dòng chữ hiện ra, rồi bấm Lấy mã để nhắn.",
            "3. Mở Zalo, nhắn mã ấy cho trợ lý của lớp. Vậy là xong ạ!",
        ];
    }
    [
        LOOK,
        "2. Bấm vào dòng chữ hiện ra, rồi bấm Bắt đầu.",
        "3. Đọc lời chào, bấm Đồng ý. Vậy là xong ạ!",
    ]
}
/// Where the bot has no name of its own to be found by.
pub const OUR_BOT: &str = "trợ lý của lớp";
pub const PRIVATE: &str = "Phiếu riêng của gia đình bé. Xin đừng chụp gửi vào nhóm.";

pub fn slips_title(school: &str) -> String {
    format!("Phiếu vào nhóm – {school}")
}

pub fn posters_title(school: &str) -> String {
    format!("Áp phích cửa lớp – {school}")
}

pub fn class(title: &str) -> String {
    format!("Lớp {title}")
}

pub fn by_hand(bot: &str) -> String {
    format!("Không quét được? Nhắn riêng cho {bot}:")
}

pub fn on_zalo(bot: &str) -> String {
    format!("@{bot} trên Zalo")
}

pub fn phone(number: &str) -> String {
    format!("Cần giúp, xin gọi nhà trường: {number}")
}

pub const POSTER_HEADING: &str = "Mời ông bà, ba mẹ quét ô này";
pub const POSTER_WHY: &str =
    "để báo việc đã làm, hỏi cách làm và nhận lời nhắc của lớp ngay trên điện thoại";

pub fn poster_steps(by_code: bool) -> [&'static str; 3] {
    const LOOK: &str = "1. Mở máy ảnh trên điện thoại, giơ lên ô vuông đen trắng.";
    if by_code {
        return [
            LOOK,
            "2. Bấm vào dòng chữ hiện ra, rồi bấm Lấy mã để nhắn.",
            "3. Nhắn mã ấy, rồi tên của bé, cho trợ lý trên Zalo.",
        ];
    }
    [
        LOOK,
        "2. Bấm vào dòng chữ hiện ra, rồi bấm Bắt đầu.",
        "3. Bấm Đồng ý, nhắn tên của bé. Cô giáo xác nhận là xong ạ!",
    ]
}
