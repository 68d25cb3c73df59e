//! What the clerk reads when a list cannot be taken: what is wrong, where, and what to do now.

use super::{
    BadRow, EncodingProblem, FileProblem, Foreign, LegacyFont, Nearest, Rejected, SkipReason,
    Skipped, StaffRole, Why,
};

/// More would scroll the first ones off the screen, and the first ones often explain the rest.
const SHOWN_ROWS: usize = 20;

/// Why the file could not be opened at all.
pub fn file_problem(file_name: &str, problem: &FileProblem) -> String {
    format!("Tệp “{file_name}”: {}", file_sentence(problem))
}

fn file_sentence(problem: &FileProblem) -> String {
    match problem {
        FileProblem::NotFound => "không tìm thấy tệp này. Cô kiểm tra lại tên tệp và thư mục giúp em ạ.",
        FileProblem::IsFolder => "đây là thư mục, không phải tệp. Cô chọn tệp danh sách nằm bên trong ạ.",
        FileProblem::InUse => "tệp đang mở trong Excel. Cô đóng Excel rồi làm lại ạ.",
        FileProblem::CannotRead(_) => {
            "máy không cho đọc tệp này. Cô chép tệp ra màn hình chính (Desktop) rồi làm lại với tệp đó ạ."
        }
        FileProblem::LockFile => {
            "đây là tệp tạm của Excel (tên bắt đầu bằng ~$). Cô đóng Excel rồi chọn tệp cùng tên không có ~$ ạ."
        }
        FileProblem::TooBig => {
            "tệp lớn quá (tối đa 20 MB). Cô chép riêng bảng danh sách sang một tệp mới, bỏ hình ảnh, rồi làm lại ạ."
        }
        FileProblem::FarCells => {
            "có ô nằm rất xa bảng danh sách nên tệp quá rộng. Cô chép riêng bảng danh sách sang một tệp mới rồi làm lại ạ."
        }
        FileProblem::TooManyRows => {
            "tệp có hơn 50.000 dòng. Cô kiểm tra xem có đúng tệp danh sách không, hoặc xoá các dòng thừa ạ."
        }
        FileProblem::Empty => "tệp không có nội dung. Cô mở tệp xem đã lưu danh sách chưa ạ.",
        FileProblem::Password => "tệp có mật khẩu. Cô mở tệp, bỏ mật khẩu, lưu lại rồi làm lại ạ.",
        FileProblem::Foreign(foreign) => return foreign_sentence(*foreign),
        FileProblem::Broken => {
            "tệp bị hỏng hoặc chưa tải về hết. Cô mở tệp bằng Excel, chọn “Lưu thành” (Save As) dạng .xlsx, rồi làm lại ạ."
        }
        FileProblem::OpenQuote { row } => {
            return format!(
                "dòng {row} có dấu ngoặc kép (\") mở mà không đóng. Cô mở tệp, xoá dấu đó, rồi làm lại ạ."
            );
        }
        FileProblem::Encoding(EncodingProblem::Legacy(font)) => {
            return format!(
                "chữ trong tệp gõ theo bảng mã cũ {}. {}",
                font_name(*font),
                convert_advice(*font)
            );
        }
        FileProblem::Encoding(EncodingProblem::Unknown) => {
            "em không đọc được chữ trong tệp. Cô mở tệp bằng Excel, chọn “Lưu thành” (Save As) dạng .xlsx, rồi làm lại ạ."
        }
    }
    .to_owned()
}

