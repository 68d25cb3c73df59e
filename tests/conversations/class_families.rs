//! What a teacher does for her families: who is in, a new phone, a wrong link, no phone; and who is in the group.

use lopso::domain::time::DAY_MS;
use lopso::domain::{Evidence, Role, State, Tap, TaskKind};

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

const SHOWN: State = State::Done(Evidence::Shown);

async fn group_counts(room: &mut Room) {
    room.task("nhom", "Vào nhóm lớp", TaskKind::Group).await;
    three_families(room).await;
    room.privately("Cô Hoa", "/trogiup").await;
}

/// The code in the teacher's last private message.
fn code(room: &Room) -> String {
    let told = room.privately_told("Cô Hoa");
    let is_code = |word: &&str| {
        word.len() == 8 && word.starts_with('K') && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    told.split_whitespace()
        .rfind(is_code)
        .expect("a code")
        .to_owned()
}

everywhere! {
    async fn the_teacher_sees_who_is_in_and_who_is_not(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        room.privately("Cô Hoa", "/giadinh").await.hears("Lớp 5A1: 3/4 gia đình đã vào").hears("Chưa vào: Lê Gia Bảo");
        room.privately("Cô Hoa", "/giadinh Nam").await.hears("Người nhà của bé Trần Hải Nam: Ba Nam, Mẹ Nam");
        room.privately("Cô Hoa", "/giadinh Bảo").await.hears("chưa có ai trong nhà vào");
        room.privately("Mẹ An", "/giadinh Nam").await.does_not_hear("Ba Nam");
        room.privately("Cô Lan", "/giadinh Nam").await.does_not_hear("Ba Nam");
    }

    async fn a_lost_slip_is_read_out_again_and_stays_the_same(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Cô Hoa", "/giadinh Bảo").await;
        room.chooses_privately("Cô Hoa", "Mã phiếu của bé").await.hears(&slip.short);
        room.privately("Mẹ Bảo", &slip.short).await.hears("Mình đồng ý không ạ?");
    }

    async fn a_new_phone_keeps_what_was_said_and_the_old_one_is_nobody(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Mẹ An đổi máy").await.hears("mã đổi máy của Mẹ An");
        let code = code(&room);
        room.privately("Máy mới", &code).await.hears("em nhận ra mình ở máy mới rồi").does_not_hear("Mình đồng ý");
        room.privately("Máy mới", "/trangthai").await.hears("Bé An").hears("nhà mình đã báo xong");
        room.privately("Mẹ An", "/trangthai").await.hears("em chưa biết mình là người nhà của bé nào");
        assert_eq!(room.count("qr").await, (1, 3));
        // She takes it back from the new phone: it is her own act.
        room.privately("Máy mới", "em bấm nhầm").await;
        assert_eq!(room.count("qr").await, (0, 3));
        room.privately("Kẻ lạ", &code).await.hears("mã đổi máy này đã dùng rồi");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM guardian").await, 4);
    }

    async fn who_came_in_with_the_new_phone_by_the_slip_is_made_one_again(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        let slip = room.slip("Nguyễn Hoài An").await;
        room.privately("Máy mới", &format!("/start {}", slip.link)).await;
        room.chooses_privately("Máy mới", "Đồng ý").await;
        room.chooses("5A1", "Máy mới", "Đã chuyển khoản").await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM guardian").await, 5);
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Mẹ An đổi máy").await;
        let code = code(&room);
        room.privately("Máy mới", &code).await.hears("em nhận ra mình ở máy mới rồi");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM guardian").await, 4);
        assert_eq!((room.count("qr").await, room.count("thu-2026-11").await), ((1, 3), (1, 3)));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act WHERE person_id NOT IN (SELECT person_id FROM person)").await, 0);
    }

    async fn a_second_account_on_another_bot_is_the_same_person_beside_the_first(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Mẹ An đổi máy").await;
        let code = code(&room);
        room.elsewhere_privately("Mẹ An khác", &code).await;
        let accounts = "SELECT COUNT(*) AS n FROM membership m JOIN person p ON p.person_id = m.person_id WHERE p.name = 'Mẹ An'";
        assert_eq!(room.one(accounts).await, 2);
        // From there she takes back what she said here, and is forgotten here and there.
        room.elsewhere_privately("Mẹ An khác", "em bấm nhầm").await;
        assert_eq!(room.count("qr").await, (0, 3));
        room.privately("Mẹ An", "/trangthai").await.hears("Bé An");
        room.privately("Mẹ An", "/xoa").await;
        room.chooses_privately("Mẹ An", "Xoá hết của mình").await.hears("BN-");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM account WHERE external_id IN ('Mẹ An', 'Mẹ An khác')").await, 0);
    }

    async fn how_many_people_the_group_has_stands_beside_how_many_families_are_in(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/giadinh").await.does_not_hear("Nhóm có");
        room.counts_people("5A1", 36).await;
        room.privately("Cô Hoa", "/giadinh").await.hears("Nhóm có 35 người (lúc 8:00), 3 gia đình đã liên kết");
    }

    async fn a_code_for_a_new_phone_runs_out(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Mẹ An đổi máy").await;
        let code = code(&room);
        room.after_ms(3 * DAY_MS).privately("Máy mới", &code).await.hears("đã hết hạn");
    }

    async fn a_wrong_link_is_taken_away_with_what_was_said_for_that_child(room: Room) {
        three_families(&mut room).await;
        room.link("Kẻ nhầm", "Nguyễn Hoài An").await;
        room.chooses("5A1", "Kẻ nhầm", "Đã chuyển khoản").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 3));
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Gỡ Kẻ nhầm").await.hears("em gỡ Kẻ nhầm khỏi bé Nguyễn Hoài An");
        assert_eq!(room.count("thu-2026-11").await, (0, 3));
        room.privately("Kẻ nhầm", "/trangthai").await.does_not_hear("Bé An");
    }

    async fn a_family_without_a_phone_stays_in_the_count_and_is_not_missing(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/giadinh Khang").await;
        room.chooses_privately("Cô Hoa", "Nhà không dùng điện thoại").await.hears("Nhà vẫn có trong sĩ số");
        assert_eq!((room.count("qr").await, room.in_state("qr", State::NoPhone).await), ((0, 3), 1));
        assert_eq!(room.in_state("vneid", State::NoPhone).await, 1);
        assert_eq!(room.in_state("thu-2026-11", State::NoPhone).await, 0);
        room.privately("Cô Hoa", "/danhsach qr").await.hears("Phạm Minh Khang");
        // She sees the grandmother do it: that is what counts.
        room.privately("Cô Hoa", "/nhapho vneid Khang").await;
        room.chooses_privately("Cô Hoa", "Cô thấy nhà đã làm").await;
        room.privately("Cô Hoa", "/giadinh Khang").await;
        room.chooses_privately("Cô Hoa", "Nhà đã có điện thoại").await;
        assert_eq!((room.in_state("qr", State::NoPhone).await, room.count("vneid").await), (0, (1, 3)));
    }

    async fn nobody_claims_to_be_in_the_group_by_a_button(room: Room) {
        group_counts(&mut room).await;
        let told = room.transcript();
        assert!(told.contains("Vào nhóm lớp: em đã gặp 0/3 gia đình") && !told.contains("Đã vào nhóm lớp"), "{told}");
        room.privately("Mẹ An", "/xacnhan").await.does_not_hear("Vào nhóm lớp");
        let data = room.data(lopso::domain::Verb::Done, "nhom");
        room.forges_privately("Mẹ An", &data).await;
        assert_eq!(room.count("nhom").await, (0, 3));
    }

    async fn who_came_in_and_went_is_told_by_the_platform_and_strangers_are_not_kept(room: Room) {
        group_counts(&mut room).await;
        room.comes("5A1", "Mẹ An", true).await;
        assert_eq!(room.count("nhom").await, (1, 3));
        room.comes("5A1", "Mẹ An", false).await;
        assert_eq!(room.count("nhom").await, (0, 3));
        room.comes("5A1", "Mẹ An", true).await;
        assert_eq!(room.count("nhom").await, (1, 3));
        room.comes("5A1", "Người lạ", true).await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM account WHERE external_id = 'Người lạ'").await, 0);
    }

    async fn a_stranger_who_taps_in_the_group_is_seen_there_once_they_are_in(room: Room) {
        group_counts(&mut room).await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        assert_eq!(room.count("nhom").await, (0, 4));
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await;
        assert_eq!((room.count("nhom").await, room.count("qr").await), ((1, 4), (1, 4)));
    }
}

