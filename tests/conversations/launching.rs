//! The principal asks the families for something of her own, and takes it back.

use lopso::domain::Tap;
use lopso::domain::time::DAY_MS;

use crate::{everywhere, three_families, with_buttons};

everywhere! {
    async fn a_task_of_the_schools_own_is_on_the_board_and_can_be_chosen(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong Cài ứng dụng họp").await;
        room.hears("em đã mở việc “Cài ứng dụng họp” ạ. Em gửi bảng vào 1 nhóm lớp ạ.");
        room.chooses("5A1", "Mẹ An", "Đã cài ứng dụng họp").await;
        assert_eq!(room.count("cai-ung-dung-hop").await, (1, 3));
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn a_task_of_the_schools_own_is_understood_in_words(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong Cài ứng dụng họp").await;
        room.privately("Bà Tư", "bà cài ứng dụng họp rồi nhé").await;
        assert_eq!(room.count("cai-ung-dung-hop").await, (1, 3));
    }

    async fn asking_again_hangs_a_fresh_board_and_makes_no_second_task(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong Cài ứng dụng họp").await;
        room.chooses("5A1", "Mẹ An", "Đã cài ứng dụng họp").await;
        room.after_ms(7 * DAY_MS).privately("Cô Lan", "/phatdong cài ứng dụng họp").await;
        assert!(room.group_told("5A1").starts_with("📋 Lớp 5A1"), "{}", room.transcript());
        assert_eq!(room.count("cai-ung-dung-hop").await, (1, 3));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task").await, 4);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM board").await, 1, "one board hangs in a group");
    }

    async fn a_withdrawn_task_leaves_the_board_and_keeps_what_was_said(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong Cài ứng dụng họp").await;
        room.chooses("5A1", "Mẹ An", "Đã cài ứng dụng họp").await;
        room.chooses_privately("Cô Lan", "Rút lại việc này").await.hears("Những gì gia đình đã báo vẫn được giữ");
        assert_eq!(room.acts().await, 1);
        assert_eq!(room.figures().await.tasks.len(), 3);
        room.privately("Cô Lan", "/baocao").await.does_not_hear("Cài ứng dụng họp");
    }

    async fn a_tap_on_a_withdrawn_task_is_told_kindly_and_not_counted(room: Room) {
        three_families(&mut room).await;
        let task = room.task_id("vneid");
        room.forges_privately("Cô Lan", &Tap::Withdraw(task).write()).await;
        let tap = room.data(lopso::domain::Verb::Done, "vneid");
        room.forges("5A1", "Mẹ An", &tap).await.hears("việc này nhà trường không hỏi trên bảng nữa ạ");
        assert_eq!(room.acts().await, 0);
    }

    async fn a_withdrawn_task_that_is_asked_for_again_has_its_counts_back(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "kích hoạt VNeID").await;
        let task = room.task_id("vneid");
        room.forges_privately("Cô Lan", &Tap::Withdraw(task).write()).await;
        room.privately("Cô Lan", "/phatdong vneid").await;
        assert_eq!(room.count("vneid").await, (1, 3));
    }

    async fn a_title_that_does_not_fit_a_button_is_asked_shorter(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong Tải và cài đặt ứng dụng họp phụ huynh của nhà trường").await.hears("cần ngắn");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task").await, 3);
    }

    async fn without_a_title_the_principal_is_told_how(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong").await.hears("ví dụ: /phatdong").hears("Quét QR của lớp");
    }

    async fn a_teacher_or_parent_starts_nothing(room: Room) {
        three_families(&mut room).await;
        for who in ["Cô Hoa", "Mẹ An", "Người Lạ"] {
            room.privately(who, "/phatdong Nộp hồ sơ").await.hears("em chưa mở cho mình được");
        }
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task").await, 3);
    }

    async fn a_task_begins_in_every_class_group(room: Room) {
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        three_families(&mut room).await;
        room.privately("Cô Lan", "/phatdong Cài ứng dụng họp").await.hears("2 nhóm lớp");
        assert!(room.group_told("5A1").contains("Cài ứng dụng họp") && room.group_told("5A2").contains("Cài ứng dụng họp"));
        assert_eq!(room.group_told("hội đồng"), "");
    }
}

with_buttons! {
    async fn the_board_gains_and_loses_the_task(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Cô Lan", "/phatdong Cài ứng dụng họp").await;
        assert_eq!(room.board("5A1"), "1/3 · 0/3 · 0/3 · 0/3");
        room.begins().chooses_privately("Cô Lan", "Rút lại việc này").await;
        assert_eq!(
            room.transcript(),
            "Cô Lan bấm [↩️ Rút lại việc này]\n\
             \x20 bot nhận nút của Cô Lan\n\
             \x20 bot → Cô Lan: Dạ, em đã rút việc “Cài ứng dụng họp” khỏi các bảng. Những gì gia đình đã báo vẫn được giữ ạ. Muốn mở lại, cô nhắn /phatdong Cài ứng dụng họp.\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/3 · 0/3 · 0/3"
        );
    }
}
