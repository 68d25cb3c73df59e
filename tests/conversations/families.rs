//! The unit of counting is the family of one child: siblings, two guardians, a guardian who comes later.

use lopso::domain::State;

use crate::support::room::Room;
use crate::{everywhere, with_buttons};

/// Mẹ Bình has a child in 5A1 and one in 5A2, Ba Chi two in 5A1; Bà Tư one.
async fn siblings(room: &mut Room) {
    room.class("5A2").await;
    room.family("5A1", "Lê Gia Bình", &["Mẹ Bình"]).await;
    room.family("5A2", "Lê Gia Huy", &["Mẹ Bình"]).await;
    room.family("5A1", "Võ Mai Chi", &["Ba Chi"]).await;
    room.family("5A1", "Võ Tuấn Kiệt", &["Ba Chi"]).await;
    room.family("5A1", "Phạm Minh Khang", &["Bà Tư"]).await;
    room.hang_boards().await;
}

everywhere! {
    async fn a_skill_of_the_household_counts_for_all_its_children(room: Room) {
        siblings(&mut room).await;
        room.chooses("5A1", "Mẹ Bình", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (2, 5));
        assert_eq!(room.acts().await, 1, "one act, two families");
    }

    async fn two_guardians_of_one_child_are_one_family(room: Room) {
        room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"]).await;
        room.hang_boards().await;
        room.chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.chooses("5A1", "Mẹ Nam", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 1));
        assert_eq!(room.acts().await, 2, "both testimonies are kept");
    }

    async fn one_guardians_done_stands_beside_the_others_not_yet(room: Room) {
        room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"]).await;
        room.hang_boards().await;
        room.at("thứ Ba 09:00").chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.at("thứ Ba 10:00").privately("Mẹ Nam", "nhà em chưa quét mã qr").await;
        assert_eq!(room.count("qr").await, (1, 1));
    }

    async fn a_guardian_linked_later_brings_what_was_done_before(room: Room) {
        siblings(&mut room).await;
        room.chooses("5A1", "Mẹ Bình", "Đã quét QR").await;
        room.family("5A1", "Lê Gia Tuệ", &[]).await;
        assert_eq!(room.count("qr").await, (2, 6));
        room.link("Mẹ Bình", "Lê Gia Tuệ").await;
        assert_eq!(room.count("qr").await, (3, 6));
    }

    async fn a_guardian_who_is_unlinked_takes_their_testimony_along(room: Room) {
        room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"]).await;
        room.hang_boards().await;
        room.chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.unlink("Ba Nam", "Trần Hải Nam").await;
        assert_eq!(room.count("qr").await, (0, 1));
        assert_eq!(room.in_state("qr", State::Unknown).await, 1);
        assert_eq!(room.acts().await, 1, "the history stays");
        room.link("Ba Nam", "Trần Hải Nam").await;
        assert_eq!(room.count("qr").await, (1, 1));
    }

    async fn what_the_other_guardian_said_stays_when_one_is_unlinked(room: Room) {
        room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"]).await;
        room.hang_boards().await;
        room.chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.chooses("5A1", "Mẹ Nam", "Đã quét QR").await;
        room.unlink("Ba Nam", "Trần Hải Nam").await;
        assert_eq!(room.count("qr").await, (1, 1));
    }

    async fn a_payment_in_the_childs_own_group_is_for_that_child(room: Room) {
        siblings(&mut room).await;
        room.chooses("5A2", "Mẹ Bình", "Đã chuyển khoản").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 5));
        room.chooses("5A1", "Mẹ Bình", "Đã chuyển khoản").await;
        assert_eq!(room.count("thu-2026-11").await, (2, 5));
    }

    async fn a_payment_with_two_children_asks_privately_for_which(room: Room) {
        siblings(&mut room).await;
        room.privately("Ba Chi", "/trangthai").await;
        room.chooses("5A1", "Ba Chi", "Đã chuyển khoản").await;
        assert_eq!(room.acts().await, 0, "nothing is guessed");
        assert!(room.privately_told("Ba Chi").contains("là cho bé nào ạ?"), "{}", room.transcript());
        room.chooses_privately("Ba Chi", "Bé Kiệt").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 5));
        let kiet = room.child_id("Võ Tuấn Kiệt").0;
        assert_eq!(room.one("SELECT child_id AS n FROM act").await, kiet);
    }

    async fn a_payment_in_words_with_two_children_asks_for_which(room: Room) {
        siblings(&mut room).await;
        room.privately("Ba Chi", "em chuyển tiền tháng 11 rồi ạ").await.hears("là cho bé nào ạ?");
        assert_eq!(room.acts().await, 0);
        room.chooses_privately("Ba Chi", "Bé Chi").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 5));
    }

    async fn a_payment_is_taken_back_for_one_child_only(room: Room) {
        siblings(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ Bình", "Đã chuyển khoản").await;
        room.at("thứ Ba 09:05").chooses("5A2", "Mẹ Bình", "Đã chuyển khoản").await;
        room.at("thứ Ba 09:10").privately("Mẹ Bình", "em bấm nhầm").await.hears("là cho bé nào ạ?");
        assert_eq!(room.count("thu-2026-11").await, (2, 5));
        room.chooses_privately("Mẹ Bình", "Bé Huy").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 5));
    }

    async fn a_family_sees_its_own_children_and_no_others(room: Room) {
        siblings(&mut room).await;
        room.chooses("5A1", "Mẹ Bình", "Đã quét QR").await;
        room.privately("Mẹ Bình", "/trangthai").await;
        room.hears("Bé Bình, lớp 5A1").hears("Bé Huy, lớp 5A2").hears("✅ Quét QR của lớp: nhà mình đã báo xong");
        room.does_not_hear("Chi").does_not_hear("Kiệt").does_not_hear("Khang");
    }

    async fn a_new_family_joins_the_denominator(room: Room) {
        siblings(&mut room).await;
        assert_eq!(room.count("qr").await, (0, 5));
        room.family("5A2", "Bùi Khánh Ly", &["Mẹ Ly"]).await;
        assert_eq!(room.count("qr").await, (0, 6));
    }
}

