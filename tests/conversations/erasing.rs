//! `/xoa`: everything of one's own goes, with a receipt; what others said stays, and nobody is asked why.

use lopso::clock;
use lopso::domain::time::{DAY_MS, HOUR_MS};
use lopso::domain::{Role, Tap};

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

async fn erases(room: &mut Room, who: &str) {
    room.privately(who, "/xoa").await;
    room.chooses_privately(who, "Xoá hết của mình").await;
}

everywhere! {
    async fn first_one_reads_what_is_kept_and_may_think_better_of_it(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Mẹ An", "/xoa").await.hears("Tên đang hiện ở đây: Mẹ An").hears("người nhà của bé An, lớp 5A1")
            .hears("1 câu trả lời đã báo").hears("Mình có muốn xoá không ạ?");
        assert_eq!(room.count("qr").await, (1, 3));
        room.chooses_privately("Mẹ An", "Giữ lại").await.hears("em giữ nguyên");
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM erasure").await, 0);
    }

    async fn one_tap_deletes_the_person_and_leaves_the_family_in_the_count(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/trogiup").await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.chooses("5A1", "Mẹ An", "Đã chuyển khoản").await;
        assert_eq!(room.count("qr").await, (1, 3));
        erases(&mut room, "Mẹ An").await;
        room.hears("Mã biên nhận: BN-");
        assert!(room.privately_told("Cô Hoa").contains("một người nhà của bé Nguyễn Hoài An, lớp 5A1 không còn liên kết"));
        assert!(!room.privately_told("Cô Hoa").contains("Mẹ An"));
        assert_eq!((room.count("qr").await, room.count("thu-2026-11").await), ((0, 3), (0, 3)));
        for sql in [
            "SELECT COUNT(*) AS n FROM account WHERE external_id = 'Mẹ An'", "SELECT COUNT(*) AS n FROM person WHERE name = 'Mẹ An'",
            "SELECT COUNT(*) AS n FROM act", "SELECT COUNT(*) AS n FROM erasure WHERE account_id IS NOT NULL",
        ] {
            assert_eq!(room.one(sql).await, 0, "{sql}");
        }
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM erasure WHERE done_at IS NOT NULL").await, 1);
        // The chat itself is forgotten once the receipt is out.
        let chats = "SELECT COUNT(*) AS n FROM chat WHERE external_id LIKE '%Mẹ An'";
        let later = room.now.plus_ms(HOUR_MS);
        clock::tidy_up(&room.app, later).await.unwrap();
        assert_eq!(room.one(chats).await, 0);
    }

    async fn what_the_other_guardian_said_still_counts(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Ba Nam", "Đã quét QR").await;
        room.chooses("5A1", "Mẹ Nam", "Đã quét QR").await;
        erases(&mut room, "Ba Nam").await;
        assert_eq!(room.count("qr").await, (1, 3));
        erases(&mut room, "Mẹ Nam").await;
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn what_the_teacher_entered_is_the_schools(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/nhapho qr Khang").await;
        room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await;
        erases(&mut room, "Bà Tư").await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn who_was_deleted_comes_in_again_by_the_slip_as_somebody_new(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        erases(&mut room, "Mẹ An").await;
        room.privately("Mẹ An", "/trangthai").await.hears("em chưa biết mình là người nhà của bé nào");
        let slip = room.slip("Nguyễn Hoài An").await;
        room.privately("Mẹ An", &format!("/start {}", slip.link)).await.hears("Mình đồng ý không ạ?");
        room.chooses_privately("Mẹ An", "Đồng ý").await.hears("người nhà của bé An").does_not_hear("tính luôn");
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn a_teacher_who_is_a_mother_loses_only_the_mother(room: Room) {
        three_families(&mut room).await;
        room.link("Cô Hoa", "Nguyễn Hoài An").await;
        room.chooses("5A1", "Cô Hoa", "Đã quét QR").await;
        erases(&mut room, "Cô Hoa").await;
        room.hears("Phần việc của thầy cô ở trường em vẫn giữ");
        assert_eq!(room.count("qr").await, (0, 3));
        room.privately("Cô Hoa", "/danhsach qr").await.hears("Nguyễn Hoài An");
    }

    async fn a_stranger_who_only_tapped_is_forgotten_by_a_word(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Người lạ", "Đã quét QR").await;
        room.privately("Người lạ", "/xoa").await.hears("1 câu trả lời đã báo");
        room.chooses_privately("Người lạ", "Xoá hết của mình").await.hears("BN-");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM pending").await, 0);
    }

    async fn a_number_typed_days_after_keep_deletes_nothing(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/xoa").await;
        room.privately("Mẹ An", "2").await.hears("em giữ nguyên");
        room.after_ms(3 * DAY_MS).privately("Mẹ An", "1").await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM person WHERE name = 'Mẹ An'").await, 1);
    }

    async fn a_second_tap_on_delete_deletes_nothing_more(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/xoa").await;
        let tap = Tap::Erase.write();
        let (one, two) = (room.private_tap("Mẹ An", &tap), room.private_tap("Mẹ An", &tap));
        room.happens(vec![one, two]).await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM guardian").await, 3);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM person WHERE name = 'Mẹ An'").await, 0);
    }
}

with_buttons! {
    async fn in_a_group_nothing_is_said_of_it(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/trogiup").await;
        room.in_group("5A1", "Mẹ An", "/xoa").await;
        assert!(!room.group_told("5A1").contains("bé An"));
        assert!(room.privately_told("Mẹ An").contains("Mình có muốn xoá không ạ?"));
    }

    async fn who_only_passed_by_is_forgotten_after_two_days(room: Room) {
        three_families(&mut room).await;
        room.in_group("5A1", "Người qua đường", "chào cả nhà").await;
        let known = "SELECT COUNT(*) AS n FROM account WHERE external_id = 'Người qua đường'";
        assert_eq!(room.one(known).await, 1);
        let later = room.now.plus_ms(2 * DAY_MS + HOUR_MS);
        clock::tidy_up(&room.app, later).await.unwrap();
        assert_eq!(room.one(known).await, 0);
        // Who is linked is not.
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM account WHERE external_id = 'Mẹ An'").await, 1);
    }

    async fn the_board_keeps_its_tasks_and_shows_the_new_count(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        erases(&mut room, "Mẹ An").await;
        assert_eq!(room.board("5A1"), "0/3 · 0/3 · 0/3");
    }

    async fn an_open_request_from_another_phone_is_done_with_it(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Mẹ An đổi máy").await;
        let told = room.privately_told("Cô Hoa");
        let code = told.split_whitespace().rfind(|word| word.len() == 8 && word.starts_with('K')).unwrap();
        room.elsewhere_privately("Mẹ An khác", code).await;
        room.elsewhere_privately("Mẹ An khác", "/xoa").await;
        erases(&mut room, "Mẹ An").await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM account WHERE external_id IN ('Mẹ An', 'Mẹ An khác')").await, 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM erasure WHERE done_at IS NULL").await, 0);
    }

    async fn a_code_that_was_used_up_lets_nobody_in_after_its_owner_is_forgotten(room: Room) {
        three_families(&mut room).await;
        room.colleague("Cô Thu", Role::Teacher, &["5A1"]).await;
        let invitation = room.invitation("Cô Thu").await;
        room.privately("Thu", &invitation.short).await;
        erases(&mut room, "Thu").await;
        room.privately("Kẻ lạ", &invitation.short).await;
        room.privately("Kẻ lạ", "/danhsach qr").await.does_not_hear("Nguyễn Hoài An");
        room.privately("Thu", "/danhsach qr").await.hears("Nguyễn Hoài An");
    }

    async fn the_phone_that_was_given_up_is_forgotten_at_once(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await;
        room.privately("Cô Hoa", "/giadinh Bảo").await;
        room.chooses_privately("Cô Hoa", "đổi máy").await;
        let told = room.privately_told("Cô Hoa");
        let code = told.split_whitespace().rfind(|word| word.len() == 8 && word.starts_with('K')).unwrap();
        room.privately("Máy mới", code).await.hears("em nhận ra mình ở máy mới");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM account WHERE external_id = 'Mẹ Bảo'").await, 0);
        // The yes that was given there went along, and goes with the person.
        assert!(room.one("SELECT COUNT(*) AS n FROM consent").await > 0);
        erases(&mut room, "Máy mới").await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM consent").await, 0);
    }

    async fn a_button_of_last_week_asks_again(room: Room) {
        three_families(&mut room).await;
        room.forges_privately("Mẹ An", &Tap::Erase.write()).await.hears("Mình có muốn xoá không ạ?");
        room.privately("Mẹ An", "/xoa").await;
        room.after_ms(2 * HOUR_MS).chooses_privately("Mẹ An", "Xoá hết của mình").await.hears("Mình có muốn xoá không ạ?");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM person WHERE name = 'Mẹ An'").await, 1);
        room.chooses_privately("Mẹ An", "Xoá hết của mình").await.hears("BN-");
    }

    async fn who_is_nobody_here_reads_so(room: Room) {
        three_families(&mut room).await;
        room.privately("Người lạ", "/xoa").await.hears("em không giữ gì của mình");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM erasure").await, 0);
    }
}
