//! `/nhac`: who is reminded, who not, when, and what the group reads of it.

use lopso::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use lopso::domain::{Answer, Purpose, Tap};

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

/// Opens the private chat and agrees to reminders, as on the way in.
async fn agrees(room: &mut Room, who: &str) {
    room.privately(who, "/trogiup").await;
    let yes = Tap::Consent {
        purpose: Purpose::Remind,
        answer: Answer::Yes,
    };
    room.forges_privately(who, &yes.write()).await;
}

/// Three families of which all guardians can be reminded; the teacher can be written to.
async fn all_can_be_reminded(room: &mut Room) {
    three_families(room).await;
    for who in ["Mẹ An", "Ba Nam", "Mẹ Nam", "Bà Tư"] {
        agrees(room, who).await;
    }
    room.privately("Cô Hoa", "/trogiup").await;
}

/// The time goes on and what is due is done.
async fn becomes(room: &mut Room, when: &str) {
    room.at(when);
    room.app.do_what_is_due(room.now).await.unwrap();
    room.deliver().await;
}

fn reminded(room: &Room) -> usize {
    room.bot_said().matches("nhắc nhẹ").count()
}

everywhere! {
    async fn the_teacher_sees_first_how_many_and_why_not_and_one_tap_sends(room: Room) {
        three_families(&mut room).await;
        agrees(&mut room, "Mẹ An").await;
        room.family("5A1", "Lê Gia Bảo", &[]).await;
        room.privately("Cô Hoa", "/nhac qr").await
            .hears("4 nhà chưa xong").hears("Em nhắn riêng được: 1 nhà (1 người)")
            .hears("Chưa có ai trong nhà vào bằng phiếu: 1 nhà").hears("Chưa nhắn riêng được: 2 nhà");
        assert_eq!(reminded(&room), 0);
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await.hears("tới 1 người của 1 nhà");
        assert_eq!(reminded(&room), 1);
        room.hears("0/4 gia đình xong");
    }

    async fn a_family_answers_the_reminder_with_one_tap(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        assert_eq!(reminded(&room), 4);
        room.chooses_privately("Bà Tư", "Nhà em xong rồi").await;
        room.chooses_privately("Mẹ An", "xin thôi").await;
        room.chooses_privately("Ba Nam", "Chỉ cách làm").await.hears("📖");
        assert_eq!(room.count("qr").await, (1, 3));
        // Who is done, or asked to be left alone, is not among those who are still missing.
        room.at("thứ Tư 09:00").privately("Cô Hoa", "/nhac qr").await.hears("1 nhà chưa xong");
    }

    async fn a_grandmother_is_reminded_as_one(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.privately("Cô Hoa", "/nhac vneid").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await.hears("cháu nhắc nhẹ bà một việc của lớp ạ");
    }

    async fn one_reminder_a_day_for_a_family_and_a_task(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        room.after_ms(DAY_MS - MINUTE_MS).privately("Cô Hoa", "/nhac qr").await.hears("Vừa nhắc việc này trong 24 giờ: 3 nhà");
        room.chooses_privately("Cô Hoa", "Nhắc trong nhóm").await;
        assert_eq!(reminded(&room), 0);
        room.does_not_hear("gia đình xong rồi");
        room.after_ms(MINUTE_MS).privately("Cô Hoa", "/nhac qr").await.hears("Em nhắn riêng được: 3 nhà");
    }

    async fn two_taps_on_send_remind_once(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        assert_eq!(reminded(&room), 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM reminder").await, 4);
    }

    async fn three_messages_a_week_and_each_guardians_counts(room: Room) {
        all_can_be_reminded(&mut room).await;
        for (day, task, expected) in [
            // The family of two uses up two of its three at once, then the third goes to one of them.
            ("thứ Hai 09:00", "qr", 4), ("thứ Ba 09:00", "vneid", 3), ("thứ Tư 09:00", "thu", 2), ("thứ Năm 10:00", "qr", 0),
        ] {
            room.at(day).privately("Cô Hoa", &format!("/nhac {task}")).await;
            let offered = if expected == 0 { "Nhắc trong nhóm" } else { "Gửi lời nhắc" };
            room.chooses_privately("Cô Hoa", offered).await;
            assert_eq!(reminded(&room), expected, "{day} {task}");
        }
        room.privately("Cô Hoa", "/nhac qr").await.hears("Tuần này đã nhận đủ tin: 3 nhà");
    }

    async fn at_night_it_waits_and_who_is_done_by_then_is_left_in_peace(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.at("thứ Hai 21:00").privately("Cô Hoa", "/nhac qr").await.hears("em giữ đến 6:30 ngày 17/11");
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await.hears("Em giữ lời nhắc đến 6:30 ngày 17/11");
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        assert_eq!(reminded(&room), 0);
        room.at("thứ Hai 22:00").privately("Mẹ An", "nhà em quét qr rồi ạ").await;
        becomes(&mut room, "thứ Ba 06:29").await;
        assert_eq!(reminded(&room), 0);
        becomes(&mut room, "thứ Ba 06:30").await;
        assert_eq!(reminded(&room), 3);
        room.hears("tới 3 người của 2 nhà").hears("1/3 gia đình xong");
        becomes(&mut room, "thứ Ba 06:40").await;
        assert_eq!(reminded(&room), 0);
    }

    async fn a_computer_that_was_off_in_the_morning_reminds_nobody_at_night(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.at("thứ Hai 21:00").privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        becomes(&mut room, "thứ Ba 22:00").await;
        assert_eq!(reminded(&room), 0);
        becomes(&mut room, "thứ Tư 06:30").await;
        assert_eq!(reminded(&room), 4);
    }

    async fn no_more_reminders_is_a_later_word_than_tomorrow(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.at("thứ Hai 09:00").privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        room.chooses_privately("Mẹ An", "Để mai nhắc").await;
        room.privately("Mẹ An", "/dung").await;
        becomes(&mut room, "thứ Ba 09:00").await;
        assert_eq!(reminded(&room), 0);
    }

    async fn what_a_teacher_let_wait_is_not_sent_when_she_has_left(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.at("thứ Hai 21:00").privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        room.leaves_the_staff("Cô Hoa").await;
        becomes(&mut room, "thứ Ba 06:30").await;
        assert_eq!(reminded(&room), 0);
    }

    async fn tomorrow_means_once_more_a_day_later_if_it_is_still_open(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.at("thứ Hai 20:00").privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        room.chooses_privately("Mẹ An", "Để mai nhắc").await.hears("20:00 ngày 17/11");
        room.chooses_privately("Bà Tư", "Để mai nhắc").await;
        room.at("thứ Ba 10:00").privately("Bà Tư", "cháu ơi bà quét qr được rồi").await;
        becomes(&mut room, "thứ Ba 20:00").await;
        assert_eq!(reminded(&room), 1);
        room.hears("bé An");
    }

    async fn without_consent_nobody_is_written_to_and_stop_is_a_word(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/trogiup").await;
        agrees(&mut room, "Bà Tư").await;
        room.privately("Bà Tư", "/dung").await.hears("không nhắn nhắc nữa");
        room.privately("Cô Hoa", "/nhac qr").await.hears("Chưa đồng ý nhận tin nhắc: 2 nhà");
        room.chooses_privately("Cô Hoa", "Nhắc trong nhóm").await;
        assert_eq!(reminded(&room), 0);
        room.hears("0/3 gia đình xong");
    }

    async fn siblings_are_one_message(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Nguyễn Hoài Bình", &["Mẹ An"]).await;
        agrees(&mut room, "Mẹ An").await;
        room.privately("Cô Hoa", "/nhac qr").await.hears("Em nhắn riêng được: 2 nhà (1 người)");
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await.hears("nhà bé An, bé Bình");
        assert_eq!(reminded(&room), 1);
    }

    async fn others_remind_nobody(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.class("5A2").await;
        room.staff("Cô Mai", lopso::domain::Role::Teacher, &["5A2"]).await;
        let (task, class) = (room.task_id("qr"), room.class_id("5A1"));
        for who in ["Cô Mai", "Mẹ An", "Mẹ Lạ"] {
            for tap in [Tap::Remind { task, class: Some(class) }, Tap::Remind { task, class: None }, Tap::RemindFirst { task, class: Some(class) }] {
                room.forges_privately(who, &tap.write()).await.hears("chưa mở cho mình");
                assert_eq!(reminded(&room), 0);
            }
        }
        room.privately("Mẹ An", "/nhac qr").await.hears("chưa mở cho mình");
    }

    async fn the_principal_reminds_the_whole_school(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        agrees(&mut room, "Mẹ Huy").await;
        room.privately("Cô Lan", "/nhac qr").await.hears("Toàn trường").hears("4 nhà chưa xong");
        room.chooses_privately("Cô Lan", "Gửi lời nhắc").await;
        assert_eq!(reminded(&room), 5);
        room.hears("0/3 gia đình xong").hears("0/1 gia đình xong");
    }

    async fn the_group_reads_counts_and_no_name(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.mentioning("5A1", "Cô Hoa", "/nhac qr").await.hears("gửi vào tin nhắn riêng");
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        // What the room checks after every turn is the promise itself; here that the group was written to at all.
        room.hears("bot → nhóm 5A1: Dạ, việc “Quét QR của lớp” lớp mình đã có 0/3 gia đình xong");
        room.hears("bot → nhóm 5A1: 📋");
    }
}

with_buttons! {
    async fn a_family_that_answers_while_its_reminder_waits_is_not_reminded(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.privately("Cô Hoa", "/nhac qr").await;
        let tap = Tap::Remind { task: room.task_id("qr"), class: Some(room.class_id("5A1")) };
        let teacher = room.private_tap("Cô Hoa", &tap.write());
        let mother = room.done_tap("5A1", "Mẹ Nam", "qr");
        // Both before the sender comes round.
        room.app.handle(&room.bot, vec![teacher], room.now).await.unwrap();
        room.app.handle(&room.bot, vec![mother], room.now).await.unwrap();
        room.deliver().await;
        assert_eq!(reminded(&room), 2);
        room.does_not_hear("bé Nam");
    }

    async fn a_payment_reminder_names_its_child(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.privately("Cô Hoa", "/nhac thu").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        room.chooses_privately("Mẹ An", "Nhà em xong rồi").await;
        let done = room.one("SELECT COUNT(*) AS n FROM act WHERE child_id IS NOT NULL AND verb = 'done'").await;
        assert_eq!((done, room.count("thu-2026-11").await), (1, (1, 3)));
    }

    async fn what_is_due_late_is_done_once(room: Room) {
        all_can_be_reminded(&mut room).await;
        room.at("Chủ nhật 22:00").privately("Cô Hoa", "/nhac qr").await;
        room.chooses_privately("Cô Hoa", "Gửi lời nhắc").await;
        // The school's PC was off until noon.
        room.after_ms(14 * HOUR_MS);
        assert_eq!(room.app.do_what_is_due(room.now).await.unwrap(), 1);
        assert_eq!(room.app.do_what_is_due(room.now).await.unwrap(), 0);
        room.deliver().await;
        assert_eq!(reminded(&room), 4);
    }
}
