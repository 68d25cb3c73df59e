//! Where everything stands on a slip and a poster, in millimetres from the top left.

use qrcode::{Color, EcLevel, QrCode};

use super::letters::{Weight, clean, fit, width, wrap};
use super::{Letterhead, Poster, PrintError, Slip, texts};

/// A4.
pub(super) const WIDTH: f32 = 210.0;
pub(super) const HEIGHT: f32 = 297.0;
/// Slips of a sheet: two beside each other, four rows.
pub(super) const SLIPS: usize = 8;
pub(super) const SLIP_WIDTH: f32 = WIDTH / 2.0;
pub(super) const SLIP_HEIGHT: f32 = HEIGHT / 4.0;
/// Printers leave this much of a sheet white.
const MARGIN: f32 = 6.0;
/// Light modules around a QR (ISO/IEC 18004: four).
const QUIET: usize = 4;
/// From the height of an em to the distance of lines.
const LEADING: f32 = 1.25;

/// Something drawn in black.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// `y` is the line on which the letters stand; `size` is the em, in millimetres.
    Text {
        x: f32,
        y: f32,
        size: f32,
        weight: Weight,
        text: String,
    },
    /// Filled rectangles that belong together: x, y, width, height.
    Boxes(Vec<[f32; 4]>),
    /// A dashed line from one point to another: where to cut.
    Cut([f32; 4]),
}

/// Up to eight slips, and where to cut between them.
pub(super) fn sheet(head: &Letterhead, slips: &[Slip]) -> Result<Vec<Mark>, PrintError> {
    let mut marks = Vec::new();
    for (place, one) in slips.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "at most eight")]
        let (column, row) = ((place % 2) as f32, (place / 2) as f32);
        let (left, top) = (column * SLIP_WIDTH, row * SLIP_HEIGHT);
        marks.extend(slip(head, one, left, top)?);
    }
    marks.push(Mark::Cut([SLIP_WIDTH, 0.0, SLIP_WIDTH, HEIGHT]));
    for row in [1.0, 2.0, 3.0] {
        let y = row * SLIP_HEIGHT;
        marks.push(Mark::Cut([0.0, y, WIDTH, y]));
    }
    Ok(marks)
}

impl Mark {
    fn moved(self, left: f32, top: f32) -> Self {
        match self {
            Mark::Text {
                x,
                y,
                size,
                weight,
                text,
            } => Mark::Text {
                x: x + left,
                y: y + top,
                size,
                weight,
                text,
            },
            Mark::Boxes(boxes) => Mark::Boxes(
                boxes
                    .into_iter()
                    .map(|[x, y, width, height]| [x + left, y + top, width, height])
                    .collect(),
            ),
            Mark::Cut([x, y, to_x, to_y]) => {
                Mark::Cut([x + left, y + top, to_x + left, to_y + top])
            }
        }
    }
}

/// Sets lines one under the other; returns where the next would stand.
struct Column {
    x: f32,
    y: f32,
    marks: Vec<Mark>,
}

impl Column {
    fn at(x: f32, y: f32) -> Self {
        Self {
            x,
            y,
            marks: Vec::new(),
        }
    }

    fn line(&mut self, text: &str, weight: Weight, size: f32) {
        self.y += size * LEADING;
        self.marks.push(Mark::Text {
            x: self.x,
            y: self.y,
            size,
            weight,
            text: text.to_owned(),
        });
    }

    fn lines(&mut self, lines: &[String], weight: Weight, size: f32) {
        for line in lines {
            self.line(line, weight, size);
        }
    }

    fn gap(&mut self, height: f32) {
        self.y += height;
    }
}