with_buttons! {
    async fn what_is_said_aloud_is_answered_by_a_nod_and_nothing_is_asked(room: Room) {
        siblings(&mut room).await;
        room.in_group("5A1", "Ba Chi", "em quét mã qr rồi, tiền tháng 11 em chuyển khoản rồi ạ").await;
        assert_eq!(room.count("qr").await, (2, 5));
        assert_eq!(room.count("thu-2026-11").await, (0, 5), "for which of the two is not known");
        room.hears("👍").does_not_hear("bot →");
    }

    async fn aloud_in_another_room_it_is_not_counted(room: Room) {
        siblings(&mut room).await;
        room.in_group("hội đồng", "Mẹ Bình", "nhà em quét mã rồi ạ").await.silence();
        assert_eq!(room.acts().await, 0);
    }

    async fn both_boards_follow_the_act_of_a_household(room: Room) {
        siblings(&mut room).await;
        room.begins().chooses("5A1", "Mẹ Bình", "Đã quét QR").await;
        assert_eq!(room.board("5A1"), "1/4 · 0/4 · 0/4");
        assert_eq!(room.board("5A2"), "1/1 · 0/1 · 0/1");
    }

    async fn which_child_is_asked_where_nobody_else_reads_it(room: Room) {
        siblings(&mut room).await;
        room.privately("Ba Chi", "/trogiup").await;
        room.begins().chooses("5A1", "Ba Chi", "Đã chuyển khoản").await;
        room.chooses_privately("Ba Chi", "Bé Chi").await;
        assert_eq!(
            room.transcript(),
            "Ba Chi bấm [✅ Đã chuyển khoản thu tháng 11]\n\
             \x20 bot nhắc Ba Chi: Dạ, em hỏi thêm một câu trong tin nhắn riêng ạ.\n\
             \x20 bot → Ba Chi: Dạ, chuyển khoản thu tháng 11 là cho bé nào ạ? [Bé Chi] [Bé Kiệt]\n\
             Ba Chi bấm [Bé Chi]\n\
             \x20 bot nhắc Ba Chi: Dạ, em ghi nhận nhà mình đã chuyển khoản thu tháng 11 rồi ạ. Cảm ơn ba mẹ nhiều!\n\
             \x20 bot sửa bảng ở nhóm 5A1: 0/4 · 1/4 · 0/4"
        );
    }

    async fn who_never_wrote_to_the_bot_is_kindly_told_to_write_first(room: Room) {
        siblings(&mut room).await;
        room.chooses("5A1", "Ba Chi", "Đã chuyển khoản").await.hears("chỉ trả lời riêng");
        assert_eq!(room.acts().await, 0);
    }
}
