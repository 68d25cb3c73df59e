//! What people say in their own words: in a reply, privately, and aloud in the group.

use lopso::domain::State;

use crate::{everywhere, three_families, with_buttons, with_numbers};

everywhere! {
    async fn a_clear_statement_in_a_private_chat_is_kept(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "dạ em quét mã qr rồi cô ạ").await.hears("em ghi nhận nhà mình đã quét QR của lớp");
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_clear_statement_in_a_reply_to_the_board_is_kept(room: Room) {
        three_families(&mut room).await;
        room.answering("5A1", "Ba Nam", "em chuyển khoản rồi ạ").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 3));
        assert_eq!(room.count("qr").await, (0, 3));
    }

    async fn two_things_in_one_sentence_are_both_kept(room: Room) {
        three_families(&mut room).await;
        room.privately("Ba Nam", "em quét mã qr rồi, vneid thì em chưa làm được").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.count("vneid").await, (0, 3));
    }

    async fn the_future_is_not_done(room: Room) {
        three_families(&mut room).await;
        for words in ["tối nay em quét mã qr nhé", "mai em chuyển tiền tháng 11 ạ", "để em làm vneid sau"] {
            room.privately("Mẹ An", words).await;
        }
        nothing_done(&room).await;
    }

    async fn a_question_whose_guide_is_still_being_written_is_understood_and_said_so(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em muốn cài wifi ở nhà thì làm thế nào ạ").await
            .hears("“Kết nối wifi hoặc bật 4G”").hears("còn đang soạn").hears("hỏi cô giáo");
        room.privately("Mẹ An", "nhà em không bắt được wifi thì làm thế nào ạ").await.hears("“Kết nối wifi hoặc bật 4G”");
        // It is no button, and asked for by one that somebody made up it is the list.
        room.privately("Mẹ An", "/huongdan").await.does_not_hear("wifi");
        let forged = lopso::domain::Tap::Guide("coban-wifi".to_owned()).write();
        room.forges("5A1", "Mẹ An", &forged).await.does_not_hear("📖");
    }

    async fn who_tells_what_stops_them_is_not_done_and_gets_the_guide_for_it(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "Mật khẩu em gõ đúng mà vneid cứ báo hệ thống bận, chưa vào được").await
            .hears("Khi nào xong việc kích hoạt VNeID mức 2")
            .hears("“VNeID báo lỗi hoặc không đăng nhập được”");
        room.privately("Mẹ An", "tiền tháng thì cuối tuần em mới có").await
            .hears("Khi nào xong").does_not_hear("📖").does_not_hear("Chưa đúng ý");
        room.privately("Mẹ An", "nãy lỗi mạng giờ quét mã lớp được rồi cô ơi").await
            .hears("đã quét QR").does_not_hear("📖");
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((1, 3), (0, 3)));
    }

    async fn who_corrects_a_word_in_the_same_message_is_taken_at_the_last(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em quét mã lớp rồi, à nhầm, chưa quét").await.does_not_hear("Cảm ơn");
        assert_eq!(room.count("qr").await, (0, 3));
        room.privately("Mẹ An", "mã lớp em quét rồi, à quên, vneid thì chưa").await.hears("đã quét QR");
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((1, 3), (0, 3)));
    }

    async fn confirmed_alone_is_asked_back(room: Room) {
        three_families(&mut room).await;
        room.mentioning("5A1", "Mẹ An", "dạ em xác nhận ạ").await.does_not_hear("chưa có hướng dẫn");
        assert_eq!(room.acts().await, 0);
    }

    async fn who_tells_of_another_family_is_asked_about_their_own(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "chị dâu em quét mã rồi").await
            .hears("nhà mình đã quét QR của lớp chưa ạ?").does_not_hear("📖");
        room.privately("Mẹ An", "anh rể quét mã lớp hộ cháu An nhà em rồi cô ạ").await.hears("đã quét QR");
        room.privately("Mẹ An", "vneid em đăng ký rồi, 7 ngày nữa có kết quả").await.does_not_hear("Cảm ơn");
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((1, 3), (0, 3)));
    }

    async fn doubt_is_asked_back_and_not_recorded(room: Room) {
        three_families(&mut room).await;
        for words in ["hình như nhà em quét mã qr rồi", "chắc chồng em chuyển tiền tháng 11 rồi"] {
            room.privately("Mẹ An", words).await;
            assert!(!room.bot_said().is_empty(), "somebody who writes privately is answered");
        }
        nothing_done(&room).await;
    }

    async fn ok_and_thanks_are_not_done(room: Room) {
        three_families(&mut room).await;
        for words in ["ok", "vâng ạ", "cảm ơn cô nhiều ạ", "dạ", "👍"] {
            room.privately("Mẹ An", words).await;
            room.answering("5A1", "Ba Nam", words).await;
        }
        nothing_done(&room).await;
    }

    async fn someone_elses_family_is_not_ones_own(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "mẹ Khang quét mã qr rồi kìa").await;
        room.privately("Mẹ An", "bạn em bảo quét mã qr rồi").await;
        nothing_done(&room).await;
    }

    async fn a_question_is_answered_and_not_recorded_as_done(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "quét mã qr kiểu gì vậy cô").await.hears("📖");
        nothing_done(&room).await;
    }

    async fn a_question_no_guide_fits_is_told_so_and_the_teacher_is_offered(room: Room) {
        three_families(&mut room).await;
        room.mentioning("5A1", "Mẹ An", "xe đưa đón mấy giờ về").await.hears("em chưa có hướng dẫn").hears("hỏi cô giáo");
        room.privately("Mẹ An", "xe đưa đón mấy giờ về").await.hears("em chưa có hướng dẫn");
        assert_eq!(room.acts().await, 0);
    }

    async fn chatter_in_the_group_is_left_alone(room: Room) {
        three_families(&mut room).await;
        for words in [
            "các mẹ ơi mai mặc đồng phục không ạ",
            "hôm nay con về ho nhiều quá cô ơi",
            "chúc mừng sinh nhật bé nhé",
            "ok cô",
            "em quét rồi",
            "quét mã qr kiểu gì vậy",
            "1",
        ] {
            room.in_group("5A1", "Mẹ An", words).await.silence();
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn the_words_of_a_group_are_kept_nowhere(room: Room) {
        three_families(&mut room).await;
        room.in_group("5A1", "Mẹ An", "hôm nay con về ho nhiều quá cô ơi").await;
        room.mentioning("5A1", "Mẹ An", "bé nhà em dị ứng tôm nhé cô").await;
        room.privately("Mẹ An", "nhà em quét mã qr rồi, tuần này bé ốm").await;
        for kept in room.kept_texts().await {
            for word in ["ho nhiều", "dị ứng", "bé ốm"] {
                assert!(!kept.contains(word), "{word:?} is kept in {kept:?}");
            }
        }
    }

    async fn a_grandmother_is_addressed_as_one(room: Room) {
        three_families(&mut room).await;
        room.privately("Bà Tư", "bà quét mã qr rồi cháu ạ").await.hears("Cảm ơn bà nhiều");
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn an_unclear_yes_is_asked_once_and_answered_by_number(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "hình như nhà em quét mã qr rồi").await.hears("hỏi lại cho chắc");
        room.chooses_privately("Mẹ An", "Rồi ạ").await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn done_said_of_a_whole_list_is_asked_which_of_it(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "/xacnhan").await;
        room.privately("Mẹ An", "xong rồi ạ").await.hears("nhà mình đã làm được việc nào rồi ạ?");
        nothing_done(&room).await;
        room.chooses_privately("Mẹ An", "kích hoạt VNeID").await.hears("đã kích hoạt VNeID mức 2");
        assert_eq!((room.count("qr").await, room.count("vneid").await), ((0, 3), (1, 3)));
    }

    async fn one_question_at_most_in_one_answer(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "hình như em quét mã qr rồi, chắc vneid cũng xong rồi").await;
        assert!(room.bot_said().matches('?').count() <= 1, "{}", room.transcript());
        nothing_done(&room).await;
    }

    async fn a_refusal_is_kept_without_reproach(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "nhà em không làm vneid đâu ạ").await.hears("Khi nào đổi ý, ba mẹ nhắn em nhé");
        assert_eq!(room.in_state("vneid", State::Declined).await, 1);
        assert_eq!(room.count("vneid").await, (0, 3));
    }

    async fn nobody_is_told_tuition(room: Room) {
        three_families(&mut room).await;
        for words in ["/trogiup", "/xacnhan", "/trangthai", "em đóng tiền tháng 11 rồi", "em nộp tiền mặt rồi", "học phí bao nhiêu"] {
            room.privately("Mẹ An", words).await.does_not_hear("ọc phí");
        }
    }
}

