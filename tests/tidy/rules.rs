//! The rules themselves: each takes the house and returns its offences as `file:line: what is wrong`.

use crate::source::{House, Source};
use std::collections::{BTreeMap, BTreeSet};

/// The rooms from the top of the house to its ground. An import points to the same storey or down.
/// A new room gets its place here, on purpose.
const STOREYS: &[&[&str]] = &[
    &["main", "lib", "cli", "web", "intake", "clock", "sender"],
    &["demo"],
    &["backup"],
    &["channel"],
    &["app"],
    &["render"],
    &["feature"],
    &["facts", "effects"],
    &[
        "roster",
        "ledger",
        "inbox",
        "installation",
        "outbox",
        "print",
        "bots",
        "config",
    ],
    &["db"],
    &["understand"],
    &["domain"],
];

/// Rooms where Vietnamese is data and not a sentence to somebody. Beside them: `texts.rs`, `texts/`, `understand/`.
const VIETNAMESE_AS_DATA: &[(&str, &str)] = &[
    (
        "roster/import/",
        "the column names and words of schools' own files",
    ),
    (
        "roster/names.rs",
        "the words by which a register tells grandparents from parents",
    ),
    ("demo/", "the made-up school and its people"),
];

/// Where the clock on the wall may be read; everybody else is told the time.
const MAY_READ_THE_CLOCK: &[&str] = &["main", "cli", "web", "intake", "clock", "sender", "channel"];

/// Where the name of a table is put into a writing statement by a macro, so that the rule of the one writer cannot see
/// it.
const MAY_WRITE_EVERY_TABLE: &[(&str, &str)] = &[(
    "backup/tables.rs",
    "a restore fills an empty database with rows that each table's own room wrote before",
)];

pub const LONGEST_FILE_LINES: usize = 600;

/// Imports point down the storeys only.
pub fn imports_point_down(house: &House) -> Vec<String> {
    let macros = macros(house);
    let mut wrong = Vec::new();
    for file in &house.files {
        let room = file.module()[0];
        let Some(own) = storey(room) else {
            wrong.push(format!(
                "{}:1: `{room}` has no storey in tests/tidy.rs",
                file.path
            ));
            continue;
        };
        for (line, path) in crate_paths(file) {
            let other = macros.get(&path[0]).unwrap_or(&path[0]).as_str();
            let complaint = match storey(other) {
                _ if other == room => continue,
                None => "which has no storey in tests/tidy.rs",
                Some(theirs) if theirs < own => "which is above it",
                Some(_) if other == "render" && !matches!(room, "app" | "lib") => {
                    "which is for `app` alone"
                }
                Some(_) => continue,
            };
            wrong.push(format!(
                "{}:{line}: `{room}` uses `{}`, {complaint}",
                file.path,
                path.join("::")
            ));
        }
    }
    wrong
}

/// No feature imports another; what two of them share is roster or ledger.
pub fn features_stand_alone(house: &House) -> Vec<String> {
    let features: BTreeSet<String> = house
        .files
        .iter()
        .filter_map(|file| file.room().strip_prefix("feature/").map(str::to_owned))
        .collect();
    let mut wrong = Vec::new();
    for file in &house.files {
        let Some(own) = file.room().strip_prefix("feature/").map(str::to_owned) else {
            continue;
        };
        for (line, path) in crate_paths(file) {
            if let [first, other, ..] = path.as_slice()
                && first == "feature"
                && *other != own
                && features.contains(other)
            {
                wrong.push(format!(
                    "{}:{line}: feature `{own}` uses feature `{other}`",
                    file.path
                ));
            }
        }
    }
    wrong
}

/// Only the Telegram channel knows the library that speaks to Telegram.
pub fn one_door_to_teloxide(house: &House) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in &house.files {
        if file.module().starts_with(&["channel", "telegram"]) {
            continue;
        }
        for at in words(&file.code, "teloxide") {
            wrong.push(format!(
                "{}:{}: names teloxide",
                file.path,
                file.line_of(at)
            ));
        }
    }
    wrong
}

