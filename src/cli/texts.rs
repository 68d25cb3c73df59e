//! What the command line says to the person in front of it.

pub mod backup;
pub mod doctor;
pub mod guides;
pub mod invites;
pub mod live;
pub mod replies;
pub mod telegram;
pub mod zalo;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;

use jiff::civil::Date;

use crate::config;
use crate::db::Problem;
use crate::roster::apply::{RosterPlan, StaffPlan};

pub const ABOUT: &str = "Lớp Số: trợ lý nhóm lớp mầm non – ghi nhận việc gia đình đã làm, chỉ cách làm, báo cáo đúng số";
pub const SERVE: &str = "Chạy chương trình cho trường (cũng là lệnh mặc định)";
pub const DEMO: &str = "Mở trường mẫu để dùng thử trên trình duyệt";
pub const DEMO_EMPTY: &str = "Không tạo trường mẫu";
pub const DEMO_ADDR: &str = "Địa chỉ trang dùng thử";
pub const DEMO_DATA: &str = "Giữ dữ liệu dùng thử trong thư mục này";
pub const DEMO_OPEN: &str =
    "Cho máy khác trong mạng vào trang dùng thử (ai vào cũng đóng được mọi vai)";
pub const IMPORT: &str = "Nhập danh sách từ tệp .xlsx .xls .ods .csv";
pub const IMPORT_ROSTER: &str = "Nhập danh sách trẻ (cột: lop, ma_be, ho_ten)";
pub const IMPORT_STAFF: &str = "Nhập danh sách cán bộ, giáo viên (cột: ho_ten, vai_tro, lop)";
pub const IMPORT_YEAR: &str = "Năm học của danh sách, ví dụ 2027-2028: ghi năm kế tiếp là các bé lên lớp, số liệu năm cũ giữ nguyên";
pub const STAFF: &str = "Việc của cán bộ, giáo viên";
pub const SUBSTITUTE: &str = "Nhờ một thầy cô phụ trách thay một lớp trong ít ngày";
pub const SUBSTITUTE_CLASS: &str = "Lớp cần người thay, ví dụ 5A1";
pub const SUBSTITUTE_NAME: &str = "Họ tên thầy cô dạy thay, như trong danh sách";
pub const SUBSTITUTE_FROM: &str = "Từ ngày (năm-tháng-ngày); bỏ trống là hôm nay";
pub const SUBSTITUTE_UNTIL: &str = "Đến hết ngày (năm-tháng-ngày), ví dụ 2026-12-04";
pub const SUBSTITUTE_PERIOD: &str = "Những ngày dạy thay chưa hợp lệ: ngày cuối phải sau ngày đầu và chưa qua, ví dụ --from 2026-12-01 --until 2026-12-04";
pub const DRY_RUN: &str = "Chỉ xem sẽ thay đổi gì, chưa ghi";
pub const REMOVE_MISSING: &str =
    "Tệp là danh sách đầy đủ: ai không có trong tệp coi như đã nghỉ, thôi mọi quyền ngay";
pub const GUIDES: &str = "Bộ hướng dẫn";
pub const GUIDES_LIST: &str = "Liệt kê các hướng dẫn";
pub const GUIDES_CHECK: &str = "Kiểm tra các tệp hướng dẫn";
pub const GUIDES_ASK: &str = "Hỏi thử một câu, xem hướng dẫn nào được chọn";
pub const REPLIES: &str = "Cách bot đọc câu trả lời";
pub const REPLIES_READ: &str = "Đọc các câu trả lời từ đầu vào (mỗi dòng một JSON)";
pub const JSONL: &str = "Đọc từ đầu vào, mỗi dòng một JSON";
pub const REPORT: &str = "In báo cáo số liệu của trường";
pub const OUT: &str = "Ghi vào tệp này thay vì in ra";
pub const SCHOOL: &str = "Các trường trong bộ cài này";
pub const SCHOOL_ADD: &str = "Thêm một trường";
pub const SCHOOL_LIST: &str = "Liệt kê các trường";
pub const SCHOOL_CODE: &str = "Mã trường, khi có nhiều trường";
pub const SCHOOL_ADD_CODE: &str = "Mã ngắn, chữ thường không dấu, ví dụ hoa-sen";
pub const SCHOOL_ADD_NAME: &str = "Tên trường, ví dụ \"Trường Mầm non Hoa Sen\"";
pub const DOCTOR: &str = "Kiểm tra chương trình, dữ liệu và kênh đã nối";
pub const DOCTOR_REPLAY: &str =
    "Làm lại một tin đã gác lại vì lỗi (mã tin do lopso doctor in ra), sau khi đã sửa chỗ sai";
