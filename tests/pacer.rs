//! The pacer against a platform that counts for itself, on a clock of its own: whatever arrives whenever, and however
//! long each call takes, no window of the platform's ever holds more than its limit; and no message waits longer than
//! the limits demand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::{HashMap, VecDeque};

use lopso::domain::message::ChatKind;
use lopso::domain::time::{MINUTE_MS, SECOND_MS};
use lopso::domain::{ChatId, Timestamp};
use lopso::sender::pacer::{Limits, Pacer, Rate};
use proptest::prelude::*;

/// A message that wants to go.
#[derive(Debug, Clone, Copy)]
struct Wish {
    at_ms: i64,
    chat: i64,
    /// From the call to the answer.
    takes_ms: i64,
    /// At which part of that the platform counts it, in percent.
    counted_at: i64,
}

impl Wish {
    /// The first chats are groups, the rest private.
    fn kind(&self) -> ChatKind {
        if self.chat < 3 {
            ChatKind::Group
        } else {
            ChatKind::Private
        }
    }
}

/// What one call became, in milliseconds: called, counted by the platform, answered.
#[derive(Debug, Clone, Copy)]
struct Call {
    wish: Wish,
    called: i64,
    counted: i64,
    answered: i64,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let one = (0..20_000_i64, 0..12_i64, 0..400_i64, 0..=100_i64);
    let one = one.prop_map(|(at_ms, chat, takes_ms, counted_at)| Wish {
        at_ms,
        chat,
        takes_ms,
        counted_at,
    });
    // Bursts are what tries a limit: many at one moment.
    let burst = (0..20_000_i64, 0..60_usize, 0..12_i64, 0..400_i64).prop_map(
        |(at_ms, number, chat, takes_ms)| {
            let wish = |place: usize| Wish {
                at_ms,
                chat: (chat + i64::try_from(place % 9).unwrap()) % 12,
                takes_ms,
                counted_at: 50,
            };
            (0..number).map(wish).collect::<Vec<_>>()
        },
    );
    (
        prop::collection::vec(one, 0..120),
        prop::collection::vec(burst, 0..4),
    )
        .prop_map(|(mut all, bursts)| {
            all.extend(bursts.into_iter().flatten());
            all.sort_by_key(|wish| wish.at_ms);
            all
        })
}

fn limits() -> impl Strategy<Value = Limits> {
    let rate = |most: std::ops::Range<usize>, window_ms| {
        most.prop_map(move |most| Rate { most, window_ms })
    };
    (
        rate(1..31, SECOND_MS),
        rate(1..4, 3 * SECOND_MS),
        rate(1..21, MINUTE_MS),
    )
        .prop_map(|(overall, private_chat, group)| Limits {
            overall: Some(overall),
            private_chat: Some(private_chat),
            group: Some(group),
        })
}

/// Sends as the sender does: whoever may go goes, one at a time in each chat. Panics where the pacer holds one back
/// that its windows would let go.
fn play(limits: Limits, wishes: &[Wish]) -> Vec<Call> {
    let mut pacer = Pacer::new(limits);
    let mut arriving: VecDeque<Wish> = wishes.iter().copied().collect();
    let (mut waiting, mut flying, mut done) = (Vec::<Wish>::new(), Vec::<Call>::new(), Vec::new());
    let mut now = 0;
    while !arriving.is_empty() || !waiting.is_empty() || !flying.is_empty() {
        while arriving.front().is_some_and(|wish| wish.at_ms <= now) {
            waiting.extend(arriving.pop_front());
        }
        flying.retain(|call| {
            if call.answered > now {
                return true;
            }
            let (chat, kind) = (ChatId(call.wish.chat), call.wish.kind());
            // The clock steps by whole milliseconds, so an answer may be seen one later.
            pacer.done(chat, kind, Timestamp(now));
            done.push(Call {
                answered: now,
                ..*call
            });
            false
        });
        let mut next = i64::MAX;
        waiting.retain(|wish| {
            let (chat, kind) = (ChatId(wish.chat), wish.kind());
            if flying.iter().any(|call| call.wish.chat == wish.chat) {
                return true;
            }
            match pacer.when(chat, kind, Timestamp(now)) {
                Some(at) if at.0 <= now => {
                    pacer.begin(chat, kind);
                    flying.push(Call {
                        wish: *wish,
                        called: now,
                        counted: now + wish.takes_ms * wish.counted_at / 100,
                        answered: now + wish.takes_ms,
                    });
                    false
                }
                held => {
                    assert!(
                        is_full(limits, wish, &flying, &done, now),
                        "held back at {now} without need: {wish:?}"
                    );
                    next = next.min(held.map_or(i64::MAX, |at| at.0));
                    true
                }
            }
        });
        let landing = flying.iter().map(|call| call.answered).min();
        let arrival = arriving.front().map(|wish| wish.at_ms);
        let soonest = [Some(next), landing, arrival].into_iter().flatten().min();
        now = soonest.unwrap_or(i64::MAX).max(now + 1);
    }
    done
}

