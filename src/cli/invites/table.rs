//! The table of invites: names that programs rely on (contract), so columns are only added at the end.

use super::{Doors, Invited, texts, warn};

pub(super) fn csv(invited: &[Invited], doors: &Doors) -> String {
    if doors.telegram.is_none() {
        warn(texts::invites::NO_TELEGRAM_LINK);
    }
    let mut csv = String::from("kind,class,code,name,token,short_code,telegram_link,zalo_link\n");
    for Invited { guest, codes } in invited {
        let fields = [
            guest.kind,
            &guest.class,
            &guest.code,
            &guest.name,
            &codes.link,
            &codes.short,
            &doors.telegram(&codes.link).unwrap_or_default(),
            // Zalo's links carry no word to begin with: our page shows a code to be typed there.
            &doors.page(&codes.link).unwrap_or_default(),
        ];
        csv.push_str(&fields.map(field).join(","));
        csv.push('\n');
    }
    csv
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
