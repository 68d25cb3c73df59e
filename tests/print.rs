//! Paper: the PDF is opened again by another program (poppler), and its QR codes are read by another library than
//! the one that drew them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use std::path::Path;
use std::process::Command;

use lopso::print::{
    Letterhead, Poster, PrintError, Slip, poster_svg, posters_pdf, slip_svg, slips_pdf,
};

fn head() -> Letterhead {
    Letterhead {
        school: "Trường Mầm non Hoa Sen, xã Hoà Quang Bắc".to_owned(),
        phone: Some("0257 3 822 118".to_owned()),
        bot: "@hoasen_truong_bot".to_owned(),
    }
}

fn link(number: usize) -> String {
    format!("https://t.me/hoasen_truong_bot?start=ls-abcdefghjkmnpqrstvwxyz{number:04}")
}

fn slip(class: &str, child: &str, number: usize) -> Slip {
    Slip {
        child: child.to_owned(),
        class: class.to_owned(),
        link: link(number),
        short: format!("K7M2P{:03}", 100 + number),
    }
}

const NAMES: [&str; 11] = [
    "Nguyễn Hoài An",
    "Trần Bảo Châu",
    "Phạm Quỳnh Như",
    "Đỗ Gia Hưng",
    "Lý Ngọc Ỷ Lan",
    "Huỳnh Thị Thuỷ Tiên",
    "Võ Phước Lộc",
    "Bùi Tuệ Mẫn",
    "Nguyễn Phúc Hoàng Bảo Châu Anh Thư Khánh Ngân",
    "An",
    "Ngô Đặng Quốc Vượng",
];

/// Nine of one class and two of another.
fn two_classes() -> Vec<Slip> {
    let class = |number| if number < 9 { "5A1" } else { "Chồi 2" };
    let slip = |(number, name): (usize, &&str)| slip(class(number), name, number);
    NAMES.iter().enumerate().map(slip).collect()
}

/// Runs one of poppler's programs on a file. None where they are not installed, which `scripts/test.sh` does not
/// put up with.
fn poppler(program: &str, words: &[&str], file: &Path) -> Option<String> {
    let said = Command::new(program)
        .args(words)
        .arg(file)
        .arg("-")
        .output();
    match said {
        Ok(said) => {
            assert!(
                said.status.success(),
                "{program}: {}",
                String::from_utf8_lossy(&said.stderr)
            );
            Some(String::from_utf8_lossy(&said.stdout).into_owned())
        }
        Err(_) if std::env::var_os("LOPSO_TEST_POPPLER").is_none() => None,
        Err(error) => panic!("{program} is not installed (poppler-utils): {error}"),
    }
}

fn info(program: &str, file: &Path) -> Option<String> {
    match Command::new(program).arg(file).output() {
        Ok(said) => Some(String::from_utf8_lossy(&said.stdout).into_owned()),
        Err(_) if std::env::var_os("LOPSO_TEST_POPPLER").is_none() => None,
        Err(error) => panic!("{program} is not installed (poppler-utils): {error}"),
    }
}

/// What the QR codes on the pages say, as a print of so many dots an inch shows them.
fn read_codes(
    file: &Path,
    (columns, rows): (usize, usize),
    dots: u32,
    black_and_white: bool,
) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut draw = Command::new("pdftoppm");
    draw.args(["-r", &dots.to_string()]);
    draw.arg(if black_and_white { "-mono" } else { "-gray" });
    match draw.arg(file).arg(folder.path().join("page")).status() {
        Ok(status) => assert!(status.success()),
        Err(_) if std::env::var_os("LOPSO_TEST_POPPLER").is_none() => return None,
        Err(error) => panic!("pdftoppm is not installed (poppler-utils): {error}"),
    }
    let mut pages: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|page| page.unwrap().path())
        .collect();
    pages.sort();
    let mut found = Vec::new();
    for page in pages {
        let (width, height, light) = picture(&std::fs::read(page).unwrap());
        // A phone sees one slip at a time.
        for cell in 0..columns * rows {
            let (wide, high) = (width / columns, height / rows);
            let (left, top) = (cell % columns * wide, cell / columns * high);
            let dot = |x: usize, y: usize| light[(top + y) * width + left + x];
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(wide, high, dot);
            let grids = image.detect_grids();
            let read = grids.iter().filter_map(|grid| grid.decode().ok());
            found.extend(read.map(|(_, text)| text));
        }
    }
    Some(found)
}

