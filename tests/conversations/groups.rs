//! `/ganlop`, and what happens to a group: the bot comes, is put out, the group goes on under another id.

use lopso::domain::Role;

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

async fn groups(room: &Room) -> i64 {
    room.one("SELECT COUNT(*) AS n FROM class_group").await
}

everywhere! {
    async fn who_blocked_the_bot_is_told_to_the_teacher_once_and_the_group_sees_no_name(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/trangthai").await;
        room.privately("Cô Hoa", "/trogiup").await;
        room.blocks("Mẹ An").await.hears("bot → Cô Hoa: 🔒 Dạ, em không nhắn riêng được cho người nhà bé").hears("bot → nhóm 5A1: Dạ, ba mẹ, ông bà nào");
        // The platform says it again with every message that does not arrive.
        room.blocks("Mẹ An").await.is_silent();
        // Her tap in the group counts as before, and once she writes again, all is as it was.
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        room.privately("Mẹ An", "/trangthai").await.hears("bot → Mẹ An");
        // On the same day the group is not shown the door again; the teacher is told of it again.
        room.blocks("Mẹ An").await.hears("bot → Cô Hoa").does_not_hear("nhóm 5A1");
    }

    async fn a_teacher_binds_the_group_of_her_only_class(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.mentioning("nhóm mới", "Cô Mai", "/ganlop").await.hears("nhóm của lớp 5A2").hears("📋 Lớp 5A2");
        room.mentioning("nhóm mới", "Cô Mai", "/ganlop").await.hears("đã là nhóm của lớp 5A2");
        assert_eq!(groups(&room).await, 2);
    }

    async fn with_several_classes_she_chooses_and_no_other_is_hers(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.class_without_group("5A3").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2", "5A3"]).await;
        room.mentioning("nhóm mới", "Cô Mai", "/ganlop 5A1").await.hears("cô đang phụ trách lớp 5A2, 5A3");
        room.mentioning("nhóm mới", "Cô Mai", "/ganlop").await.hears("của lớp nào");
        room.chooses("nhóm mới", "Cô Mai", "Lớp 5A3").await.hears("nhóm của lớp 5A3");
        assert_eq!(groups(&room).await, 2);
    }

    async fn another_classs_group_is_not_taken(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.mentioning("5A1", "Cô Mai", "/ganlop").await.hears("nhóm của một lớp khác");
        assert_eq!(groups(&room).await, 1);
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_second_group_of_the_class_takes_the_board_along_when_she_says_so(room: Room) {
        three_families(&mut room).await;
        room.mentioning("nhóm mới", "Cô Hoa", "/ganlop").await.hears("lớp 5A1 đã có một nhóm rồi");
        assert_eq!(groups(&room).await, 1);
        room.chooses("nhóm mới", "Cô Hoa", "Đổi sang nhóm này").await.hears("bot → nhóm nhóm mới: 📋 Lớp 5A1");
        assert_eq!(groups(&room).await, 1);
        room.chooses("nhóm mới", "Mẹ An", "Đã quét QR").await.does_not_hear("nhóm 5A1");
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_group_the_bot_was_put_out_of_does_not_come_back_as_a_second_one(room: Room) {
        three_families(&mut room).await;
        room.puts("Kẻ lạ", "5A1", false).await;
        room.mentioning("nhóm mới", "Cô Hoa", "/ganlop").await.hears("nhóm của lớp 5A1");
        room.puts("Cô Hoa", "5A1", true).await.does_not_hear("📋");
        assert_eq!(groups(&room).await, 1);
    }

    async fn a_group_of_a_strangers_gets_one_sentence_and_then_silence(room: Room) {
        three_families(&mut room).await;
        room.puts("Kẻ lạ", "nhóm lạ", true).await.hears("chưa gắn với lớp nào");
        room.in_group("nhóm lạ", "Mẹ An", "nhà em quét qr rồi ạ").await.silence();
        room.in_group("nhóm lạ", "Mẹ An", "hôm nay trời đẹp").await.silence();
        assert_eq!(room.acts().await, 0);
        room.mentioning("nhóm lạ", "Kẻ lạ", "/ganlop").await.hears("chưa mở cho mình");
        assert_eq!(groups(&room).await, 1);
    }

    async fn put_out_of_the_group_its_teacher_is_told_once(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/trogiup").await;
        room.puts("Kẻ lạ", "5A1", false).await.hears("bot → Cô Hoa: Dạ, em không gửi được tin vào nhóm lớp 5A1 nữa");
        room.puts("Kẻ lạ", "5A1", false).await.silence();
        // What is told elsewhere counts, and nothing goes to where nobody reads it.
        room.privately("Mẹ An", "nhà em quét qr rồi ạ").await.does_not_hear("nhóm 5A1");
        room.puts("Cô Hoa", "5A1", true).await.hears("bot → nhóm 5A1: 📋 Lớp 5A1").hears("1/3");
    }

    async fn a_group_that_goes_on_under_another_id_stays_the_classs(room: Room) {
        three_families(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.moves("5A1", "5A1 lớn").await.hears("bot → nhóm 5A1 lớn: 📋 Lớp 5A1").hears("1/3");
        room.chooses("5A1 lớn", "Ba Nam", "Đã quét QR").await.does_not_hear("nhóm 5A1:");
        assert_eq!((room.count("qr").await, groups(&room).await), ((2, 3), 1));
        room.moves("5A1", "5A1 lớn").await.silence();
    }

    async fn the_principal_makes_a_group_the_staffs(room: Room) {
        three_families(&mut room).await;
        room.mentioning("nhóm mới", "Cô Lan", "/ganlop").await.hears("nhóm hội đồng của trường mình không");
        room.chooses("nhóm mới", "Cô Lan", "Đúng, nhóm hội đồng").await.hears("nhóm hội đồng của trường");
        room.mentioning("nhóm mới", "Cô Hoa", "/ganlop").await.hears("nhóm của hội đồng");
        assert_eq!(groups(&room).await, 1);
    }
}

with_buttons! {
    async fn privately_she_is_told_to_do_it_in_the_group(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/ganlop").await.hears("Thêm thành viên").hears("Quản trị viên").hears("nhắn: /ganlop");
    }

    async fn somebody_elses_choice_binds_nothing(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.class_without_group("5A3").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2", "5A3"]).await;
        room.mentioning("nhóm mới", "Cô Mai", "/ganlop").await;
        room.chooses("nhóm mới", "Mẹ An", "Lớp 5A3").await.hears("chưa mở cho mình");
        assert_eq!(groups(&room).await, 1);
    }
}