fn foreign_sentence(foreign: Foreign) -> String {
    let what = match foreign {
        Foreign::Pdf => "đây là tệp PDF",
        Foreign::Word => "đây là tệp Word",
        Foreign::Picture => "đây là tệp ảnh",
        Foreign::Html => "đây là trang web được lưu với đuôi của Excel",
        Foreign::OtherSpreadsheet => "dạng bảng tính này em chưa đọc được",
        Foreign::Archive => "đây là tệp nén, không phải bảng tính",
    };
    let next = match foreign {
        Foreign::Pdf | Foreign::Word | Foreign::Picture => {
            "Cô dùng danh sách dạng Excel (.xlsx) giúp em ạ."
        }
        Foreign::Html | Foreign::OtherSpreadsheet => {
            "Cô mở tệp bằng Excel, chọn “Lưu thành” (Save As) dạng .xlsx, rồi làm lại ạ."
        }
        Foreign::Archive => "Cô giải nén rồi chọn tệp danh sách bên trong ạ.",
    };
    format!("{what}. {next}")
}

fn font_name(font: LegacyFont) -> &'static str {
    match font {
        LegacyFont::Tcvn3 => "TCVN3 (phông .VnTime)",
        LegacyFont::Vni => "VNI (phông VNI-Times)",
    }
}

fn convert_advice(font: LegacyFont) -> String {
    let from = match font {
        LegacyFont::Tcvn3 => "TCVN3 (ABC)",
        LegacyFont::Vni => "VNI Windows",
    };
    format!(
        "Cô chuyển sang Unicode bằng UniKey (Ctrl+Shift+F6, nguồn {from}, đích Unicode), lưu lại rồi làm lại ạ."
    )
}

/// The whole answer to a list that was not taken.
pub fn report(file_name: &str, rejected: &Rejected) -> String {
    let head = format!("Chưa nhập được tệp “{file_name}”; chưa có gì thay đổi.");
    let body = match rejected {
        Rejected::Bad { bad } => bad_rows(bad),
        Rejected::HeaderNotFound { looked_at, nearest } => {
            header_not_found(looked_at, nearest.as_deref())
        }
        Rejected::ColumnTwice { sheet, row, column } => format!(
            "{}dòng {row} có hai cột cùng là {}. Cô giữ lại một cột, cột kia xoá hoặc đổi tên ạ.",
            of_sheet(sheet),
            column_name(column)
        ),
        Rejected::ClassNotEvident { sheets } => class_not_evident(sheets),
        Rejected::NoRows => {
            "Em thấy dòng tiêu đề nhưng bên dưới chưa có ai. Cô kiểm tra xem có đúng tệp không ạ."
                .to_owned()
        }
    };
    format!("{head}\n{body}")
}

fn bad_rows(bad: &[BadRow]) -> String {
    let mut lines = vec![format!("Có {} chỗ cần sửa:", bad.len())];
    lines.extend(
        bad.iter()
            .take(SHOWN_ROWS)
            .map(|row| format!("- {}", bad_row(row))),
    );
    if bad.len() > SHOWN_ROWS {
        lines.push(format!("… và {} dòng nữa", bad.len() - SHOWN_ROWS));
    }
    lines.push("Cô sửa các chỗ trên, lưu tệp rồi nhập lại giúp em ạ.".to_owned());
    lines.join("\n")
}

/// One bad row in one line: place, what stands there, what is wrong, what to do.
pub fn bad_row(bad: &BadRow) -> String {
    let column = bad
        .column
        .map(|column| format!(", cột {}", column_name(column)))
        .unwrap_or_default();
    let value = match bad.value.is_empty() {
        true => String::new(),
        false => format!(" “{}”", bad.value),
    };
    format!(
        "{}dòng {}{column}{value}: {}",
        of_sheet(&bad.sheet),
        bad.row,
        why(&bad.why)
    )
}

fn of_sheet(sheet: &str) -> String {
    match sheet.is_empty() {
        true => String::new(),
        false => format!("trang tính “{sheet}”, "),
    }
}

pub fn column_name(slug: &str) -> &str {
    match slug {
        "lop" => "Lớp (lop)",
        "ma_be" => "Mã bé (ma_be)",
        "ho_ten" => "Họ tên (ho_ten)",
        "vai_tro" => "Vai trò (vai_tro)",
        other => other,
    }
}

