//! Looks at what was printed with other eyes: poppler opens the PDF, and another library than ours reads its codes.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

use std::path::Path;
use std::process::Command;

/// Runs one of poppler's programs on a file. None where they are not installed, which `scripts/test.sh` does not
/// put up with.
pub fn poppler(program: &str, words: &[&str], file: &Path) -> Option<String> {
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

pub fn info(program: &str, file: &Path) -> Option<String> {
    match Command::new(program).arg(file).output() {
        Ok(said) => Some(String::from_utf8_lossy(&said.stdout).into_owned()),
        Err(_) if std::env::var_os("LOPSO_TEST_POPPLER").is_none() => None,
        Err(error) => panic!("{program} is not installed (poppler-utils): {error}"),
    }
}

/// What the QR codes on the pages say, as a print of so many dots an inch shows them.
pub fn read_codes(
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