with_buttons! {
    async fn who_writes_in_the_class_group_is_in_it(room: Room) {
        group_counts(&mut room).await;
        assert_eq!(room.count("nhom").await, (0, 3));
        room.in_group("5A1", "Mẹ An", "mai lớp mình học bình thường chứ các mẹ").await.does_not_hear("Dạ");
        assert_eq!((room.count("nhom").await, room.in_state("nhom", SHOWN).await), ((1, 3), 1));
        room.in_group("5A1", "Mẹ An", "cảm ơn các mẹ").await;
        room.chooses("5A1", "Bà Tư", "Đã quét QR").await;
        assert_eq!(room.count("nhom").await, (2, 3));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act WHERE evidence = 'shown'").await, 2);
        // In private she is in no group.
        room.privately("Ba Nam", "em quét mã rồi").await;
        assert_eq!(room.count("nhom").await, (2, 3));
    }

    async fn a_child_that_changes_class_has_yet_to_be_seen_in_the_new_group(room: Room) {
        group_counts(&mut room).await;
        room.class("5A2").await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!((room.count("nhom").await, room.count("qr").await), ((1, 3), (1, 3)));
        room.changes_class("Nguyễn Hoài An", "5A2").await;
        assert_eq!((room.count("nhom").await, room.count("qr").await), ((0, 3), (1, 3)));
        room.in_group("5A1", "Mẹ An", "chào cả lớp cũ").await;
        assert_eq!(room.count("nhom").await, (0, 3));
        room.in_group("5A2", "Mẹ An", "chào cả lớp mới").await;
        assert_eq!(room.count("nhom").await, (1, 3));
    }

    async fn another_teachers_buttons_do_nothing(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        let child = room.child_id("Nguyễn Hoài An");
        let person = room.person_id("Mẹ An");
        for tap in [
            Tap::FamilyOf(child), Tap::SlipOf(child), Tap::NewPhone { child, person }, Tap::Remove { child, person },
            Tap::Phone { child, has: false }, Tap::Phone { child, has: true },
        ] {
            for who in ["Cô Mai", "Bà Tư", "Người lạ", "Cô Lan"] {
                room.forges_privately(who, &tap.write()).await.does_not_hear("Mẹ An").does_not_hear("Hoài An");
            }
        }
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM guardian").await, 4);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM invite").await, 0);
        assert_eq!(room.acts().await, 0);
    }

    async fn a_slip_of_the_finger_takes_back_the_tap_and_not_the_group(room: Room) {
        group_counts(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Mẹ An", "em bấm nhầm").await.hears("rút lại");
        assert_eq!((room.count("qr").await, room.count("nhom").await), ((0, 3), (1, 3)));
    }

    async fn a_substitute_sees_the_class_for_those_days_and_not_after(room: Room) {
        three_families(&mut room).await;
        room.class("4B").await;
        room.staff("Cô Mai", Role::Teacher, &["4B"]).await;
        room.privately("Cô Mai", "/giadinh An").await.does_not_hear("Mẹ An");
        room.stands_in("Cô Mai", "5A1", 2 * DAY_MS).await;
        room.privately("Cô Mai", "/giadinh An").await.hears("Người nhà của bé Nguyễn Hoài An: Mẹ An");
        room.privately("Cô Mai", "/danhsach qr").await;
        room.chooses_privately("Cô Mai", "5A1").await.hears("Nguyễn Hoài An");
        let tap = Tap::Missing { task: room.task_id("qr"), class: room.class_id("5A1") }.write();
        room.after_ms(2 * DAY_MS).privately("Cô Mai", "/giadinh An").await.does_not_hear("Mẹ An");
        room.forges_privately("Cô Mai", &tap).await.does_not_hear("Nguyễn Hoài An");
    }

    async fn a_group_of_last_year_is_silent_until_a_teacher_says_whose_it_is(room: Room) {
        three_families(&mut room).await;
        let poster = room.poster("5A1").await;
        room.new_year().await;
        assert!(room.group_told("5A1").contains("Cô chủ nhiệm nhắn /ganlop trong nhóm này"));
        room.privately("Mẹ Mới", &format!("/start {}", poster.scan)).await.hears("đã hết hạn");
        room.in_group("5A1", "Mẹ An", "em quét mã rồi ạ").await.does_not_hear("ghi nhận");
        assert_eq!(room.acts().await, 0);
        room.class_without_group("Lá 1").await;
        room.staff("Cô Hoa", Role::Teacher, &["Lá 1"]).await;
        room.in_group("5A1", "Cô Hoa", "/ganlop").await.hears("nhóm này là của một lớp năm học trước").hears("lớp Lá 1");
        room.chooses("5A1", "Cô Hoa", "Đổi").await;
        room.family("Lá 1", "Bé Mới", &["Mẹ Mới"]).await;
        room.chooses("5A1", "Mẹ Mới", "Đã quét QR").await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM family WHERE state = 'done'").await, 1);
    }

    async fn no_post_of_the_schools_goes_by_a_code_that_a_teacher_reads(room: Room) {
        three_families(&mut room).await;
        room.staff("Ba Nam", Role::Principal, &[]).await;
        room.privately("Cô Hoa", "/giadinh Nam").await;
        room.chooses_privately("Cô Hoa", "Ba Nam đổi máy").await.hears("đây cũng là thầy cô của trường").does_not_hear("mã đổi máy của");
        // Nor does a teacher become a mother by trying her code, and the mother keeps hers.
        room.privately("Cô Hoa", "/giadinh An").await;
        room.chooses_privately("Cô Hoa", "Mẹ An đổi máy").await;
        let code = code(&room);
        room.privately("Cô Hoa", &code).await.hears("mã này dành cho gia đình đổi máy");
        room.privately("Mẹ An", "/trangthai").await.hears("Bé An");
        room.privately("Máy mới", &code).await.hears("em nhận ra mình ở máy mới");
    }

    async fn a_payment_tapped_in_one_class_waits_for_the_child_who_is_there(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Bình", &[]).await;
        room.hang_boards().await;
        room.chooses("5A1", "Mẹ Bảo", "Đã chuyển khoản").await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        let (binh, bao) = (room.slip("Lê Gia Bình").await, room.slip("Lê Gia Bảo").await);
        room.privately("Mẹ Bảo", &format!("/start {}", binh.link)).await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("người nhà của bé Bình");
        assert_eq!((room.count("thu-2026-11").await, room.count("qr").await), ((0, 5), (1, 5)));
        room.privately("Mẹ Bảo", &format!("/start {}", bao.link)).await.hears("Câu trả lời lúc trước em cũng tính luôn");
        assert_eq!((room.count("thu-2026-11").await, room.count("qr").await), ((1, 5), (2, 5)));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act a JOIN child c ON c.child_id = a.child_id WHERE c.name = 'Lê Gia Bình'").await, 0);
    }

    async fn a_siblings_slip_does_not_end_what_waits_for_another_teacher(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Bình", &[]).await;
        room.hang_boards().await;
        room.privately("Cô Hoa", "/trogiup").await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        room.privately("Mẹ Bảo", "/start giadinh").await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await;
        room.privately("Mẹ Bảo", "Bảo").await;
        let slip = room.slip("Lê Gia Bình").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        room.chooses_privately("Cô Hoa", "Đồng ý: bé Lê Gia Bảo").await.hears("người nhà của bé Lê Gia Bảo");
        assert_eq!(room.count("qr").await, (2, 5));
    }

    async fn a_group_of_last_year_that_puts_the_bot_out_alarms_nobody(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/trogiup").await;
        room.new_year().await;
        room.puts("Mẹ An", "5A1", false).await;
        assert!(!room.privately_told("Cô Lan").contains("hội đồng"));
    }

    async fn a_substitute_who_is_here_as_a_mother_keeps_the_class(room: Room) {
        three_families(&mut room).await;
        room.colleague("Cô Thu", Role::Teacher, &[]).await;
        room.stands_in("Cô Thu", "5A1", 5 * DAY_MS).await;
        room.link("Mẹ Thu", "Nguyễn Hoài An").await;
        let invitation = room.invitation("Cô Thu").await;
        room.privately("Mẹ Thu", &invitation.short).await;
        room.privately("Mẹ Thu", "/danhsach qr").await.hears("Trần Hải Nam");
    }

    async fn with_two_schools_a_short_code_is_looked_for_in_ones_own(room: Room) {
        three_families(&mut room).await;
        room.elsewhere().await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &slip.short).await.hears("mã gõ tay lúc này em chưa nhận được").does_not_hear("thử nhiều mã");
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        room.privately("Mẹ Bảo", &slip.short).await.hears("Mình đồng ý không ạ?");
    }
}