/// A slip whose top left corner stands there.
pub(super) fn slip(
    head: &Letterhead,
    slip: &Slip,
    left: f32,
    top: f32,
) -> Result<Vec<Mark>, PrintError> {
    const SIDE: f32 = 46.0;
    const TEXT_X: f32 = MARGIN - 2.0 + SIDE + 1.0;
    const TEXT_WIDTH: f32 = SLIP_WIDTH - TEXT_X - 4.0;
    let mut marks = Vec::new();
    // Under the QR: what to type where nothing scans.
    let by_hand = clean(&texts::by_hand(&head.bot));
    let (size, lines) = fit(&by_hand, Weight::Regular, &[2.5, 2.3, 2.1], SIDE - 2.0, 2);
    let mut under = Column::at(MARGIN + 2.0, 3.5 + SIDE - 0.5);
    under.lines(&lines, Weight::Regular, size);
    under.gap(1.0);
    let code = spaced(&slip.short);
    let (size, lines) = fit(
        &code,
        Weight::Bold,
        &[6.2, 5.8, 5.4, 5.0, 4.6],
        SIDE - 3.0,
        1,
    );
    under.lines(&lines, Weight::Bold, size);
    marks.append(&mut under.marks);
    // Beside it: whose it is and what to do.
    let mut beside = Column::at(TEXT_X, 5.5);
    let school = clean(&head.school);
    let (size, lines) = fit(&school, Weight::Regular, &[2.9, 2.6, 2.3], TEXT_WIDTH, 2);
    beside.lines(&lines, Weight::Regular, size);
    beside.gap(1.2);
    let child = clean(&slip.child);
    // A long name takes three lines rather than letters nobody can read.
    let two = fit(&child, Weight::Bold, &[5.4, 4.8, 4.2], TEXT_WIDTH, 2);
    let fits = |(_, lines): &(f32, Vec<String>)| !lines.iter().any(|line| line.ends_with('…'));
    let (size, lines) = Some(two)
        .filter(fits)
        .unwrap_or_else(|| fit(&child, Weight::Bold, &[4.2, 3.6, 3.0], TEXT_WIDTH, 3));
    beside.lines(&lines, Weight::Bold, size);
    beside.gap(0.3);
    let class = clean(&texts::class(&slip.class));
    let (size, lines) = fit(&class, Weight::Bold, &[3.6, 3.0, 2.6], TEXT_WIDTH, 1);
    beside.lines(&lines, Weight::Bold, size);
    beside.gap(1.2);
    for step in texts::steps(head.by_code) {
        beside.lines(
            &wrap(step, Weight::Regular, 3.0, TEXT_WIDTH),
            Weight::Regular,
            3.0,
        );
        beside.gap(0.5);
    }
    marks.append(&mut beside.marks);
    // At the foot: whom to ask, and to whom it belongs.
    let mut foot = Column::at(TEXT_X, SLIP_HEIGHT - 14.5);
    if let Some(phone) = &head.phone {
        let phone = clean(&texts::phone(phone));
        let (size, lines) = fit(&phone, Weight::Bold, &[2.7, 2.4, 2.1], TEXT_WIDTH, 1);
        foot.lines(&lines, Weight::Bold, size);
    } else {
        foot.gap(2.7 * LEADING);
    }
    let (size, lines) = fit(texts::PRIVATE, Weight::Regular, &[2.3], TEXT_WIDTH, 2);
    foot.lines(&lines, Weight::Regular, size);
    marks.append(&mut foot.marks);
    let mut moved: Vec<Mark> = marks
        .into_iter()
        .map(|mark| mark.moved(left, top))
        .collect();
    moved.extend(qr(&slip.link, left + MARGIN - 2.0, top + 3.5, SIDE)?);
    Ok(moved)
}

/// "K7M2 P9QA": read aloud in two halves. It is found again without the gap.
fn spaced(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((one, two)) => format!("{one} {two}"),
        None => code.to_owned(),
    }
}

