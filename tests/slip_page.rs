//! `/p/{token}`: the page a slip leads to, in the running program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "support/http.rs"]
mod http;
#[path = "support/program.rs"]
mod program;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use http::{free_address, get, post, wait_for};
use program::{Office, Running};

struct School {
    office: Office,
    address: String,
    _running: Running,
}

fn opens() -> School {
    let office = Office::new();
    let add = [
        "school",
        "add",
        "--code",
        "thu",
        "--name",
        "Trường Mầm non Thử",
    ];
    office.run(&add).fine();
    let file = office.write(
        "lop.csv",
        "lop,ma_be,ho_ten\n5A1,HS1,Nguyễn Hoài An\n5A1,HS2,Trần Bảo Nam\n",
    );
    office
        .run(&["import", "roster", file.to_str().unwrap()])
        .fine();
    let address = free_address();
    let running = office.start(&["serve"], &[("LOPSO_HTTP_ADDR", &address)]);
    wait_for("the program", || get(&address, "/readyz"));
    School {
        office,
        address,
        _running: running,
    }
}

impl School {
    /// The token of a child's slip, as the table has it.
    fn token(&self) -> String {
        let table = self.office.run(&["invites", "--format", "csv"]).fine();
        let mut lines = table.out.lines();
        let line = lines.find(|line| line.contains("Nguyễn Hoài An")).unwrap();
        line.split(',').nth(4).unwrap().to_owned()
    }
}

/// Eight capitals and digits in two halves.
fn code(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<p class=\"code\">")?;
    rest.split_once("</p>").map(|(code, _)| code)
}

#[test]
fn opening_the_page_proves_nothing_and_a_tap_shows_a_code() {
    let school = opens();
    let token = school.token();
    let path = format!("/p/{token}");
    let (status, page) = get(&school.address, &path).unwrap();
    assert_eq!((status, code(&page)), (200, None), "{page}");
    assert!(
        page.contains("Lớp 5A1, Trường Mầm non Thử") && page.contains("Lấy mã để nhắn"),
        "{page}"
    );
    let (status, page) = post(&school.address, &path, &[]).unwrap();
    assert_eq!(status, 200);
    let first = code(&page).expect("a code").to_owned();
    assert!(first.len() == 9 && first.starts_with('K'), "{first}");
    let (_, page) = post(&school.address, &path, &[]).unwrap();
    assert_ne!(code(&page).unwrap(), first);
}

#[test]
fn the_page_names_no_child_and_is_kept_by_nobody() {
    let school = opens();
    let token = school.token();
    let mut stream = TcpStream::connect(&school.address).unwrap();
    let host = &school.address;
    write!(
        stream,
        "GET /p/{token} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    for wanted in [
        "cache-control: no-store",
        "x-robots-tag: noindex",
        "referrer-policy: no-referrer",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
    ] {
        assert!(head.contains(wanted), "{wanted} in {head}");
    }
    for private in ["Hoài", "An<", "HS1", "og:title", "og:description"] {
        assert!(!page.contains(private), "{private} in {page}");
    }
    assert!(page.contains("noindex") && page.contains("lang=\"vi\""));
}

#[test]
fn a_code_of_nobody_or_of_a_colleague_opens_nothing() {
    let school = opens();
    let staff = school.office.write(
        "nhan-su.csv",
        "ho_ten,vai_tro,lop\nTrần Thị Hoa,giao_vien,5A1\n",
    );
    school
        .office
        .run(&["import", "staff", staff.to_str().unwrap()])
        .fine();
    let table = school
        .office
        .run(&["invites", "--staff", "--format", "csv"])
        .fine();
    let line = table
        .out
        .lines()
        .find(|line| line.contains("Trần Thị Hoa"))
        .unwrap();
    let hers = line.split(',').nth(4).unwrap().to_owned();
    let nobodys = format!("ls-{}", "a".repeat(26));
    for token in [
        hers.as_str(),
        &nobodys,
        "ls-",
        "%00",
        "../../etc/passwd",
        "K7M2P9QA",
        "x".repeat(5_000).as_str(),
    ] {
        let path = format!("/p/{token}");
        let (status, page) = get(&school.address, &path).unwrap();
        assert!((400..500).contains(&status), "{token}: {status}");
        assert!(!page.contains("Hoa"), "{page}");
        let (status, page) = post(&school.address, &path, &[]).unwrap();
        assert!(
            (400..500).contains(&status) && code(&page).is_none(),
            "{token}: {status}"
        );
    }
}

#[test]
fn a_page_gives_no_endless_codes() {
    let school = opens();
    let token = school.token();
    let path = format!("/p/{token}");
    let taps: Vec<u16> = (0..12)
        .map(|_| post(&school.address, &path, &[]).unwrap().0)
        .collect();
    assert_eq!(taps, [[200_u16; 10].as_slice(), &[429, 429]].concat());
}