pub const DOCTOR_REMOVE_WEBHOOK: &str =
    "Gỡ webhook của MỌI bot Zalo và Telegram, kể cả của Lớp Số; sau đó phải chạy lại lopso";

pub const FAILED: &str = "Có lỗi ngoài dự kiến nên lệnh chưa làm xong; dữ liệu cũ vẫn nguyên. Thử lại, nếu vẫn lỗi hãy gửi dòng nhật ký phía trên cho người phụ trách.";
pub const NO_SCHOOL: &str = "Chưa có trường nào. Thêm trường trước: lopso school add --code hoa-sen --name \"Trường Mầm non Hoa Sen\"";
pub const BAD_SCHOOL_CODE: &str = "Mã trường chỉ gồm chữ thường không dấu, chữ số và dấu gạch ngang, tối đa 40 ký tự, ví dụ: hoa-sen";
pub const NO_SCHOOL_NAME: &str =
    "Tên trường đang để trống. Ghi tên sau --name, trong dấu ngoặc kép.";
pub const BAD_KEY: &str =
    "LOPSO_INSTALLATION_KEY phải gồm đúng 64 ký tự 0-9 a-f. Kiểm tra lại bản chép trên giấy.";
pub const NO_GUIDE: &str = "Chưa có hướng dẫn nào hợp với câu này.";

pub fn config(problem: &config::Problem) -> String {
    match problem {
        config::Problem::Unreadable { path, reason } => {
            format!(
                "Không đọc được tệp cài đặt {} ({}). Kiểm tra đường dẫn trong LOPSO_CONFIG.",
                path.display(),
                reason_words(*reason)
            )
        }
        config::Problem::NotToml { path, line } => {
            format!(
                "Tệp cài đặt {} sai cú pháp ở dòng {line}. Mỗi dòng có dạng: tên = \"giá trị\".",
                path.display()
            )
        }
        config::Problem::UnknownKey { path, key, nearest } => {
            let hint = nearest.map_or_else(
                || "Xoá dòng đó, hoặc xem các mục có trong config/lopso.toml.".to_owned(),
                |known| format!("Có phải ý là “{known}”?"),
            );
            format!("Tệp cài đặt {} có mục lạ “{key}”. {hint}", path.display())
        }
        config::Problem::KeptTooLong { path, days } => {
            format!(
                "Tệp cài đặt {}, mục “backup.keep_days” là {days} ngày: lâu quá. Nhiều nhất {} ngày, vì ai nhắn /xoa phải được xoá hẳn trong 15 ngày (nghị định 356/2025), mà trong bản sao lưu cũ người ấy vẫn còn.",
                path.display(),
                config::LONGEST_BACKUP_DAYS
            )
        }
        config::Problem::WrongKind { path, key } => {
            format!(
                "Tệp cài đặt {}, mục “{key}”: giá trị không đúng kiểu. Chữ và ngày viết trong dấu ngoặc kép, số thì không; xem dòng mẫu của mục này trong config/lopso.toml.",
                path.display()
            )
        }
    }
}