with_buttons! {
    async fn a_statement_said_aloud_is_kept_and_only_a_reaction_tells(room: Room) {
        three_families(&mut room).await;
        room.begins().in_group("5A1", "Mẹ An", "nhà em quét mã qr rồi cô nhé").await;
        assert_eq!(
            room.transcript(),
            "Mẹ An: nhà em quét mã qr rồi cô nhé\n\
             \x20 bot 👍 ở nhóm 5A1\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/3 · 0/3 · 0/3"
        );
        room.in_group("5A1", "Mẹ An", "nhà em quét mã qr rồi cô nhé").await.silence();
        assert_eq!(room.acts().await, 1);
    }

    async fn what_a_stranger_says_aloud_is_left_in_peace(room: Room) {
        three_families(&mut room).await;
        room.in_group("5A1", "Khách", "nhà em quét mã qr rồi cô nhé").await.silence();
        assert_eq!(room.acts().await, 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM pending").await, 0);
    }

    async fn what_the_teacher_says_aloud_is_not_a_familys_answer(room: Room) {
        three_families(&mut room).await;
        room.in_group("5A1", "Cô Hoa", "em quét mã qr rồi nhé").await.silence();
        assert_eq!(room.acts().await, 0);
    }
}

with_numbers! {
    async fn what_is_not_for_the_bot_is_not_heard(room: Room) {
        three_families(&mut room).await;
        room.in_group("5A1", "Mẹ An", "nhà em quét mã qr rồi cô nhé").await.silence();
        assert_eq!(room.acts().await, 0);
        room.mentioning("5A1", "Mẹ An", "@LopSoBot nhà em quét mã qr rồi nhé").await.hears("Dạ, đã ghi nhận ạ.");
        assert_eq!(room.count("qr").await, (1, 3));
    }
}

async fn nothing_done(room: &crate::support::room::Room) {
    for task in ["qr", "thu-2026-11", "vneid"] {
        assert_eq!(room.count(task).await.0, 0, "{task}\n{}", room.transcript());
    }
}
