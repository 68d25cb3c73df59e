//! What goes onto paper: slips for families and posters for class doors, as A4 PDF to print and as SVG.
//!
//! A sheet is laid out once, in millimetres, as marks (`layout`); `pdf` and `svg` draw the same marks. The same
//! input gives the same bytes: no dates, no random ids.

mod layout;
mod letters;
mod pdf;
mod svg;
pub mod texts;

/// One family's slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The child's full name.
    pub child: String,
    pub class: String,
    /// What the QR says.
    pub link: String,
    /// To be typed by hand where nothing scans.
    pub short: String,
}

/// A class's poster: the same way in, without a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poster {
    pub class: String,
    pub link: String,
}

/// What everything of a school has at its head or foot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    pub school: String,
    pub phone: Option<String>,
    /// As whom the bot is found: "@hoasen_bot".
    pub bot: String,
    /// The link opens a page that shows a code to be typed to the bot, not the chat itself.
    pub by_code: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// More than a QR can hold in the size that a slip has.
    #[error("the link is too long for a QR: {0} bytes")]
    LinkTooLong(usize),
    #[error("PDF: {0}")]
    Pdf(String),
}

/// A4 sheets of eight slips, cut along the dashes. A class begins on a new sheet, so that its pile can be handed
/// to its teacher.
pub fn slips_pdf(head: &Letterhead, slips: &[Slip]) -> Result<Vec<u8>, PrintError> {
    let mut sheets = Vec::new();
    for class in slips.chunk_by(|one, next| one.class == next.class) {
        for sheet in class.chunks(layout::SLIPS) {
            sheets.push(layout::sheet(head, sheet)?);
        }
    }
    pdf::draw(&texts::slips_title(&head.school), &sheets)
}

/// One slip by itself.
pub fn slip_svg(head: &Letterhead, slip: &Slip) -> Result<String, PrintError> {
    let marks = layout::slip(head, slip, 0.0, 0.0)?;
    Ok(svg::draw(layout::SLIP_WIDTH, layout::SLIP_HEIGHT, &marks))
}

/// One sheet a class.
pub fn posters_pdf(head: &Letterhead, posters: &[Poster]) -> Result<Vec<u8>, PrintError> {
    let sheets: Vec<_> = posters
        .iter()
        .map(|poster| layout::poster(head, poster))
        .collect::<Result<_, _>>()?;
    pdf::draw(&texts::posters_title(&head.school), &sheets)
}

pub fn poster_svg(head: &Letterhead, poster: &Poster) -> Result<String, PrintError> {
    let marks = layout::poster(head, poster)?;
    Ok(svg::draw(layout::WIDTH, layout::HEIGHT, &marks))
}
