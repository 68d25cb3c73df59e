//! `/trangthai`: a family sees its own children and what is still open, one line each.

pub mod texts;

use crate::domain::message::Choice;
use crate::domain::{Tap, Task};
use crate::effects::Effects;
use crate::facts::Turn;

pub fn decide(turn: &Turn<'_>) -> Effects {
    let guardian = |member: &&crate::roster::Member| member.is_guardian();
    let children: Vec<_> = turn
        .members
        .iter()
        .filter(guardian)
        .flat_map(|member| member.children.iter())
        .filter_map(|id| turn.facts.child(*id))
        .collect();
    if children.is_empty() {
        let is_staff = turn.member().is_some_and(|member| member.is_staff());
        if is_staff {
            return confide(turn, texts::STAFF.to_owned(), Vec::new());
        }
        let family = Choice::new(texts::FAMILY, Tap::Family.write());
        return confide(turn, texts::STRANGER.to_owned(), vec![family]);
    }
    let mut lines = Vec::new();
    let mut open: Vec<&Task> = Vec::new();
    for child in &children {
        let tasks: Vec<&Task> = turn.facts.open_tasks(child.school).collect();
        let class = turn
            .facts
            .class(child.class)
            .map_or("", |class| class.title.as_str());
        let states: Vec<_> = tasks
            .iter()
            .map(|task| {
                (
                    task.title.as_str(),
                    turn.facts.standing(task.id, child.id).state,
                )
            })
            .collect();
        lines.push(texts::child(child.given_name(), class, &states));
        for task in tasks {
            let missing = turn.facts.standing(task.id, child.id).state.is_open();
            if missing && !open.iter().any(|known| known.id == task.id) {
                open.push(task);
            }
        }
    }
    let choices = if open.is_empty() {
        Vec::new()
    } else {
        vec![Choice::new(texts::REPORT_DONE, Tap::MyTasks.write())]
    };
    confide(turn, lines.join("\n\n"), choices)
}

fn confide(turn: &Turn<'_>, text: String, choices: Vec<Choice>) -> Effects {
    Effects::confide(turn, text, choices, texts::SENT_PRIVATELY)
}
