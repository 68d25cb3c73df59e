//! What `lopso backup` and `lopso restore` say: what happened, where, and what to do.

use std::path::Path;

use super::reason_words;
use crate::backup::{Lock, Manifest, Problem, Restored, Written};
use crate::domain::Timestamp;
use crate::domain::time::DAY_MS;

pub const BACKUP: &str =
    "Sao lưu mọi dữ liệu vào một tệp có khoá (làm được cả khi chương trình đang chạy)";
pub const BACKUP_FORCE: &str = "Ghi đè nếu tệp đã có";
pub const RESTORE: &str = "Khôi phục một bản sao lưu vào nơi cất dữ liệu còn trống";
pub const RESTORE_CHECK: &str = "Chỉ kiểm tra tệp còn nguyên và mở được, không ghi gì";
pub const RESTORE_TOMBSTONES: &str = "Danh sách người đã xoá dữ liệu (mặc định: tệp tombstones cạnh bản sao lưu và trong thư mục sao lưu)";
pub const RESTORE_MOVED: &str = "Dời nhà: chương trình cũ đã dừng trước khi sao lưu và không chạy nữa, nên tin đang chờ vẫn được gửi";
pub fn written(path: &Path, written: &Written, lock: &Lock) -> String {
    let manifest = &written.manifest;
    let with = match lock {
        Lock::Key => {
            "Mở bản này cần khoá của bộ cài (tệp lopso.key hoặc bản chép trên giấy): cất khoá ở nơi khác với bản sao lưu."
        }
        Lock::Passphrase { .. } => {
            "Mở bản này cần mật khẩu trong LOPSO_BACKUP_PASSPHRASE và khoá của bộ cài: cất cả hai ở nơi khác với bản sao lưu."
        }
    };
    format!(
        "✔ Đã sao lưu vào {} ({}, {} dòng, {} trường).\n{with}",
        path.display(),
        size(written.bytes),
        manifest.rows(),
        manifest.schools.len()
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} byte"),
        1_024..1_048_576 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}

fn when(at: Timestamp, now: Timestamp) -> String {
    format!("{} ngày {}", at.clock(), at.day(now))
}

pub fn checked(path: &Path, manifest: &Manifest, now: Timestamp) -> String {
    let schools: Vec<&str> = manifest
        .schools
        .iter()
        .map(|school| school.name.as_str())
        .collect();
    format!(
        "✔ {} còn nguyên và mở được: sao lưu lúc {}, {} dòng, {}.",
        path.display(),
        when(manifest.at, now),
        manifest.rows(),
        if schools.is_empty() {
            "chưa có trường nào".to_owned()
        } else {
            schools.join(", ")
        }
    )
}

pub fn restored(path: &Path, restored: &Restored, moved: bool, now: Timestamp) -> String {
    let manifest = &restored.manifest;
    let mut out = format!(
        "✔ Đã khôi phục {} ({} dòng, {} trường), đúng như lúc {}.",
        path.display(),
        manifest.rows(),
        manifest.schools.len(),
        when(manifest.at, now)
    );
    for school in &restored.unequal {
        out.push_str(&format!(
            "\n✘ {school}: có con số không khớp khi đếm lại; trong bản sao lưu đã như vậy. Chạy lopso doctor để xem."
        ));
    }
    if restored.deleted_again > 0 {
        out.push_str(&format!(
            "\n✔ Đã xoá lại {} người nhắn /xoa sau lúc sao lưu.",
            restored.deleted_again
        ));
    }
    if let Some(until) = restored.listed_until {
        out.push_str(&format!(
            "\n– Danh sách người đã nhắn /xoa ghi đủ đến lúc {}.",
            when(until, now)
        ));
    }
    if moved {
        out.push_str("\n– Tin đang chờ vẫn được gửi khi chạy lopso.");
    } else {
        out.push_str(&format!(
            "\n– Tin đang chờ lúc sao lưu không gửi nữa (có thể đã tới rồi); bảng của {} nhóm sẽ được viết lại, nơi nền tảng cho sửa tin.\n\
             – Việc làm sau lúc sao lưu không có ở đây: nhập lại danh sách nếu đã đổi, đổi mã lại cho phiếu đã lọt \
             ra ngoài (lopso invites --reissue), nhờ gia đình báo lại.",
            restored.boards
        ));
    }
    out.push_str("\nChạy lopso doctor để kiểm tra, rồi chạy lopso.");
    out
}