pub fn why(why: &Why) -> String {
    match why {
        Why::MissingName => "chưa có họ tên. Cô điền họ tên vào ô này.",
        Why::MissingClass => "chưa có lớp. Cô điền tên lớp vào từng dòng (bỏ gộp ô nếu có).",
        Why::MissingCode => "chưa có mã. Mỗi bé cần một mã riêng, cô điền mã vào ô này.",
        Why::MissingRole => "chưa có vai trò. Cô điền vai trò, ví dụ: Giáo viên.",
        Why::DuplicateCode { first_sheet, first_row } => {
            return format!("bé này đã có ở {}. Cô xoá bớt một dòng.", other_place(first_sheet, *first_row));
        }
        Why::SameCodeOtherName { first_sheet, first_row } => {
            return format!(
                "mã này đã dùng cho một bé khác ở {}. Mỗi bé một mã, cô xem lại hai dòng này.",
                other_place(first_sheet, *first_row)
            );
        }
        Why::DuplicateStaff { first_sheet, first_row } => {
            return format!(
                "người này với cùng vai trò và lớp đã có ở {}. Cô xoá bớt một dòng; nếu là hai người trùng tên, cô ghi thêm tên gọi trong ngoặc.",
                other_place(first_sheet, *first_row)
            );
        }
        Why::NameHasDigits => "họ tên có chữ số. Cô xem có gõ nhầm hay lệch cột không.",
        Why::NameHasSymbols => "họ tên có ký hiệu lạ. Cô chỉ để lại chữ cái.",
        Why::NameTooLong => "họ tên dài quá 80 ký tự. Cô xem có dồn nhiều người vào một ô không.",
        Why::NameUnreadable => "em không đọc được thành họ tên. Cô gõ lại họ tên đầy đủ.",
        Why::CellIsFormula => {
            "ô này là công thức chưa có kết quả. Cô mở bằng Excel, chép cột này rồi dán lại dạng giá trị (Paste Values)."
        }
        Why::CellIsError => "ô này đang báo lỗi công thức. Cô sửa công thức hoặc gõ lại nội dung.",
        Why::CellIsDate => {
            "Excel đã tự đổi ô này thành ngày tháng. Cô định dạng cột là Văn bản (Text) rồi gõ lại."
        }
        Why::ClassUnreadable => "em không đọc được tên lớp. Cô ghi gọn như 5A1 hoặc Lá 1 (tối đa 20 ký tự).",
        Why::SeveralClasses => "ô này có nhiều lớp. Mỗi bé chỉ ghi một lớp.",
        Why::CodeScientific => {
            "mã bị Excel rút gọn nên mất chữ số. Cô định dạng cột mã là Văn bản (Text) rồi gõ hoặc dán lại mã."
        }
        Why::CodeLostZero => {
            "mã có 11 chữ số, có lẽ Excel đã bỏ mất số 0 ở đầu. Cô định dạng cột mã là Văn bản (Text) rồi gõ lại đủ 12 số."
        }
        Why::CodeTooLong => "mã dài quá 32 ký tự. Cô xem có dán nhầm nội dung khác không.",
        Why::CodeUnreadable => "mã có ký tự lạ. Mã chỉ gồm chữ không dấu, số và dấu - . _ /",
        Why::BrokenEncoding => {
            "chữ bị lỗi phông. Cô mở tệp gốc, lưu lại dạng .xlsx hoặc “CSV UTF-8”, hoặc gõ lại ô này."
        }
        Why::LegacyFont(font) => {
            return format!("chữ gõ theo bảng mã cũ {}. {}", font_name(*font), convert_advice(*font));
        }
        Why::UnknownRole { nearest: Some(role) } => {
            return format!("em chưa hiểu vai trò này. Có phải cô muốn ghi “{}”?", role_name(*role));
        }
        Why::UnknownRole { nearest: None } => {
            return format!("em chưa hiểu vai trò này. Cô ghi một trong: {}.", all_roles());
        }
    }
    .to_owned()
}

