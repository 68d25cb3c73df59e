//! A month's messages of a bot, where the platform counts them: what came in and what went out, and what may still go.

use crate::config::ZaloLimits;
use crate::db::Tx;
use crate::domain::{BotId, Timestamp};
use crate::vals;

/// Messages of this month so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    pub received: i64,
    /// Also those of which nobody knows whether they arrived: the platform may have counted them.
    pub sent: i64,
    /// At how many percent the school was told last: 0, 70, 90.
    pub told: i64,
}

impl Spent {
    pub fn all(&self) -> i64 {
        self.received + self.sent
    }

    /// In percent of the month's messages; none where there is no limit.
    pub fn percent(&self, limits: &ZaloLimits) -> Option<i64> {
        (limits.per_month > 0).then(|| self.all() * 100 / limits.per_month)
    }
}

/// What may still be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Everything, so many.
    All(i64),
    /// Answers alone, so many: boards and reminders wait.
    Answers(i64),
    Nothing,
}

/// Answers may use the last message of the month; boards and reminders stop before those kept for answers.
pub fn allowed(limits: &ZaloLimits, spent: &Spent) -> Allowed {
    if limits.per_month == 0 {
        return Allowed::All(i64::MAX);
    }
    let left = limits.per_month - spent.all();
    let beyond_answers = left - limits.kept_for_answers;
    match (left, beyond_answers) {
        (..=0, _) => Allowed::Nothing,
        (_, ..=0) => Allowed::Answers(left),
        (_, _) => Allowed::All(beyond_answers),
    }
}

/// "2026-11", by Việt Nam's calendar. By whose calendar Zalo begins a month is not documented.
pub fn month(now: Timestamp) -> String {
    let day = now.local().date();
    format!("{}-{:02}", day.year(), day.month())
}

pub async fn spent(tx: &mut Tx, bot: BotId, now: Timestamp) -> Result<Spent, sqlx::Error> {
    const SELECT: &str =
        "SELECT received, sent, told FROM bot_month WHERE bot_id = $1 AND month = $2";
    let row = tx.row(SELECT, vals![bot, month(now)]).await?;
    let Some(row) = row else {
        return Ok(Spent::default());
    };
    Ok(Spent {
        received: row.get("received")?,
        sent: row.get("sent")?,
        told: row.get("told")?,
    })
}

/// Counts what came in and what goes out; what was counted and did not go out after all is less than none.
pub async fn note(
    tx: &mut Tx,
    bot: BotId,
    received: i64,
    sent: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const ADD: &str = "INSERT INTO bot_month (bot_id, month, received, sent, told) VALUES ($1, $2, $3, $4, 0) \
         ON CONFLICT (bot_id, month) DO UPDATE SET received = bot_month.received + excluded.received, \
         sent = bot_month.sent + excluded.sent";
    tx.execute(ADD, vals![bot, month(now), received, sent])
        .await?;
    Ok(())
}

/// The school was told that so many percent are used.
pub async fn note_told(
    tx: &mut Tx,
    bot: BotId,
    percent: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const UPDATE: &str = "UPDATE bot_month SET told = $3 WHERE bot_id = $1 AND month = $2";
    tx.execute(UPDATE, vals![bot, month(now), percent]).await?;
    Ok(())
}

/// How many a month comes to when it goes on as it began; `spent` in the days that passed, this one whole.
pub fn forecast(spent: &Spent, now: Timestamp) -> i64 {
    let day = now.local().date();
    spent.all() * i64::from(day.days_in_month()) / i64::from(day.day())
}

/// Those of a bot's classes (title and families of each) for which its plan has no room left, by what it allows of
/// people and groups: one person a family at least, in the order given. A class that does not fit leaves its room to
/// the next.
pub fn without_room<'a>(
    limits: &ZaloLimits,
    classes: &'a [(String, i64)],
) -> Vec<&'a (String, i64)> {
    let (mut people, mut groups) = (0, 0);
    let within = |used: i64, most: i64| most == 0 || used <= most;
    let mut fits = |families: i64| {
        let fits = within(people + families, limits.people) && within(groups + 1, limits.groups);
        if fits {
            people += families;
            groups += 1;
        }
        fits
    };
    let left = classes.iter().filter(|(_, families)| !fits(*families));
    left.collect()
}

/// Months of long ago are of no use to anybody.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, sqlx::Error> {
    /// A school year, to compare.
    const KEPT_MS: i64 = 366 * crate::domain::time::DAY_MS;
    const DELETE: &str = "DELETE FROM bot_month WHERE month < $1";
    tx.execute(DELETE, vals![month(now.plus_ms(-KEPT_MS))])
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: ZaloLimits = ZaloLimits {
        per_month: 3_000,
        people: 50,
        groups: 3,
        kept_for_answers: 600,
    };

    fn spent(received: i64, sent: i64) -> Spent {
        Spent {
            received,
            sent,
            told: 0,
        }
    }

    #[test]
    fn boards_and_reminders_stop_before_answers_do() {
        for (received, sent, expected) in [
            (0, 0, Allowed::All(2_400)),
            (1_000, 1_399, Allowed::All(1)),
            (1_000, 1_400, Allowed::Answers(600)),
            (1_500, 1_499, Allowed::Answers(1)),
            (1_500, 1_500, Allowed::Nothing),
            (9_000, 0, Allowed::Nothing),
        ] {
            assert_eq!(allowed(&FREE, &spent(received, sent)), expected);
        }
        let none = ZaloLimits {
            per_month: 0,
            ..FREE
        };
        assert_eq!(allowed(&none, &spent(9_000, 9_000)), Allowed::All(i64::MAX));
    }

    #[test]
    fn a_bot_serves_as_many_classes_as_it_has_people_and_groups_for() {
        let class = |title: &str, families| (title.to_owned(), families);
        let classes = [class("5A1", 30), class("5A2", 32), class("Mầm", 18)];
        assert_eq!(without_room(&FREE, &classes), [&classes[1]]);
        let small: Vec<_> = (0..5).map(|n| class(&n.to_string(), 5)).collect();
        assert_eq!(without_room(&FREE, &small), [&small[3], &small[4]]);
        let none = ZaloLimits {
            people: 0,
            groups: 0,
            ..FREE
        };
        assert!(without_room(&none, &classes).is_empty());
    }

    #[test]
    fn a_month_is_foreseen_by_the_days_that_passed() {
        let at = |day, hour| {
            let at = jiff::civil::date(2026, 11, day).at(hour, 0, 0, 0);
            Timestamp::from_local(at).unwrap()
        };
        assert_eq!(month(at(30, 23)), "2026-11");
        assert_eq!(forecast(&spent(500, 500), at(10, 0)), 3_000);
        assert_eq!(forecast(&spent(50, 50), at(1, 9)), 3_000);
        assert_eq!(spent(1_050, 1_050).percent(&FREE), Some(70));
    }
}
