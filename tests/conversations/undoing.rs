//! Every answer can be taken back, by its author alone, and the history stays.

use lopso::domain::{Evidence, State, Tap, Verb};

use crate::{everywhere, three_families, with_buttons};

everywhere! {
    async fn i_tapped_by_mistake_takes_back_the_last_answer(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Ba 09:05").chooses("5A1", "Mẹ An", "kích hoạt VNeID").await;
        room.at("thứ Ba 09:10").privately("Mẹ An", "em bấm nhầm").await;
        room.hears("em đã rút lại câu trả lời về việc kích hoạt VNeID mức 2");
        assert_eq!(room.count("vneid").await, (0, 3));
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_question_in_between_is_not_what_was_tapped_by_mistake(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        let help = Tap::Help(room.task_id("vneid")).write();
        room.at("thứ Ba 09:02").forges("5A1", "Mẹ An", &help).await;
        assert_eq!(room.in_state("vneid", State::NeedsHelp).await, 1);
        room.at("thứ Ba 09:05").privately("Mẹ An", "em bấm nhầm").await;
        room.hears("em đã rút lại câu trả lời về việc quét QR của lớp");
        assert_eq!(room.count("qr").await, (0, 3));
        assert_eq!(room.in_state("vneid", State::NeedsHelp).await, 1);
    }

    async fn two_mistakes_are_taken_back_one_after_the_other(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Ba 09:05").chooses("5A1", "Mẹ An", "kích hoạt VNeID").await;
        room.at("thứ Ba 09:10").privately("Mẹ An", "em bấm nhầm").await.hears("kích hoạt VNeID mức 2");
        room.at("thứ Ba 09:11").privately("Mẹ An", "em bấm nhầm").await.hears("quét QR của lớp");
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((0, 3), (0, 3)));
        room.at("thứ Ba 09:12").privately("Mẹ An", "em bấm nhầm").await.hears("không có gì phải rút lại");
    }

    async fn what_was_taken_back_stays_in_the_history(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Ba 09:10").privately("Mẹ An", "em bấm nhầm").await;
        assert_eq!(room.acts().await, 2);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act WHERE verb = 'done'").await, 1);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act WHERE verb = 'undo'").await, 1);
    }

    async fn an_old_button_takes_back_too(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        let undo = room.data(Verb::Undo, "qr");
        room.forges("5A1", "Mẹ An", &undo).await;
        assert_eq!(room.count("qr").await, (0, 3));
        assert_eq!(room.in_state("qr", State::Unknown).await, 3);
    }

    async fn a_question_about_something_else_in_between_is_not_what_is_taken_back(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").privately("Mẹ An", "em quét mã rồi ạ").await;
        room.at("thứ Ba 09:05").privately("Mẹ An", "chị dâu em cài vneid rồi").await.hears("VNeID");
        room.at("thứ Ba 09:06").privately("Mẹ An", "em bấm nhầm").await;
        room.hears("em đã rút lại câu trả lời về việc quét QR của lớp");
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn nothing_said_is_nothing_to_take_back(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em bấm nhầm").await.hears("không có gì phải rút lại");
        let undo = room.data(Verb::Undo, "qr");
        room.forges_privately("Mẹ An", &undo).await.hears("không có gì phải rút lại");
        assert_eq!(room.acts().await, 0);
    }

    async fn taken_back_twice_is_taken_back_once(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Ba 09:10").privately("Mẹ An", "em bấm nhầm").await;
        room.at("thứ Ba 09:20").privately("Mẹ An", "em bấm nhầm").await.hears("không có gì phải rút lại");
        assert_eq!(room.acts().await, 2);
    }

    async fn done_can_be_said_again_after_taking_back(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Ba 09:10").privately("Mẹ An", "em bấm nhầm").await;
        room.at("thứ Tư 09:10").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.acts().await, 3);
    }

    async fn one_guardian_takes_back_only_their_own(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.at("thứ Ba 10:00").privately("Mẹ Nam", "em bấm nhầm").await.hears("không có gì phải rút lại");
        assert_eq!(room.count("qr").await, (1, 3));
        room.at("thứ Ba 11:00").chooses("5A1", "Mẹ Nam", "Đã quét QR").await;
        room.at("thứ Ba 12:00").privately("Ba Nam", "em bấm nhầm").await;
        assert_eq!(room.count("qr").await, (1, 3), "what the mother said still stands");
    }

    async fn a_parent_does_not_take_back_what_the_teacher_entered(room: Room) {
        three_families(&mut room).await;
        let child = room.child_id("Nguyễn Hoài An");
        let entry = Tap::Proxy { verb: Verb::Done, task: room.task_id("qr"), child }.write();
        room.forges_privately("Cô Hoa", &entry).await;
        room.privately("Mẹ An", "em bấm nhầm").await.hears("không có gì phải rút lại");
        let undo = room.data(Verb::Undo, "qr");
        room.forges("5A1", "Mẹ An", &undo).await;
        assert_eq!(room.in_state("qr", State::Done(Evidence::Teacher)).await, 1);
    }

    async fn a_change_of_mind_in_words_is_the_last_word(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Ba 19:00").privately("Mẹ An", "em nhầm, nhà em chưa quét mã qr").await;
        assert_eq!(room.count("qr").await, (0, 3));
    }
}

with_buttons! {
    async fn the_board_goes_back_with_the_answer(room: Room) {
        three_families(&mut room).await;
        room.begins().at("thứ Ba 09:00").chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.at("thứ Ba 09:10").privately("Ba Nam", "em bấm nhầm ạ").await;
        assert_eq!(
            room.transcript(),
            "Ba Nam bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Ba Nam: Dạ, em ghi nhận nhà mình đã quét QR của lớp rồi ạ. Cảm ơn ba mẹ nhiều!\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/3 · 0/3 · 0/3\n\
             Ba Nam: em bấm nhầm ạ\n\
             \x20 bot → Ba Nam: Dạ, em đã rút lại câu trả lời về việc quét QR của lớp ạ. Khi nào xong ba mẹ báo lại em nhé.\n\
             \x20 bot sửa bảng ở nhóm 5A1: 0/3 · 0/3 · 0/3"
        );
    }
}
