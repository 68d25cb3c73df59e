//! The house rules a machine can see. ARCHITECTURE.md tells them with their reasons; here they can fail.
//!
//! Every rule is a function from the sources to a list of `file:line: what is wrong`. It has two tests: our own
//! house keeps it (here), and it finds a made-up offence (`tidy/offences.rs`: a rule that cannot fail says nothing).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "tidy/offences.rs"]
mod offences;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use rules::*;
use source::House;

type Rule = fn(&House) -> Vec<String>;

fn holds(rule: Rule) {
    let house = House::open();
    assert!(
        !house.files.is_empty(),
        "no sources found: nothing was checked"
    );
    let wrong = rule(&house);
    assert!(
        wrong.is_empty(),
        "{} offences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn our_imports_point_down() {
    holds(imports_point_down);
}

#[test]
fn our_features_stand_alone() {
    holds(features_stand_alone);
}

#[test]
fn our_house_has_one_door_to_teloxide() {
    holds(one_door_to_teloxide);
}

#[test]
fn our_vietnamese_has_its_place() {
    holds(vietnamese_has_its_place);
}

#[test]
fn our_files_say_what_they_are_for() {
    holds(files_say_what_they_are_for);
}

#[test]
fn our_files_are_short() {
    holds(files_are_short);
}

#[test]
fn our_files_name_no_path_of_a_machine() {
    holds(no_path_of_a_machine);
}

#[test]
fn our_tables_have_one_writer() {
    holds(tables_have_one_writer);
}

#[test]
fn our_code_is_told_the_time() {
    holds(now_is_a_parameter);
}
