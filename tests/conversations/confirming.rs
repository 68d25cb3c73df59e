//! A family says that something is done, or not yet, and says it again.

use lopso::domain::{Evidence, State};

use crate::{everywhere, three_families, with_buttons, with_numbers};

everywhere! {
    async fn a_choice_on_the_board_is_kept_and_counted(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.in_state("qr", State::Done(Evidence::Said)).await, 1);
        assert_eq!(room.count("vneid").await, (0, 3));
    }

    async fn a_double_tap_counts_once(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Năm 20:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.acts().await, 1);
    }

    async fn the_same_update_delivered_twice_is_one_answer(room: Room) {
        three_families(&mut room).await;
        let tap = room.done_tap("5A1", "Mẹ An", "qr");
        assert_eq!(room.happens(vec![tap.clone(), tap.clone()]).await.applied, 1);
        assert_eq!(room.happens(vec![tap]).await.applied, 0);
        room.silence();
        assert_eq!(room.acts().await, 1);
    }

    async fn a_batch_is_decided_in_order_and_each_sees_the_one_before(room: Room) {
        three_families(&mut room).await;
        let taps = vec![
            room.done_tap("5A1", "Mẹ An", "qr"),
            room.done_tap("5A1", "Mẹ An", "qr"),
            room.done_tap("5A1", "Ba Nam", "qr"),
            room.done_tap("5A1", "Bà Tư", "vneid"),
        ];
        assert_eq!(room.happens(taps).await.applied, 4);
        assert_eq!(room.count("qr").await, (2, 3));
        assert_eq!(room.count("vneid").await, (1, 3));
        assert_eq!(room.acts().await, 3);
    }

    async fn more_taps_at_once_than_one_batch_holds_are_all_counted(room: Room) {
        let guardians: Vec<String> = (1..=230).map(|number| format!("Mẹ {number}")).collect();
        for guardian in &guardians {
            room.family("5A1", &format!("Bé của {guardian}"), &[guardian]).await;
        }
        let mut taps = Vec::new();
        for guardian in &guardians {
            taps.push(room.done_tap("5A1", guardian, "qr"));
        }
        assert_eq!(room.happens(taps).await.applied, 230);
        assert_eq!(room.count("qr").await, (230, 230));
    }

    async fn not_yet_is_kept_and_is_not_done(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "dạ nhà em chưa quét mã qr ạ").await;
        assert_eq!(room.count("qr").await, (0, 3));
        assert_eq!(room.in_state("qr", State::NotYet).await, 1);
    }

    async fn a_later_done_follows_a_not_yet(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").privately("Mẹ An", "nhà em chưa quét mã qr").await;
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.in_state("qr", State::NotYet).await, 0);
        assert_eq!(room.acts().await, 2);
    }

    async fn ones_own_tasks_are_offered_privately_and_can_be_chosen(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/xacnhan").await.hears("nhà mình đã làm được việc nào rồi");
        room.chooses_privately("Mẹ An", "kích hoạt VNeID").await.hears("Dạ, em ghi nhận nhà mình đã kích hoạt VNeID mức 2");
        assert_eq!(room.count("vneid").await, (1, 3));
    }

    async fn cash_is_no_bank_transfer(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em nộp tiền mặt rồi cô ạ").await;
        assert_eq!(room.count("thu-2026-11").await, (0, 3));
        assert_eq!(room.in_state("thu-2026-11", State::Cash).await, 1);
    }

    async fn asking_for_help_is_no_done_and_takes_none_back(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        let help = lopso::domain::Tap::Help(room.task_id("qr")).write();
        room.forges("5A1", "Mẹ An", &help).await.hears("📖");
        room.forges("5A1", "Bà Tư", &help).await.hears("📖");
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.in_state("qr", State::NeedsHelp).await, 1);
    }
}

with_buttons! {
    async fn the_board_follows_every_answer(room: Room) {
        three_families(&mut room).await;
        assert_eq!(room.board("5A1"), "0/3 · 0/3 · 0/3");
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.hears("bot nhắc Mẹ An: Dạ, em ghi nhận nhà mình đã quét QR của lớp rồi ạ.");
        assert_eq!(room.board("5A1"), "1/3 · 0/3 · 0/3");
        room.at("thứ Năm 20:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.hears("việc quét QR của lớp nhà mình đã báo lúc 9:00 rồi");
    }

    async fn a_tap_is_answered_beside_its_button_and_the_group_reads_only_counts(room: Room) {
        three_families(&mut room).await;
        room.begins().at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Năm 20:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Sáu 07:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(
            room.transcript(),
            "Mẹ An bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Mẹ An: Dạ, em ghi nhận nhà mình đã quét QR của lớp rồi ạ. Cảm ơn ba mẹ nhiều!\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/3 · 0/3 · 0/3\n\
             Mẹ An bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Mẹ An: Dạ, việc quét QR của lớp nhà mình đã báo lúc 9:00 rồi, không cần báo lại ạ.\n\
             Mẹ An bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Mẹ An: Dạ, việc quét QR của lớp nhà mình đã báo ngày 19/11 rồi, không cần báo lại ạ."
        );
    }

    async fn a_board_that_does_not_change_is_not_written_again(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.chooses("5A1", "Mẹ Nam", "Đã quét QR").await.does_not_hear("sửa bảng");
        assert_eq!(room.board("5A1"), "1/3 · 0/3 · 0/3");
    }
}

with_numbers! {
    async fn a_bare_number_answers_what_was_asked_of_oneself_or_of_all(room: Room) {
        three_families(&mut room).await;
        room.mentioning("5A1", "Mẹ An", "vneid mức 2 kích hoạt ở đâu").await.hears("📖");
        // She could say "1" to the next guide; he means the board.
        room.mentioning("5A1", "Ba Nam", "1").await;
        assert_eq!(room.count("qr").await, (1, 3));
        room.hears("Dạ, đã ghi nhận ạ").does_not_hear("📖");
    }

    async fn a_number_in_a_reply_is_a_choice(room: Room) {
        three_families(&mut room).await;
        room.begins().chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.answering("5A1", "Bà Tư", "1, 3 ạ").await;
        assert_eq!(
            room.transcript(),
            "Mẹ An: 1\n\
             \x20 bot → nhóm 5A1: Dạ, đã ghi nhận ạ.\n\
             Bà Tư: 1, 3 ạ\n\
             \x20 bot → nhóm 5A1: Dạ, đã ghi nhận ạ."
        );
        assert_eq!(room.count("qr").await, (2, 3));
        assert_eq!(room.count("vneid").await, (1, 3));
    }

    async fn a_number_that_was_not_offered_records_nothing(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/xacnhan").await;
        room.privately("Mẹ An", "9").await.hears("chưa thấy lựa chọn này");
        room.privately("Mẹ An", "0").await.hears("chưa thấy lựa chọn này");
        room.privately("Mẹ An", "99999999999999999999999").await;
        assert_eq!(room.acts().await, 0);
    }

    async fn a_number_under_a_question_that_is_too_old_is_asked_again(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Hai 08:00").privately("Mẹ An", "/xacnhan").await;
        room.after_ms(30 * lopso::domain::time::DAY_MS).privately("Mẹ An", "1").await;
        assert_eq!(room.acts().await, 0);
        room.hears("không còn chờ trả lời").hears("/xacnhan");
    }

    async fn a_number_that_answers_nothing_is_told_so(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "1 3").await.hears("không còn chờ trả lời").hears("/xacnhan");
        assert_eq!(room.acts().await, 0);
    }
}
