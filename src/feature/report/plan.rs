//! The campaign's targets (`config/plan.toml`) beside what the bot has counted.

use serde::Deserialize;

use super::{Figures, TaskFigures};
use crate::domain::TaskKind;
use crate::ledger::Counts;

/// One target as the plan states it, with the value the bot knows.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow {
    pub id: String,
    pub title: String,
    pub audience: String,
    /// None where the plan gives no figure.
    pub target: Option<f64>,
    pub unit: String,
    /// None where the bot cannot measure it (yet); never a made-up zero.
    pub value: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    targets: Vec<Target>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    id: String,
    title: String,
    audience: String,
    target: Option<f64>,
    unit: String,
    /// The task that measures it: `qr`, `vneid`, `nhom`, or `thu` for all collections of the year.
    task: Option<String>,
}

const SHIPPED: &str = include_str!("../../../config/plan.toml");

impl Plan {
    /// The plan compiled into the program.
    pub fn shipped() -> Result<Self, toml::de::Error> {
        toml::from_str(SHIPPED)
    }

    pub fn rows(&self, figures: &Figures) -> Vec<PlanRow> {
        let row = |target: &Target| PlanRow {
            id: target.id.clone(),
            title: target.title.clone(),
            audience: target.audience.clone(),
            target: target.target,
            unit: target.unit.clone(),
            value: target
                .task
                .as_deref()
                .and_then(|task| percent_done(figures, task)),
        };
        self.targets.iter().map(row).collect()
    }
}

/// Percent of the families that count, to one decimal, rounded down so that a goal is not called
/// reached before it is. None when nobody answered yet.
fn percent_done(figures: &Figures, task: &str) -> Option<f64> {
    let wanted = |known: &&TaskFigures| {
        known.task.key == task || (task == "thu" && known.task.kind == TaskKind::Payment)
    };
    let (mut done, mut families, mut heard) = (0, 0, false);
    for found in figures.tasks.iter().filter(wanted) {
        let total: &Counts = &found.total;
        done += total.done();
        families += figures.families() - total.exempt();
        heard |= total.known().next().is_some();
    }
    let permille = (heard && families > 0).then(|| done * 1000 / families)?;
    i32::try_from(permille)
        .ok()
        .map(|permille| f64::from(permille) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_plan_is_whole() {
        let plan = Plan::shipped().unwrap();
        assert_eq!(plan.targets.len(), 19);
        let ids: std::collections::HashSet<_> =
            plan.targets.iter().map(|target| &target.id).collect();
        assert_eq!(ids.len(), 19);
    }
}
