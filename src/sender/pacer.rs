//! How fast a platform may be written to, held exactly: in no window of its length more than its number.
//!
//! A leaky bucket with a burst would let nearly twice the rate through in its first second; a window that
//! remembers each send does not.

use std::collections::{HashMap, VecDeque};

use crate::config::TelegramLimits;
use crate::domain::message::ChatKind;
use crate::domain::time::{MINUTE_MS, SECOND_MS};
use crate::domain::{ChatId, Timestamp};

/// At most `most` sends in any `window_ms` milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub most: usize,
    pub window_ms: i64,
}

/// The limits of one bot; none where the platform has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub overall: Option<Rate>,
    pub private_chat: Option<Rate>,
    pub group: Option<Rate>,
}

impl Limits {
    /// Telegram's, as its FAQ "Broadcasting to users" gives them: about 30 messages a second, one a second
    /// in a private chat (kept as 3 in any 3 s, so that an answer of two parts is not slowed), 20 a minute
    /// in a group. Edits count.
    pub const TELEGRAM: Limits = Limits {
        overall: Some(Rate {
            most: 30,
            window_ms: SECOND_MS,
        }),
        private_chat: Some(Rate {
            most: 3,
            window_ms: 3 * SECOND_MS,
        }),
        group: Some(Rate {
            most: 20,
            window_ms: MINUTE_MS,
        }),
    };

    /// As an installation sets them.
    pub fn telegram(set: &TelegramLimits) -> Self {
        let rate = |most: usize, window_ms| (most > 0).then_some(Rate { most, window_ms });
        Self {
            overall: rate(set.per_second, SECOND_MS),
            private_chat: rate(3 * set.per_chat_per_second, 3 * SECOND_MS),
            group: rate(set.per_group_per_minute, MINUTE_MS),
        }
    }
}

/// What was sent lately and what is on its way, per bot. Its time is any clock in milliseconds that never goes back.
///
/// The platform counts a message somewhere between our call and its answer. So a message on its way takes its place in
/// every window already, and one that was answered leaves the window its whole length after the answer: no window of
/// the platform's own can then hold more than ours.
#[derive(Debug)]
pub struct Pacer {
    limits: Limits,
    overall: Window,
    chats: HashMap<ChatId, Window>,
    /// The platform asked for a pause until then: of everything, or in these chats.
    closed_until: Timestamp,
    chats_closed: HashMap<ChatId, Timestamp>,
}

impl Pacer {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            overall: Window::default(),
            chats: HashMap::new(),
            closed_until: Timestamp(i64::MIN),
            chats_closed: HashMap::new(),
        }
    }

    /// The first moment from `now` on at which a message may go to this chat; None when that is not known before
    /// something on its way was answered.
    pub fn when(&self, chat: ChatId, kind: ChatKind, now: Timestamp) -> Option<Timestamp> {
        let own = self.chats.get(&chat);
        let in_chat = match self.rate(kind).zip(own) {
            Some((rate, window)) => window.free_at(rate, now)?,
            None => now,
        };
        let over_all = match self.limits.overall {
            Some(rate) => self.overall.free_at(rate, now)?,
            None => now,
        };
        let closed = self.chats_closed.get(&chat).copied();
        let closed = closed.unwrap_or(now).max(self.closed_until);
        Some(in_chat.max(over_all).max(closed))
    }

    /// A message leaves.
    pub fn begin(&mut self, chat: ChatId, kind: ChatKind) {
        self.overall.on_the_way += 1;
        if self.rate(kind).is_some() {
            self.chats.entry(chat).or_default().on_the_way += 1;
        }
    }

    /// It was answered, or will not be.
    pub fn done(&mut self, chat: ChatId, kind: ChatKind, now: Timestamp) {
        self.overall.put(self.limits.overall, now);
        if let Some(rate) = self.rate(kind) {
            self.chats.entry(chat).or_default().put(Some(rate), now);
        }
    }

    /// The platform says how long to wait: it knows better than our windows. It does not say whether it means the
    /// chat or everything. The first time it is taken for the chat's; when another chat hears the same before that
    /// time is over, for everybody's.
    pub fn asked_to_wait(&mut self, chat: ChatId, until: Timestamp, now: Timestamp) {
        let another = |(other, closed): (&ChatId, &Timestamp)| *other != chat && *closed > now;
        if self.chats_closed.iter().any(another) {
            self.pause(until);
        }
        let closed = self.chats_closed.entry(chat).or_insert(until);
        *closed = until.max(*closed);
    }

    /// Nothing goes out until then.
    pub fn pause(&mut self, until: Timestamp) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Until when nothing at all goes out.
    pub fn closed_until(&self) -> Timestamp {
        self.closed_until
    }

    /// Forgets chats in which nothing was sent lately, so that memory does not grow with every parent.
    pub fn forget_old(&mut self, now: Timestamp) {
        let longest = [self.limits.private_chat, self.limits.group];
        let longest = longest.iter().flatten().map(|rate| rate.window_ms).max();
        let old = now.plus_ms(-longest.unwrap_or(0));
        self.chats.retain(|_, window| {
            window.on_the_way > 0 || window.sent.back().is_some_and(|last| *last > old)
        });
        self.chats_closed.retain(|_, until| *until > now);
    }

    fn rate(&self, kind: ChatKind) -> Option<Rate> {
        match kind {
            ChatKind::Private => self.limits.private_chat,
            ChatKind::Group => self.limits.group,
        }
    }
}

#[derive(Debug, Default)]
struct Window {
    on_the_way: usize,
    /// When the last ones were answered, as many as a window may hold.
    sent: VecDeque<Timestamp>,
}

