//! The words by which people speak of a task: "mã lớp", "tiền tháng", "mức 2".

use std::sync::{Arc, LazyLock};

use super::replies::{Name, TaskKind, TaskWords};

const QR_NOUNS: &[&str] = &[
    "mã",
    "mã qr",
    "qr",
    "mã lớp",
    "mã của lớp",
    "mã quét",
    "mã cô giáo",
    "mã cô gửi",
    "mã vuông",
    "mã nhóm",
    "qr lớp",
    "mã qr lớp",
    "mã qr của lớp",
    "mã lớp mình",
    "kiu a",
    "quy a",
];
const QR_VERBS: &[&str] = &["quét", "soi", "quyét", "quẹt", "scan"];
const PAYMENT_NOUNS: &[&str] = &[
    "tiền",
    "tiền tháng",
    "tiền học",
    "tiền học tháng này",
    "tiền tháng này",
    "tiền học phí",
    "học phí",
    "khoản thu",
    "tiền trường",
    "tiền lớp",
    "tiền ăn",
    "tiền bán trú",
    "tiền của cháu",
    "tiền của bé",
    "tiền của con",
    "tiền nộp",
    "tiền đóng",
    "tiền học của con",
    "tiền học của cháu",
    "tiền học của bé",
    "khoản tháng này",
];
const PAYMENT_VERBS: &[&str] = &[
    "chuyển khoản",
    "ck",
    "chuyển",
    "nộp",
    "đóng",
    "gửi",
    "bank",
    "banking",
    "thanh toán",
    "nạp",
    "trả",
    "ckhoan",
    "chuyen khoan",
    "truyền khoản",
    "bắn",
    "quẹt thẻ",
];
const VNEID_NOUNS: &[&str] = &[
    "vneid",
    "vnid",
    "vnei d",
    "vnied",
    "vneiid",
    "vned",
    "vneit",
    "vneidd",
    "vneld",
    "vn eid",
    "vê en ai đi",
    "vn e id",
    "định danh",
    "định danh điện tử",
    "định danh mức 2",
    "định danh mức hai",
    "mức 2",
    "mức hai",
    "mức 02",
    "mức ii",
    "muc 2",
    "căn cước điện tử",
    "tài khoản định danh",
    "lv2",
    "cấp 2 vneid",
];
const VNEID_VERBS: &[&str] = &["kích hoạt", "đăng ký", "đăng kí"];
/// Words that open a title and are the doing itself.
const TITLE_VERBS: &[&str] = &[
    "nộp",
    "ký",
    "đăng ký",
    "tham gia",
    "cài",
    "cài đặt",
    "tải",
    "điền",
    "xem",
    "khảo sát",
    "tập huấn",
    "học",
    "gửi",
    "cập nhật",
    "kích hoạt",
    "đọc",
    "quét",
    "bình chọn",
    "khai",
    "kê khai",
    "làm",
    "dự",
    "tiêm",
];
const OWN_VERBS: &[&str] = &["tham gia", "dự", "xem", "học"];

fn read(names: &[&str]) -> Vec<Arc<Name>> {
    names.iter().map(|name| Name::read(name)).collect()
}

/// The names of the tasks that come with the program, read once.
struct Names {
    nouns: Vec<Arc<Name>>,
    verbs: Vec<Arc<Name>>,
}

fn names(nouns: &[&str], verbs: &[&str]) -> Names {
    Names {
        nouns: read(nouns),
        verbs: read(verbs),
    }
}

static QR: LazyLock<Names> = LazyLock::new(|| names(QR_NOUNS, QR_VERBS));
static PAYMENT: LazyLock<Names> = LazyLock::new(|| names(PAYMENT_NOUNS, PAYMENT_VERBS));
static VNEID: LazyLock<Names> = LazyLock::new(|| names(VNEID_NOUNS, VNEID_VERBS));

impl TaskWords {
    pub fn builtin_qr() -> Self {
        Self {
            key: "qr".to_owned(),
            kind: TaskKind::Scan,
            nouns: QR.nouns.clone(),
            verbs: QR.verbs.clone(),
        }
    }

    pub fn builtin_vneid() -> Self {
        Self {
            key: "vneid".to_owned(),
            kind: TaskKind::Skill,
            nouns: VNEID.nouns.clone(),
            verbs: VNEID.verbs.clone(),
        }
    }

    /// A month in the key ("thu-2026-11") is one more name: "tiền tháng 11".
    pub fn builtin_payment(key: &str) -> Self {
        let mut nouns = PAYMENT.nouns.clone();
        if let Some(month) = key
            .rsplit('-')
            .next()
            .and_then(|part| part.parse::<u32>().ok())
            .filter(|month| (1..=12).contains(month))
        {
            nouns.extend(
                ["tháng", "tiền tháng", "tiền học tháng", "khoản thu tháng"]
                    .map(|name| Name::read(&format!("{name} {month}"))),
            );
        }
        Self {
            key: key.to_owned(),
            kind: TaskKind::Payment,
            nouns,
            verbs: PAYMENT.verbs.clone(),
        }
    }

    /// A school's own task: its title, the title without its verb, and that verb.
    pub fn own(key: &str, title: &str) -> Self {
        let title: String = super::fold::clean(title)
            .to_lowercase()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        let words: Vec<&str> = title.split_whitespace().collect();
        let all = words.join(" ");
        let verb = TITLE_VERBS
            .iter()
            .filter(|verb| all == **verb || all.starts_with(&format!("{verb} ")))
            .max_by_key(|verb| verb.len());
        let mut nouns = vec![all.clone()];
        let mut verbs: Vec<String> = OWN_VERBS.iter().map(|verb| (*verb).to_owned()).collect();
        if let Some(verb) = verb {
            verbs.push((*verb).to_owned());
            if let Some(rest) = all.strip_prefix(&format!("{verb} ")) {
                nouns.push(rest.to_owned());
            }
        }
        // People shorten a title to its first two words.
        for (from, to) in [(0, 2), (verb.map_or(0, |verb| verb.split(' ').count()), 2)] {
            if let Some(short) = words.get(from..from + to).filter(|short| short.len() == 2) {
                nouns.push(short.join(" "));
            }
        }
        nouns.dedup();
        Self {
            key: key.to_owned(),
            kind: TaskKind::Skill,
            nouns: nouns.iter().map(|noun| Name::read(noun)).collect(),
            verbs: verbs.iter().map(|verb| Name::read(verb)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_gives_its_words() {
        let words = TaskWords::own("tap-huan", "Tập huấn an toàn mạng");
        assert!(words.nouns.iter().any(|noun| noun.text == "an toàn mạng"));
        assert!(words.verbs.iter().any(|verb| verb.text == "tập huấn"));
        assert!(
            TaskWords::own("x", "")
                .nouns
                .iter()
                .all(|noun| noun.text.is_empty())
        );
        assert!(
            TaskWords::builtin_payment("thu-2026-11")
                .nouns
                .iter()
                .any(|noun| noun.text == "tiền tháng 11")
        );
    }
}
