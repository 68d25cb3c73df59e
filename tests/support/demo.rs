//! `lopso demo` running beside a test, with its data where other commands can look at it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop; not every test file uses every helper"
)]

use serde_json::Value;

use crate::http::{free_address, get, post, wait_for};
use crate::program::{Office, Running};

pub struct Demo {
    pub office: Office,
    pub address: String,
    _running: Running,
}

impl Demo {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(more: &[&str]) -> Self {
        let office = Office::new();
        let (address, folder) = (free_address(), office.path(""));
        let words = ["demo", "--addr", &address, "--data"];
        let words: Vec<&str> = words
            .into_iter()
            .chain(folder.to_str())
            .chain(more.iter().copied())
            .collect();
        let running = office.start(&words, &[]);
        wait_for("the demo", || get(&address, "/phong-thu"));
        Self {
            office,
            address,
            _running: running,
        }
    }

    /// `lopso report --format json`, beside the running program.
    pub fn report(&self) -> Value {
        self.office
            .run(&["report", "--format", "json"])
            .fine()
            .json()
    }

    /// The counts of one task as reported: (done, of these said by the family itself).
    pub fn figures(&self, task: &str) -> (i64, i64) {
        let report = self.report();
        let tasks = report["tasks"].as_array().unwrap();
        let found = tasks
            .iter()
            .find(|found| found["id"].as_str().unwrap().starts_with(task))
            .unwrap();
        (
            found["done"].as_i64().unwrap(),
            found["evidence"]["said"].as_i64().unwrap(),
        )
    }

    /// Somebody writes in a room; returns when it is applied.
    pub fn hears(&self, who: &str, room: &str, words: &str) {
        self.takes(
            "/phong-thu/gui",
            &[("ai", who), ("phong", room), ("noi_dung", words)],
        );
    }

    /// Somebody answers a message of the room by its number on the page.
    pub fn hears_answer(&self, who: &str, room: &str, message: &str, words: &str) {
        let fields = [
            ("ai", who),
            ("phong", room),
            ("tra_loi", message),
            ("noi_dung", words),
        ];
        self.takes("/phong-thu/gui", &fields);
    }

    pub fn is_tapped(&self, who: &str, room: &str, message: &str, choice: &str) {
        let fields = [
            ("ai", who),
            ("phong", room),
            ("tin", message),
            ("chon", choice),
        ];
        self.takes("/phong-thu/bam", &fields);
    }

    fn takes(&self, path: &str, fields: &[(&str, &str)]) {
        let answer = post(&self.address, path, fields);
        let (status, body) = answer.expect("the demo does not answer");
        assert_eq!(status, 204, "{fields:?}: {body}");
    }

    pub fn room(&self, who: &str, room: &str) -> String {
        let page = get(
            &self.address,
            &format!("/phong-thu/tin?ai={who}&phong={room}"),
        );
        page.expect("the demo does not answer").1
    }

    /// The board of a room: its message, and the choices under it.
    pub fn board(&self, who: &str, room: &str) -> (String, Vec<String>) {
        let page = wait_for("the board", || {
            Some(self.room(who, room)).filter(|page| page.contains(" data-board"))
        });
        let article = page
            .split("<article")
            .filter(|part| part.contains(" data-board"))
            .last()
            .unwrap();
        let between = |from: &str, text: &str| -> Vec<String> {
            text.split(from)
                .skip(1)
                .filter_map(|rest| rest.split_once('"'))
                .map(|(value, _)| value.to_owned())
                .collect()
        };
        let message = between("data-message-id=\"", article).remove(0);
        (message, between("data-choice=\"", article))
    }
}
