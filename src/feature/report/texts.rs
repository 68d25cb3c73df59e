//! The report as a principal reads it in a chat, and as a program reads it.

use serde_json::{Value, json};

use super::plan::PlanRow;
use super::{Figures, TaskFigures};
use crate::domain::{Evidence, State};
use crate::ledger::Counts;

pub const SENT_PRIVATELY: &str = "Dạ, em gửi số liệu vào tin nhắn riêng rồi ạ.";
pub const NO_SUCH_CLASS: &str = "Dạ, em không thấy lớp này trong phần cô phụ trách ạ. Nhắn /baocao để xem các lớp của mình nhé.";
const NO_TASKS: &str =
    "\n\nTrường chưa có việc nào đang mở. Hiệu trưởng nhắn /phatdong để mở một việc ạ.";
const NO_DATA: &str = "chưa có dữ liệu";

pub fn summary(figures: &Figures) -> String {
    let mut out = head(figures);
    if figures.tasks.is_empty() {
        out.push_str(NO_TASKS);
        return out;
    }
    for (place, task) in figures.tasks.iter().enumerate() {
        out.push_str(&format!("\n\n{}. {}\n", place + 1, task.task.title));
        out.push_str(&task_lines(task, figures.families()));
    }
    if figures.classes.len() > 1 {
        out.push_str(&by_class(figures));
    }
    out
}

fn head(figures: &Figures) -> String {
    let classes = match figures.classes.as_slice() {
        [only] => format!("lớp {}", only.title),
        many => format!("{} lớp", many.len()),
    };
    format!(
        "📊 {}\nSố liệu lúc {} ngày {} – {classes}, {} gia đình",
        figures.school.name,
        figures.as_of.clock(),
        figures.as_of.day(figures.as_of),
        figures.families()
    )
}

fn task_lines(task: &TaskFigures, families: i64) -> String {
    let counts = &task.total;
    if counts.known().next().is_none() {
        return NO_DATA.to_owned();
    }
    let due = families - counts.exempt();
    let mut out = format!(
        "{}/{due} gia đình đã xong{}",
        counts.done(),
        percent(counts.done(), due)
    );
    let mix: Vec<String> = Evidence::ALL
        .into_iter()
        .rev()
        .map(|evidence| (evidence, counts.of(State::Done(evidence))))
        .filter(|(_, families)| *families > 0)
        .map(|(evidence, families)| format!("{families} {}", evidence_words(evidence)))
        .collect();
    if !mix.is_empty() {
        out.push_str(&format!("\n  trong đó {}", mix.join(", ")));
    }
    let rest: Vec<String> = open_states(counts, families)
        .into_iter()
        .filter(|(_, families)| *families > 0)
        .map(|(words, families)| format!("{families} {words}"))
        .collect();
    if !rest.is_empty() {
        out.push_str(&format!("\n  còn lại {}", rest.join(", ")));
    }
    if counts.exempt() > 0 {
        out.push_str(&format!(
            "\n  ngoài ra {} được miễn, không tính",
            counts.exempt()
        ));
    }
    out
}

fn percent(done: i64, of: i64) -> String {
    if of > 0 {
        format!(" ({} %)", done * 100 / of)
    } else {
        String::new()
    }
}

fn evidence_words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Said => "tự báo",
        Evidence::Shown => "đã thấy quét hoặc vào nhóm",
        Evidence::Teacher => "cô giáo ghi",
        Evidence::Bank => "ngân hàng báo có",
    }
}

fn open_states(counts: &Counts, families: i64) -> [(&'static str, i64); 6] {
    [
        ("nộp tiền mặt", counts.of(State::Cash)),
        ("cần chỉ cách làm", counts.of(State::NeedsHelp)),
        ("báo chưa làm", counts.of(State::NotYet)),
        ("chưa muốn làm", counts.of(State::Declined)),
        ("chưa có điện thoại", counts.of(State::NoPhone)),
        ("chưa trả lời", counts.unknown(families)),
    ]
}

fn by_class(figures: &Figures) -> String {
    let titles: Vec<String> = (1..=figures.tasks.len())
        .map(|place| format!("việc {place}"))
        .collect();
    let mut out = format!("\n\nTheo lớp ({}):", titles.join(" · "));
    for (place, class) in figures.classes.iter().enumerate() {
        let cell = |task: &TaskFigures| match task.by_class.get(place) {
            Some(counts) if counts.known().next().is_some() => {
                format!("{}/{}", counts.done(), class.families - counts.exempt())
            }
            Some(_) | None => "–".to_owned(),
        };
        let cells: Vec<String> = figures.tasks.iter().map(cell).collect();
        out.push_str(&format!("\n{}: {}", class.title, cells.join(" · ")));
    }
    out
}

/// The report for programs; its names are a contract (CHANGELOG on any change).
pub fn as_json(figures: &Figures, plan: &[PlanRow]) -> Value {
    let tasks: Vec<Value> = figures
        .tasks
        .iter()
        .map(|task| task_json(figures, task))
        .collect();
    let plan: Vec<Value> = plan
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "title": row.title, "audience": row.audience, "target": row.target,
                "value": row.value, "unit": row.unit, "measured": row.value.is_some(),
            })
        })
        .collect();
    json!({
        "school": figures.school.name,
        "school_code": figures.school.code,
        "school_year": figures.school.year,
        "as_of": figures.as_of.rfc3339(),
        "tasks": tasks,
        "plan": plan,
    })
}

fn task_json(figures: &Figures, task: &TaskFigures) -> Value {
    let mut out = counts_json(&task.total, figures.families());
    let by_class: Vec<Value> = figures
        .classes
        .iter()
        .zip(&task.by_class)
        .map(|(class, counts)| {
            let mut row = counts_json(counts, class.families);
            row["class"] = json!(class.code);
            row
        })
        .collect();
    out["id"] = json!(task.task.key);
    out["title"] = json!(task.task.title);
    out["by_class"] = json!(by_class);
    out
}

/// Families by state; everything but `families` and `evidence` sums to `families`.
fn counts_json(counts: &Counts, families: i64) -> Value {
    let evidence = |evidence| counts.of(State::Done(evidence));
    json!({
        "families": families,
        "done": counts.done(),
        "evidence": {
            "said": evidence(Evidence::Said), "shown": evidence(Evidence::Shown),
            "teacher": evidence(Evidence::Teacher), "bank": evidence(Evidence::Bank),
        },
        "not_yet": counts.of(State::NotYet),
        "needs_help": counts.of(State::NeedsHelp),
        "cash": counts.of(State::Cash),
        "declined": counts.of(State::Declined),
        "no_phone": counts.of(State::NoPhone),
        "exempt": counts.exempt(),
        "unknown": counts.unknown(families),
    })
}
