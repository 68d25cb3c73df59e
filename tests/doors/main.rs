//! The doors: updates as Telegram brings them, stored, and what the whole program answers to each.
//!
//! One file a case in `telegram/`: `updates` go in as they stand, `hears` says what each chat reads because of them
//! (words of each message, in order; a chat that is not named reads nothing). An empty list: something, whatever it is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "../support/http.rs"]
mod http;
#[path = "../support/platforms/mod.rs"]
mod platforms;
#[path = "../support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use http::{free_address, get, wait_for};
use platforms::bot_api::BotApi;
use program::Office;
use serde_json::Value;

const TOKEN: &str = "42:test-token";
const CHATS: [i64; 2] = [1_001, -1_001_000_000_500];

#[derive(serde::Deserialize)]
struct Case {
    about: String,
    updates: Vec<Value>,
    hears: BTreeMap<String, Vec<String>>,
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doors/telegram");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let case = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().unwrap().to_string_lossy();
            (name.into_owned(), case)
        })
        .collect()
}

#[test]
fn every_stored_update_is_answered_as_it_should_be() {
    let (office, api, address) = (Office::new(), BotApi::start(TOKEN), free_address());
    let [mother, group] = CHATS;
    api.private_chat(mother, "Mẹ An");
    api.group(group, "Lớp 5A1");
    // The chat is open: she has written before.
    api.person_writes(mother, mother, "Mẹ An", "/trogiup");
    office
        .run(&[
            "school",
            "add",
            "--code",
            "hoa-sen",
            "--name",
            "Trường Mầm non Hoa Sen",
        ])
        .fine();
    let url = api.url();
    let settings = [
        ("LOPSO_TELEGRAM_TOKEN", TOKEN),
        ("LOPSO_TELEGRAM_API_URL", url.as_str()),
        ("LOPSO_HTTP_ADDR", address.as_str()),
    ];
    let _running = office.start(&["serve"], &settings);
    wait_for("the program", || get(&address, "/readyz"));
    wait_for("the first answer", || {
        api.messages(mother).first().map(drop)
    });
    let all = cases();
    assert!(all.len() >= 20, "only {} cases", all.len());
    for (name, case) in all {
        let before: Vec<usize> = CHATS.iter().map(|chat| api.messages(*chat).len()).collect();
        for update in &case.updates {
            api.deliver(update.clone());
        }
        wait_for("the next poll", || api.pending().is_empty().then_some(()));
        for (chat, before) in CHATS.iter().zip(before) {
            let wanted = case.hears.get(&chat.to_string());
            let least = before + wanted.map_or(0, |words| words.len().max(1));
            wait_for(&case.about, || {
                (api.messages(*chat).len() >= least).then_some(())
            });
            // What should not come needs a moment in which it could.
            std::thread::sleep(Duration::from_millis(120));
            let read: Vec<String> = api.messages(*chat)[before..]
                .iter()
                .map(|message| message.text.clone())
                .collect();
            let words = wanted.cloned().unwrap_or_default();
            let any = wanted.is_some_and(Vec::is_empty);
            assert!(
                any || read.len() == words.len(),
                "{name}: {} It read {read:?}",
                case.about
            );
            for (read, words) in read.iter().zip(&words) {
                assert!(
                    read.contains(words),
                    "{name}: {} It read {read:?}",
                    case.about
                );
            }
        }
    }
    assert_eq!(api.violations(), Vec::<String>::new());
    let doctor = office.run(&["doctor"]);
    assert!(
        doctor.out.contains("Không có tin nào bị gác lại"),
        "{}",
        doctor.out
    );
}
