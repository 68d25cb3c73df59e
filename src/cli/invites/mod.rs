//! `lopso invites`: the codes with which families and colleagues come in: as a table, as slips and posters to
//! print, as pictures.

mod paper;
mod table;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Stop, open, say, texts, warn};
use crate::bots;
use crate::channel::telegram::private_link;
use crate::db::Tx;
use crate::domain::{Bot, Channel, ClassId};
use crate::installation::Key;
use crate::intake::now;
use crate::roster::invites::{Codes, For, Printing, issue};
use crate::roster::names::sort_key;
use crate::roster::{Class, School, staff, store};
use crate::understand::fold::fold;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    Pdf,
    Svg,
}

/// Whose invites are wanted.
pub struct Wish {
    pub class: Option<String>,
    pub staff: bool,
    /// Only this child (by code or name) or colleague (by name), with new codes.
    pub reissue: Option<String>,
    /// Of the classes, for their doors.
    pub poster: bool,
}

/// Somebody to be invited.
struct Guest {
    to: For,
    kind: &'static str,
    class: String,
    code: String,
    name: String,
}

/// A guest with the codes that are theirs.
struct Invited {
    guest: Guest,
    codes: Codes,
}

/// Where a code opens the way in.
struct Doors {
    telegram: Option<Bot>,
    zalo: Vec<Bot>,
    public_url: Option<String>,
}

impl Doors {
    /// Opens the chat itself where the channel can; else our page, which shows a code to be typed.
    fn link(&self, code: &str) -> Option<String> {
        self.telegram(code).or_else(|| self.page(code))
    }

    fn telegram(&self, code: &str) -> Option<String> {
        let bot = self.telegram.as_ref()?;
        Some(private_link(&bot.name, code))
    }

    fn page(&self, code: &str) -> Option<String> {
        let url = self.public_url.as_ref()?;
        Some(format!("{url}/p/{code}"))
    }
}

/// What is written: one file, or several in a folder.
enum Output {
    Text(String),
    File(Vec<u8>),
    Files(Vec<(String, String)>),
}

pub async fn run(
    wish: Wish,
    format: Format,
    out: Option<PathBuf>,
    school: Option<String>,
) -> Result<(), Stop> {
    refuse_what_makes_no_sense(&wish, format, out.as_deref())?;
    let config = open::config()?;
    let db = open::database(&config.database_url).await?;
    let key = open::key(&db, &config.database_url).await?;
    let school = open::school(&db, school.as_deref()).await?;
    let mut tx = db.begin().await?;
    let guests = guests(&mut tx, &school, &wish).await?;
    let bots = bots::all(&mut tx).await?;
    let (zalo, others): (Vec<Bot>, Vec<Bot>) = bots
        .into_iter()
        .partition(|bot| matches!(bot.channel, Channel::ZaloBot | Channel::ZaloOa));
    let mut others = others.into_iter();
    let doors = Doors {
        telegram: others.find(|bot| bot.channel == Channel::Telegram),
        zalo,
        public_url: config.public_url.clone(),
    };
    let invited = invite(&mut tx, &key, &school, guests, &wish).await?;
    let output = match format {
        Format::Csv => Output::Text(table::csv(&invited, &doors)),
        Format::Pdf | Format::Svg => {
            let head = paper::letterhead(&school, &config, &doors);
            paper::print(&invited, &head, &doors, &wish, format)?
        }
    };
    // The files first: codes nobody has on paper must not make those that somebody has worthless.
    let told = write(output, out.as_deref(), &wish, invited.len())?;
    tx.commit().await?;
    say(told.trim_end());
    Ok(())
}

fn refuse_what_makes_no_sense(wish: &Wish, format: Format, out: Option<&Path>) -> Result<(), Stop> {
    let told = |text: &str| Err(Stop::Told(text.to_owned()));
    match format {
        Format::Csv if wish.poster => told(texts::invites::POSTER_AS_PAPER),
        Format::Pdf | Format::Svg if wish.staff => told(texts::invites::STAFF_AS_TABLE),
        Format::Pdf if out.is_none() => told(texts::invites::PDF_NEEDS_FILE),
        Format::Csv | Format::Pdf | Format::Svg => Ok(()),
    }
}

/// Returns what is said when it is done.
fn write(output: Output, out: Option<&Path>, wish: &Wish, invited: usize) -> Result<String, Stop> {
    let cannot =
        |path: &Path, error: &std::io::Error| Stop::Told(texts::cannot_write(path, error.kind()));
    let put = |path: &Path, content: &[u8]| {
        std::fs::write(path, content).map_err(|error| cannot(path, &error))
    };
    match (output, out) {
        (Output::Text(text), None) => return Ok(text),
        (Output::Text(text), Some(path)) => put(path, text.as_bytes())?,
        (Output::File(_), None) => {
            return Err(Stop::Told(texts::invites::PDF_NEEDS_FILE.to_owned()));
        }
        (Output::File(content), Some(path)) => put(path, &content)?,
        (Output::Files(_), None) => {
            return Err(Stop::Told(texts::invites::SVG_NEEDS_FOLDER.to_owned()));
        }
        (Output::Files(files), Some(folder)) => {
            std::fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
            for (name, content) in files {
                put(&folder.join(name), content.as_bytes())?;
            }
        }
    }
    let path = out.unwrap_or(Path::new("."));
    Ok(if wish.poster {
        texts::invites::posters_written(invited, path)
    } else {
        texts::invites::written(invited, path)
    })
}

/// The codes of everybody, the same as on earlier paper unless they are issued anew.
async fn invite(
    tx: &mut Tx,
    key: &Key,
    school: &School,
    guests: Vec<Guest>,
    wish: &Wish,
) -> Result<Vec<Invited>, sqlx::Error> {
    let printing = if wish.reissue.is_some() {
        Printing::Anew
    } else {
        Printing::Again
    };
    let wanted: Vec<For> = guests.iter().map(|guest| guest.to).collect();
    let codes = issue(tx, key, school.id, &wanted, printing, now()).await?;
    let invited = |(guest, codes)| Invited { guest, codes };
    Ok(guests.into_iter().zip(codes).map(invited).collect())
}

async fn guests(tx: &mut Tx, school: &School, wish: &Wish) -> Result<Vec<Guest>, Stop> {
    let classes = classes(tx, school, wish.class.as_deref()).await?;
    let mut all = if wish.poster {
        classes.iter().map(door).collect()
    } else if wish.staff {
        staff(tx, school, &classes, wish.class.is_some()).await?
    } else {
        children(tx, school, &classes).await?
    };
    if let Some(wanted) = &wish.reissue {
        let plain = fold(wanted);
        all.retain(|guest| fold(&guest.name) == plain || fold(&guest.code) == plain);
        if all.len() != 1 {
            return Err(Stop::Told(texts::invites::reissue_whom(wanted, all.len())));
        }
    }
    if all.is_empty() {
        return Err(Stop::Told(texts::invites::nobody_to_invite(wish.staff)));
    }
    Ok(all)
}

async fn classes(tx: &mut Tx, school: &School, wanted: Option<&str>) -> Result<Vec<Class>, Stop> {
    let all = store::classes(tx, &[school.id]).await?;
    let Some(wanted) = wanted else {
        return Ok(all);
    };
    match all.iter().find(|class| class.is_called(wanted)) {
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

fn door(class: &Class) -> Guest {
    Guest {
        to: For::Class(class.id),
        kind: "class",
        class: class.title.clone(),
        code: class.code.clone(),
        name: String::new(),
    }
}
