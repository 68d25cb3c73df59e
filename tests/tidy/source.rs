//! Reads our own Rust files well enough to check house rules: what is code, what is a string, what is only a test.
//!
//! Not a parser: it knows comments, literals and brackets, which is all that the rules ask about.

use std::path::Path;

/// One file under `src/`, split into what the rules look at.
pub struct Source {
    /// Below `src/`, with `/` on every system: `feature/confirm/mod.rs`.
    pub path: String,
    /// As written.
    pub text: String,
    /// The text with comments, literals and test-only items replaced by spaces; the lines stay where they were.
    pub code: String,
    /// String and character literals outside of tests, with the line they begin on.
    pub strings: Vec<(usize, String)>,
    /// True where the whole file is compiled for tests only.
    pub only_tests: bool,
    test_modules: Vec<String>,
}

impl Source {
    pub fn read(path: &str, text: &str) -> Self {
        let (code, literals) = split(text);
        let (code, test_modules) = without_tests(&code);
        let strings = literals
            .into_iter()
            // A literal inside of a removed test item has left no quote behind.
            .filter(|(at, _)| code[*at] == '"')
            .map(|(at, literal)| (line_at(&code, at), literal))
            .collect();
        let code: String = code.iter().collect();
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            strings,
            only_tests: code.contains("#![cfg(test)]"),
            code,
            test_modules,
        }
    }

    /// The module's path inside the crate: `feature/confirm/store.rs` → feature, confirm, store.
    pub fn module(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.path.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            // The crate's own root keeps a name: it is a room as well.
            if parts.len() > 1 {
                parts.pop();
            }
        }
        parts
    }

    /// The first folder or file under `src/`; a feature is a room of its own.
    pub fn room(&self) -> String {
        match self.module().as_slice() {
            ["feature", name, ..] => format!("feature/{name}"),
            [first, ..] => (*first).to_owned(),
            [] => String::new(),
        }
    }

    pub fn line_of(&self, byte: usize) -> usize {
        self.code[..byte].matches('\n').count() + 1
    }
}

/// All of `src/`, without the files that only tests compile.
pub struct House {
    pub files: Vec<Source>,
}

impl House {
    pub fn open() -> Self {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        walk(&src, "", &mut files);
        Self::without_test_files(files)
    }

    /// A house made up for a test of a rule.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::without_test_files(
            files
                .iter()
                .map(|(path, text)| Source::read(path, text))
                .collect(),
        )
    }

    fn without_test_files(mut files: Vec<Source>) -> Self {
        let declared: Vec<String> = files
            .iter()
            .flat_map(|file| {
                let parent = file.module().join("/");
                let parent = if matches!(parent.as_str(), "lib" | "main") {
                    String::new()
                } else {
                    parent + "/"
                };
                file.test_modules
                    .iter()
                    .map(move |name| format!("{parent}{name}"))
            })
            .collect();
        files.retain(|file| {
            let module = file.module().join("/");
            let within = |test: &String| {
                module == *test
                    || module
                        .strip_prefix(test.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            };
            !file.only_tests && !declared.iter().any(within)
        });
        Self { files }
    }
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<Source>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = entry.path();
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), files);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            files.push(Source::read(&format!("{prefix}{name}"), &text));
        }
    }
}

/// Blanks comments and literals. A literal leaves one `"` where it began, and is listed with that place.
fn split(text: &str) -> (Vec<char>, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut code = chars.clone();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some((end, literal)) = comment(&chars, at).or_else(|| literal(&chars, at)) else {
            // A word is passed whole, so that the `r` at the end of `for` begins no raw string.
            at += word_len(&chars, at).max(1);
            continue;
        };
        for place in &mut code[at..end] {
            if *place != '\n' {
                *place = ' ';
            }
        }
        if let Some(literal) = literal {
            code[at] = '"';
            literals.push((at, literal));
        }
        at = end;
    }
    (code, literals)
}

type Piece = (usize, Option<String>);

