//! The homeroom teacher: who is missing, by name and privately; entries for families without a phone.

use lopso::domain::{Evidence, Role, State};

use crate::{everywhere, three_families, with_buttons};

everywhere! {
    async fn the_teacher_reads_privately_who_is_missing(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Ba Nam", "nhà em chưa quét mã qr").await;
        room.privately("Cô Hoa", "/danhsach qr").await;
        room.hears("Đã xong 1/3 gia đình").hears("Báo chưa làm (1):\nTrần Hải Nam").hears("Chưa trả lời (1):\nPhạm Minh Khang");
        room.does_not_hear("Hoài An");
    }

    async fn asked_in_the_group_the_names_still_go_only_to_the_teacher(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/trogiup").await;
        room.mentioning("5A1", "Cô Hoa", "/danhsach qr").await;
        assert!(room.privately_told("Cô Hoa").contains("Trần Hải Nam"), "{}", room.transcript());
        assert_eq!(room.group_told("5A1"), "Dạ, em gửi vào tin nhắn riêng cho cô rồi ạ.");
    }

    async fn a_teacher_who_never_wrote_privately_gets_no_names_in_the_group(room: Room) {
        three_families(&mut room).await;
        room.mentioning("5A1", "Cô Hoa", "/danhsach qr").await.hears("chỉ trả lời riêng").does_not_hear("Khang");
    }

    async fn without_a_task_the_teacher_is_asked_which(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/danhsach").await.hears("cô muốn xem việc nào");
        room.chooses_privately("Cô Hoa", "VNeID").await.hears("Chưa trả lời (3)");
    }

    async fn when_all_are_done_the_list_says_so(room: Room) {
        three_families(&mut room).await;
        for who in ["Mẹ An", "Mẹ Nam", "Bà Tư"] {
            room.chooses("5A1", who, "Đã quét QR").await;
        }
        room.privately("Cô Hoa", "/danhsach qr").await.hears("3/3").hears("cả lớp xong hết rồi");
    }

    async fn the_teacher_of_another_class_sees_only_her_own(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.privately("Cô Mai", "/danhsach qr").await.hears("Lê Gia Huy").does_not_hear("Khang");
        room.mentioning("5A1", "Cô Mai", "/danhsach qr").await.hears("Lê Gia Huy").does_not_hear("Khang");
        room.privately("Cô Mai", "/nhapho qr Khang").await.hears("chưa có bé nào tên");
        assert_eq!(room.acts().await, 0);
    }

    async fn the_principal_is_shown_counts_and_not_names(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/danhsach qr").await.hears("/baocao").does_not_hear("Khang").does_not_hear("Nam");
    }

    async fn a_teacher_enters_for_a_family_she_saw_doing_it(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/nhapho qr Khang").await.hears("nhập hộ nhà bé Phạm Minh Khang");
        room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await.hears("em đã ghi việc “Quét QR của lớp” của nhà bé Phạm Minh Khang");
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.in_state("qr", State::Done(Evidence::Teacher)).await, 1);
    }

    async fn a_family_without_a_phone_stays_in_the_denominator(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/nhapho vneid Khang").await;
        room.chooses_privately("Cô Hoa", "Nhà chưa có điện thoại").await;
        assert_eq!(room.count("vneid").await, (0, 3));
        assert_eq!(room.in_state("vneid", State::NoPhone).await, 1);
    }

    async fn an_exempt_family_leaves_the_denominator_of_that_task_alone(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/nhapho thu-2026-11 Khang").await;
        room.chooses_privately("Cô Hoa", "Được miễn").await;
        assert_eq!(room.count("thu-2026-11").await, (0, 2));
        assert_eq!(room.count("qr").await, (0, 3));
        room.privately("Cô Lan", "/baocao").await.hears("0/2 gia đình").hears("1 được miễn");
    }

    async fn a_teacher_takes_back_what_she_entered(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").privately("Cô Hoa", "/nhapho qr Khang").await;
        room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await;
        room.at("thứ Ba 09:05").chooses_privately("Cô Hoa", "Rút lại điều đã nhập").await.hears("em đã rút điều cô nhập");
        assert_eq!(room.count("qr").await, (0, 3));
        assert_eq!(room.acts().await, 2, "the history stays");
        room.at("thứ Ba 09:06").chooses_privately("Cô Hoa", "Rút lại điều đã nhập").await.hears("không có gì phải rút");
    }

    async fn an_exemption_that_is_taken_back_restores_the_denominator(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").privately("Cô Hoa", "/nhapho qr Khang").await;
        room.chooses_privately("Cô Hoa", "Được miễn").await;
        assert_eq!(room.count("qr").await, (0, 2));
        room.at("thứ Ba 09:05").chooses_privately("Cô Hoa", "Rút lại điều đã nhập").await;
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn the_teachers_entry_is_stronger_than_what_was_said_and_both_are_kept(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Bà Tư", "Đã quét QR").await;
        room.at("thứ Ba 10:00").privately("Cô Hoa", "/nhapho qr Khang").await;
        room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await;
        assert_eq!(room.in_state("qr", State::Done(Evidence::Teacher)).await, 1);
        room.at("thứ Ba 11:00").chooses_privately("Cô Hoa", "Rút lại điều đã nhập").await;
        assert_eq!(room.in_state("qr", State::Done(Evidence::Said)).await, 1, "what the family said still stands");
    }

    async fn cash_is_entered_for_a_payment_and_offered_for_nothing_else(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/nhapho qr Khang").await.does_not_hear("tiền mặt");
        room.privately("Cô Hoa", "/nhapho thu-2026-11 Khang").await.hears("tiền mặt");
        room.chooses_privately("Cô Hoa", "tiền mặt").await;
        assert_eq!(room.in_state("thu-2026-11", State::Cash).await, 1);
        assert_eq!(room.count("thu-2026-11").await, (0, 3));
    }

    async fn two_children_of_one_name_are_both_offered(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Đặng Minh Khang", &[]).await;
        room.privately("Cô Hoa", "/nhapho qr Khang").await.hears("mấy bé hợp tên này");
        room.chooses_privately("Cô Hoa", "Đặng Minh Khang").await;
        assert_eq!(room.count("qr").await, (1, 4));
        room.privately("Cô Hoa", "/danhsach qr").await.hears("Phạm Minh Khang").does_not_hear("Đặng Minh Khang");
    }

    async fn an_entry_asked_in_the_group_is_answered_privately(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/trogiup").await;
        room.mentioning("5A1", "Cô Hoa", "/nhapho qr Khang").await;
        assert!(!room.group_told("5A1").contains("Khang"), "{}", room.transcript());
        assert!(room.privately_told("Cô Hoa").contains("Khang"), "{}", room.transcript());
    }

    async fn a_teacher_with_two_classes_chooses_the_class(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        room.staff("Cô Hoa", Role::Teacher, &["5A2"]).await;
        room.privately("Cô Hoa", "/danhsach qr").await;
        room.chooses_privately("Cô Hoa", "5A2: Quét QR").await.hears("Lê Gia Huy").does_not_hear("Khang");
    }
}

with_buttons! {
    async fn the_whole_list_as_the_teacher_reads_it(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Bà Tư", "/trogiup").await;
        room.privately("Ba Nam", "nhà em chưa quét mã qr").await;
        room.begins().privately("Cô Hoa", "/danhsach qr").await;
        assert_eq!(
            room.transcript(),
            "Cô Hoa: /danhsach qr\n\
             \x20 bot → Cô Hoa: 🔒 Lớp 5A1 – Quét QR của lớp\n\
             Đã xong 1/3 gia đình (chỉ cô xem, xin đừng gửi vào nhóm)\n\
             \n\
             ⏳ Báo chưa làm (1):\n\
             Trần Hải Nam\n\
             \n\
             ⬜ Chưa trả lời (1):\n\
             Phạm Minh Khang\n\
             \n\
             Cô muốn ghi hộ nhà nào thì nhắn /nhapho ạ."
        );
    }

    async fn the_board_follows_the_teachers_entry(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/nhapho thu-2026-11 Khang").await;
        room.chooses_privately("Cô Hoa", "Được miễn").await;
        assert_eq!(room.board("5A1"), "0/3 · 0/2 · 0/3");
    }
}
