//! What is different where there are no buttons, no edits, no events, and where nobody can tell whether who speaks in a
//! group is the one who wrote privately.

use lopso::domain::message::{ChatKind, Sender, What};
use lopso::domain::time::DAY_MS;
use lopso::domain::{Channel, Role};
use lopso::roster::accounts;

use crate::support::room::Room;
use crate::{played, three_families, with_numbers};

async fn groups(room: &Room) -> i64 {
    room.one("SELECT COUNT(*) AS n FROM class_group").await
}

/// The marker that was just told.
fn marker(room: &Room) -> String {
    let told = room.bot_said();
    let is_code = |word: &&str| word.len() == 8 && word.starts_with('K');
    let code = told.split_whitespace().find(is_code);
    code.unwrap_or_else(|| panic!("no marker in {told}"))
        .to_owned()
}

fn boards(room: &Room) -> usize {
    room.transcript().matches("📋 Lớp 5A1").count()
}

with_numbers! {
    async fn a_group_becomes_the_classs_by_its_marker_whoever_says_it(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.privately("Cô Mai", "gắn lớp").await.hears("Trưởng nhóm mời em").hears("Nhóm lớp 5A2: K");
        let code = marker(&room);
        room.mentioning("nhóm mới", "Ai đó", &code).await.hears("nhóm của lớp 5A2").hears("📋 Lớp 5A2");
        room.hears("bot → Cô Mai: Dạ, nhóm lớp 5A2 đã gắn xong bằng mã của cô");
        assert_eq!(groups(&room).await, 2);
        // Good once.
        room.mentioning("nhóm khác", "Ai đó", &code).await.does_not_hear("5A2");
        assert_eq!(groups(&room).await, 2);
    }

    async fn a_marker_takes_no_group_from_another_class_and_does_not_live_long(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.privately("Cô Mai", "/ganlop").await;
        let code = marker(&room);
        room.mentioning("5A1", "Ai đó", &code).await.hears("đang là nhóm của một lớp khác");
        room.privately("Cô Mai", "/ganlop").await;
        let code = marker(&room);
        room.after_ms(DAY_MS + 1).mentioning("nhóm mới", "Ai đó", &code).await.does_not_hear("5A2");
        assert_eq!(groups(&room).await, 1);
    }

    async fn a_marker_said_privately_lets_nobody_in_and_is_kept(room: Room) {
        three_families(&mut room).await;
        room.class_without_group("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.privately("Cô Mai", "/ganlop").await;
        let code = marker(&room);
        room.privately("Kẻ lạ", &code).await;
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM arrival").await, 0);
        room.mentioning("nhóm mới", "Cô Mai", &code).await.hears("nhóm của lớp 5A2");
    }

    async fn a_group_that_is_heard_again_after_it_was_lost_has_its_board_again(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "trợ giúp").await;
        // A refused message was all that told of it; of being invited again nothing tells but somebody's word.
        room.puts("Kẻ lạ", "5A1", false).await.hears("em không gửi được tin vào nhóm lớp 5A1");
        room.at("thứ Tư 09:00").mentioning("5A1", "Cô Hoa", "trợ giúp").await.hears("📋 Lớp 5A1").hears("/danhsach");
        room.at("thứ Tư 09:05").mentioning("5A1", "Mẹ An", "xong qr").await.does_not_hear("📋");
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn the_staff_room_has_a_marker_too(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Lan", "/ganlop").await.hears("Nhóm hội đồng của trường: K");
        let code = marker(&room);
        room.mentioning("nhóm hội đồng mới", "Ai đó", &code).await.hears("nhóm hội đồng của trường");
        room.hears("bot → Cô Lan: Dạ, nhóm hội đồng của trường đã gắn xong bằng mã em gửi thầy cô");
    }

    async fn somebody_with_one_id_on_two_bots_is_one_person(room: Room) {
        three_families(&mut room).await;
        let mut tx = room.test.db.begin().await.unwrap();
        let school = room.school.id;
        let person = async |tx: &mut lopso::db::Tx, channel, bot: &str, name: &str| {
            let bot = lopso::bots::add(tx, channel, bot, lopso::domain::Timestamp(0)).await.unwrap();
            let sender = Sender { external_id: name.to_owned(), name: name.to_owned() };
            let known = accounts::accounts(tx, bot.id, &[&sender], lopso::domain::Timestamp(0)).await.unwrap();
            accounts::person_elsewhere(tx, known[name].id, school).await.unwrap()
        };
        let (ours, telegram) = (room.bot.channel, Channel::Telegram);
        let found = person(&mut tx, ours, "Bot Lớp 5A2", "Mẹ An").await;
        assert!(found.is_some());
        assert_eq!(person(&mut tx, ours, "Bot Lớp 5A3", "Mẹ An").await, found);
        assert_eq!(person(&mut tx, ours, "Bot Lớp 5A2", "Kẻ lạ").await, None);
        assert_eq!(person(&mut tx, telegram, "lopso_bot", "Mẹ An").await, None);
    }

    async fn who_may_not_bind_gets_no_marker(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/ganlop").await.hears("chưa mở cho mình").does_not_hear("Nhóm lớp 5A1: K");
    }

    async fn a_group_gets_two_boards_a_week_however_many_answer(room: Room) {
        three_families(&mut room).await;
        room.begins();
        room.at("thứ Hai 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.lets_the_clock_strike().await;
        assert_eq!(boards(&room), 0, "one hangs since the morning");
        // Half a week later the newest counts come, once, and not at night.
        room.at("thứ Năm 22:00").lets_the_clock_strike().await;
        assert_eq!(boards(&room), 0, "{}", room.transcript());
        room.at("thứ Sáu 08:00").lets_the_clock_strike().await.hears("1/3 gia đình");
        room.at("thứ Sáu 08:05").chooses("5A1", "Bà Tư", "Đã quét QR").await.hears("đã ghi nhận");
        room.at("thứ Sáu 09:00").lets_the_clock_strike().await.is_silent();
        // A new task in the same week: its board waits, and is one with the next.
        room.at("thứ Sáu 10:00").hang_boards().await;
        assert_eq!(boards(&room), 1, "{}", room.transcript());
        room.at("thứ Tư 08:00").after_ms(7 * DAY_MS).lets_the_clock_strike().await.hears("2/3 gia đình");
        assert_eq!(boards(&room), 2);
    }

    async fn a_board_held_back_by_a_full_week_comes_when_the_week_has_room(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Hai 20:00").privately("Cô Lan", "/phatdong Cài ứng dụng họp").await.hears("Em gửi bảng vào 1 nhóm lớp");
        room.at("thứ Ba 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.begins();
        // Half a week after the last, but the week had its two.
        room.at("thứ Sáu 09:00").lets_the_clock_strike().await.is_silent();
        room.at("thứ Tư 09:00").after_ms(7 * DAY_MS).lets_the_clock_strike().await.hears("1/3 gia đình");
        assert_eq!(boards(&room), 1, "{}", room.transcript());
    }

    async fn the_principal_hears_that_a_third_board_waits(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Hai 09:00").privately("Cô Lan", "/phatdong Cài ứng dụng họp").await.hears("Em gửi bảng vào 1 nhóm lớp");
        room.privately("Cô Lan", "/phatdong Đăng ký khám").await.hears("nên 1 nhóm nhận bảng mới trong vài ngày tới").does_not_hear("bot → nhóm 5A1");
        room.at("thứ Sáu 09:00").after_ms(7 * DAY_MS).lets_the_clock_strike().await.hears("Đăng ký khám");
    }

    async fn twelve_classes_are_one_message(room: Room) {
        three_families(&mut room).await;
        for number in 1..12 {
            room.class(&format!("4A{number}")).await;
            room.family(&format!("4A{number}"), &format!("Bé số {number}"), &[]).await;
        }
        room.privately("Cô Lan", "/baocao").await.hears("12 lớp").hears("4A11:").hears("5A1:");
        assert_eq!(room.transcript().matches("bot → Cô Lan").count(), 1);
    }

    async fn who_asks_for_the_list_in_the_group_is_answered_however_many_boards_there_were(room: Room) {
        three_families(&mut room).await;
        for hour in ["09:00", "09:10", "09:20", "09:30"] {
            room.at(&format!("thứ Hai {hour}")).mentioning("5A1", "Mẹ An", "/xacnhan").await.hears("1. ✅ Đã quét QR");
        }
        room.answering("5A1", "Mẹ An", "1").await.hears("đã ghi nhận");
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn what_zalo_does_not_let_us_read_is_told_kindly(room: Room) {
        three_families(&mut room).await;
        let unreadable = room.update("riêng-Bé An", ChatKind::Private, "Bé An", What::Unreadable);
        room.happens(vec![unreadable.clone()]).await;
        room.hears("tài khoản trẻ em");
        room.happens(vec![unreadable]).await;
        room.is_silent();
        // Answered once, and a message of the month both times.
        let counted = if room.bot.channel.is_counted_by_month() { 2 } else { 0 };
        assert_eq!(room.one("SELECT CAST(COALESCE(SUM(received), 0) AS BIGINT) AS n FROM bot_month").await, counted);
    }

    async fn what_is_done_in_words_with_a_mention_counts(room: Room) {
        three_families(&mut room).await;
        room.mentioning("5A1", "Mẹ An", "xong qr").await.hears("đã ghi nhận");
        room.mentioning("5A1", "Bà Tư", "đã chuyển khoản").await.hears("đã ghi nhận");
        assert_eq!((room.count("qr").await, room.count("thu-2026-11").await), ((1, 3), (1, 3)));
    }
}

// On the real platforms alone: the demo is played at any hour.
played! { a_task_started_at_night_rings_in_no_group_before_the_morning room {
        three_families(&mut room).await;
        room.begins();
        room.at("thứ Hai 22:00").privately("Cô Lan", "/phatdong Cài ứng dụng họp").await
            .hears("Giờ này cả nhà đang nghỉ, nên 6:30 ngày").hears("em gửi bảng vào 1 nhóm lớp");
        assert_eq!(boards(&room), 0, "{}", room.transcript());
        // Who asks is answered at any hour.
        room.at("thứ Hai 22:05").mentioning("5A1", "Mẹ An", "/huongdan quét mã").await.hears("📖");
        assert_eq!(boards(&room), 0, "{}", room.transcript());
        // A group that is bound now is told when its board hangs.
        room.class_without_group("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        if room.bot.channel.hears_only_mentions() {
            room.privately("Cô Mai", "/ganlop").await;
            let code = marker(&room);
            room.mentioning("nhóm mới", "Cô Mai", &code).await;
        } else {
            room.in_group("nhóm mới", "Cô Mai", "/ganlop 5A2").await;
        }
        room.hears("đây là nhóm của lớp 5A2").hears("nên 6:30 ngày").does_not_hear("📋");
        room.at("thứ Ba 06:30").lets_the_clock_strike().await.hears("📋 Lớp 5A1").hears("📋 Lớp 5A2").hears("Cài ứng dụng họp");
        assert_eq!(boards(&room), 1);
    }
    zalo_wire on ZALO_WIRE, oa_wire on OA_WIRE
}
