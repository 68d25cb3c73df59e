//! `lopso school add|list`.

use super::{Stop, open, say, texts};
use crate::db::fresh_id;
use crate::domain::SchoolId;
use crate::domain::time::school_year;
use crate::intake::now;
use crate::ledger::builtin;
use crate::roster::{School, store};
use crate::understand::fold::clean;

pub async fn add(code: &str, name: &str) -> Result<(), Stop> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if code.is_empty() || code.len() > 40 || !code.chars().all(plain) {
        return Err(Stop::Told(texts::BAD_SCHOOL_CODE.to_owned()));
    }
    let name = clean(name);
    if name.is_empty() {
        return Err(Stop::Told(texts::NO_SCHOOL_NAME.to_owned()));
    }
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    open::key(&db, &config.database_url).await?;
    let (now, mut tx) = (now(), db.begin().await?);
    let school = School {
        id: SchoolId(fresh_id(now)),
        code: code.to_owned(),
        name,
        year: school_year(now),
    };
    if !store::add_school(&mut tx, &school, now).await? {
        return Err(Stop::Told(texts::school_code_taken(code)));
    }
    builtin::open(&mut tx, &school, now).await?;
    tx.commit().await?;
    say(&texts::school_added(&school.name, code));
    Ok(())
}

pub async fn list() -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let mut tx = db.read().await?;
    let schools = store::schools(&mut tx).await?;
    if schools.is_empty() {
        say(texts::NO_SCHOOL);
    }
    for school in schools {
        say(&texts::school_line(
            &school.code,
            &school.name,
            &school.year,
        ));
    }
    Ok(())
}
