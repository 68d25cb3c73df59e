//! What `lopso invites` says, and what stands on the command line about it.

use std::path::Path;

pub const ABOUT: &str = "In mã mời cho gia đình (hoặc --staff: cho cán bộ, giáo viên)";
pub const CLASS: &str = "Chỉ lớp này, ví dụ 5A1";
pub const STAFF: &str = "Mã cho cán bộ, giáo viên thay vì gia đình";
pub const REISSUE: &str =
    "Cấp mã mới cho đúng một bé (mã bé hoặc họ tên) hay một thầy cô (họ tên); mã cũ hết tác dụng";
pub const FORMAT: &str = "Dạng in ra";
pub const POSTER: &str = "Áp phích dán cửa lớp (một mã cho cả lớp) thay cho phiếu từng bé; dùng với --format pdf hoặc svg";
pub const NO_TELEGRAM_LINK: &str = "Chưa có bot Telegram nào nên cột telegram_link để trống. Đặt LOPSO_TELEGRAM_TOKEN, chạy lopso một lần, rồi in lại.";
pub const NO_WAY_IN: &str = "Chưa in được: mã trên phiếu chưa có chỗ để mở. Đặt LOPSO_TELEGRAM_TOKEN rồi chạy lopso một lần, \
     hoặc đặt LOPSO_PUBLIC_URL (địa chỉ https của trường), rồi in lại.";
pub const PDF_NEEDS_FILE: &str =
    "Tệp PDF phải ghi ra tệp: thêm --out, ví dụ: lopso invites --format pdf --out phieu.pdf";
pub const SVG_NEEDS_FOLDER: &str = "Có nhiều phiếu nên mỗi phiếu là một tệp SVG: thêm --out THU-MUC, hoặc chọn một bé bằng --reissue, hoặc dùng --format pdf.";
pub const STAFF_AS_TABLE: &str =
    "Mã của cán bộ, giáo viên chỉ in dạng bảng: lopso invites --staff --format csv";
pub const POSTER_AS_PAPER: &str =
    "Áp phích chỉ in dạng giấy: lopso invites --poster --format pdf --out ap-phich.pdf";
pub const NO_PHONE: &str = "Phiếu chưa có số điện thoại của trường. Muốn in số, ghi vào config/lopso.toml: [print] phone = \"0257 3 822 118\"";

/// A short file name, without a child's name in it.
pub fn slip_file(class: &str, place: usize) -> String {
    format!("phieu-{class}-{place:02}.svg")
}

pub fn poster_file(class: &str) -> String {
    format!("ap-phich-{class}.svg")
}

pub fn not_drawn(why: &str) -> String {
    format!(
        "Chưa vẽ được phiếu ({why}). Xem lại LOPSO_PUBLIC_URL: địa chỉ quá dài thì mã không quét được."
    )
}

pub fn posters_written(classes: usize, path: &Path) -> String {
    format!(
        "✔ Đã ghi áp phích của {classes} lớp vào {}. In ra giấy A4, dán ở cửa lớp.",
        path.display()
    )
}

pub fn nobody_to_invite(staff: bool) -> String {
    let (who, how) = if staff {
        ("cán bộ, giáo viên", "lopso import staff DANH-SACH.xlsx")
    } else {
        ("trẻ", "lopso import roster DANH-SACH.xlsx")
    };
    format!("Chưa có {who} nào trong danh sách. Nhập trước: {how}")
}

pub fn reissue_whom(wanted: &str, found: usize) -> String {
    if found == 0 {
        format!(
            "Không thấy ai là \"{wanted}\". Ghi đúng mã bé hoặc họ tên đầy đủ; thầy cô thì thêm --staff."
        )
    } else {
        format!(
            "Có {found} người là \"{wanted}\". Ghi mã bé, hoặc thêm --class để chọn đúng một người."
        )
    }
}

pub fn written(guests: usize, path: &Path) -> String {
    format!(
        "✔ Đã ghi {guests} mã mời vào {}. Mỗi mã chỉ dành cho một nhà (hay một thầy cô): phát tận tay, xin đừng gửi vào nhóm.",
        path.display()
    )
}
