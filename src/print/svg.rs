//! Marks as an SVG, for a print shop or a page. Whoever opens it should have the font; without it the next best is
//! taken.

use std::fmt::Write as _;

use super::layout::Mark;
use super::letters::Weight;

/// `width` and `height` in millimetres.
pub(super) fn draw(width: f32, height: f32, marks: &[Mark]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" viewBox=\"0 0 {width} {height}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for mark in marks {
        // Writing into a String cannot fail.
        let _ = match mark {
            Mark::Text {
                x,
                y,
                size,
                weight,
                text,
            } => writeln!(
                out,
                "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\" font-weight=\"{}\" \
                 font-family=\"Be Vietnam Pro, Arial, sans-serif\">{}</text>",
                match weight {
                    Weight::Regular => 400,
                    Weight::Bold => 700,
                },
                escaped(text)
            ),
            Mark::Boxes(boxes) => writeln!(
                out,
                "<path shape-rendering=\"crispEdges\" d=\"{}\"/>",
                outline(boxes)
            ),
            Mark::Cut([x, y, to_x, to_y]) => writeln!(
                out,
                "<path d=\"M{x} {y}L{to_x} {to_y}\" stroke=\"#777\" stroke-width=\".15\" stroke-dasharray=\"1\"/>"
            ),
        };
    }
    out.push_str("</svg>\n");
    out
}

fn outline(boxes: &[[f32; 4]]) -> String {
    let mut path = String::new();
    for [x, y, width, height] in boxes {
        let _ = write!(path, "M{x:.3} {y:.3}h{width:.3}v{height:.3}h-{width:.3}z");
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