/// Every word to a person stands in a `texts.rs`, where a teacher can read them all.
pub fn vietnamese_has_its_place(house: &House) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in &house.files {
        let own_place = file.path.starts_with("understand/")
            || file.module().contains(&"texts")
            || VIETNAMESE_AS_DATA
                .iter()
                .any(|(place, _)| file.path.starts_with(place));
        if own_place {
            continue;
        }
        for (line, literal) in &file.strings {
            if literal.chars().any(is_vietnamese) {
                wrong.push(format!(
                    "{}:{line}: Vietnamese outside of texts.rs: {literal:?}",
                    file.path
                ));
            }
        }
    }
    wrong
}

/// Every file opens by saying what it is for.
pub fn files_say_what_they_are_for(house: &House) -> Vec<String> {
    house
        .files
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}:1: does not open with `//!`", file.path))
        .collect()
}

/// A long file is several rooms in one.
pub fn files_are_short(house: &House) -> Vec<String> {
    house
        .files
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE_LINES)
        .map(|(file, lines)| format!("{}:{LONGEST_FILE_LINES}: {lines} lines", file.path))
        .collect()
}

/// What holds on one machine only is not in the code, not even in a comment.
pub fn no_path_of_a_machine(house: &House) -> Vec<String> {
    let folders = ["home", "root", "work", "farm", "mnt", "Users"];
    let mut needles: Vec<String> = folders.iter().map(|folder| format!("/{folder}/")).collect();
    needles.push(":\\Users".to_owned());
    let mut wrong = Vec::new();
    for file in &house.files {
        for (number, line) in file.text.lines().enumerate() {
            if needles.iter().any(|needle| begins_a_path(line, needle)) {
                wrong.push(format!(
                    "{}:{}: a path of some machine",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    wrong
}

/// Each table has one room that writes it; `effects` asks those rooms and writes nothing itself.
pub fn tables_have_one_writer(house: &House) -> Vec<String> {
    let mut writers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in &house.files {
        for (line, literal) in &file.strings {
            if writes_an_unnamed_table(literal)
                && !MAY_WRITE_EVERY_TABLE
                    .iter()
                    .any(|(place, _)| file.path == *place)
            {
                wrong.push(format!(
                    "{}:{line}: writes a table without its name",
                    file.path
                ));
            }
            for table in tables_written(literal) {
                let place = format!("{}:{line}", file.path);
                if file.room() == "effects" {
                    wrong.push(format!("{place}: `effects` writes `{table}` itself"));
                }
                writers
                    .entry(table)
                    .or_default()
                    .entry(file.room())
                    .or_insert(place);
            }
        }
    }
    for (table, rooms) in writers.iter().filter(|(_, rooms)| rooms.len() > 1) {
        for (room, place) in rooms {
            wrong.push(format!(
                "{place}: `{table}` is written by `{room}` and by another room"
            ));
        }
    }
    wrong
}

/// Now is a parameter: only the loops and doors at the top look at the clock.
pub fn now_is_a_parameter(house: &House) -> Vec<String> {
    let clocks = [
        "Timestamp::now",
        "Zoned::now",
        "SystemTime::now",
        "Utc::now",
        "Local::now",
        "OffsetDateTime::now_utc",
    ];
    let mut wrong = Vec::new();
    for file in &house.files {
        if MAY_READ_THE_CLOCK.contains(&file.module()[0]) || file.path == "domain/time.rs" {
            continue;
        }
        for clock in clocks {
            for at in words(&file.code, clock) {
                wrong.push(format!(
                    "{}:{}: reads the clock",
                    file.path,
                    file.line_of(at)
                ));
            }
        }
    }
    wrong
}

// --- how the rules look at a file --------------------------------------------------------------------------------

fn storey(room: &str) -> Option<usize> {
    // `crate::Thing` is something that stands in lib.rs or main.rs.
    if room.starts_with(char::is_uppercase) {
        return Some(0);
    }
    STOREYS.iter().position(|rooms| rooms.contains(&room))
}

/// Exported macros stand at the crate's root; what counts is the room that wrote them.
fn macros(house: &House) -> BTreeMap<String, String> {
    let mut homes = BTreeMap::new();
    for file in &house.files {
        for (at, mark) in file.code.match_indices("macro_rules! ") {
            for name in use_tree(&file.code[at + mark.len()..]).concat() {
                homes.insert(name, file.module()[0].to_owned());
            }
        }
    }
    homes
}

/// Every path into our own crate, from its root, with the line it is on. `super::` is resolved by the file's place.
fn crate_paths(file: &Source) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for at in words(&file.code, "crate::") {
        for path in use_tree(&file.code[at + "crate::".len()..]) {
            found.push((file.line_of(at), path));
        }
    }
    for at in words(&file.code, "super::") {
        if file.code[..at].ends_with("::") {
            continue; // a later link of a chain that is already counted
        }
        let mut rest = &file.code[at..];
        let mut place: Vec<String> = file
            .module()
            .iter()
            .map(|part| (*part).to_owned())
            .collect();
        while let Some(next) = rest.strip_prefix("super::") {
            place.pop();
            rest = next;
        }
        for path in use_tree(rest) {
            let whole: Vec<String> = place.iter().cloned().chain(path).collect();
            found.push((file.line_of(at), whole));
        }
    }
    found.retain(|(_, path)| !path.is_empty());
    found
}

/// The paths that a use tree names: `a::{b, c::d}` gives a::b and a::c::d.
fn use_tree(text: &str) -> Vec<Vec<String>> {
    read_tree(text.trim_start()).0
}

fn read_tree(text: &str) -> (Vec<Vec<String>>, &str) {
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut paths = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if rest.is_empty() {
                return (paths, rest);
            }
            if let Some(after) = rest.strip_prefix('}') {
                return (paths, after);
            }
            let (inner, after) = read_tree(rest);
            paths.extend(inner);
            // What follows a name here is `as other`, `,` or `}`.
            let next = after.find([',', '}']).unwrap_or(after.len());
            rest = &after[next..];
        }
    }
    let len = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(len);
    if name.is_empty() {
        // `*`, or the `<` of a turbofish: nothing more to name.
        return (vec![Vec::new()], rest.get(1..).unwrap_or_default());
    }
    if rest.starts_with('!') {
        return (Vec::new(), rest); // a macro lives at the crate's root whoever wrote it
    }
    match rest.strip_prefix("::") {
        None => (vec![vec![name.to_owned()]], rest),
        Some(deeper) => {
            let (tails, rest) = read_tree(deeper);
            let with_name = |tail: Vec<String>| {
                let own = (name != "self").then(|| name.to_owned());
                own.into_iter().chain(tail).collect()
            };
            (tails.into_iter().map(with_name).collect(), rest)
        }
    }
}

/// Where `word` stands by itself and is not the end of a longer name.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| {
            let before = code[..*at].chars().next_back();
            let after = code[at + word.len()..].chars().next();
            let ends = word.ends_with("::") || !after.is_some_and(in_name);
            ends && !before.is_some_and(in_name)
        })
}

