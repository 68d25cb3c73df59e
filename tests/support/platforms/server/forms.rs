//! Parameters as clients write them: pairs in a query or a form, and parts, of which some are files.

/// A file that came along.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What one part of a body holds.
pub enum Part {
    Text(String),
    File(File),
}

/// The pairs of a query or a form, in their order.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        })
        .collect()
}

fn plain(escaped: &str) -> String {
    let bytes = escaped.as_bytes();
    let mut made = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = escaped
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(byte)) => {
                made.push(byte);
                at += 2;
            }
            (b'+', _) => made.push(b' '),
            (byte, _) => made.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&made).into_owned()
}

/// The parts of a body by their names, in their order; or what cannot be read in it. `kind` is its Content-Type.
pub fn parts(kind: &str, body: &[u8]) -> Result<Vec<(String, Part)>, &'static str> {
    let boundary = setting(kind, "boundary").ok_or("no boundary")?;
    let border = format!("--{boundary}").into_bytes();
    let end = [b"\r\n", border.as_slice()].concat();
    let mut parts = Vec::new();
    let mut rest = body;
    loop {
        rest = rest
            .strip_prefix(border.as_slice())
            .ok_or("no border where one is due")?;
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let head_end = find(rest, b"\r\n\r\n").ok_or("a part has no head")?;
        let head = String::from_utf8_lossy(&rest[..head_end]);
        rest = &rest[head_end + 4..];
        let length = find(rest, &end).ok_or("a part does not end")?;
        let bytes = &rest[..length];
        rest = &rest[length + 2..];
        let disposition = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))
            .unwrap_or("");
        let name = setting(disposition, "name").ok_or("a part has no name")?;
        let part = match setting(disposition, "filename") {
            Some(name) => Part::File(File {
                name,
                bytes: bytes.to_vec(),
            }),
            None => Part::Text(String::from_utf8_lossy(bytes).into_owned()),
        };
        parts.push((name, part));
    }
}

/// The value after `name=` in a header.
fn setting(header: &str, name: &str) -> Option<String> {
    header.split(';').find_map(|piece| {
        let (known, value) = piece.trim().split_once('=')?;
        known
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
