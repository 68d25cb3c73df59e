//! What phones really send: no accents, broken accents, invisible letters, photos, stories, and secrets.

use lopso::domain::message::{ChatKind, Sender, What};
use unicode_normalization::UnicodeNormalization as _;

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

/// Nothing of these digits is kept, in whatever way they were grouped.
async fn kept_nowhere(room: &Room, digits: &str) {
    for kept in room.kept_texts().await {
        let only: String = kept.chars().filter(char::is_ascii_digit).collect();
        assert!(!kept.contains(digits), "{digits} is kept in {kept:?}");
        assert!(
            kept.len() > 500 || !only.contains(digits),
            "{digits} is kept, taken apart, in {kept:?}"
        );
    }
}

everywhere! {
    async fn words_without_accents_are_understood(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "da em quet ma qr roi co a").await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn words_in_capitals_are_understood(room: Room) {
        three_families(&mut room).await;
        room.privately("Bà Tư", "BÀ QUÉT MÃ QR RỒI").await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn accents_typed_apart_are_the_same_words(room: Room) {
        three_families(&mut room).await;
        let apart: String = "em quét mã qr rồi cô ạ".nfd().collect();
        assert_ne!(apart, "em quét mã qr rồi cô ạ");
        room.privately("Mẹ An", &apart).await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn invisible_letters_do_not_hide_an_answer(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em qu\u{200b}ét mã\u{feff} q\u{200d}r rồi").await;
        room.privately("Ba Nam", "\u{202e}em quét mã qr rồi\u{202c}").await;
        assert_eq!(room.count("qr").await, (2, 3));
    }

    async fn a_nul_in_a_message_stops_nothing(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em quét mã qr rồi\0").await;
        room.privately("Ba Nam", "\0").await;
        room.forges("5A1", "Mẹ An", "say.done.\0").await.hears("chưa thấy lựa chọn này");
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_nul_in_a_display_name_stops_nobody(room: Room) {
        three_families(&mut room).await;
        let mut odd = room.private_text("Mẹ An", "em quét mã qr rồi ạ");
        odd.sender.name = "Mẹ\0 An \u{202e}".to_owned();
        let tap = room.done_tap("5A1", "Ba Nam", "qr");
        room.happens(vec![odd, tap]).await;
        assert_eq!(room.count("qr").await, (2, 3));
    }

    async fn a_very_long_display_name_stops_nobody(room: Room) {
        three_families(&mut room).await;
        let mut odd = room.private_text("Mẹ An", "em quét mã qr rồi ạ");
        odd.sender = Sender { external_id: "Mẹ An".to_owned(), name: "An ".repeat(5_000) };
        room.happens(vec![odd]).await;
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_story_of_ten_thousand_letters_records_nothing(room: Room) {
        three_families(&mut room).await;
        let story: String = "nhà em quét mã qr rồi cô ạ. ".chars().cycle().take(10_000).collect();
        room.privately("Mẹ An", &story).await;
        room.in_group("5A1", "Mẹ An", &story).await.silence();
        room.answering("5A1", "Mẹ An", &story).await;
        assert_eq!(room.acts().await, 0);
    }

    async fn emoji_alone_are_answered_kindly_and_recorded_as_nothing(room: Room) {
        three_families(&mut room).await;
        for emoji in ["👍", "❤️❤️❤️", "😂", "👨‍👩‍👧"] {
            room.privately("Mẹ An", emoji).await;
            assert!(room.bot_said().contains("Dạ"), "{}", room.transcript());
            room.in_group("5A1", "Mẹ An", emoji).await.silence();
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn an_empty_message_is_answered_kindly(room: Room) {
        three_families(&mut room).await;
        for empty in ["", "   ", "\n\n", "\u{200b}"] {
            room.privately("Mẹ An", empty).await.hears("nhắn lại bằng chữ");
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn a_photo_gets_one_fixed_kind_answer_and_proves_nothing(room: Room) {
        three_families(&mut room).await;
        room.shows_photo("Mẹ An", None).await.hears("không mở và không giữ ảnh");
        room.shows_photo("Mẹ An", Some("em chuyển tiền tháng 11 rồi ạ")).await.hears("không mở và không giữ ảnh");
        assert_eq!(room.acts().await, 0);
    }

    async fn a_photo_in_the_group_is_left_alone(room: Room) {
        three_families(&mut room).await;
        let what = What::Attachment { caption: Some("bé nhà em ạ".to_owned()), message: "p1".to_owned(), addressed: false };
        let photo = room.update("nhom-5A1", ChatKind::Group, "Mẹ An", what);
        room.happens(vec![photo]).await;
        room.silence();
    }

    async fn a_one_time_code_is_warned_about_and_kept_nowhere(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "mã otp của em là 482913 cô nhập giúp em").await;
        room.hears("đừng gửi mã OTP").hears("Thu hồi").does_not_hear("482913");
        room.privately("Mẹ An", "OTP 48 29 13").await.hears("Thu hồi");
        kept_nowhere(&room, "482913").await;
        assert_eq!(room.acts().await, 0);
    }

    async fn an_identity_number_is_warned_about_and_kept_nowhere(room: Room) {
        three_families(&mut room).await;
        for text in ["cccd của em là 001199012345", "001199012345", "số định danh: 001 199 012 345"] {
            room.privately("Mẹ An", text).await.hears("căn cước").does_not_hear("001199012345").does_not_hear("012 345");
        }
        kept_nowhere(&room, "001199012345").await;
    }

    async fn a_password_is_warned_about_and_kept_nowhere(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "mật khẩu vneid là HoaSen2019").await.hears("mật khẩu").does_not_hear("HoaSen2019");
        for kept in room.kept_texts().await {
            assert!(!kept.contains("HoaSen2019"), "{kept:?}");
        }
    }

    async fn a_secret_in_a_caption_is_warned_about(room: Room) {
        three_families(&mut room).await;
        room.shows_photo("Mẹ An", Some("mã otp là 482913")).await.hears("Thu hồi");
        kept_nowhere(&room, "482913").await;
    }

    async fn a_secret_in_the_group_is_warned_about_without_a_name(room: Room) {
        three_families(&mut room).await;
        room.mentioning("5A1", "Mẹ An", "@LopSoBot mã otp của em là 482913").await;
        room.hears("Thu hồi").does_not_hear("482913").does_not_hear("Mẹ An");
        kept_nowhere(&room, "482913").await;
    }

    async fn beside_a_secret_a_clear_answer_still_counts(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "em quét mã qr rồi ạ, mã otp là 482913").await.hears("Thu hồi");
        assert_eq!(room.count("qr").await, (1, 3));
        kept_nowhere(&room, "482913").await;
    }

    async fn a_phone_number_is_kept_nowhere_and_nobody_is_warned(room: Room) {
        three_families(&mut room).await;
        room.privately("Mẹ An", "cô gọi em số 0912345678 nhé").await.does_not_hear("Thu hồi");
        kept_nowhere(&room, "0912345678").await;
    }

    async fn a_nul_in_a_newcomers_name_stops_nobody(room: Room) {
        three_families(&mut room).await;
        let new = "Mẹ\0Mới";
        let mut batch = vec![room.done_tap("5A1", new, "qr")];
        batch.push(room.done_tap("5A1", "Mẹ An", "qr"));
        assert_eq!(room.happens(batch).await.applied, 2);
        assert_eq!(room.count("qr").await, (1, 3));
    }

    async fn a_forwarded_code_is_warned_about_wherever_the_number_stands(room: Room) {
        three_families(&mut room).await;
        for words in [
            "482913 là mã otp của em",
            "Ma OTP cua quy khach de dang nhap ung dung VNeID la 482913. Khong cung cap cho ai",
        ] {
            room.privately("Mẹ An", words).await.hears("Thu hồi");
            kept_nowhere(&room, "482913").await;
        }
    }

    async fn made_up_buttons_are_answered_kindly(room: Room) {
        three_families(&mut room).await;
        let long = "x".repeat(5_000);
        for data in ["", "say.done", "say.done.zzzzzzzzzzzzzzzzzz", "drop table act", "list.1.2.3.4", long.as_str()] {
            room.forges("5A1", "Mẹ An", data).await.hears("chưa thấy lựa chọn này");
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn a_private_word_is_always_answered(room: Room) {
        three_families(&mut room).await;
        for words in ["alo", "?", "123456", "asdfgh", "cô ơi", "/khongco", "/", "em chào cô", "(-_-)", "<b>x</b>"] {
            room.privately("Mẹ An", words).await;
            assert!(room.bot_said().contains("Dạ"), "{words:?} was not answered:\n{}", room.transcript());
        }
        assert_eq!(room.acts().await, 0);
    }
}

with_buttons! {
    async fn a_secret_said_aloud_is_warned_about_even_when_not_for_the_bot(room: Room) {
        three_families(&mut room).await;
        room.in_group("5A1", "Mẹ An", "mã otp của em là 482913").await.hears("Thu hồi").does_not_hear("482913");
        kept_nowhere(&room, "482913").await;
    }
}