/// By counting everything anew: a window that this message would stand in is full of those that left it not yet or
/// are on their way.
fn is_full(limits: Limits, wish: &Wish, flying: &[Call], done: &[Call], now: i64) -> bool {
    let full = |rate: Rate, same: &dyn Fn(&Call) -> bool| {
        let inside = done
            .iter()
            .filter(|call| call.answered > now - rate.window_ms && same(call))
            .count();
        let on_the_way = flying.iter().filter(|call| same(call)).count();
        inside + on_the_way >= rate.most
    };
    let own = match wish.kind() {
        ChatKind::Group => limits.group,
        ChatKind::Private => limits.private_chat,
    };
    full(limits.overall.unwrap(), &|_| true)
        || full(own.unwrap(), &|call| call.wish.chat == wish.chat)
}

/// The platform's own windows: any stretch of the rate's length holds at most its number.
fn exceeds(rate: Rate, mut counted: Vec<i64>) -> Option<i64> {
    counted.sort_unstable();
    let over = counted
        .windows(rate.most + 1)
        .find(|stretch| stretch[rate.most] - stretch[0] < rate.window_ms);
    over.map(|stretch| stretch[0])
}

proptest! {
    #[test]
    fn no_window_of_the_platforms_holds_too_many_and_nobody_waits_without_need(
        limits in limits(),
        wishes in wishes(),
    ) {
        let calls = play(limits, &wishes);
        prop_assert_eq!(calls.len(), wishes.len());
        let mut chats: HashMap<i64, Vec<&Call>> = HashMap::new();
        for call in &calls {
            prop_assert!(call.called >= call.wish.at_ms);
            chats.entry(call.wish.chat).or_default().push(call);
        }
        let all = calls.iter().map(|call| call.counted).collect();
        prop_assert_eq!(exceeds(limits.overall.unwrap(), all), None);
        for calls in chats.values() {
            let rate = match calls[0].wish.kind() {
                ChatKind::Group => limits.group,
                ChatKind::Private => limits.private_chat,
            };
            let counted = calls.iter().map(|call| call.counted).collect();
            prop_assert_eq!(exceeds(rate.unwrap(), counted), None);
        }
    }

    #[test]
    fn a_wave_on_an_idle_link_takes_no_longer_than_its_limit(number in 1..400_i64) {
        // Each to a chat of its own, and answered at once: only the 30 a second hold it.
        let wish = |chat| Wish { at_ms: 0, chat: chat + 3, takes_ms: 0, counted_at: 0 };
        let wishes: Vec<Wish> = (0..number).map(wish).collect();
        let calls = play(Limits::TELEGRAM, &wishes);
        let last = calls.iter().map(|call| call.called).max().unwrap();
        // The clock steps by one millisecond where something landed.
        prop_assert!(last <= (number - 1) / 30 * (SECOND_MS + 1), "{last}");
    }
}
