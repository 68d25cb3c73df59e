//! A family says that something is done, says it again, takes it back.

use lopso::domain::{Evidence, State};

use crate::{everywhere, with_buttons};

/// Three families in 5A1.
async fn three_families(room: &mut crate::support::room::Room) {
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"]).await;
    room.family("5A1", "Phạm Minh Khang", &["Bà Tư"]).await;
    room.hang_boards().await;
}

everywhere! {
    async fn a_choice_on_the_board_is_kept_and_counted(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.in_state("qr", State::Done(Evidence::Said)).await, 1);
        assert_eq!(room.count("vneid").await, (0, 3));
    }

    async fn a_double_tap_counts_once(room: Room) {
        three_families(&mut room).await;
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Năm 20:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 3));
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act").await, 1);
    }

    async fn the_same_update_delivered_twice_is_one_answer(room: Room) {
        three_families(&mut room).await;
        let tap = room.done_tap("5A1", "Mẹ An", "qr");
        assert_eq!(room.happens(vec![tap.clone(), tap.clone()]).await.applied, 1);
        assert_eq!(room.happens(vec![tap]).await.applied, 0);
        room.silence();
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM act").await, 1);
    }
}

with_buttons! {
    async fn the_board_follows_every_answer(room: Room) {
        three_families(&mut room).await;
        assert_eq!(room.board("5A1"), "0/3 · 0/3 · 0/3");
        room.at("thứ Năm 09:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.hears("bot nhắc Mẹ An: Dạ, em ghi nhận nhà mình đã quét QR của lớp rồi ạ.");
        assert_eq!(room.board("5A1"), "1/3 · 0/3 · 0/3");
        room.at("thứ Năm 20:00").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.hears("nhà mình đã xác nhận quét QR của lớp lúc 9:00 rồi ạ");
    }
}