impl Window {
    /// The moment at which enough of the answered ones have left for one more; None while those on their way fill it.
    fn free_at(&self, rate: Rate, now: Timestamp) -> Option<Timestamp> {
        let room = rate
            .most
            .checked_sub(self.on_the_way)
            .filter(|room| *room > 0)?;
        let place = self.sent.len().checked_sub(room);
        let oldest = place.and_then(|place| self.sent.get(place));
        Some(oldest.map_or(now, |oldest| oldest.plus_ms(rate.window_ms).max(now)))
    }

    fn put(&mut self, rate: Option<Rate>, now: Timestamp) {
        self.on_the_way = self.on_the_way.saturating_sub(1);
        let Some(rate) = rate else {
            return;
        };
        self.sent.push_back(now);
        while self.sent.len() > rate.most {
            self.sent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as early as allowed, taking the chats in turn, and returns the moments.
    fn wave(limits: Limits, kind: ChatKind, chats: i64, number: i64) -> Vec<(ChatId, i64)> {
        let mut pacer = Pacer::new(limits);
        let (mut now, mut sent) = (Timestamp(0), Vec::new());
        for place in 0..number {
            let chat = ChatId(place % chats);
            now = pacer.when(chat, kind, now).unwrap();
            pacer.begin(chat, kind);
            pacer.done(chat, kind, now);
            sent.push((chat, now.0));
        }
        sent
    }

    #[track_caller]
    fn holds(moments: &[i64], rate: Rate) {
        for (place, at) in moments.iter().enumerate() {
            let within = moments[..=place]
                .iter()
                .filter(|other| **other > at - rate.window_ms)
                .count();
            assert!(within <= rate.most, "{within} in the window before {at}");
        }
    }

    #[test]
    fn a_wave_to_many_chats_takes_just_what_the_limit_allows() {
        let sent = wave(Limits::TELEGRAM, ChatKind::Private, 360, 360);
        let moments: Vec<i64> = sent.iter().map(|(_, at)| *at).collect();
        holds(&moments, Limits::TELEGRAM.overall.unwrap());
        // 360 messages at 30 a second: the last thirty leave eleven seconds after the first.
        assert_eq!(moments.last(), Some(&11_000));
    }

    #[test]
    fn one_chat_is_held_to_its_own_limit() {
        for (kind, rate) in [
            (ChatKind::Private, Limits::TELEGRAM.private_chat.unwrap()),
            (ChatKind::Group, Limits::TELEGRAM.group.unwrap()),
        ] {
            let sent = wave(Limits::TELEGRAM, kind, 1, 65);
            let moments: Vec<i64> = sent.iter().map(|(_, at)| *at).collect();
            holds(&moments, rate);
            let full = i64::try_from((65 - 1) / rate.most).unwrap();
            assert_eq!(moments.last(), Some(&(full * rate.window_ms)), "{kind:?}");
        }
    }

    #[test]
    fn what_is_not_set_is_telegrams_own_and_0_is_no_limit() {
        assert_eq!(
            Limits::telegram(&TelegramLimits::default()),
            Limits::TELEGRAM
        );
        let none = TelegramLimits {
            per_second: 0,
            per_chat_per_second: 0,
            per_group_per_minute: 0,
        };
        assert_eq!(Limits::telegram(&none), Limits::default());
    }

    #[test]
    fn without_limits_nothing_waits() {
        let sent = wave(Limits::default(), ChatKind::Group, 1, 1_000);
        assert!(sent.iter().all(|(_, at)| *at == 0));
    }

    #[test]
    fn what_is_on_its_way_takes_its_place() {
        let mut pacer = Pacer::new(Limits::TELEGRAM);
        let (chat, kind) = (ChatId(1), ChatKind::Private);
        for _ in 0..3 {
            assert_eq!(pacer.when(chat, kind, Timestamp(0)), Some(Timestamp(0)));
            pacer.begin(chat, kind);
        }
        assert_eq!(pacer.when(chat, kind, Timestamp(5_000)), None);
        pacer.done(chat, kind, Timestamp(5_000));
        assert_eq!(
            pacer.when(chat, kind, Timestamp(5_001)),
            Some(Timestamp(8_000))
        );
    }

    #[test]
    fn a_pause_asked_for_is_the_chats_and_asked_twice_everybodys() {
        let mut pacer = Pacer::new(Limits::TELEGRAM);
        let kind = ChatKind::Group;
        pacer.asked_to_wait(ChatId(1), Timestamp(7_000), Timestamp(0));
        assert_eq!(
            pacer.when(ChatId(1), kind, Timestamp(10)),
            Some(Timestamp(7_000))
        );
        assert_eq!(
            pacer.when(ChatId(2), kind, Timestamp(10)),
            Some(Timestamp(10))
        );
        pacer.asked_to_wait(ChatId(2), Timestamp(5_000), Timestamp(20));
        assert_eq!(
            pacer.when(ChatId(3), kind, Timestamp(30)),
            Some(Timestamp(5_000))
        );
    }

    #[test]
    fn chats_of_long_ago_are_forgotten() {
        let mut pacer = Pacer::new(Limits::TELEGRAM);
        for (chat, at) in [(1, 0), (2, 50_000)] {
            pacer.begin(ChatId(chat), ChatKind::Group);
            pacer.done(ChatId(chat), ChatKind::Group, Timestamp(at));
        }
        pacer.begin(ChatId(3), ChatKind::Group);
        pacer.forget_old(Timestamp(61_000));
        assert_eq!(pacer.chats.len(), 2);
    }
}
