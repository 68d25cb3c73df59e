//! What a file is, told from its first bytes and, for a packed one, from its table of contents.
//! Office names lie: web pages are saved as `.xls`, and a locked workbook looks like an old one.

use super::table::{FileProblem, Foreign};

/// What a packed workbook may say it unpacks to.
const MAX_UNPACKED_BYTES: u64 = 300 * 1024 * 1024;

pub enum Kind {
    Xlsx,
    Xls,
    Ods,
    Text,
}

pub fn kind_of(bytes: &[u8]) -> Result<Kind, FileProblem> {
    const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    const PICTURES: [&[u8]; 4] = [b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"RIFF"];
    if bytes.iter().all(|b| b.is_ascii_whitespace()) {
        return Err(FileProblem::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return kind_of_zip(bytes);
    }
    if bytes.starts_with(COMPOUND) {
        return kind_of_compound(bytes);
    }
    if bytes.starts_with(b"%PDF") {
        return Err(FileProblem::Foreign(Foreign::Pdf));
    }
    if PICTURES.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(FileProblem::Foreign(Foreign::Picture));
    }
    if bytes.starts_with(b"Rar!")
        || bytes.starts_with(b"7z\xBC\xAF")
        || bytes.starts_with(b"\x1F\x8B")
    {
        return Err(FileProblem::Foreign(Foreign::Archive));
    }
    // Excel of the early nineties had no container.
    if bytes.starts_with(b"\x09\x08") || bytes.starts_with(b"\x09\x00\x04\x00") {
        return Err(FileProblem::Foreign(Foreign::OtherSpreadsheet));
    }
    markup(bytes).map_or(Ok(Kind::Text), |foreign| Err(FileProblem::Foreign(foreign)))
}

fn markup(bytes: &[u8]) -> Option<Foreign> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let head = head.trim_start_matches(['\u{FEFF}', ' ', '\r', '\n', '\t']);
    let html = ["<html", "<!doctype html", "<table", "<meta", "<head"];
    if html.iter().any(|tag| head.starts_with(tag))
        || head.starts_with('<') && head.contains("<html")
    {
        return Some(Foreign::Html);
    }
    if head.starts_with("mime-version:") {
        return Some(Foreign::Html);
    }
    head.starts_with("<?xml")
        .then_some(Foreign::OtherSpreadsheet)
}

/// Old Excel and old Word share a container, and so does a new workbook with a password.
fn kind_of_compound(bytes: &[u8]) -> Result<Kind, FileProblem> {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|window| window == name)
    };
    if has("EncryptedPackage") {
        return Err(FileProblem::Password);
    }
    match has("WordDocument") && !has("Workbook") {
        true => Err(FileProblem::Foreign(Foreign::Word)),
        false => Ok(Kind::Xls),
    }
}

fn kind_of_zip(bytes: &[u8]) -> Result<Kind, FileProblem> {
    let entries = zip_entries(bytes).ok_or(FileProblem::Broken)?;
    let unpacked = entries
        .iter()
        .fold(0_u64, |sum, entry| sum.saturating_add(entry.unpacked_bytes));
    let has = |name: &str| {
        entries
            .iter()
            .any(|entry| entry.name.eq_ignore_ascii_case(name.as_bytes()))
    };
    if has("word/document.xml") {
        return Err(FileProblem::Foreign(Foreign::Word));
    }
    if has("xl/workbook.bin") {
        return Err(FileProblem::Foreign(Foreign::OtherSpreadsheet));
    }
    let kind = match (has("xl/workbook.xml"), has("content.xml")) {
        (true, _) => Kind::Xlsx,
        (false, true) => Kind::Ods,
        (false, false) => return Err(FileProblem::Foreign(Foreign::Archive)),
    };
    match unpacked > MAX_UNPACKED_BYTES {
        true => Err(FileProblem::TooBig),
        false => Ok(kind),
    }
}

struct ZipEntry<'a> {
    name: &'a [u8],
    unpacked_bytes: u64,
}

/// The zip's own table of contents, which tells what is inside and how large it will be, before
/// anything is unpacked.
fn zip_entries(bytes: &[u8]) -> Option<Vec<ZipEntry<'_>>> {
    let u16_at = |at: usize| {
        Some(u16::from_le_bytes(
            bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
        ))
    };
    let u32_at = |at: usize| {
        Some(u32::from_le_bytes(
            bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
        ))
    };
    // The end record may be followed by a comment of up to 65,535 bytes.
    let tail = bytes.len().saturating_sub(65_557);
    let end = tail
        + bytes[tail..]
            .windows(4)
            .rposition(|window| window == b"PK\x05\x06")?;
    let mut at = u32_at(end + 16)? as usize;
    let mut entries = Vec::new();
    for _ in 0..u16_at(end + 10)? {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (name_len, extra_len) = (u16_at(at + 28)? as usize, u16_at(at + 30)? as usize);
        let name = bytes.get(at + 46..at + 46 + name_len)?;
        let extra = bytes.get(at + 46 + name_len..at + 46 + name_len + extra_len)?;
        let unpacked_bytes = match u32_at(at + 24)? {
            u32::MAX => zip64_size(extra)?,
            size => u64::from(size),
        };
        entries.push(ZipEntry {
            name,
            unpacked_bytes,
        });
        at += 46 + name_len + extra_len + u16_at(at + 32)? as usize;
    }
    Some(entries)
}

/// Some writers keep the size in an extra field even when it is small.
fn zip64_size(mut extra: &[u8]) -> Option<u64> {
    loop {
        let (head, rest) = extra.split_at_checked(4)?;
        let size = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (field, rest) = rest.split_at_checked(size)?;
        if head.starts_with(&[1, 0]) {
            return Some(u64::from_le_bytes(field.get(..8)?.try_into().ok()?));
        }
        extra = rest;
    }
}
