//! `lopso staff substitute`: a colleague is in charge of a class for some days, and not a minute longer.

use jiff::civil::{Date, Time};

use super::{Stop, open, say, texts};
use crate::domain::Timestamp;
use crate::intake::now;
use crate::roster::{staff, store};
use crate::understand::fold::fold;

#[derive(clap::Args)]
pub struct Wish {
    #[arg(long, help = texts::SUBSTITUTE_CLASS)]
    class: String,
    #[arg(long, help = texts::SUBSTITUTE_NAME)]
    name: String,
    #[arg(long, help = texts::SUBSTITUTE_FROM)]
    from: Option<Date>,
    #[arg(long, help = texts::SUBSTITUTE_UNTIL)]
    until: Date,
    #[arg(long, env = "LOPSO_SCHOOL", hide_env_values = true, help = texts::SCHOOL_CODE)]
    school: Option<String>,
}

pub async fn run(wish: &Wish) -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let school = open::school(&db, wish.school.as_deref()).await?;
    let today = now().local().date();
    let from = wish.from.unwrap_or(today);
    // The last day counts: it ends with the midnight after it.
    let end = wish.until.tomorrow().ok();
    let moments = end.and_then(|end| Some((midnight(from)?, midnight(end)?)));
    let Some(period) = moments.filter(|(from, until)| from < until && *until > now()) else {
        return Err(Stop::Told(texts::SUBSTITUTE_PERIOD.to_owned()));
    };
    let mut tx = db.begin().await?;
    tx.lock_schools(&[school.id]).await?;
    let classes = store::classes(&mut tx, &[school.id]).await?;
    let class = classes.iter().find(|class| class.is_called(&wish.class));
    let Some(class) = class else {
        let codes: Vec<&str> = classes.iter().map(|class| class.code.as_str()).collect();
        return Err(Stop::Told(texts::no_such_class(&wish.class, &codes)));
    };
    let colleagues = staff::staff_members(&mut tx, school.id).await?;
    let named = |name: &str| fold(name) == fold(&wish.name);
    let mut found = colleagues.iter().filter(|member| named(&member.name));
    let (Some(colleague), None) = (found.next(), found.next()) else {
        return Err(Stop::Told(texts::no_such_colleague(&wish.name)));
    };
    staff::stand_in(&mut tx, school.id, class.id, colleague.person, period).await?;
    tx.commit().await?;
    say(&texts::substitute(
        &colleague.name,
        &class.title,
        from,
        wish.until,
    ));
    Ok(())
}

fn midnight(day: Date) -> Option<Timestamp> {
    Timestamp::from_local(day.to_datetime(Time::midnight()))
}
