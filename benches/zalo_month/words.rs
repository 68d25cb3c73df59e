//! What people of a class say in a month, in words of their own.

/// One thing the school asks for: how it is told as done, by how many of a hundred, between which days of the month.
pub struct Deed {
    pub done: &'static [&'static str],
    pub percent: u64,
    pub days: (u64, u64),
}

pub const DEEDS: [Deed; 4] = [
    Deed {
        done: &[
            "em quét mã rồi",
            "nhà em quét mã qr rồi ạ",
            "quét rồi cô ơi",
            "dạ em đã quét mã lớp",
            "em quet ma roi co",
        ],
        percent: 95,
        days: (3, 16),
    },
    Deed {
        done: &[
            "em chuyển khoản rồi ạ",
            "nhà em ck rồi cô nhé",
            "em nộp tiền tháng 11 rồi",
            "đã chuyển khoản ạ",
            "mẹ bé vừa chuyển khoản xong",
        ],
        percent: 90,
        days: (5, 26),
    },
    Deed {
        done: &[
            "em kích hoạt vneid rồi",
            "nhà em lên mức 2 rồi ạ",
            "vneid xong rồi cô ạ",
            "em làm xong vneid mức 2 rồi",
        ],
        percent: 70,
        days: (8, 29),
    },
    Deed {
        done: &["em cài ứng dụng họp rồi", "cài ứng dụng họp xong rồi ạ"],
        percent: 50,
        days: (13, 29),
    },
];

/// What the principal asks for in the middle of the month.
pub const LAUNCH: &str = "/phatdong Cài ứng dụng họp";

pub const NOT_YET: &[&str] = &[
    "chưa ạ",
    "nhà em chưa làm được",
    "mai em làm ạ",
    "dạ em chưa quét được mã",
    "vneid nhà em chưa xong",
    "cuối tuần em chuyển khoản ạ",
];

pub const QUESTIONS: &[&str] = &[
    "quét mã kiểu gì ạ",
    "cài vneid thế nào cô",
    "em quên mật khẩu vneid",
    "chuyển khoản bằng mã qr làm sao",
    "nội dung chuyển khoản ghi gì ạ",
    "không nhận được mã otp",
    "làm sao lên mức 2 ạ",
    "sao quét mã không được",
    "cách đổi mật khẩu zalo",
    "bà không biết đọc mã thì làm thế nào",
    "xem lịch học của bé ở đâu",
];

pub const COURTESY: &[&str] = &["em cảm ơn ạ", "vâng ạ", "ok em", "cảm ơn bot nhé", "dạ"];

pub const STATUS: &str = "/trangthai";
pub const HELP: &str = "/trogiup";
pub const REPORT: &str = "/baocao";
pub const REMIND: [&str; 3] = ["/nhac qr", "/nhac thu", "/nhac vneid"];
/// What a family answers to a reminder when it does not take a number.
pub const TO_A_REMINDER: &[&str] = &["chưa ạ", "mai em làm ạ", "dạ em làm rồi", "vâng ạ"];
/// What stands above the teacher's question whether to remind.
pub const PREVIEW_MARK: char = '🔔';
/// On the answer by which one lets oneself be written down, and be reminded.
pub const AGREE: &str = "ồng ý";
/// On the first answer to a reminder.
pub const DONE: &str = "Nhà em xong rồi";

pub const GIVEN: [&str; 15] = [
    "An", "Bảo", "Chi", "Dũng", "Giang", "Hà", "Huy", "Khang", "Lan", "Minh", "Nam", "Phúc",
    "Quân", "Trang", "Vy",
];
