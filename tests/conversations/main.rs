//! Conversations in a class group, read from the outbox: one for each promise of the product.
//!
//! Which test goes red when a promise is broken (`room` stands for what `support/room.rs` checks after
//! every turn and at the end of every conversation):
//!
//! | promise | guarded by |
//! |---|---|
//! | a group reads no name, only counts | `room`; `sentences::a_statement_said_aloud_is_kept_and_only_a_reaction_tells`, `teachers::asked_in_the_group_the_names_still_go_only_to_the_teacher` |
//! | nothing is done without a clear act | `sentences::the_future_is_not_done`, `doubt_is_asked_back_and_not_recorded`, `ok_and_thanks_are_not_done`, `someone_elses_family_is_not_ones_own` |
//! | evidence is kept apart; numerator, denominator, time; "chưa có dữ liệu" | `report::the_whole_report_as_the_principal_reads_it`, `the_evidence_is_shown_apart_and_never_averaged`, `nothing_heard_is_no_data_and_not_zero` |
//! | every answer can be taken back, by its author alone; the history stays | `undoing::*`, `teachers::a_teacher_takes_back_what_she_entered` |
//! | one guardian's "done" stands beside the other's "not yet" | `families::one_guardians_done_stands_beside_the_others_not_yet` |
//! | secrets are warned about, kept and repeated nowhere; photos are not opened | `odd_input::a_one_time_code_is_warned_about_and_kept_nowhere` and its neighbours |
//! | who is stuck is helped, who corrects themselves is taken at the last word | `sentences::who_tells_what_stops_them_is_not_done_and_gets_the_guide_for_it`, `who_corrects_a_word_in_the_same_message_is_taken_at_the_last` |
//! | silent unless addressed | `sentences::chatter_in_the_group_is_left_alone`, `what_is_not_for_the_bot_is_not_heard`, `what_a_stranger_says_aloud_is_left_in_peace` |
//! | a question whose guide is still being written is understood and said so | `sentences::a_question_whose_guide_is_still_being_written_is_understood_and_said_so` |
//! | a question without a guide is told so, and the teacher offered | `sentences::a_question_no_guide_fits_is_told_so_and_the_teacher_is_offered` |
//! | an answer of somebody unknown is kept 48 h and not counted | `strangers::*` |
//! | words a grandmother understands: numbers without buttons, one question, "bà", never "học phí" | `confirming::a_number_in_a_reply_is_a_choice`, `sentences::one_question_at_most_in_one_answer`, `a_grandmother_is_addressed_as_one`, `nobody_is_told_tuition` |
//! | who cannot be written to is kindly asked to write first | `families::who_never_wrote_to_the_bot_is_kindly_told_to_write_first`, `teachers::a_teacher_who_never_wrote_privately_gets_no_names_in_the_group` |
//! | the words of messages are kept nowhere | `sentences::the_words_of_a_group_are_kept_nowhere` |
//! | the unit is the family of one child; households, payments, siblings | `families::*` |
//! | families without a phone stay in the denominator, exempt ones leave it | `teachers::a_family_without_a_phone_stays_in_the_denominator`, `an_exempt_family_leaves_the_denominator_of_that_task_alone` |
//! | an update's effects happen once, in order, each seeing the one before | `confirming::the_same_update_delivered_twice_is_one_answer`, `a_batch_is_decided_in_order_and_each_sees_the_one_before` |
//! | only the same person saying the same adds no row | `confirming::a_double_tap_counts_once`, `families::two_guardians_of_one_child_are_one_family` |
//! | tallies equal a recount | `room`, after every conversation |
//! | each role opens its own part, made-up buttons open nothing | `roles::*` |
//! | the principal starts and withdraws a task, what was said stays | `launching::*` |
//! | one poison update stops nobody else | `odd_input::a_nul_in_a_display_name_stops_nobody` |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "../support/mod.rs"]
mod support;

mod class_families;
mod confirming;
mod erasing;
mod families;
mod groups;
mod joining;
mod launching;
mod odd_input;
mod on_zalo;
mod reminding;
mod report;
mod roles;
mod scanning;
mod sentences;
mod strangers;
mod teachers;
mod the_first_story;
mod undoing;

use support::room::Room;

/// Three families in 5A1, one of them with two guardians, and the board.
async fn three_families(room: &mut Room) {
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"])
        .await;
    room.family("5A1", "Phạm Minh Khang", &["Bà Tư"]).await;
    room.hang_boards().await;
}
