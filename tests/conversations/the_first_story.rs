//! The first story of the product, from the board to the principal's true counts.

use lopso::domain::{Evidence, State};

use crate::support::room::Room;
use crate::{everywhere, with_buttons};

/// Five families in 5A1, and the board with its three tasks.
async fn a_class(room: &mut Room) {
    room.family("5A1", "Nguyễn Hoài An", &["Mẹ An"]).await;
    room.family("5A1", "Trần Hải Nam", &["Ba Nam", "Mẹ Nam"])
        .await;
    room.family("5A1", "Phạm Minh Khang", &["Bà Tư"]).await;
    room.family("5A1", "Lê Gia Bình", &["Ba Bình"]).await;
    room.family("5A1", "Võ Mai Chi", &["Mẹ Chi"]).await;
    room.hang_boards().await;
}

everywhere! {
    async fn parents_confirm_the_teacher_sees_who_is_missing_the_principal_gets_true_counts(room: Room) {
        a_class(&mut room).await;

        room.at("thứ Năm 07:30").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Năm 08:10").answering("5A1", "Ba Nam", "em chuyển khoản rồi ạ").await;
        room.at("thứ Năm 09:00").privately("Bà Tư", "cài vneid kiểu gì").await.hears("📖").hears("VNeID");
        room.at("thứ Năm 12:00").chooses("5A1", "Ba Bình", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (2, 5));
        room.at("thứ Năm 12:01").privately("Ba Bình", "em bấm nhầm ạ").await.hears("em đã rút lại câu trả lời về việc quét QR của lớp");
        assert_eq!(room.count("qr").await, (1, 5));

        room.at("thứ Năm 16:30").privately("Cô Hoa", "/danhsach qr").await.hears("Đã xong 1/5 gia đình");
        for missing in ["Trần Hải Nam", "Phạm Minh Khang", "Lê Gia Bình", "Võ Mai Chi"] {
            room.hears(missing);
        }
        room.does_not_hear("Nguyễn Hoài An");

        room.at("thứ Sáu 07:00").privately("Cô Lan", "/baocao").await;
        room.hears("Số liệu lúc 7:00 ngày 20/11 – lớp 5A1, 5 gia đình");
        room.hears("1. Quét QR của lớp\n1/5 gia đình đã xong (20 %)\n  trong đó 1 tự báo\n  còn lại 4 chưa trả lời");
        room.hears("2. Chuyển khoản thu tháng 11\n1/5 gia đình đã xong (20 %)\n  trong đó 1 tự báo\n  còn lại 4 chưa trả lời");
        room.hears("3. Kích hoạt VNeID mức 2\n0/5 gia đình đã xong (0 %)\n  còn lại 1 cần chỉ cách làm, 4 chưa trả lời");
        assert_eq!(room.in_state("thu-2026-11", State::Done(Evidence::Said)).await, 1);
        assert_eq!(room.in_state("vneid", State::NeedsHelp).await, 1);
        assert_eq!(room.acts().await, 5, "three said it, one took it back, one asked how");
    }
}

with_buttons! {
    async fn the_first_story_word_by_word(room: Room) {
        a_class(&mut room).await;
        room.begins();
        room.at("thứ Năm 07:30").chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.at("thứ Năm 08:10").answering("5A1", "Ba Nam", "em chuyển khoản rồi ạ").await;
        room.at("thứ Năm 12:00").chooses("5A1", "Ba Bình", "Đã quét QR").await;
        room.at("thứ Năm 12:01").privately("Ba Bình", "em bấm nhầm ạ").await;
        room.at("thứ Năm 16:30").privately("Cô Hoa", "/danhsach qr").await;
        room.at("thứ Sáu 07:00").privately("Cô Lan", "/baocao").await;
        assert_eq!(
            room.transcript(),
            "Mẹ An bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Mẹ An: Dạ, em ghi nhận nhà mình đã quét QR của lớp rồi ạ. Cảm ơn ba mẹ nhiều!\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/5 · 0/5 · 0/5\n\
             Ba Nam: em chuyển khoản rồi ạ\n\
             \x20 bot 👍 ở nhóm 5A1\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/5 · 1/5 · 0/5\n\
             Ba Bình bấm [✅ Đã quét QR của lớp]\n\
             \x20 bot nhắc Ba Bình: Dạ, em ghi nhận nhà mình đã quét QR của lớp rồi ạ. Cảm ơn ba mẹ nhiều!\n\
             \x20 bot sửa bảng ở nhóm 5A1: 2/5 · 1/5 · 0/5\n\
             Ba Bình: em bấm nhầm ạ\n\
             \x20 bot → Ba Bình: Dạ, em đã rút lại câu trả lời về việc quét QR của lớp ạ. Khi nào xong ba mẹ báo lại em nhé.\n\
             \x20 bot sửa bảng ở nhóm 5A1: 1/5 · 1/5 · 0/5\n\
             Cô Hoa: /danhsach qr\n\
             \x20 bot → Cô Hoa: 🔒 Lớp 5A1 – Quét QR của lớp\n\
             Đã xong 1/5 gia đình (chỉ cô xem, xin đừng gửi vào nhóm)\n\
             \n\
             ⬜ Chưa trả lời (4):\n\
             Lê Gia Bình, Võ Mai Chi, Phạm Minh Khang, Trần Hải Nam\n\
             \n\
             Cô muốn ghi hộ nhà nào thì nhắn /nhapho ạ.\n\
             Cô Lan: /baocao\n\
             \x20 bot → Cô Lan: 📊 Trường Mầm non Thử\n\
             Số liệu lúc 7:00 ngày 20/11 – lớp 5A1, 5 gia đình\n\
             \n\
             1. Quét QR của lớp\n\
             1/5 gia đình đã xong (20 %)\n\
             \x20 trong đó 1 tự báo\n\
             \x20 còn lại 4 chưa trả lời\n\
             \n\
             2. Chuyển khoản thu tháng 11\n\
             1/5 gia đình đã xong (20 %)\n\
             \x20 trong đó 1 tự báo\n\
             \x20 còn lại 4 chưa trả lời\n\
             \n\
             3. Kích hoạt VNeID mức 2\n\
             chưa có dữ liệu"
        );
    }
}