pub fn database(problem: &Problem) -> String {
    match problem {
        Problem::UnknownAddress => {
            "Địa chỉ cơ sở dữ liệu không hợp lệ. LOPSO_DATABASE_URL phải bắt đầu bằng sqlite: hoặc postgres://".to_owned()
        }
        Problem::Folder { path, reason } => folder(path, *reason),
        Problem::File { path, .. } => format!(
            "Không mở được tệp dữ liệu {}. Kiểm tra quyền ghi của thư mục, ổ đĩa còn chỗ, và tệp đúng là của Lớp Số.",
            path.display()
        ),
        Problem::Newer(version) => format!(
            "Dữ liệu này do bản Lớp Số mới hơn tạo ra (bước {version}). Hãy cài bản mới rồi chạy lại; bản này không đụng vào dữ liệu."
        ),
        Problem::Server(_) => {
            "Không kết nối được máy chủ PostgreSQL. Kiểm tra máy chủ đang chạy, địa chỉ, tên và mật khẩu trong LOPSO_DATABASE_URL.".to_owned()
        }
        Problem::Migration(_) | Problem::Unreadable(_) => {
            "Không cập nhật được các bảng dữ liệu; dữ liệu cũ vẫn nguyên. Kiểm tra ổ đĩa còn chỗ rồi chạy lại.".to_owned()
        }
    }
}

pub fn no_such_colleague(name: &str) -> String {
    format!(
        "Không thấy đúng một thầy cô tên \"{name}\" trong danh sách. Ghi họ tên đầy đủ, hoặc nhập trước: lopso import staff DANH-SACH.xlsx"
    )
}

pub fn substitute(name: &str, class: &str, from: Date, until: Date) -> String {
    format!(
        "✔ {name} phụ trách thay lớp {class} từ {} đến hết {}; hết ngày ấy quyền tự thôi.",
        day(from),
        day(until)
    )
}

fn day(date: Date) -> String {
    format!("{}/{}/{}", date.day(), date.month(), date.year())
}

pub fn not_next_year(year: &str, now: &str) -> String {
    format!(
        "Năm học đang dùng là {now}; \"{year}\" không phải năm kế tiếp nên chưa làm gì. Bỏ --year để nhập cho năm đang dùng."
    )
}

pub fn new_year(year: &str, dry_run: bool) -> String {
    if dry_run {
        return format!("Nhập thật thì trường sang năm học {year}; số liệu năm cũ giữ nguyên.");
    }
    format!(
        "✔ Trường đã sang năm học {year}. Bước tiếp theo: lopso import staff DANH-SACH.xlsx để ghi cô nào phụ trách lớp nào; \
         sau đó mỗi cô nhắn /ganlop trong nhóm lớp (em đã hỏi ở từng nhóm)."
    )
}

pub fn no_such_class(wanted: &str, codes: &[&str]) -> String {
    format!(
        "Không có lớp {wanted}. Các lớp đang có: {}.",
        codes.join(", ")
    )
}

/// The one-time code of a school's first principal.
/// `link` where the channel opens its private chat by one.
pub fn first_lead(school: &str, bot: &str, link: Option<&str>, short: &str) -> String {
    let way = link.map_or_else(String::new, |link| {
        format!("mở {link} rồi bấm Bắt đầu, hoặc ")
    });
    format!(
        "→ {school} chưa có hiệu trưởng nào vào. Cô hiệu trưởng {way}nhắn riêng cho {bot} mã {short}. \
         Mã chỉ dùng được một lần."
    )
}

pub fn folder(path: &Path, reason: ErrorKind) -> String {
    format!(
        "Không ghi được vào thư mục {} ({}). Cấp quyền ghi, hoặc chọn thư mục khác bằng LOPSO_DATABASE_URL (bản dùng thử: --data).",
        path.display(),
        reason_words(reason)
    )
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the standard library may add kinds; the last arm serves them all"
)]
fn reason_words(reason: ErrorKind) -> &'static str {
    match reason {
        ErrorKind::PermissionDenied => "không có quyền",
        ErrorKind::NotFound => "không tìm thấy",
        ErrorKind::ReadOnlyFilesystem => "ổ đĩa chỉ đọc",
        ErrorKind::StorageFull => "ổ đĩa đầy",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "trùng tên với một tệp",
        _ => "lỗi đọc ghi",
    }
}

