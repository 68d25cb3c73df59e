//! Slips and posters to print. Their QR says the code for scanning, which stands nowhere else.

use super::{Doors, Format, Invited, Output, Stop, Wish, texts, warn};
use crate::config::Config;
use crate::print::{Letterhead, Poster, PrintError, Slip};
use crate::print::{poster_svg, posters_pdf, slip_svg, slips_pdf};
use crate::roster::School;
use crate::understand::fold::fold;

pub(super) fn letterhead(school: &School, config: &Config, doors: &Doors) -> Letterhead {
    let phone = config.print.phone.clone();
    if phone.is_none() {
        warn(texts::invites::NO_PHONE);
    }
    // Where each class has a bot of its own, one sheet for all cannot name it.
    let only = match doors.zalo.as_slice() {
        [only] => Some(crate::print::texts::on_zalo(&only.called)),
        _ => None,
    };
    let telegram = doors.telegram.as_ref().map(|bot| format!("@{}", bot.name));
    let bot = telegram.or(only);
    Letterhead {
        school: school.name.clone(),
        phone,
        bot: bot.unwrap_or_else(|| crate::print::texts::OUR_BOT.to_owned()),
        by_code: doors.telegram.is_none(),
    }
}

pub(super) fn print(
    invited: &[Invited],
    head: &Letterhead,
    doors: &Doors,
    wish: &Wish,
    format: Format,
) -> Result<Output, Stop> {
    let links: Option<Vec<String>> = invited
        .iter()
        .map(|one| doors.link(&one.codes.scan))
        .collect();
    let links = links.ok_or_else(|| Stop::Told(texts::invites::NO_WAY_IN.to_owned()))?;
    let drawn = if wish.poster {
        posters(invited, links, head, format)
    } else {
        slips(invited, links, head, format)
    };
    drawn.map_err(|error| Stop::Told(texts::invites::not_drawn(&error.to_string())))
}

fn posters(
    invited: &[Invited],
    links: Vec<String>,
    head: &Letterhead,
    format: Format,
) -> Result<Output, PrintError> {
    let poster = |(one, link): (&Invited, String)| Poster {
        class: one.guest.class.clone(),
        link,
    };
    let posters: Vec<Poster> = invited.iter().zip(links).map(poster).collect();
    if format == Format::Pdf {
        return Ok(Output::File(posters_pdf(head, &posters)?));
    }
    let draw = |(one, poster): (&Invited, &Poster)| {
        let name = texts::invites::poster_file(&one.guest.code);
        Ok((name, poster_svg(head, poster)?))
    };
    several(
        invited
            .iter()
            .zip(&posters)
            .map(draw)
            .collect::<Result<_, _>>()?,
    )
}

fn slips(
    invited: &[Invited],
    links: Vec<String>,
    head: &Letterhead,
    format: Format,
) -> Result<Output, PrintError> {
    let slip = |(one, link): (&Invited, String)| Slip {
        child: one.guest.name.clone(),
        class: one.guest.class.clone(),
        link,
        short: one.codes.short.clone(),
    };
    let slips: Vec<Slip> = invited.iter().zip(links).map(slip).collect();
    if format == Format::Pdf {
        return Ok(Output::File(slips_pdf(head, &slips)?));
    }
    let mut files = Vec::new();
    for class in slips.chunk_by(|one, next| one.class == next.class) {
        for (place, slip) in class.iter().enumerate() {
            let name = texts::invites::slip_file(&file_part(&slip.class), place + 1);
            files.push((name, slip_svg(head, slip)?));
        }
    }
    several(files)
}

/// "Chồi 2" as a part of a file's name on any computer.
fn file_part(class: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric();
    fold(class)
        .to_uppercase()
        .chars()
        .filter(|c| plain(*c))
        .collect()
}

/// One alone may go to the screen.
fn several(mut files: Vec<(String, String)>) -> Result<Output, PrintError> {
    if files.len() == 1
        && let Some((_, only)) = files.pop()
    {
        return Ok(Output::Text(only));
    }
    Ok(Output::Files(files))
}
