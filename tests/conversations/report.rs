//! The principal's report: true counts, with numerator, denominator, evidence and time.

use lopso::domain::Role;

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

/// 5A1 with three families, 5A2 with one.
async fn two_classes(room: &mut Room) {
    room.class("5A2").await;
    room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
    room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
    room.staff("Cô Phó", Role::VicePrincipal, &[]).await;
    three_families(room).await;
}

everywhere! {
    async fn nothing_heard_is_no_data_and_not_zero(room: Room) {
        two_classes(&mut room).await;
        room.privately("Cô Lan", "/baocao").await.hears("chưa có dữ liệu").does_not_hear("0 %").does_not_hear("0/4");
    }

    async fn the_principal_and_her_deputy_see_the_whole_school(room: Room) {
        two_classes(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.chooses("5A2", "Mẹ Huy", "Đã quét QR").await;
        for who in ["Cô Lan", "Cô Phó"] {
            room.at("thứ Sáu 15:30").privately(who, "/baocao").await;
            room.hears("2/4 gia đình đã xong (50 %)").hears("trong đó 2 tự báo").hears("còn lại 2 chưa trả lời");
            room.hears("Số liệu lúc 15:30 ngày 20/11 – 2 lớp, 4 gia đình").hears("5A1: 1/3").hears("5A2: 1/1");
        }
    }

    async fn a_teacher_sees_her_own_class_only(room: Room) {
        two_classes(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Cô Hoa", "/baocao").await.hears("lớp 5A1, 3 gia đình").hears("1/3").does_not_hear("5A2");
        room.privately("Cô Hoa", "/baocao 5A2").await.hears("không thấy lớp này").does_not_hear("Lê Gia Huy");
        room.privately("Cô Mai", "/baocao").await.hears("lớp 5A2, 1 gia đình").does_not_hear("5A1");
    }

    async fn the_principal_asks_for_one_class(room: Room) {
        two_classes(&mut room).await;
        room.chooses("5A2", "Mẹ Huy", "Đã quét QR").await;
        room.privately("Cô Lan", "báo cáo lớp 5a2").await.hears("lớp 5A2, 1 gia đình").hears("1/1 gia đình đã xong (100 %)");
    }

    async fn a_parent_is_refused_kindly_and_sees_no_count(room: Room) {
        two_classes(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        for who in ["Mẹ An", "Người Lạ"] {
            room.privately(who, "/baocao").await.hears("em chưa mở cho mình được").does_not_hear("/4").does_not_hear("gia đình đã");
            room.mentioning("5A1", who, "/baocao").await.hears("em chưa mở cho mình được").does_not_hear("gia đình đã");
        }
    }

    async fn no_name_stands_in_a_report(room: Room) {
        two_classes(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Cô Lan", "/baocao").await;
        for name in ["Hoài An", "Khang", "Nam", "Huy", "Bà Tư"] {
            room.does_not_hear(name);
        }
    }

    async fn the_evidence_is_shown_apart_and_never_averaged(room: Room) {
        two_classes(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Cô Hoa", "/nhapho qr Khang").await;
        room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await;
        room.privately("Cô Lan", "/baocao").await.hears("2/4 gia đình đã xong (50 %)").hears("trong đó 1 cô giáo ghi, 1 tự báo");
    }

    async fn an_answer_taken_back_after_the_report_shows_in_the_next(room: Room) {
        two_classes(&mut room).await;
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.chooses("5A1", "Bà Tư", "Đã quét QR").await;
        room.at("thứ Ba 10:00").privately("Cô Lan", "/baocao").await.hears("2/4");
        room.at("thứ Ba 11:00").privately("Mẹ An", "em bấm nhầm").await;
        room.at("thứ Ba 12:00").privately("Cô Lan", "/baocao").await.hears("1/4 gia đình đã xong (25 %)").hears("lúc 12:00");
    }

    async fn a_report_in_one_batch_with_the_answers_before_it_counts_them(room: Room) {
        two_classes(&mut room).await;
        room.privately("Cô Lan", "/trogiup").await;
        let tap = room.done_tap("5A1", "Mẹ An", "qr");
        let ask = room.private_text("Cô Lan", "/baocao");
        let late = room.done_tap("5A1", "Bà Tư", "qr");
        room.happens(vec![tap, ask, late]).await;
        room.hears("1/4 gia đình đã xong");
        assert_eq!(room.count("qr").await, (2, 4));
    }

    async fn asked_in_the_staff_room_or_a_group_it_is_answered_privately(room: Room) {
        two_classes(&mut room).await;
        room.privately("Cô Lan", "/trogiup").await;
        for group in ["hội đồng", "5A1"] {
            room.mentioning(group, "Cô Lan", "/baocao").await;
            assert_eq!(room.group_told(group), "Dạ, em gửi số liệu vào tin nhắn riêng rồi ạ.");
            assert!(room.privately_told("Cô Lan").contains("📊"), "{}", room.transcript());
        }
    }
}

with_buttons! {
    async fn the_whole_report_as_the_principal_reads_it(room: Room) {
        two_classes(&mut room).await;
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Ba Nam", "em nộp tiền mặt rồi ạ").await;
        room.privately("Cô Hoa", "/nhapho qr Khang").await;
        room.chooses_privately("Cô Hoa", "Nhà chưa có điện thoại").await;
        room.begins().at("thứ Sáu 15:30").privately("Cô Lan", "/baocao").await;
        assert_eq!(
            room.transcript(),
            "Cô Lan: /baocao\n\
             \x20 bot → Cô Lan: 📊 Trường Mầm non Thử\n\
             Số liệu lúc 15:30 ngày 20/11 – 2 lớp, 4 gia đình\n\
             \n\
             1. Quét QR của lớp\n\
             1/4 gia đình đã xong (25 %)\n\
             \x20 trong đó 1 tự báo\n\
             \x20 còn lại 1 chưa có điện thoại, 2 chưa trả lời\n\
             \n\
             2. Chuyển khoản thu tháng 11\n\
             0/4 gia đình đã xong (0 %)\n\
             \x20 còn lại 1 nộp tiền mặt, 3 chưa trả lời\n\
             \n\
             3. Kích hoạt VNeID mức 2\n\
             chưa có dữ liệu\n\
             \n\
             Theo lớp (việc 1 · việc 2 · việc 3):\n\
             5A1: 1/3 · 0/3 · –\n\
             5A2: – · – · –"
        );
    }
}
