//! `lopso doctor`: is everything as it should be, and if not, what to do.

use super::{Stop, open, say, texts};
use crate::app::recount;
use crate::roster::store;
use crate::{inbox, outbox};

pub async fn run() -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    say(texts::DOCTOR_DATABASE);
    let mut tx = db.read().await?;
    let schools = store::schools(&mut tx).await?;
    let (aside, oldest) = inbox::aside(&mut tx).await?;
    let (waiting, failed) = outbox::depth(&mut tx).await?;
    drop(tx);
    let mut ill = aside > 0 || failed > 0;
    if schools.is_empty() {
        say(texts::NO_SCHOOL);
    }
    for school in schools {
        let difference = recount(&db, &school).await?;
        ill |= !difference.is_none();
        say(&texts::doctor_tallies(&school.name, &difference));
    }
    say(&texts::doctor_inbox(aside, oldest));
    say(&texts::doctor_outbox(waiting, failed));
    if ill {
        Err(Stop::Told(texts::DOCTOR_ILL.to_owned()))
    } else {
        Ok(())
    }
}
