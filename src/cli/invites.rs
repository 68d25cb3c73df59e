//! `lopso invites`: the codes with which families and colleagues come in, as a table to print slips from.

use crate::roster::staff;
use std::path::PathBuf;

use super::{Stop, open, say, texts, warn};
use crate::bots;
use crate::channel::telegram::private_link;
use crate::db::Tx;
use crate::domain::{Channel, ClassId};
use crate::installation::Key;
use crate::intake::now;
use crate::roster::invites::{For, Printing, issue};
use crate::roster::names::sort_key;
use crate::roster::{Class, School, store};
use crate::understand::fold::fold;

/// Whose invites are wanted.
pub struct Wish {
    pub class: Option<String>,
    pub staff: bool,
    /// Only this child (by code or name) or colleague (by name), with new codes.
    pub reissue: Option<String>,
}

/// Somebody to be invited.
struct Guest {
    to: For,
    kind: &'static str,
    class: String,
    code: String,
    name: String,
}

pub async fn run(wish: Wish, out: Option<PathBuf>, school: Option<String>) -> Result<(), Stop> {
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    let school = open::school(&db, school.as_deref()).await?;
    let mut tx = db.begin().await?;
    let guests = guests(&mut tx, &school, &wish).await?;
    let table = table(&mut tx, &key, &school, &guests, &wish).await?;
    // The file first: codes nobody has on paper must not make those that somebody has worthless.
    match &out {
        Some(path) => {
            std::fs::write(path, table)
                .map_err(|error| Stop::Told(texts::cannot_write(path, error.kind())))?;
            tx.commit().await?;
            say(&texts::invites_written(guests.len(), path));
        }
        None => {
            tx.commit().await?;
            say(table.trim_end());
        }
    }
    Ok(())
}

async fn guests(tx: &mut Tx, school: &School, wish: &Wish) -> Result<Vec<Guest>, Stop> {
    let classes = classes(tx, school, wish.class.as_deref()).await?;
    let mut all = if wish.staff {
        staff(tx, school, &classes, wish.class.is_some()).await?
    } else {
        children(tx, school, &classes).await?
    };
    if let Some(wanted) = &wish.reissue {
        let plain = fold(wanted);
        all.retain(|guest| fold(&guest.name) == plain || fold(&guest.code) == plain);
        if all.len() != 1 {
            return Err(Stop::Told(texts::reissue_whom(wanted, all.len())));
        }
    }
    if all.is_empty() {
        return Err(Stop::Told(texts::nobody_to_invite(wish.staff)));
    }
    Ok(all)
}

async fn classes(tx: &mut Tx, school: &School, wanted: Option<&str>) -> Result<Vec<Class>, Stop> {
    let all = store::classes(tx, &[school.id]).await?;
    let Some(wanted) = wanted else {
        return Ok(all);
    };
    let plain = |text: &str| fold(text).replace(' ', "");
    let is_meant = |class: &&Class| {
        [&class.code, &class.title]
            .iter()
            .any(|name| plain(name) == plain(wanted))
    };
    match all.iter().find(is_meant) {
        Some(class) => Ok(vec![class.clone()]),
        None => {
            let codes: Vec<&str> = all.iter().map(|class| class.code.as_str()).collect();
            Err(Stop::Told(texts::no_such_class(wanted, &codes)))
        }
    }
}

async fn children(
    tx: &mut Tx,
    school: &School,
    classes: &[Class],
) -> Result<Vec<Guest>, sqlx::Error> {
    let roll = store::roll(tx, school.id, &school.year).await?;
    let mut guests = Vec::new();
    for class in classes {
        let in_class = roll.iter().filter(|child| child.class == Some(class.id));
        let mut own: Vec<Guest> = in_class
            .map(|child| Guest {
                to: For::Child(child.id),
                kind: "child",
                class: class.title.clone(),
                code: shown_code(&child.code),
                name: child.name.clone(),
            })
            .collect();
        own.sort_by_cached_key(|guest| sort_key(&guest.name));
        guests.extend(own);
    }
    Ok(guests)
}

/// A hashed personal number says nothing to anybody.
fn shown_code(code: &str) -> String {
    if code.starts_with("h:") {
        String::new()
    } else {
        code.to_owned()
    }
}

async fn staff(
    tx: &mut Tx,
    school: &School,
    classes: &[Class],
    only_these: bool,
) -> Result<Vec<Guest>, sqlx::Error> {
    let title = |id: &ClassId| {
        classes
            .iter()
            .find(|class| class.id == *id)
            .map(|class| class.title.clone())
    };
    let mut guests = Vec::new();
    for member in staff::staff_members(tx, school.id).await? {
        let own: Vec<String> = member.homerooms.iter().filter_map(title).collect();
        if only_these && own.is_empty() {
            continue;
        }
        guests.push(Guest {
            to: For::Staff(member.person),
            kind: "staff",
            class: own.join(";"),
            code: String::new(),
            name: member.name,
        });
    }
    guests.sort_by_cached_key(|guest| (guest.class.clone(), sort_key(&guest.name)));
    Ok(guests)
}

async fn table(
    tx: &mut Tx,
    key: &Key,
    school: &School,
    guests: &[Guest],
    wish: &Wish,
) -> Result<String, Stop> {
    let printing = if wish.reissue.is_some() {
        Printing::Anew
    } else {
        Printing::Again
    };
    let wanted: Vec<For> = guests.iter().map(|guest| guest.to).collect();
    let codes = issue(tx, key, school.id, &wanted, printing, now()).await?;
    let bots = bots::all(tx).await?;
    let telegram = bots.iter().find(|bot| bot.channel == Channel::Telegram);
    if telegram.is_none() {
        warn(texts::NO_TELEGRAM_LINK);
    }
    let mut csv = String::from("kind,class,code,name,token,short_code,telegram_link,zalo_link\n");
    for (guest, codes) in guests.iter().zip(&codes) {
        let link = telegram.map_or(String::new(), |bot| private_link(&bot.name, &codes.link));
        let fields = [
            guest.kind,
            &guest.class,
            &guest.code,
            &guest.name,
            &codes.link,
            &codes.short,
            &link,
            "",
        ];
        csv.push_str(&fields.map(field).join(","));
        csv.push('\n');
    }
    Ok(csv)
}

/// A field as RFC 4180 writes it. What a spreadsheet would take for a formula gets an apostrophe.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_name_cannot_break_out_of_its_field_or_become_a_formula() {
        assert_eq!(field("An"), "An");
        assert_eq!(field("An, \"Bống\""), "\"An, \"\"Bống\"\"\"");
        assert_eq!(field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    }
}
