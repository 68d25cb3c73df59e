//! The paper: who scanned it has shown that they can; a link that was passed on shows nothing.

use lopso::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use lopso::domain::{Evidence, State};

use crate::support::room::Room;
use crate::{everywhere, three_families};

const SHOWN: State = State::Done(Evidence::Shown);

async fn bao_is_new(room: &mut Room) {
    three_families(room).await;
    room.family("5A1", "Lê Gia Bảo", &[]).await;
    room.privately("Cô Hoa", "/trogiup").await;
}

async fn enters(room: &mut Room, who: &str, code: &str) {
    room.privately(who, &format!("/start {code}")).await;
    room.chooses_privately(who, "Đồng ý").await;
}

everywhere! {
    async fn who_scans_the_slip_can_scan_and_a_link_that_was_passed_on_proves_nothing(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        enters(&mut room, "Mẹ Bảo", &slip.link).await;
        assert_eq!((room.count("qr").await, room.in_state("qr", SHOWN).await), ((0, 4), 0));
        enters(&mut room, "Bà Sáu", &slip.scan).await;
        assert_eq!((room.count("qr").await, room.in_state("qr", SHOWN).await), ((1, 4), 1));
    }

    async fn before_the_yes_a_scan_counts_for_nobody(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.scan)).await.hears("Mình đồng ý không ạ?").does_not_hear("bé Bảo");
        assert_eq!(room.count("qr").await, (0, 4));
        room.chooses_privately("Mẹ Bảo", "Không đồng ý").await;
        assert_eq!(room.count("qr").await, (0, 4));
    }

    async fn who_is_in_already_and_scans_is_shown_once(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        enters(&mut room, "Mẹ Bảo", &slip.link).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        assert_eq!(room.in_state("qr", SHOWN).await, 0);
        for _ in 0..2 {
            room.privately("Mẹ Bảo", &format!("/start {}", slip.scan)).await.hears("em nhận ra nhà mình rồi");
            assert_eq!((room.count("qr").await, room.in_state("qr", SHOWN).await), ((1, 4), 1));
        }
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act WHERE evidence = 'shown'").await, 1);
    }

    async fn twins_have_a_slip_each_and_both_count(room: Room) {
        bao_is_new(&mut room).await;
        room.family("5A1", "Lê Gia Huy", &[]).await;
        let (bao, huy) = (room.slip("Lê Gia Bảo").await, room.slip("Lê Gia Huy").await);
        enters(&mut room, "Mẹ Bảo", &bao.scan).await;
        assert_eq!(room.count("qr").await, (1, 5));
        room.privately("Mẹ Bảo", &format!("/start {}", huy.scan)).await.hears("người nhà của bé Huy").does_not_hear("đồng ý không");
        assert_eq!(room.count("qr").await, (2, 5));
        room.privately("Mẹ Bảo", "/trangthai").await.hears("Bé Bảo").hears("Bé Huy");
    }

    async fn the_poster_at_the_door_leads_to_the_teacher_and_its_scan_is_not_forgotten(room: Room) {
        bao_is_new(&mut room).await;
        let poster = room.poster("5A1").await;
        room.privately("Mẹ Bảo", &format!("/start {}", poster.scan)).await.hears("trợ lý tự động của lớp 5A1").does_not_hear("bé Bảo");
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("tên của bé").does_not_hear("học lớp nào");
        room.privately("Mẹ Bảo", "bé Bảo ạ").await;
        assert_eq!(room.count("qr").await, (0, 4));
        room.chooses_privately("Cô Hoa", "Đồng ý: bé Lê Gia Bảo").await;
        assert_eq!((room.count("qr").await, room.in_state("qr", SHOWN).await), ((1, 4), 1));
    }

    async fn the_code_of_the_page_is_good_once_and_for_minutes(room: Room) {
        bao_is_new(&mut room).await;
        let code = room.page_code("Lê Gia Bảo", true).await;
        room.privately("Bà Sáu", &code).await.hears("Mình đồng ý không ạ?");
        room.chooses_privately("Bà Sáu", "Đồng ý").await.hears("người nhà của bé Bảo");
        assert_eq!(room.in_state("qr", SHOWN).await, 1);
        room.privately("Kẻ lạ", &code).await.hears("em chưa thấy mã này");
        let late = room.page_code("Lê Gia Bảo", true).await;
        room.after_ms(31 * MINUTE_MS).privately("Kẻ lạ", &late).await.hears("em chưa thấy mã này");
        let passed_on = room.page_code("Trần Hải Nam", false).await;
        enters(&mut room, "Chú Ba", &passed_on).await;
        assert_eq!(room.in_state("qr", SHOWN).await, 1);
    }

    async fn a_page_of_a_slip_that_was_issued_anew_opens_nothing(room: Room) {
        bao_is_new(&mut room).await;
        let code = room.page_code("Lê Gia Bảo", true).await;
        room.new_slip("Lê Gia Bảo").await;
        room.privately("Bà Sáu", &code).await.hears("em chưa thấy mã này");
    }

    async fn a_short_code_of_another_class_is_not_enough_and_its_slip_is(room: Room) {
        bao_is_new(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Võ Gia Huy", &[]).await;
        room.chooses("5A1", "Mẹ Huy", "Đã quét QR").await;
        let slip = room.slip("Võ Gia Huy").await;
        room.privately("Mẹ Huy", &slip.short).await.hears("mã này là của lớp khác").does_not_hear("Huy,");
        room.privately("Mẹ Huy", &format!("/start {}", slip.scan)).await.hears("Mình đồng ý không ạ?");
        room.chooses_privately("Mẹ Huy", "Đồng ý").await.hears("người nhà của bé Huy, lớp 5A2");
    }

    async fn many_who_guess_together_shut_the_short_codes_and_no_link(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.wrong_codes(50).await;
        room.privately("Mẹ Bảo", &slip.short).await.hears("mã gõ tay lúc này em chưa nhận được").does_not_hear("thử nhiều mã");
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await.hears("Mình đồng ý không ạ?");
        room.after_ms(DAY_MS).privately("Ba Bảo", &slip.short).await.hears("Mình đồng ý không ạ?");
    }

    async fn the_teacher_may_say_yes_to_who_came_in_by_the_slip_meanwhile(room: Room) {
        bao_is_new(&mut room).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        room.privately("Mẹ Bảo", "/start giadinh").await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await;
        room.privately("Mẹ Bảo", "Bảo").await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.after_ms(HOUR_MS).privately("Mẹ Bảo", &format!("/start {}", slip.scan)).await.hears("người nhà của bé Bảo");
        room.chooses_privately("Cô Hoa", "Đồng ý: bé Lê Gia Bảo").await.hears("việc này đã xong rồi");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM guardian").await, 5);
        assert_eq!(room.count("qr").await, (1, 4));
    }
}
