//! What the bot said, read from its outbox, and what must always hold.

use std::fmt::Write as _;

use lopso::app::recount;
use lopso::domain::State;
use lopso::domain::message::{Choice, Payload};
use lopso::feature::report::{Figures, figures};
use lopso::outbox::{self, Letter, Outcome};
use lopso::roster::names;
use lopso::sender;

use super::{GROUP, Room, Said};

impl Room {
    /// Reads the outbox as the sender would, and writes back ids as the platform would.
    pub async fn deliver(&mut self) {
        self.turn.clear();
        let mut tx = self.test.db.begin().await.unwrap();
        let now = self.now.plus_ms(self.seconds_ms);
        let quiet = self.app.is_quiet(now);
        let lane = outbox::Lane::All;
        let letters = sender::take(&mut tx, &self.app, &self.bot, lane, quiet, 1_000, now);
        let letters = letters.await.unwrap();
        let mut outcomes = Vec::new();
        for letter in &letters {
            let id = match &mut self.wire {
                None => Some(letter.id.to_string()),
                Some(wire) => wire.delivers(letter).await,
            };
            let line = self.hear(letter, id.as_deref().unwrap_or_default());
            self.turn.push(line.clone());
            self.lines.push(line);
            let external_id = id.filter(|_| matches!(letter.payload, Payload::Message { .. }));
            outcomes.push((letter.id, Outcome::Sent { external_id }));
        }
        outbox::settle(&mut tx, &outcomes, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// `id`: the platform's id of a message.
    fn hear(&mut self, letter: &Letter, id: &str) -> String {
        let place = |chat: &str| match chat.strip_prefix(GROUP) {
            Some(class) => format!("nhóm {class}"),
            None => chat.strip_prefix("riêng-").unwrap_or(chat).to_owned(),
        };
        let to = place(&letter.to);
        match &letter.payload {
            Payload::Message {
                text,
                choices,
                reply_to: _,
                calls: _,
            } => {
                self.no_name_in_a_group(&letter.to, text, choices);
                self.said.push(Said {
                    id: id.to_owned(),
                    chat: letter.to.clone(),
                    text: text.clone(),
                    choices: choices.clone(),
                    row: letter.id,
                });
                let mut line = format!("  bot → {to}: {text}");
                if self.bot.channel.capabilities().buttons {
                    for choice in choices {
                        write!(line, " [{}]", choice.label).unwrap();
                    }
                }
                line
            }
            Payload::Edit { text, choices } => {
                self.no_name_in_a_group(&letter.to, text, choices);
                let edited = letter
                    .edits
                    .clone()
                    .expect("an edit of a message that was never sent");
                let said = self
                    .said
                    .iter_mut()
                    .find(|said| said.id == edited)
                    .expect("an edit of nothing");
                said.text.clone_from(text);
                said.choices.clone_from(choices);
                format!("  bot sửa bảng ở {to}: {}", counts_of(text))
            }
            Payload::Toast {
                callback,
                text,
                alert: _,
                begin,
            } => {
                assert!(
                    text.encode_utf16().count() <= 200,
                    "a toast of more than 200: {text}"
                );
                let who = match &self.wire {
                    None => callback
                        .split_once(' ')
                        .map_or("", |(_, who)| who)
                        .to_owned(),
                    Some(wire) => wire.who_tapped(callback),
                };
                if let Some(begin) = begin {
                    self.begun.insert(who.clone(), begin.clone());
                    return format!("  bot mở chat riêng cho {who}");
                }
                if text.is_empty() {
                    return format!("  bot nhận nút của {who}");
                }
                format!("  bot nhắc {who}: {text}")
            }
            Payload::File { name, caption, .. } => format!("  bot → {to}: 📎 {name} {caption}"),
            Payload::Reaction { emoji, .. } => format!("  bot {emoji} ở {to}"),
        }
    }

    /// No shame (design §2.1): a group never reads a name of a child or a guardian.
    fn no_name_in_a_group(&self, chat: &str, text: &str, choices: &[Choice]) {
        if !chat.starts_with(GROUP) {
            return;
        }
        for name in &self.names {
            let given = names::given(name);
            for shown in
                std::iter::once(text).chain(choices.iter().map(|choice| choice.label.as_str()))
            {
                let words: Vec<&str> = shown.split(|c: char| !c.is_alphanumeric()).collect();
                assert!(
                    !shown.contains(name.as_str()),
                    "{name} stands in a group: {shown}"
                );
                let is_child = self.children.contains_key(name);
                assert!(
                    !(is_child && words.contains(&given)),
                    "{given} stands in a group: {shown}"
                );
            }
        }
    }

    pub fn transcript(&self) -> String {
        self.lines.join("\n")
    }

    /// What the bot did in the last turn, one line each.
    pub fn bot_said(&self) -> String {
        self.turn.join("\n")
    }

    /// The bot's last turn says this somewhere.
    #[track_caller]
    pub fn hears(&self, words: &str) -> &Self {
        let said = self.bot_said();
        assert!(
            said.contains(words),
            "{words:?} was not said. The conversation:\n{}",
            self.transcript()
        );
        self
    }

    #[track_caller]
    pub fn does_not_hear(&self, words: &str) -> &Self {
        assert!(
            !self.bot_said().contains(words),
            "{words:?} was said. The conversation:\n{}",
            self.transcript()
        );
        self
    }

    /// The bot said and did nothing.
    #[track_caller]
    pub fn is_silent(&self) -> &Self {
        assert!(self.turn.is_empty(), "{}", self.transcript());
        self
    }

    /// Everything the bot wrote to this person alone since the scene began.
    pub fn bot_lines(&self, who: &str) -> Vec<&str> {
        let start = format!("  bot → {who}: ");
        let own = |line: &String| line.starts_with(&start);
        self.lines
            .iter()
            .filter(|line| own(line))
            .map(String::as_str)
            .collect()
    }

    /// What the bot wrote in the last turn to this person alone.
    pub fn privately_told(&self, who: &str) -> String {
        self.told(&format!("  bot → {who}: "))
    }

    /// What the bot wrote in the last turn into this group.
    pub fn group_told(&self, group: &str) -> String {
        self.told(&format!("  bot → nhóm {group}: "))
    }

    fn told(&self, start: &str) -> String {
        let texts: Vec<&str> = self
            .turn
            .iter()
            .filter_map(|line| line.strip_prefix(start))
            .collect();
        texts.join("\n")
    }

    /// The bot kept silent in the last turn.
    #[track_caller]
    pub fn silence(&self) -> &Self {
        assert!(
            self.turn.is_empty(),
            "the bot spoke. The conversation:\n{}",
            self.transcript()
        );
        self
    }

    pub async fn figures(&self) -> Figures {
        let mut tx = self.test.db.read().await.unwrap();
        figures(&mut tx, self.school.clone(), |_| true, self.now)
            .await
            .unwrap()
    }

    /// (done, families that count) of a task over the whole school.
    pub async fn count(&self, task: &str) -> (i64, i64) {
        let found = self.figures().await;
        let families = found.families();
        let task = found
            .tasks
            .iter()
            .find(|known| known.task.key == task)
            .expect("no such open task");
        (task.total.done(), families - task.total.exempt())
    }

    /// How many families are in this state.
    pub async fn in_state(&self, task: &str, state: State) -> i64 {
        let found = self.figures().await;
        let families = found.families();
        let task = found
            .tasks
            .iter()
            .find(|known| known.task.key == task)
            .expect("no such open task");
        if state == State::Unknown {
            task.total.unknown(families)
        } else {
            task.total.of(state)
        }
    }

    pub async fn acts(&self) -> i64 {
        self.one("SELECT COUNT(*) AS n FROM act").await
    }

    /// Every text the database keeps of a conversation, to look for what must not be kept.
    pub async fn kept_texts(&self) -> Vec<String> {
        const TEXTS: &str = "SELECT payload AS words FROM outbox \
            UNION ALL SELECT COALESCE(external_id, '') FROM outbox \
            UNION ALL SELECT external_id FROM inbox \
            UNION ALL SELECT COALESCE(body, '') FROM inbox \
            UNION ALL SELECT COALESCE(reason, '') FROM inbox \
            UNION ALL SELECT choices FROM prompt \
            UNION ALL SELECT verb FROM act \
            UNION ALL SELECT evidence FROM act \
            UNION ALL SELECT verb FROM pending \
            UNION ALL SELECT title FROM task \
            UNION ALL SELECT name FROM account \
            UNION ALL SELECT external_id FROM chat";
        let mut tx = self.test.db.read().await.unwrap();
        let rows = tx.rows(TEXTS, Vec::new()).await.unwrap();
        rows.iter().map(|row| row.get("words").unwrap()).collect()
    }

    pub async fn one(&self, sql: &'static str) -> i64 {
        let mut tx = self.test.db.read().await.unwrap();
        tx.row(sql, Vec::new())
            .await
            .unwrap()
            .unwrap()
            .get("n")
            .unwrap()
    }

    /// What must hold after every conversation.
    pub async fn must_hold(&self) {
        if let Some(wire) = &self.wire {
            wire.holds();
        }
        let difference = recount(&self.test.db, &self.school).await.unwrap();
        assert!(
            difference.is_none(),
            "{difference:?}\n{}",
            self.transcript()
        );
        assert_eq!(
            self.one("SELECT COUNT(*) AS n FROM inbox WHERE body IS NOT NULL")
                .await,
            0,
            "an update was set aside:\n{}",
            self.transcript()
        );
    }

    /// The newest board of a class, as it hangs now.
    pub fn board(&self, class: &str) -> String {
        let chat = format!("{GROUP}{class}");
        let is_board = |said: &&Said| said.chat == chat && said.text.starts_with('📋');
        counts_of(
            &self
                .said
                .iter()
                .rfind(is_board)
                .expect("no board hangs")
                .text,
        )
    }
}

/// "1/3 · 0/3 · 0/3": the counts of a board in its order.
fn counts_of(board: &str) -> String {
    let count = |line: &str| {
        line.strip_suffix(" gia đình đã xong")
            .and_then(|line| line.split(' ').next_back())
            .map(str::to_owned)
    };
    board
        .lines()
        .filter_map(count)
        .collect::<Vec<_>>()
        .join(" · ")
}