/// A sheet for the class's door.
pub(super) fn poster(head: &Letterhead, poster: &Poster) -> Result<Vec<Mark>, PrintError> {
    const SIDE: f32 = 130.0;
    let inside = WIDTH - 4.0 * MARGIN;
    let mut marks = Vec::new();
    let mut y = 20.0;
    let mut middle = |text: &str, weight, sizes: &[f32], most, gap: f32| {
        let (size, lines) = fit(&clean(text), weight, sizes, inside, most);
        for line in lines {
            y += size * LEADING;
            let x = (WIDTH - width(&line, weight, size)) / 2.0;
            marks.push(Mark::Text {
                x,
                y,
                size,
                weight,
                text: line,
            });
        }
        y += gap;
        y
    };
    middle(&head.school, Weight::Regular, &[7.0, 6.0, 5.0], 2, 4.0);
    middle(
        &texts::class(&poster.class),
        Weight::Bold,
        &[16.0, 13.0, 10.0],
        1,
        4.0,
    );
    middle(texts::POSTER_HEADING, Weight::Bold, &[10.0], 1, 1.5);
    let top = middle(texts::POSTER_WHY, Weight::Regular, &[5.6], 2, 4.0);
    marks.extend(qr(&poster.link, (WIDTH - SIDE) / 2.0, top, SIDE)?);
    let mut steps = Column::at(2.0 * MARGIN + 8.0, top + SIDE + 1.0);
    for step in texts::poster_steps(head.by_code) {
        let lines = wrap(step, Weight::Regular, 5.8, inside - 16.0);
        steps.lines(&lines, Weight::Regular, 5.8);
        steps.gap(1.5);
    }
    if let Some(phone) = &head.phone {
        steps.gap(2.0);
        steps.line(&clean(&texts::phone(phone)), Weight::Bold, 5.4);
    }
    marks.append(&mut steps.marks);
    Ok(marks)
}

/// A dot of the coarsest print that must be read, 100 dots an inch.
const DOT: f32 = 25.4 / 100.0;

/// A QR with its quiet zone inside a square of this side. Its modules are whole dots and begin at a dot, also on
/// prints twice and three times as fine. Level M: a fold or a drop of soup may take 15 % of it.
fn qr(link: &str, left: f32, top: f32, side: f32) -> Result<Vec<Mark>, PrintError> {
    let too_long = |_| PrintError::LinkTooLong(link.len());
    let code =
        QrCode::with_error_correction_level(link.as_bytes(), EcLevel::M).map_err(too_long)?;
    let modules = code.width();
    #[expect(clippy::cast_precision_loss, reason = "at most some dozens of modules")]
    let (whole, quiet) = ((modules + 2 * QUIET) as f32, QUIET as f32);
    let dots = (side / whole / DOT).floor();
    // Finer than three dots a module is not read from a cheap print.
    if dots < 3.0 {
        return Err(PrintError::LinkTooLong(link.len()));
    }
    let module = dots * DOT;
    let free = (side - whole * module) / 2.0;
    let on_a_dot = |at: f32| (at / DOT).round() * DOT;
    let (left, top) = (on_a_dot(left + free), on_a_dot(top + free));
    let dark = code.to_colors();
    let is_dark = |across: usize, down: usize| dark[down * modules + across] == Color::Dark;
    let rows = runs(modules, |line, place| is_dark(place, line));
    let columns = runs(modules, is_dark);
    let stretch = |from: usize, length: usize, begin: f32| {
        #[expect(clippy::cast_precision_loss, reason = "at most some dozens of modules")]
        let (from, length) = (from as f32, length as f32);
        (
            begin + (quiet + from) * module + EDGE * module,
            (length - 2.0 * EDGE) * module,
        )
    };
    let across = rows.into_iter().map(|(line, from, length)| {
        let ((x, width), (y, height)) = (stretch(from, length, left), stretch(line, 1, top));
        [x, y, width, height]
    });
    let down = columns.into_iter().map(|(line, from, length)| {
        let ((x, width), (y, height)) = (stretch(line, 1, left), stretch(from, length, top));
        [x, y, width, height]
    });
    Ok(vec![Mark::Boxes(across.chain(down).collect())])
}

/// This much of a module is left white at its edges: a coarse print blackens every dot that a shape touches. What is
/// drawn as a row and as a column as well shows no seam.
const EDGE: f32 = 0.01;

/// Dark modules side by side: the line they are in, where they begin and how many they are.
fn runs(modules: usize, is_dark: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for line in 0..modules {
        for place in (0..modules).filter(|place| is_dark(line, *place)) {
            match runs.last_mut() {
                Some((known, from, length)) if *known == line && *from + *length == place => {
                    *length += 1;
                }
                _ => runs.push((line, place, 1)),
            }
        }
    }
    runs
}