pub fn already_serving(file: &Path) -> String {
    format!(
        "Đã có một chương trình Lớp Số đang chạy với tệp {}. Tắt chương trình kia trước, hoặc dùng tệp dữ liệu khác.",
        file.display()
    )
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the standard library may add kinds; the last arm serves them all"
)]
pub fn port(addr: &str, reason: ErrorKind) -> String {
    match reason {
        ErrorKind::AddrInUse => {
            format!(
                "Địa chỉ {addr} đang có chương trình khác dùng. Tắt chương trình đó, hoặc đổi cổng (LOPSO_HTTP_ADDR, bản dùng thử: --addr 127.0.0.1:8081)."
            )
        }
        ErrorKind::PermissionDenied => {
            format!(
                "Máy không cho mở địa chỉ {addr}. Chọn cổng từ 1024 trở lên, ví dụ 127.0.0.1:8080."
            )
        }
        _ => format!("Không mở được địa chỉ {addr}. Ghi theo dạng 127.0.0.1:8080."),
    }
}

pub fn damaged_key(path: &Path) -> String {
    format!(
        "Tệp khoá {} bị hỏng. Chép lại khoá 64 ký tự đã ghi trên giấy vào tệp này.",
        path.display()
    )
}

pub fn missing_key(path: &Path) -> String {
    format!(
        "Không thấy tệp khoá {}, mà dữ liệu này đã dùng một khoá. Chép tệp khoá cũ về đúng chỗ (hoặc ghi lại 64 ký tự đã chép ra giấy), rồi chạy lại. Không tạo khoá mới, vì mọi trẻ có số định danh sẽ bị coi là trẻ mới.",
        path.display()
    )
}

pub const OTHER_KEY: &str = "Khoá cài đặt này không phải khoá đã dùng với dữ liệu này, nên chưa làm gì. \
     Dùng lại khoá cũ đã chép ra giấy (tệp khoá hoặc LOPSO_INSTALLATION_KEY).";

pub fn new_key(path: &Path, hex: &str) -> String {
    format!(
        "🔑 Khoá cài đặt mới, chỉ hiện một lần. Hãy chép ra giấy và cất ở nơi an toàn:\n\n    {hex}\n\n\
         Khoá nằm trong tệp {}. Không chép tệp này vào bản sao lưu dữ liệu.\n",
        path.display()
    )
}

pub fn serving(addr: &str) -> String {
    format!("Lớp Số đang chạy tại http://{addr}. Nhấn Ctrl-C để dừng.")
}

pub fn demo(addr: &SocketAddr, folder: &Path, empty: bool) -> String {
    let data = folder.display();
    let how = if empty {
        format!(
            "Chưa có trường nào (--empty). Nạp danh sách của trường từ một cửa sổ lệnh khác, rồi mở lại trang:\n\n\
             \x20   LOPSO_DATABASE_URL=sqlite:{data}/lopso.db lopso school add --code MÃ --name \"TÊN TRƯỜNG\"\n\
             \x20   LOPSO_DATABASE_URL=sqlite:{data}/lopso.db lopso import roster DANH-SACH.xlsx\n"
        )
    } else {
        "Chọn một vai rồi nhắn thử. Nhập danh sách của trường mình: chạy lại với --empty."
            .to_owned()
    };
    format!(
        "🌸 Mở trình duyệt tại http://{addr}\n{how}\nDữ liệu dùng thử: {data}\nNhấn Ctrl-C để dừng."
    )
}

pub fn demo_not_open(addr: &SocketAddr) -> String {
    format!(
        "Trang dùng thử cho phép đóng mọi vai nên chỉ mở trên chính máy này. \
         Muốn máy khác vào {addr}, thêm --open (chỉ dùng với dữ liệu mẫu)."
    )
}

pub fn no_such_school(code: &str, known: &[&str]) -> String {
    format!(
        "Không có trường mã “{code}”. Các mã đang có: {}.",
        known.join(", ")
    )
}

pub fn which_school(known: &[&str]) -> String {
    format!(
        "Có nhiều trường, hãy chọn một bằng --school MÃ (hoặc LOPSO_SCHOOL). Các mã đang có: {}.",
        known.join(", ")
    )
}

pub fn school_code_taken(code: &str) -> String {
    format!("Mã trường “{code}” đã có. Xem bằng: lopso school list")
}

pub fn school_added(name: &str, code: &str) -> String {
    format!("Đã thêm {name} (mã {code}). Bước tiếp theo: lopso import roster DANH-SACH.xlsx")
}

pub fn school_line(code: &str, name: &str, year: &str) -> String {
    format!("{code}\t{name}\tnăm học {year}")
}

