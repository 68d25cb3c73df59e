//! Paper: the PDF is opened again by another program (poppler), and its QR codes are read by another library than
//! the one that drew them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/paper.rs"]
mod paper;

use lopso::print::{
    Letterhead, Poster, PrintError, Slip, poster_svg, posters_pdf, slip_svg, slips_pdf,
};
use paper::{info, poppler, read_codes};

fn head() -> Letterhead {
    Letterhead {
        school: "Trường Mầm non Hoa Sen, xã Hoà Quang Bắc".to_owned(),
        phone: Some("0257 3 822 118".to_owned()),
        bot: "@hoasen_truong_bot".to_owned(),
        by_code: false,
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
    "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Bảo Châu Phương Thảo",
    "An",
    "Ngô Đặng Quốc Vượng",
];

/// Nine of one class and two of another.
fn two_classes() -> Vec<Slip> {
    let class = |number| if number < 9 { "5A1" } else { "Chồi 2" };
    let slip = |(number, name): (usize, &&str)| slip(class(number), name, number);
    NAMES.iter().enumerate().map(slip).collect()
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
        (100, true),
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
