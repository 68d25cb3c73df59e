//! Marks as a PDF: real text that can be selected and searched, the font embedded as far as it is used.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::PrintError;
use super::layout::{HEIGHT, Mark, WIDTH};
use super::letters::{BOLD, REGULAR, Weight};

/// Points of a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// One A4 page a sheet.
pub(super) fn draw(title: &str, sheets: &[Vec<Mark>]) -> Result<Vec<u8>, PrintError> {
    let broken = |what: &str| PrintError::Pdf(what.to_owned());
    let font =
        |bytes: &'static [u8]| Font::new(bytes.to_vec().into(), 0).ok_or_else(|| broken("font"));
    let fonts = [font(REGULAR)?, font(BOLD)?];
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language("vi-VN".to_owned()),
    );
    for sheet in sheets {
        let settings =
            PageSettings::from_wh(WIDTH * POINTS, HEIGHT * POINTS).ok_or_else(|| broken("page"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in sheet {
            place(&mut surface, &fonts, mark);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error| PrintError::Pdf(format!("{error:?}")))
}

fn place(surface: &mut Surface<'_>, [regular, bold]: &[Font; 2], mark: &Mark) {
    match mark {
        Mark::Text {
            x,
            y,
            size,
            weight,
            text,
        } => {
            let font = match weight {
                Weight::Regular => regular,
                Weight::Bold => bold,
            };
            let at = Point::from_xy(x * POINTS, y * POINTS);
            ink(surface);
            surface.draw_text(
                at,
                font.clone(),
                size * POINTS,
                text,
                false,
                TextDirection::LeftToRight,
            );
        }
        Mark::Boxes(boxes) => {
            ink(surface);
            if let Some(path) = filled(boxes) {
                surface.draw_path(&path);
            }
        }
        Mark::Cut([x, y, to_x, to_y]) => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: rgb::Color::new(120, 120, 120).into(),
                width: 0.4,
                dash: Some(StrokeDash {
                    array: vec![3.0, 3.0],
                    offset: 0.0,
                }),
                ..Stroke::default()
            }));
            let mut line = PathBuilder::new();
            line.move_to(x * POINTS, y * POINTS);
            line.line_to(to_x * POINTS, to_y * POINTS);
            if let Some(path) = line.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn ink(surface: &mut Surface<'_>) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: rgb::Color::black().into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
}

fn filled(boxes: &[[f32; 4]]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for [x, y, width, height] in boxes {
        let area = Rect::from_xywh(x * POINTS, y * POINTS, width * POINTS, height * POINTS);
        path.push_rect(area?);
    }
    path.finish()
}