pub fn guide_line(id: &str, title: &str) -> String {
    format!("{id}\t{title}")
}

pub fn guides_fine(number: usize) -> String {
    format!("✔ {number} hướng dẫn, không có lỗi.")
}

pub fn bad_json_line(line: usize) -> String {
    format!("Dòng {line} của đầu vào không phải JSON đúng dạng. Xem dạng cần có trong README.")
}

pub fn cannot_write(path: &Path, reason: ErrorKind) -> String {
    format!(
        "Không ghi được tệp {} ({}).",
        path.display(),
        reason_words(reason)
    )
}

pub fn importing(rows: usize) -> String {
    format!("Đang ghi {rows} dòng…")
}

/// Names shown of each kind; the rest is a number.
const SHOWN: usize = 10;

pub fn roster_plan(plan: &RosterPlan, rows: usize, dry_run: bool) -> String {
    let mut out = format!("Tệp có {rows} trẻ.");
    if !plan.new_classes.is_empty() {
        out.push_str(&format!(
            "\nLớp mới ({}): {}",
            plan.new_classes.len(),
            plan.new_classes.join(", ")
        ));
    }
    let new: Vec<String> = plan
        .new
        .iter()
        .map(|(name, class)| format!("{name} ({class})"))
        .collect();
    let renamed: Vec<String> = plan
        .renamed
        .iter()
        .map(|(from, to, class)| format!("{from} → {to} ({class})"))
        .collect();
    let moved: Vec<String> = plan
        .moved
        .iter()
        .map(|(name, from, to)| format!("{name}: {} → {to}", from.as_deref().unwrap_or("đã nghỉ")))
        .collect();
    let missing: Vec<String> = plan
        .missing
        .iter()
        .map(|(name, class)| format!("{name} ({class})"))
        .collect();
    section(&mut out, "Trẻ mới", &new);
    section(&mut out, "Sửa tên", &renamed);
    section(&mut out, "Chuyển lớp", &moved);
    section(&mut out, "Không còn trong tệp, vẫn giữ nguyên", &missing);
    out.push_str(&format!("\nKhông đổi: {}", plan.unchanged));
    out.push_str(&ending(plan.changes_nothing(), dry_run));
    out
}

pub fn staff_plan(plan: &StaffPlan, remove_missing: bool, dry_run: bool) -> String {
    let mut out = String::from("Cán bộ, giáo viên, nhân viên:");
    section(&mut out, "Người mới", &plan.new);
    section(&mut out, "Đổi vai trò hoặc lớp", &plan.changed);
    section(
        &mut out,
        if remove_missing {
            "Không còn trong tệp, thôi mọi quyền"
        } else {
            "Không còn trong tệp, vẫn giữ nguyên (ai đã nghỉ hẳn: thêm --remove-missing)"
        },
        &plan.missing,
    );
    out.push_str(&format!("\nKhông đổi: {}", plan.unchanged));
    out.push_str(&ending(plan.changes_nothing(), dry_run));
    out
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n{title} ({}):", lines.len()));
    for line in lines.iter().take(SHOWN) {
        out.push_str(&format!("\n  {line}"));
    }
    if lines.len() > SHOWN {
        out.push_str(&format!("\n  … và {} dòng nữa", lines.len() - SHOWN));
    }
}

fn ending(nothing: bool, dry_run: bool) -> String {
    match (nothing, dry_run) {
        (true, _) => "\nKhông có gì thay đổi.".to_owned(),
        (false, true) => "\nMới chỉ xem thử, chưa ghi gì. Bỏ --dry-run để ghi.".to_owned(),
        (false, false) => "\nĐã ghi xong.".to_owned(),
    }
}

pub fn unknown_classes(file: &str, classes: &[(u32, String)]) -> String {
    let rows: Vec<String> = classes
        .iter()
        .take(SHOWN)
        .map(|(row, code)| format!("  dòng {row}: lớp {code}"))
        .collect();
    format!(
        "Tệp {file} có lớp chưa có trong danh sách trẻ, nên chưa ghi gì:\n{}\nNhập danh sách trẻ trước, hoặc sửa lại tên lớp.",
        rows.join("\n")
    )
}
