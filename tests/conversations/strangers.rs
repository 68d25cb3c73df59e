//! People the bot cannot place yet, and people whose word is not a family's.

use lopso::clock::tidy_up;
use lopso::domain::time::{HOUR_MS, MINUTE_MS};

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

async fn pending(room: &Room) -> i64 {
    room.one("SELECT COUNT(*) AS n FROM pending").await
}

everywhere! {
    async fn a_tap_of_somebody_not_linked_is_kept_pending_and_not_counted(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        assert_eq!((pending(&room).await, room.acts().await), (1, 0));
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn a_private_word_of_somebody_not_linked_is_answered_with_the_next_step(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ Lạ", "/xacnhan").await.hears("quét mã trên tờ phiếu cô giáo phát");
        room.privately("Mẹ Lạ", "/trangthai").await.hears("quét mã trên tờ phiếu cô giáo phát");
        room.does_not_hear("An").does_not_hear("Khang").does_not_hear("Nam");
    }

    async fn a_pending_answer_is_dropped_after_48_hours(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        room.after_ms(48 * HOUR_MS - MINUTE_MS);
        tidy_up(&room.app, room.now).await.unwrap();
        assert_eq!(pending(&room).await, 1);
        room.after_ms(MINUTE_MS);
        tidy_up(&room.app, room.now).await.unwrap();
        assert_eq!(pending(&room).await, 0);
    }

    async fn only_the_last_pending_word_about_a_task_is_kept(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        room.chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        assert_eq!(pending(&room).await, 1);
        room.chooses("5A1", "Mẹ Lạ", "kích hoạt VNeID").await;
        assert_eq!(pending(&room).await, 2);
    }

    async fn staff_without_a_child_do_not_confirm_for_themselves(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Cô Hoa", "Đã quét QR").await;
        room.chooses("5A1", "Cô Lan", "Đã quét QR").await;
        assert_eq!((pending(&room).await, room.acts().await), (0, 0));
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn a_teacher_who_is_a_mother_confirms_for_her_own_child(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Hồ Bảo Ngọc", &["Cô Hoa"]).await;
        room.chooses("5A1", "Cô Hoa", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 4));
    }

    async fn a_guardian_of_another_class_counts_in_the_own_class(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        room.chooses("5A1", "Mẹ Huy", "Đã quét QR").await;
        let figures = room.figures().await;
        let qr = figures.tasks.iter().find(|task| task.task.key == "qr").unwrap();
        let done: Vec<(&str, i64)> =
            figures.classes.iter().zip(&qr.by_class).map(|(class, counts)| (class.code.as_str(), counts.done())).collect();
        assert_eq!(done, [("5A1", 0), ("5A2", 1)]);
    }

    async fn a_parent_of_another_school_is_a_stranger_here(room: Room) {
        three_families(&mut room).await;
        let other = room.elsewhere().await;
        room.mentioning("3B", "Mẹ An", "/trangthai").await.does_not_hear("Hà");
        let tap = lopso::domain::Tap::Say { verb: lopso::domain::Verb::Done, task: other.task, child: None }.write();
        room.forges("3B", "Mẹ An", &tap).await;
        assert_eq!((pending(&room).await, room.acts().await), (1, 0));
    }
}

everywhere! {
    async fn a_mistake_of_somebody_not_linked_is_taken_out_of_what_is_kept(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        room.at("thứ Ba 09:01").privately("Mẹ Lạ", "em bấm nhầm").await;
        let done = room.one("SELECT COUNT(*) AS n FROM pending WHERE verb = 'done'").await;
        assert_eq!((done, room.acts().await), (0, 0));
    }
}

with_buttons! {
    async fn a_stranger_reads_what_happens_to_the_answer(room: Room) {
        three_families(&mut room).await;
        room.begins().chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        if room.bot.channel.capabilities().begins_by_link {
            room.hears("bot mở chat riêng cho Mẹ Lạ");
            return;
        }
        room.chooses("5A1", "Cô Hoa", "Đã quét QR").await;
        assert_eq!(
            room.transcript(),
            "Mẹ Lạ bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Mẹ Lạ: Dạ, em chưa biết mình là người nhà của bé nào nên chưa tính được, em giữ câu trả lời 48 giờ ạ. \
             Mình nhắn riêng cho em chữ /batdau, rồi bấm “Em là người nhà của bé” nhé.\n\
             Cô Hoa bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Cô Hoa: Dạ, phần này để gia đình tự báo ạ. Cô chủ nhiệm muốn ghi giúp nhà nào thì nhắn /nhapho nhé."
        );
    }
}