fn comment(chars: &[char], at: usize) -> Option<Piece> {
    match (chars[at], chars.get(at + 1)) {
        ('/', Some('/')) => {
            let rest = chars[at..].iter().position(|c| *c == '\n');
            Some((rest.map_or(chars.len(), |len| at + len), None))
        }
        ('/', Some('*')) => {
            let (mut depth, mut end) = (1, at + 2);
            while end < chars.len() && depth > 0 {
                match (chars[end], chars.get(end + 1)) {
                    ('/', Some('*')) => (depth, end) = (depth + 1, end + 2),
                    ('*', Some('/')) => (depth, end) = (depth - 1, end + 2),
                    _ => end += 1,
                }
            }
            Some((end, None))
        }
        _ => None,
    }
}

fn literal(chars: &[char], at: usize) -> Option<Piece> {
    if chars[at] == '\'' {
        return character(chars, at);
    }
    // b"", c"", r"", br#""#: at most two letters before the hashes and the quote.
    let prefix = chars[at..]
        .iter()
        .take(2)
        .take_while(|c| matches!(c, 'b' | 'c' | 'r'))
        .count();
    let raw = chars[at..at + prefix].contains(&'r');
    let hashes = chars[at + prefix..]
        .iter()
        .take_while(|c| raw && **c == '#')
        .count();
    let open = at + prefix + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let mut end = open + 1;
    let mut value = String::new();
    while end < chars.len() {
        match chars[end] {
            '\\' if !raw => {
                // Escapes stand for white space often enough (a line continued, \n); the rules need no more.
                match chars.get(end + 1) {
                    Some('n' | 't' | 'r' | '\n') | None => value.push(' '),
                    Some(other) => value.push(*other),
                }
                end += 2;
            }
            '"' if chars[end + 1..].iter().take_while(|c| **c == '#').count() >= hashes => {
                return Some((end + 1 + hashes, Some(value)));
            }
            other => {
                value.push(other);
                end += 1;
            }
        }
    }
    Some((chars.len(), Some(value)))
}

fn character(chars: &[char], at: usize) -> Option<Piece> {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), Some(escaped)) => {
            let close = chars[at + 3..].iter().position(|c| *c == '\'')? + at + 3;
            Some((close + 1, Some(escaped.to_string())))
        }
        (Some(c), Some('\'')) => Some((at + 3, Some(c.to_string()))),
        // A lifetime.
        _ => None,
    }
}

fn word_len(chars: &[char], at: usize) -> usize {
    chars[at..]
        .iter()
        .take_while(|c| c.is_alphanumeric() || **c == '_')
        .count()
}

/// Blanks every item under `#[cfg(test)]`, and names the modules declared so that live in a file of their own.
fn without_tests(code: &[char]) -> (Vec<char>, Vec<String>) {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut code = code.to_vec();
    let mut modules = Vec::new();
    let mut at = 0;
    while at + mark.len() <= code.len() {
        if code[at..at + mark.len()] != mark {
            at += 1;
            continue;
        }
        let end = item_end(&code, at + mark.len());
        let item: String = code[at + mark.len()..end].iter().collect();
        if let Some(name) = item.trim().strip_suffix(';').and_then(module_name) {
            modules.push(name.to_owned());
        }
        for place in &mut code[at..end] {
            if *place != '\n' {
                *place = ' ';
            }
        }
        at = end;
    }
    (code, modules)
}

fn module_name(declaration: &str) -> Option<&str> {
    let mut words = declaration.split_whitespace().rev();
    let name = words.next()?;
    (words.next() == Some("mod")).then_some(name)
}

/// An item ends with its outermost `}`, or with a `;` that no bracket encloses.
fn item_end(code: &[char], from: usize) -> usize {
    let (mut braces, mut others) = (0, 0);
    for (at, c) in code.iter().enumerate().skip(from) {
        match c {
            '{' => braces += 1,
            '}' if braces <= 1 && others == 0 => return if braces == 1 { at + 1 } else { at },
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            ';' if braces == 0 && others == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn line_at(code: &[char], at: usize) -> usize {
    code[..at].iter().filter(|c| **c == '\n').count() + 1
}