/// A picture in the formats P4 (a bit a dot, 1 is black) and P5 (a byte a dot).
fn picture(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let (mut fields, mut at) = (Vec::new(), 0);
    let wanted = if bytes.starts_with(b"P4") { 3 } else { 4 };
    while fields.len() < wanted {
        let length = bytes[at..]
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap();
        fields.push(std::str::from_utf8(&bytes[at..at + length]).unwrap());
        at += length + 1;
    }
    let (width, height): (usize, usize) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
    let dots = &bytes[at..];
    if wanted == 4 {
        return (width, height, dots[..width * height].to_vec());
    }
    let row = width.div_ceil(8);
    let dot = |place: usize| {
        let (x, y) = (place % width, place / width);
        if dots[y * row + x / 8] >> (7 - x % 8) & 1 == 1 {
            0
        } else {
            255
        }
    };
    (width, height, (0..width * height).map(dot).collect())
}

fn written(content: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::with_suffix(".pdf").unwrap();
    std::fs::write(file.path(), content).unwrap();
    file
}

#[test]
fn another_program_reads_every_name_and_code_on_a4_with_its_own_fonts() {
    let file = written(&slips_pdf(&head(), &two_classes()).unwrap());
    let Some(text) = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], file.path()) else {
        return;
    };
    // Long names are set in two lines.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for slip in two_classes() {
        let code = format!("{} {}", &slip.short[..4], &slip.short[4..]);
        assert!(text.contains(&slip.child), "{} in {text}", slip.child);
        assert!(text.contains(&code), "{code} in {text}");
    }
    assert!(
        text.contains("Lớp 5A1") && text.contains("Lớp Chồi 2") && text.contains("0257 3 822 118")
    );
    for technical in ["QR", "link", "app", "token", "http"] {
        assert!(!text.contains(technical), "{technical} in {text}");
    }
    let about = info("pdfinfo", file.path()).unwrap();
    // Nine slips of a class need two sheets, and the next class begins on its own.
    assert!(
        about.contains("Pages:           3") && about.contains("(A4)"),
        "{about}"
    );
    let fonts = info("pdffonts", file.path()).unwrap();
    let embedded = fonts
        .lines()
        .skip(2)
        .filter(|line| line.contains(" yes yes yes "));
    assert_eq!(embedded.count(), 2, "{fonts}");
}

#[test]
fn every_code_is_read_from_coarse_and_fine_prints() {
    let file = written(&slips_pdf(&head(), &two_classes()).unwrap());
    let mut wanted: Vec<String> = (0..NAMES.len()).map(link).collect();
    wanted.sort();
    for (dots, black_and_white) in [
        (100, false),
        (200, true),
        (200, false),
        (300, true),
        (300, false),
    ] {
        let Some(mut found) = read_codes(file.path(), (2, 4), dots, black_and_white) else {
            return;
        };
        found.sort();
        assert_eq!(
            found, wanted,
            "{dots} dots an inch, black and white only: {black_and_white}"
        );
    }
}

#[test]
fn a_poster_says_its_class_and_its_code_and_no_child() {
    let poster = Poster {
        class: "5A1".to_owned(),
        link: link(7),
    };
    let file = written(&posters_pdf(&head(), &[poster]).unwrap());
    let Some(text) = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], file.path()) else {
        return;
    };
    assert!(
        text.contains("Lớp 5A1") && text.contains("Mời ông bà, ba mẹ"),
        "{text}"
    );
    assert_eq!(
        read_codes(file.path(), (1, 1), 100, false).unwrap(),
        [link(7)]
    );
}

#[test]
fn printed_again_it_is_the_same_to_the_byte() {
    let slips = two_classes();
    assert_eq!(
        slips_pdf(&head(), &slips).unwrap(),
        slips_pdf(&head(), &slips).unwrap()
    );
    assert_eq!(
        slip_svg(&head(), &slips[0]).unwrap(),
        slip_svg(&head(), &slips[0]).unwrap()
    );
}

#[test]
fn an_odd_name_breaks_nothing() {
    let odd = slip("5A1", "Nguye\u{302}\u{303}n <b>An</b> & \"Bống\" 🌻", 1);
    let svg = slip_svg(&head(), &odd).unwrap();
    for words in ["Nguyễn", "&lt;b&gt;An&lt;/b&gt;", "&amp;"] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(!svg.contains("<b>") && !svg.contains('🌻'));
    let endless = slip("5A1", &"Khôngcódấucách".repeat(20), 1);
    assert!(slips_pdf(&head(), &[endless]).is_ok());
    assert!(slips_pdf(&head(), &[slip("5A1", "", 1)]).is_ok());
}

#[test]
fn a_link_that_no_print_could_hold_is_refused() {
    let mut long = slip("5A1", "An", 1);
    long.link = format!("https://{}", "a".repeat(3_000));
    assert!(matches!(
        slips_pdf(&head(), &[long.clone()]),
        Err(PrintError::LinkTooLong(3_008))
    ));
    let poster = Poster {
        class: "5A1".to_owned(),
        link: long.link,
    };
    assert!(poster_svg(&head(), &poster).is_err());
}
