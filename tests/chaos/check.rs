//! What stands at the end in the database and in the chats, against what must.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Instant;

use lopso::app::recount;
use lopso::db::Db;
use lopso::domain::Verb;

use crate::load::Event;
use crate::model::{Expected, Model, in_order};
use crate::scene::{GROUPS, Scene, TASKS, child_of, everybody, group, user};
use crate::storm::Kill;
use crate::support::platforms::bot_api::{BotApi, Call, Failure};

/// Offences that are told one by one.
const TOLD: usize = 12;

/// The figures of a run, with everything that is wrong.
#[derive(Default)]
pub struct Findings {
    figures: Vec<(&'static str, String)>,
    wrong: Vec<String>,
}

impl Findings {
    pub fn figure(&mut self, what: &'static str, figure: impl fmt::Display) {
        self.figures.push((what, figure.to_string()));
    }

    pub fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    pub fn hold<T: PartialEq + fmt::Debug>(&mut self, what: &str, is: &T, should: &T) {
        if is != should {
            self.wrong(format!("{what}: {is:?} instead of {should:?}"));
        }
    }

    pub fn is_fine(&self) -> bool {
        self.wrong.is_empty()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, figure) in &self.figures {
            writeln!(f, "| {what} | {figure} |")?;
        }
        for wrong in self.wrong.iter().take(TOLD) {
            writeln!(f, "WRONG: {wrong}")?;
        }
        if self.wrong.len() > TOLD {
            writeln!(f, "… and {} more", self.wrong.len() - TOLD)?;
        }
        Ok(())
    }
}

/// A row of the outbox that answers somebody privately.
struct Letter {
    state: String,
    message: Option<i64>,
    attempts: i64,
}

pub struct Check<'a> {
    pub db: &'a Db,
    pub api: &'a BotApi,
    pub scene: &'a Scene,
    pub events: &'a [Event],
    pub kills: &'a [Kill],
}

