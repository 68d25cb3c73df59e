//! A month's messages run out: who leads the school hears of it at 70 and at 90 percent, and what it means.

pub mod texts;

use crate::bots::budget::{self, Spent};
use crate::config::ZaloLimits;
use crate::db::Tx;
use crate::domain::{Bot, Timestamp};
use crate::effects::Effects;
use crate::roster::chats;
use crate::roster::reach::leads_of;

/// At how many percent of the month's messages the school is told, once each.
const STEPS: [i64; 2] = [70, 90];

/// What is to be told of this bot now; it is written down as told.
pub async fn watch(
    tx: &mut Tx,
    bot: &Bot,
    limits: &ZaloLimits,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let spent = budget::spent(tx, bot.id, now).await?;
    let Some(step) = step(&spent, limits) else {
        return Ok(Effects::none());
    };
    budget::note_told(tx, bot.id, step, now).await?;
    let mut effects = Effects::none();
    for school in chats::schools_of(tx, bot.id).await? {
        for lead in leads_of(tx, school, now).await? {
            let text = texts::running_out(&bot.called, step, &spent, limits.per_month);
            effects = effects.and_say(lead.post(text, Vec::new()));
        }
    }
    Ok(effects)
}

/// The highest step that is passed and was not told yet.
fn step(spent: &Spent, limits: &ZaloLimits) -> Option<i64> {
    let percent = spent.percent(limits)?;
    let passed = STEPS.into_iter().rev().find(|step| percent >= *step)?;
    (passed > spent.told).then_some(passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_told_once() {
        let limits = ZaloLimits::default();
        let told = |sent, told| {
            let spent = Spent {
                received: 0,
                sent,
                told,
            };
            step(&spent, &limits)
        };
        assert_eq!(told(2_099, 0), None);
        assert_eq!(told(2_100, 0), Some(70));
        assert_eq!(told(2_600, 70), None);
        assert_eq!(told(2_700, 70), Some(90));
        // Both steps in one day are one word.
        assert_eq!(told(2_900, 0), Some(90));
        assert_eq!(told(3_000, 90), None);
    }
}