fn is_vietnamese(c: char) -> bool {
    let marked = "àáãâèéêìíòóôõùúýăđĩũơư";
    matches!(
        c,
        '\u{1EA0}'..='\u{1EF9}' | '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'
    ) || c.to_lowercase().any(|small| marked.contains(small))
}

fn begins_a_path(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        // Inside of an address (https://example.org/home/) it is nobody's disk.
        let before = line[..at].chars().next_back();
        needle.starts_with(':')
            || !before.is_some_and(|c| c.is_alphanumeric() || ".-_}/".contains(c))
    })
}

/// The first half of a statement whose table comes from somewhere else.
fn writes_an_unnamed_table(literal: &str) -> bool {
    let end = literal.trim_end();
    let is_lock = end.ends_with("FOR UPDATE");
    !is_lock
        && ["INSERT INTO", "DELETE FROM", "UPDATE"]
            .iter()
            .any(|verb| end.ends_with(verb))
}

/// Tables that a statement writes. Our SQL has its keywords in capitals, so an English sentence is not mistaken for one.
fn tables_written(literal: &str) -> Vec<String> {
    let spaced = literal.replace('(', " ( ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut tables = Vec::new();
    for at in 0..words.len() {
        let table = match &words[at..] {
            ["INSERT", "INTO", table, ..]
            | ["INSERT", "OR", _, "INTO", table, ..]
            | ["REPLACE", "INTO", table, ..]
            | ["DELETE", "FROM", table, ..]
            | ["UPDATE", table, "SET", ..]
            | ["UPDATE", table, _, "SET", ..]
            | ["UPDATE", table, "AS", _, "SET", ..] => *table,
            _ => continue,
        };
        // `ON CONFLICT … DO UPDATE SET` belongs to the insert before it.
        if table != "SET" && !(at > 0 && words[at - 1] == "DO") {
            tables.push(table.trim_matches(['"', ';', ')']).to_lowercase());
        }
    }
    tables
}
