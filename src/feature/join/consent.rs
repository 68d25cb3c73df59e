//! What people agree to, each purpose by itself and asked when it first arises (design §2.8).

use super::{ask, go, guides_button, reply, texts, welcome};
use crate::db::Tx;
use crate::domain::message::{Choice, Say};
use crate::domain::{Answer, Purpose, SchoolId, Tap, Timestamp};
use crate::effects::Effects;
use crate::facts::Turn;
use crate::ledger;
use crate::roster::arrivals::{self, Arrival, Consent, Step};
use crate::roster::invites::GUARDIANS;
use crate::roster::{self, store};

/// Which wording of the questions in `texts.rs` is asked now. A change of what is agreed to needs a new number.
/// 2: that they are seen in the class's group is kept, too.
pub const CONSENT_VERSION: i64 = 2;

/// Whose family is in already has said yes before.
pub(super) async fn agreed(
    tx: &mut Tx,
    turn: &Turn<'_>,
    school: SchoolId,
) -> Result<bool, sqlx::Error> {
    let is_in = turn
        .member_of(school)
        .is_some_and(roster::Member::is_guardian);
    let given = arrivals::consent(tx, turn.account.id, school, Purpose::Record).await?;
    Ok(is_in || given == Some(true))
}

/// Yes, no or later to the question for consent.
pub(super) async fn to_record(
    tx: &mut Tx,
    turn: &Turn<'_>,
    answer: Answer,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let Some(arrival) = turn.facts.arrival(turn.account.id).cloned() else {
        let text = if turn.members.iter().any(roster::Member::is_guardian) {
            texts::KNOWN
        } else {
            texts::TOO_LATE
        };
        return Ok(reply(turn, text, Vec::new()));
    };
    // A second tap on an old question moves nobody back on the way.
    if arrival.step != Step::Consent {
        return ask(tx, turn, &arrival).await;
    }
    let given = match answer {
        Answer::Later => return Ok(reply(turn, texts::LATER, Vec::new())),
        Answer::Yes => true,
        Answer::No => false,
    };
    keep_consent(tx, turn, arrival.school, Purpose::Record, given, now).await?;
    if !given {
        // What was kept until a yes goes with the no.
        ledger::store::take_pending(tx, turn.account.id, arrival.school, now).await?;
        arrivals::end(tx, turn.account.id).await?;
        return Ok(reply(turn, texts::RESPECTED, vec![guides_button()]));
    }
    if let Some(id) = arrival.child {
        return match store::children(tx, &[id]).await?.remove(&id) {
            Some(child) if child.guardians.len() < GUARDIANS => {
                welcome(tx, turn, &child, arrival.scanned, now).await
            }
            Some(_) => Ok(reply(turn, texts::FULL, Vec::new())),
            None => Ok(reply(turn, texts::GONE, Vec::new())),
        };
    }
    let step = arrival.class.map_or(Step::Class, |_| Step::Name);
    go(tx, turn, Arrival { step, ..arrival }).await
}

pub(super) async fn to_remind(
    tx: &mut Tx,
    turn: &Turn<'_>,
    answer: Answer,
    now: Timestamp,
) -> Result<Effects, sqlx::Error> {
    let own = turn.members.iter().filter(|member| member.is_guardian());
    let schools: Vec<SchoolId> = own.map(|member| member.school).collect();
    let given = answer == Answer::Yes;
    for school in &schools {
        keep_consent(tx, turn, *school, Purpose::Remind, given, now).await?;
    }
    let text = match (given, schools.is_empty()) {
        (true, true) => texts::TOO_LATE,
        (true, false) => texts::WILL_REMIND,
        (false, _) => texts::WONT_REMIND,
    };
    // A group that was asked in reads that an answer was sent, so one must be.
    Ok(if turn.is_private() {
        acknowledge(turn, text)
    } else {
        reply(turn, text, Vec::new())
    })
}

async fn keep_consent(
    tx: &mut Tx,
    turn: &Turn<'_>,
    school: SchoolId,
    purpose: Purpose,
    given: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let consent = Consent {
        account: turn.account.id,
        school,
        purpose,
        version: CONSENT_VERSION,
        given,
    };
    arrivals::keep_consents(tx, &[consent], now).await
}

pub(super) fn record_choices() -> Vec<Choice> {
    agree(
        Purpose::Record,
        &[
            (texts::AGREE, Answer::Yes),
            (texts::DISAGREE, Answer::No),
            (texts::NOT_NOW, Answer::Later),
        ],
    )
}

pub(super) fn remind_choices() -> Vec<Choice> {
    agree(
        Purpose::Remind,
        &[
            (texts::AGREE_REMIND, Answer::Yes),
            (texts::DISAGREE_REMIND, Answer::No),
        ],
    )
}

fn agree(purpose: Purpose, answers: &[(&str, Answer)]) -> Vec<Choice> {
    let choice = |(label, answer): &(&str, Answer)| {
        let tap = Tap::Consent {
            purpose,
            answer: *answer,
        };
        Choice::new(*label, tap.write())
    };
    answers.iter().map(choice).collect()
}

fn acknowledge(turn: &Turn<'_>, text: &str) -> Effects {
    Effects::say(Say::Acknowledge {
        to: turn.asker(),
        private: text.to_owned(),
        public: texts::SENT_PRIVATELY,
    })
}