fn other_place(sheet: &str, row: u32) -> String {
    match sheet.is_empty() {
        true => format!("dòng {row}"),
        false => format!("dòng {row} trang tính “{sheet}”"),
    }
}

fn all_roles() -> String {
    StaffRole::ALL.map(role_name).join(", ")
}

fn role_name(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Principal => "Hiệu trưởng",
        StaffRole::VicePrincipal => "Phó hiệu trưởng",
        StaffRole::GroupHead => "Tổ trưởng",
        StaffRole::Teacher => "Giáo viên",
        StaffRole::CoreTeam => "Nòng cốt",
        StaffRole::YouthUnion => "Chi đoàn",
        StaffRole::Clerk => "Văn thư",
        StaffRole::Accountant => "Kế toán",
        StaffRole::Employee => "Nhân viên",
    }
}

fn header_not_found(looked_at: &[String], nearest: Option<&Nearest>) -> String {
    let Some(nearest) = nearest else {
        let sheets: Vec<&str> = looked_at
            .iter()
            .map(String::as_str)
            .filter(|sheet| !sheet.is_empty())
            .collect();
        let sheets = match sheets.is_empty() {
            true => String::new(),
            false => format!(" (đã xem các trang tính: {})", sheets.join(", ")),
        };
        return format!(
            "Em không thấy dòng tiêu đề trong 30 dòng đầu{sheets}. Cô thêm một dòng tên cột ngay trên danh sách: lop, ma_be, ho_ten cho trẻ; ho_ten, vai_tro, lop cho nhân sự ạ."
        );
    };
    let place = format!("{}dòng {}", of_sheet(&nearest.sheet), nearest.row);
    let names = |slugs: &[&'static str]| {
        slugs
            .iter()
            .map(|slug| column_name(slug))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = match nearest.found.is_empty() {
        true => String::new(),
        false => format!(" có {}", names(&nearest.found)),
    };
    let mut lines = vec![format!(
        "Em chưa thấy đủ tên cột. Dòng giống tiêu đề nhất là {place}{found}; còn thiếu {}.",
        names(&nearest.missing)
    )];
    lines.extend(nearest.similar.iter().map(|(title, slug)| {
        format!(
            "Cột “{title}” có phải là {} không? Nếu phải, cô đổi tên cột giúp em ạ.",
            column_name(slug)
        )
    }));
    if nearest.similar.is_empty() {
        lines.push("Cô thêm hoặc đổi tên các cột còn thiếu rồi nhập lại ạ.".to_owned());
    }
    lines.join("\n")
}

fn class_not_evident(sheets: &[String]) -> String {
    let named: Vec<String> = sheets
        .iter()
        .filter(|s| !s.is_empty())
        .map(|s| format!("“{s}”"))
        .collect();
    let place = match named.is_empty() {
        true => "Danh sách".to_owned(),
        false => format!("Trang tính {}", named.join(", ")),
    };
    format!(
        "{place} không có cột Lớp (lop), và em không đoán lớp. Cô thêm cột lop, hoặc đặt tên trang tính theo lớp, ví dụ “Lớp 5A1” ạ."
    )
}

/// A line left out on purpose, for those who want to check.
pub fn skipped(skipped: &Skipped) -> String {
    let reason = match skipped.why {
        SkipReason::Footer => "dòng tổng kết hoặc ký tên cuối bảng",
        SkipReason::RepeatedHeader => "dòng tiêu đề lặp lại",
        SkipReason::ColumnNumbers => "dòng đánh số cột",
        SkipReason::ClassTitle => "dòng ghi tên lớp",
        SkipReason::NothingForUs => "không có họ tên, mã",
        SkipReason::SheetWithoutHeader => "không có dòng tiêu đề của danh sách",
    };
    match skipped.row {
        Some(row) => format!("Bỏ qua {}dòng {row}: {reason}.", of_sheet(&skipped.sheet)),
        None => format!("Bỏ qua {}{reason}.", of_sheet(&skipped.sheet)),
    }
}