/// What the operator must not overlook about those who were deleted.
pub fn tombstone_warnings(restored: &Restored, now: Timestamp) -> Vec<String> {
    let mut warnings = Vec::new();
    let late = restored
        .listed_until
        .is_none_or(|until| until < now.plus_ms(-DAY_MS));
    if late && !restored.lists.is_empty() {
        warnings.push(
            "✘ Danh sách người đã xoá dữ liệu (tệp tombstones) không phải bản mới nhất: ai nhắn /xoa từ lúc ấy đến khi máy \
             cũ dừng giờ lại có trong dữ liệu. Nếu còn tệp tombstones mới hơn trên máy cũ, khôi phục lại với --tombstones."
                .to_owned(),
        );
    }
    if restored.lists.is_empty() {
        warnings.push(
            "✘ Không thấy danh sách người đã xoá dữ liệu (tệp tombstones) cạnh bản sao lưu. Ai nhắn /xoa sau lúc sao lưu \
             giờ lại có trong dữ liệu: tìm tệp tombstones trong thư mục sao lưu của máy cũ, rồi khôi phục lại với \
             --tombstones; nếu không còn, mời các gia đình ấy nhắn /xoa lần nữa."
                .to_owned(),
        );
    }
    for path in &restored.torn_lists {
        warnings.push(format!(
            "– {}: dòng cuối bị đứt (máy tắt giữa chừng), đã bỏ qua dòng ấy.",
            path.display()
        ));
    }
    for (path, lines) in &restored.forged {
        warnings.push(format!(
            "✘ {}: {lines} dòng không phải do bộ cài này ghi hoặc đã bị sửa, nên không làm theo. Xem ai ghi được vào thư mục ấy.",
            path.display()
        ));
    }
    warnings
}

/// A back-up that is older than what is remembered of deletions.
pub fn too_old(days: i64) -> String {
    format!(
        "✘ Bản sao lưu này đã hơn {days} ngày, lâu hơn danh sách người đã xoá được giữ: có người đã nhắn /xoa có thể \
         có lại trong dữ liệu. Đừng giữ bản sao lưu quá 14 ngày."
    )
}

/// No key where one must be.
pub fn no_key(path: &Path) -> String {
    format!(
        "Bản sao lưu này cần khoá của bộ cài đã tạo ra nó. Chưa thấy khoá: ghi 64 ký tự chép trên giấy vào tệp {}, hoặc \
         đặt biến LOPSO_INSTALLATION_KEY, rồi chạy lại.",
        path.display()
    )
}

/// A key, but another one.
pub fn other_key(path: &Path) -> String {
    format!(
        "Khoá đang dùng không phải khoá của bản sao lưu này. Lấy khoá cũ (tệp lopso.key của máy cũ, hoặc 64 ký tự chép \
         trên giấy): đổi tên tệp {} nếu có rồi ghi khoá cũ vào đó, hoặc đặt biến LOPSO_INSTALLATION_KEY, rồi chạy lại. \
         Dùng khoá khác thì mọi trẻ có số định danh sẽ thành trẻ mới, nên chương trình dừng ở đây.",
        path.display()
    )
}

/// What somebody can do about it; None for what nobody foresaw.
pub fn problem(path: &Path, problem: &Problem) -> Option<String> {
    let file = path.display();
    let told = match problem {
        Problem::Exists(path) => format!(
            "Đã có tệp {}. Chọn tên khác, hoặc thêm --force để ghi đè.",
            path.display()
        ),
        Problem::Write { path, reason } => format!(
            "Không ghi được bản sao lưu {} ({}). Kiểm tra ổ đĩa còn chỗ và quyền ghi của thư mục; không có tệp dở dang nào được để lại.",
            path.display(),
            reason_words(*reason)
        ),
        Problem::Read(reason) => format!(
            "Không đọc được {file} ({}). Kiểm tra đường dẫn và ổ đĩa.",
            reason_words(*reason)
        ),
        Problem::NotOurs => format!("{file} không phải bản sao lưu của Lớp Số. Kiểm tra lại tên tệp."),
        Problem::Cut => format!(
            "{file} bị thiếu phần cuối (chép chưa xong, hoặc ổ đĩa đầy). Dữ liệu chưa bị đụng tới; chép lại tệp, hoặc dùng bản của ngày khác."
        ),
        Problem::Changed | Problem::Counts(_) => format!(
            "{file} đã bị hỏng hoặc bị sửa. Dữ liệu chưa bị đụng tới; chép lại tệp, hoặc dùng bản của ngày khác."
        ),
        Problem::Newer => format!(
            "{file} do bản Lớp Số mới hơn tạo ra. Cài bản mới rồi chạy lại; dữ liệu chưa bị đụng tới."
        ),
        Problem::OtherKey => format!("{file} được khoá bằng khoá của bộ cài khác."),
        Problem::NoPassphrase => format!(
            "{file} được khoá bằng mật khẩu. Đặt mật khẩu ấy vào biến LOPSO_BACKUP_PASSPHRASE rồi chạy lại."
        ),
        Problem::WrongPassphrase => format!(
            "Mật khẩu trong LOPSO_BACKUP_PASSPHRASE không mở được {file}. Kiểm tra chữ hoa, dấu cách; nếu chắc chắn đúng thì dòng đầu của tệp đã bị sửa: dùng bản khác."
        ),
        Problem::NotEmpty(_) => {
            "Nơi cất dữ liệu đã có dữ liệu, nên không khôi phục đè lên. Đặt LOPSO_DATABASE_URL sang một tệp (hoặc cơ sở dữ \
             liệu) mới, hoặc đổi tên tệp dữ liệu cũ, rồi chạy lại."
                .to_owned()
        }
        Problem::Tombstones { path, reason } => format!(
            "Không đọc được danh sách người đã xoá {} ({}). Dữ liệu chưa bị đụng tới; kiểm tra tệp ấy rồi chạy lại.",
            path.display(),
            reason_words(*reason)
        ),
        Problem::Database(_) | Problem::Unforeseen(_) => return None,
    };
    Some(told)
}