impl Check<'_> {
    pub async fn all(&self, findings: &mut Findings) {
        let (model, expected) = self.played_again();
        let calls = self.api.calls();
        self.weather(findings, &calls);
        self.inbox(findings).await;
        self.acts(findings, &model).await;
        self.families(findings, &model).await;
        self.letters(findings, &expected, &calls).await;
        self.taps(findings, &calls).await;
        self.boards(findings, &model).await;
        let difference = recount(self.db, &self.scene.school).await.unwrap();
        if !difference.is_none() {
            findings.wrong(format!("tallies differ from a recount: {difference:?}"));
        }
        findings.figure("tallies equal to a recount", difference.is_none());
        for violation in self.api.violations() {
            findings.wrong(format!("Telegram forbids it: {violation}"));
        }
        findings.figure("refused for coming too fast", self.api.floods());
    }

    /// The model's state at the end, and what everybody must have read privately, in order.
    fn played_again(&self) -> (Model, BTreeMap<usize, Vec<Expected>>) {
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.update);
        let (mut model, mut expected) = (Model::default(), BTreeMap::new());
        for event in events {
            let answer = model.hear(event.parent, event.word);
            if !event.word.is_tap() {
                let heard: &mut Vec<Expected> = expected.entry(event.parent).or_default();
                heard.push(answer);
            }
        }
        (model, expected)
    }

    fn weather(&self, findings: &mut Findings, calls: &[Call]) {
        findings.figure("kills", self.kills.len());
        let failed = calls.iter().filter(|call| call.failure.is_some()).count();
        let faulty = calls
            .iter()
            .filter(|call| call.status != 0 || call.failure.is_some());
        findings.figure(
            "calls, of these made to fail",
            format!("{}, {failed}", faulty.count()),
        );
    }

    async fn inbox(&self, findings: &mut Findings) {
        const SELECT: &str = "SELECT external_id, CAST(CASE WHEN body IS NULL THEN 0 ELSE 1 END AS BIGINT) AS aside FROM inbox";
        let mut tx = self.db.read().await.unwrap();
        let mut applied = BTreeSet::new();
        let mut aside = 0;
        for row in tx.rows(SELECT, Vec::new()).await.unwrap() {
            let id: String = row.get("external_id").unwrap();
            // What the program finds out by looking, such as who is there, has a name instead of a number.
            if id.starts_with("seen:") {
                continue;
            }
            applied.insert(id);
            aside += row.get::<i64>("aside").unwrap();
        }
        let brought: BTreeSet<String> = self
            .events
            .iter()
            .map(|event| event.update.to_string())
            .collect();
        let lost: Vec<&String> = brought.difference(&applied).collect();
        findings.figure(
            "updates acknowledged, of these lost",
            format!("{}, {}", brought.len(), lost.len()),
        );
        if !lost.is_empty() {
            findings.wrong(format!("acknowledged and lost: {lost:?}"));
        }
        let strange: Vec<&String> = applied.difference(&brought).collect();
        findings.hold("updates that nobody sent", &strange, &Vec::new());
        findings.hold("updates set aside", &aside, &0);
    }

    async fn acts(&self, findings: &mut Findings, model: &Model) {
        const SELECT: &str = "SELECT person_id, task_id, verb FROM act ORDER BY act_id";
        let mut tx = self.db.read().await.unwrap();
        let mut kept: BTreeMap<(usize, usize), Vec<Verb>> = BTreeMap::new();
        let mut rows = 0;
        for row in tx.rows(SELECT, Vec::new()).await.unwrap() {
            let person = row.get("person_id").unwrap();
            let task = row.get("task_id").unwrap();
            let verb: String = row.get("verb").unwrap();
            let parent = self.scene.persons.iter().position(|one| *one == person);
            let task = self.scene.tasks.iter().position(|one| *one == task);
            let key = (parent.unwrap(), task.unwrap());
            let verbs = kept.entry(key).or_default();
            verbs.push(Verb::from_slug(&verb).unwrap());
            rows += 1;
        }
        let should: usize = model.acts.values().map(Vec::len).sum();
        findings.figure("acts, expected", format!("{rows}, {should}"));
        for parent in everybody() {
            for task in 0..TASKS {
                let key = (parent, task);
                let none = Vec::new();
                let is = kept.get(&key).unwrap_or(&none);
                let should = model.acts.get(&key).unwrap_or(&none);
                findings.hold(&format!("acts of parent and task {key:?}"), is, should);
            }
        }
    }

    async fn families(&self, findings: &mut Findings, model: &Model) {
        const SELECT: &str = "SELECT child_id, task_id, state FROM family";
        let mut tx = self.db.read().await.unwrap();
        let mut kept = BTreeMap::new();
        for row in tx.rows(SELECT, Vec::new()).await.unwrap() {
            let (child, task) = (row.get("child_id").unwrap(), row.get("task_id").unwrap());
            let child = self.scene.children.iter().position(|one| *one == child);
            let task = self.scene.tasks.iter().position(|one| *one == task);
            let state: String = row.get("state").unwrap();
            kept.insert((child.unwrap(), task.unwrap()), state);
        }
        for parent in everybody() {
            for task in 0..TASKS {
                let child = child_of(parent);
                let is = kept.get(&(child, task)).map_or("unknown", String::as_str);
                let should = model.state(child, task).map_or("unknown", Verb::slug);
                findings.hold(
                    &format!("state of child {child} in task {task}"),
                    &is,
                    &should,
                );
            }
        }
    }

    /// Private answers: one row for each word, sent at least once, in their order.
    async fn letters(
        &self,
        findings: &mut Findings,
        expected: &BTreeMap<usize, Vec<Expected>>,
        calls: &[Call],
    ) {
        let mut letters = self.private_letters().await;
        let (mut rows, mut sent, mut again, mut tries) = (0, 0, 0, 0);
        let mut disordered = 0;
        for parent in everybody() {
            let none = Vec::new();
            let expected = expected.get(&parent).unwrap_or(&none);
            let kept = letters.remove(&user(parent).to_string());
            let kept = kept.unwrap_or_default();
            let what = format!("answers written for parent {parent}");
            findings.hold(&what, &kept.len(), &expected.len());
            rows += kept.len();
            tries = tries.max(kept.iter().map(|row| row.attempts).max().unwrap_or(0));
            for row in kept.iter().filter(|row| row.state != "sent") {
                let (state, attempts) = (&row.state, row.attempts);
                findings.wrong(format!(
                    "an answer for parent {parent} is {state} after {attempts} tries"
                ));
            }
            let messages = self.api.messages(user(parent));
            sent += messages.len();
            let texts: Vec<&str> = messages.iter().map(|told| told.text.as_str()).collect();
            let numbers: Vec<i64> = kept.iter().filter_map(|row| row.message).collect();
            let grow = numbers.windows(2).all(|two| two[0] < two[1]);
            let verdict = in_order(&texts, expected);
            if let Ok(repeated) = &verdict {
                again += repeated;
            }
            if !grow || verdict.is_err() {
                disordered += 1;
                findings.wrong(format!(
                    "the chat of parent {parent} is out of order: {verdict:?}, rows as {numbers:?}, sent as {}",
                    self.story(user(parent), calls)
                ));
            }
            for (row, wanted) in kept.iter().zip(expected) {
                let message = messages
                    .iter()
                    .find(|told| Some(told.message_id) == row.message);
                let fits = message.is_some_and(|told| wanted.iter().all(|w| told.text.contains(w)));
                if !fits {
                    let read = message.map(|told| &told.text);
                    findings.wrong(format!(
                        "parent {parent} reads {read:?} instead of {wanted:?}"
                    ));
                }
            }
        }
        findings.figure("private answers due, written, arrived", {
            let due: usize = expected.values().map(Vec::len).sum();
            format!("{due}, {rows}, {sent}")
        });
        findings.figure("most tries of one", tries);
        findings.figure("chats out of order", disordered);
        let bound = self.may_come_again(calls);
        let came = format!("{again} of at most {}", bound.0 + bound.1);
        findings.figure("answers that came again", came);
        findings.figure(
            "… at most: on their way at a kill, answer lost",
            format!("{}, {}", bound.0, bound.1),
        );
        let most = self.kills.iter().map(|kill| kill.texts).max();
        findings.figure("most texts on their way at one kill", most.unwrap_or(0));
        if again > bound.0 + bound.1 {
            findings.wrong("more came again than may");
        }
    }

    /// The last calls for a chat, with the kills between them.
    fn story(&self, chat: i64, calls: &[Call]) -> String {
        const LAST: usize = 30;
        let begun = calls.first().map_or_else(Instant::now, |call| call.at);
        let mut story: Vec<(Instant, String)> = calls
            .iter()
            .filter(|call| call.method == "sendMessage" && call.params["chat_id"] == chat)
            .map(|call| {
                let words: String = call.plain.iter().flat_map(|words| words.chars()).collect();
                let words: String = words.chars().skip(3).take(25).collect();
                let failure = call
                    .failure
                    .map_or_else(String::new, |why| format!(" {why:?}"));
                (call.at, format!("{words:?} {}{failure}", call.status))
            })
            .collect();
        story.extend(self.kills.iter().map(|kill| (kill.at, "killed".to_owned())));
        story.sort();
        let told = story.iter().map(|(at, what)| {
            let since = at.saturating_duration_since(begun).as_millis();
            format!("{since} ms {what}")
        });
        let told: Vec<String> = told.collect();
        told[told.len().saturating_sub(LAST)..].join("; ")
    }

    /// How many texts may arrive twice: those on their way at a kill, and those whose answer was lost.
    fn may_come_again(&self, calls: &[Call]) -> (usize, usize) {
        let on_their_way = self.kills.iter().map(|kill| kill.texts).sum();
        let lost = calls.iter().filter(|call| {
            let lost = matches!(
                call.failure,
                Some(Failure::ResetAfterApplied | Failure::TruncatedJson)
            );
            call.method == "sendMessage" && lost
        });
        (on_their_way, lost.count())
    }

    /// How many answers to taps may be unknown: those on their way at a kill, and those of which nobody said whether
    /// they arrived.
    fn may_be_unknown(&self, calls: &[Call]) -> (usize, usize) {
        let on_their_way = self.kills.iter().map(|kill| kill.taps).sum();
        let unclear = calls.iter().filter(|call| {
            let clear = matches!(
                call.failure,
                None | Some(Failure::Status(429, _) | Failure::Slow(_))
            );
            call.method == "answerCallbackQuery" && !clear
        });
        (on_their_way, unclear.count())
    }

    /// By chat, in the order in which they were written.
    async fn private_letters(&self) -> BTreeMap<String, Vec<Letter>> {
        const SELECT: &str = "SELECT c.external_id AS chat, o.state, o.external_id, o.attempts FROM outbox o \
             JOIN chat c ON c.chat_id = o.chat_id WHERE c.kind = 'private' ORDER BY o.outbox_id";
        let mut tx = self.db.read().await.unwrap();
        let mut letters: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
        for row in tx.rows(SELECT, Vec::new()).await.unwrap() {
            let message: Option<String> = row.get("external_id").unwrap();
            letters
                .entry(row.get("chat").unwrap())
                .or_default()
                .push(Letter {
                    state: row.get("state").unwrap(),
                    message: message.and_then(|id| id.parse().ok()),
                    attempts: row.get("attempts").unwrap(),
                });
        }
        letters
    }

    /// Each tap was answered, or stands as one whose answer is unknown or came too late.
    async fn taps(&self, findings: &mut Findings, calls: &[Call]) {
        const SELECT: &str =
            "SELECT state, COUNT(*) AS n FROM outbox WHERE priority = 0 GROUP BY state";
        let mut tx = self.db.read().await.unwrap();
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        for row in tx.rows(SELECT, Vec::new()).await.unwrap() {
            let number: i64 = row.get("n").unwrap();
            states.insert(row.get("state").unwrap(), usize::try_from(number).unwrap());
        }
        let unknown = states.remove("unknown").unwrap_or(0);
        let expired = states.remove("expired").unwrap_or(0);
        if !states.is_empty() {
            findings.wrong(format!("answers to taps stand as {states:?}"));
        }
        let taps: BTreeSet<&str> = self
            .events
            .iter()
            .filter_map(|event| event.tap.as_deref())
            .collect();
        let silent = self.api.unanswered_taps().len();
        let answered = taps.len().saturating_sub(unknown + expired);
        findings.figure(
            "taps: answered + unknown + expired",
            format!(
                "{}: {answered} + {unknown} + {expired}, {silent} buttons still wait",
                taps.len()
            ),
        );
        // The row of an answered tap is gone, so every button that waits must have one.
        if silent > unknown + expired {
            findings.wrong(format!(
                "{silent} taps without an answer, {unknown} unknown and {expired} expired"
            ));
        }
        let (killed, unclear) = self.may_be_unknown(calls);
        findings.figure(
            "… unknown at most: on their way at a kill, unclear answers",
            format!("{killed}, {unclear}"),
        );
        if unknown > killed + unclear {
            findings.wrong("more are unknown than may be");
        }
        let twice = self.tried_again(findings, calls);
        findings.figure("taps answered twice", twice);
    }

    /// An answer goes out again only when Telegram said of the one before that it did not take it.
    fn tried_again(&self, findings: &mut Findings, calls: &[Call]) -> usize {
        let mut left: BTreeSet<&str> = BTreeSet::new();
        let mut twice = 0;
        for call in calls
            .iter()
            .filter(|call| call.method == "answerCallbackQuery")
        {
            let tap = call.params["callback_query_id"].as_str().unwrap();
            if left.contains(tap) {
                twice += 1;
                findings.wrong(format!("tap {tap} was answered again: {}", call.status));
            }
            if call.status != 429 {
                left.insert(tap);
            }
        }
        twice
    }

    /// What hangs in the groups tells the counts at the end.
    async fn boards(&self, findings: &mut Findings, model: &Model) {
        const SELECT: &str = "SELECT c.external_id AS chat, o.external_id FROM board b \
             JOIN chat c ON c.chat_id = b.chat_id JOIN outbox o ON o.outbox_id = b.outbox_id";
        const FAILED: &str = "SELECT COUNT(*) AS n FROM outbox WHERE priority > 0 AND state NOT IN ('sent', 'dropped')";
        let mut tx = self.db.read().await.unwrap();
        let failed: i64 = tx
            .row(FAILED, Vec::new())
            .await
            .unwrap()
            .unwrap()
            .get("n")
            .unwrap();
        findings.hold("texts and boards given up", &failed, &0);
        let mut hanging = BTreeMap::new();
        for row in tx.rows(SELECT, Vec::new()).await.unwrap() {
            let chat: String = row.get("chat").unwrap();
            let message: Option<String> = row.get("external_id").unwrap();
            hanging.insert(chat, message.and_then(|id| id.parse::<i64>().ok()));
        }
        let mut right = 0;
        for class in 0..GROUPS {
            let message = hanging.get(&group(class).to_string()).copied().flatten();
            let messages = self.api.messages(group(class));
            let board = messages
                .iter()
                .find(|told| Some(told.message_id) == message);
            let shown: Vec<usize> = board.map_or_else(Vec::new, |told| counts(&told.text));
            let should = model.done(class);
            if shown == should {
                right += 1;
            } else {
                findings.wrong(format!(
                    "the board of class {class} shows {shown:?} instead of {should:?}"
                ));
            }
        }
        findings.figure(
            "boards with the counts at the end",
            format!("{right} of {GROUPS}"),
        );
    }
}

/// The numbers before the "/" of "7/24 gia đình đã xong".
fn counts(board: &str) -> Vec<usize> {
    let told = |line: &str| {
        let (counts, _) = line.split_once(" gia đình đã xong")?;
        let (done, _) = counts.split_whitespace().last()?.split_once('/')?;
        done.parse().ok()
    };
    board.lines().filter_map(told).collect()
}
