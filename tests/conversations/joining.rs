//! Getting in: by a slip, by the teacher's word, by a colleague's code; and who does not get in.

use lopso::domain::time::{DAY_MS, HOUR_MS};
use lopso::domain::{AccountId, Role, Tap};

use crate::support::room::Room;
use crate::{everywhere, three_families, with_buttons};

/// Three families, and one child whose family has not come in.
async fn bao_is_new(room: &mut Room) {
    three_families(room).await;
    room.family("5A1", "Lê Gia Bảo", &[]).await;
    room.privately("Cô Hoa", "/trogiup").await;
}

async fn guardians(room: &Room) -> i64 {
    room.one("SELECT COUNT(*) AS n FROM guardian").await
}

async fn enters(room: &mut Room, who: &str, code: &str) {
    room.privately(who, &format!("/start {code}")).await;
    room.chooses_privately(who, "Đồng ý").await;
}

async fn account(room: &Room, name: &str) -> AccountId {
    let mut tx = room.test.db.read().await.unwrap();
    const SELECT: &str = "SELECT account_id FROM account WHERE external_id = $1";
    let row = tx.row(SELECT, lopso::vals![name]).await.unwrap().unwrap();
    row.get("account_id").unwrap()
}

everywhere! {
    async fn a_slip_asks_for_consent_before_it_says_the_childs_name(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await
            .hears("trợ lý tự động của lớp 5A1").hears("Mình đồng ý không ạ?").does_not_hear("bé Bảo").does_not_hear("Gia");
        assert_eq!(guardians(&room).await, 4);
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("người nhà của bé Bảo, lớp 5A1").hears("em nhắn riêng để nhắc nhẹ nhé?");
        assert_eq!(guardians(&room).await, 5);
        room.privately("Mẹ Bảo", "/trangthai").await.hears("Bé Bảo");
    }

    async fn the_short_code_can_be_typed_with_a_story_around_it(room: Room) {
        bao_is_new(&mut room).await;
        let code = room.slip("Lê Gia Bảo").await.short.to_lowercase();
        room.privately("Bà Sáu", &format!("gửi mã {} {} cho bot", &code[..4], &code[4..])).await.hears("Mình đồng ý không ạ?");
    }

    async fn what_was_tapped_before_is_counted_after_the_yes_and_not_before(room: Room) {
        bao_is_new(&mut room).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        assert_eq!(room.count("qr").await, (0, 4));
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("Câu trả lời lúc trước em cũng tính luôn");
        assert_eq!(room.count("qr").await, (1, 4));
    }

    async fn a_no_is_respected_and_nothing_is_kept(room: Room) {
        bao_is_new(&mut room).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        room.chooses_privately("Mẹ Bảo", "Không đồng ý").await.hears("tôn trọng ý mình").does_not_hear("bé Bảo");
        assert_eq!(guardians(&room).await, 4);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM pending").await, 0);
        room.privately("Mẹ Bảo", "cài vneid kiểu gì").await.hears("📖 Cài ứng dụng VNeID");
        // Who changes her mind comes in by the same slip.
        enters(&mut room, "Mẹ Bảo", &slip.link).await;
        assert_eq!(guardians(&room).await, 5);
    }

    async fn a_second_scan_changes_nothing_and_a_siblings_slip_asks_nothing(room: Room) {
        bao_is_new(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &[]).await;
        let (bao, huy) = (room.slip("Lê Gia Bảo").await, room.slip("Lê Gia Huy").await);
        enters(&mut room, "Mẹ Bảo", &bao.link).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        room.privately("Mẹ Bảo", &format!("/start {}", bao.link)).await.hears("em nhận ra nhà mình rồi");
        room.privately("Mẹ Bảo", &format!("/start {}", huy.link)).await.hears("người nhà của bé Huy, lớp 5A2");
        assert_eq!(guardians(&room).await, 6);
        // A skill of the household counts for the child that came later.
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM family WHERE state = 'done'").await, 2);
    }

    async fn a_slip_lets_three_in_and_no_fourth(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        for who in ["Mẹ Bảo", "Ba Bảo", "Bà Sáu"] {
            enters(&mut room, who, &slip.link).await;
        }
        room.privately("Kẻ lạ", &format!("/start {}", slip.link)).await.hears("đã có ba người trong nhà dùng rồi");
        assert_eq!(guardians(&room).await, 7);
    }

    async fn printed_again_it_is_the_same_slip_and_issued_anew_the_old_one_is_dead(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        assert_eq!(room.slip("Lê Gia Bảo").await, slip);
        let new = room.new_slip("Lê Gia Bảo").await;
        assert_ne!(new, slip);
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await.hears("em chưa thấy mã này");
        room.privately("Mẹ Bảo", &slip.short).await.hears("em chưa thấy mã này");
        enters(&mut room, "Mẹ Bảo", &new.link).await;
        assert_eq!(guardians(&room).await, 5);
    }

    async fn a_slip_runs_out(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.after_ms(120 * DAY_MS).privately("Mẹ Bảo", &format!("/start {}", slip.link)).await.hears("đã hết hạn");
    }

    async fn a_stranger_who_guesses_is_not_listened_to_any_more(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        for guess in 0..5 {
            let wrong = format!("ls-{}", char::from(b'a' + guess).to_string().repeat(26));
            room.privately("Kẻ lạ", &format!("/start {wrong}")).await.hears("em chưa thấy mã này");
        }
        // Even the right one.
        room.privately("Kẻ lạ", &slip.short).await.hears("mai mới nhận mã tiếp").does_not_hear("5A1");
        room.after_ms(DAY_MS).privately("Kẻ lạ", &slip.short).await.hears("Mình đồng ý không ạ?");
    }

    async fn a_slip_of_the_pen_is_told_apart_and_counts_for_no_guess(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        let last = if slip.short.ends_with('A') { "C" } else { "A" };
        let wrong = format!("{}{last}", &slip.short[..7]);
        for _ in 0..6 {
            room.privately("Bà Sáu", &wrong).await.hears("gõ nhầm một chữ");
        }
        room.privately("Bà Sáu", &slip.short).await.hears("Mình đồng ý không ạ?");
    }

    async fn a_code_is_not_taken_in_a_group(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.mentioning("5A1", "Mẹ Bảo", &slip.short).await;
        room.privately("Mẹ Bảo", "/trogiup").await;
        room.mentioning("5A1", "Mẹ Bảo", &format!("/batdau {}", slip.link)).await.hears("đừng gửi vào nhóm");
        assert_eq!(guardians(&room).await, 4);
    }

    async fn a_slip_of_another_class_opens_that_child_and_nothing_here(room: Room) {
        bao_is_new(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &[]).await;
        let slip = room.slip("Lê Gia Huy").await;
        room.chooses("5A1", "Mẹ Huy", "Đã quét QR").await;
        enters(&mut room, "Mẹ Huy", &slip.link).await;
        room.hears("bé Huy, lớp 5A2").does_not_hear("bé Bảo");
        let of = |class| format!("SELECT COUNT(*) AS n FROM enrolment e JOIN family f ON f.child_id = e.child_id \
            JOIN class k ON k.class_id = e.class_id WHERE k.code = '{class}' AND f.state = 'done'");
        let here: &'static str = Box::leak(of("5A1").into_boxed_str());
        let there: &'static str = Box::leak(of("5A2").into_boxed_str());
        assert_eq!((room.one(here).await, room.one(there).await), (0, 1));
    }

    async fn without_a_slip_the_teacher_decides_and_nobody_taps_twice(room: Room) {
        bao_is_new(&mut room).await;
        room.family("5A1", "Vũ Thái Bảo", &[]).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        // As the link behind the button opens it.
        room.privately("Mẹ Bảo", "/start giadinh").await.hears("Mình đồng ý không ạ?");
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("tên của bé").does_not_hear("Thái");
        room.privately("Mẹ Bảo", "bé Bảo ạ").await.hears("em chuyển cô giáo chủ nhiệm rồi")
            .hears("bot → Cô Hoa: 🔔 Mẹ Bảo xin được ghi là người nhà của bé Bảo, lớp 5A1");
        assert_eq!((guardians(&room).await, room.count("qr").await), (4, (0, 5)));
        room.chooses_privately("Cô Hoa", "Lê Gia Bảo").await.hears("em ghi Mẹ Bảo là người nhà của bé Lê Gia Bảo")
            .hears("bot → Mẹ Bảo: Dạ, cô giáo xác nhận rồi ạ");
        assert_eq!((guardians(&room).await, room.count("qr").await), (5, (1, 5)));
        room.chooses_privately("Cô Hoa", "Vũ Thái Bảo").await.hears("việc này đã xong rồi");
        assert_eq!(guardians(&room).await, 5);
    }

    async fn who_comes_by_themselves_chooses_the_class_and_a_question_is_still_answered(room: Room) {
        bao_is_new(&mut room).await;
        room.class("5A2").await;
        room.privately("Mẹ Bảo", "/batdau").await;
        room.chooses_privately("Mẹ Bảo", "người nhà của bé").await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("học lớp nào");
        room.chooses_privately("Mẹ Bảo", "Lớp 5A1").await.hears("tên của bé");
        room.privately("Mẹ Bảo", "cài vneid kiểu gì").await.hears("📖");
        room.privately("Mẹ Bảo", "Lê Gia Bảo").await.hears("em chuyển cô giáo");
        room.privately("Mẹ Bảo", "/start giadinh").await.hears("đang chờ cô giáo");
    }

    async fn whom_the_teacher_does_not_know_is_told_kindly_and_comes_in_by_a_slip(room: Room) {
        bao_is_new(&mut room).await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        room.privately("Mẹ Bảo", "/start giadinh").await;
        room.chooses_privately("Mẹ Bảo", "Đồng ý").await;
        room.privately("Mẹ Bảo", "Bống").await.hears("Em chưa thấy bé nào tên này");
        room.chooses_privately("Cô Hoa", "Từ chối").await.hears("bot → Mẹ Bảo: Dạ, cô giáo chưa nhận ra");
        room.privately("Mẹ Bảo", "/start giadinh").await.hears("cô giáo chưa nhận ra");
        assert_eq!((guardians(&room).await, room.one("SELECT COUNT(*) AS n FROM pending").await), (4, 0));
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await.hears("người nhà của bé Bảo");
        assert_eq!(guardians(&room).await, 5);
    }

    async fn a_made_up_approval_lets_nobody_in(room: Room) {
        bao_is_new(&mut room).await;
        room.class("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        room.privately("Kẻ lạ", "/trogiup").await;
        let stranger = account(&room, "Kẻ lạ").await;
        let admit = Tap::Admit { account: stranger, child: room.child_id("Lê Gia Bảo") }.write();
        let refuse = Tap::Refuse { account: stranger, class: room.class_id("5A1") }.write();
        // Nobody asked for it, so even the teacher's own button finds nobody.
        room.forges_privately("Cô Hoa", &admit).await.hears("đã xong rồi");
        room.privately("Kẻ lạ", "/start giadinh").await;
        room.chooses_privately("Kẻ lạ", "Đồng ý").await;
        room.chooses_privately("Kẻ lạ", "Lớp 5A1").await;
        room.privately("Kẻ lạ", "Bảo").await;
        for who in ["Kẻ lạ", "Mẹ An", "Cô Mai", "Cô Lan"] {
            room.forges_privately(who, &admit).await.hears("chưa mở cho mình");
            room.forges_privately(who, &refuse).await.hears("chưa mở cho mình");
        }
        assert_eq!(guardians(&room).await, 4);
    }

    async fn not_my_child_takes_ones_own_link_away_and_what_it_counted(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        enters(&mut room, "Mẹ Lạ", &slip.link).await;
        room.chooses("5A1", "Mẹ Lạ", "Đã quét QR").await;
        assert_eq!(room.count("qr").await, (1, 4));
        room.chooses_privately("Mẹ Lạ", "Không phải con tôi").await.hears("em gỡ mình khỏi bé này").hears("bot → Cô Hoa: Dạ, có một người vừa báo");
        assert_eq!((guardians(&room).await, room.count("qr").await), (4, (0, 4)));
        // A payment is the child's, and would stay without its payer.
        enters(&mut room, "Mẹ Lạ", &slip.link).await;
        room.privately("Mẹ Lạ", "em chuyển khoản tiền tháng 11 rồi ạ").await;
        assert_eq!(room.count("thu-2026-11").await, (1, 4));
        room.chooses_privately("Mẹ Lạ", "Không phải con tôi").await;
        assert_eq!(room.count("thu-2026-11").await, (0, 4));
        let an = Tap::NotMine(room.child_id("Nguyễn Hoài An")).write();
        room.forges_privately("Mẹ Lạ", &an).await.hears("không cần gỡ");
        assert_eq!(guardians(&room).await, 4);
    }

    async fn a_question_for_consent_is_forgotten_after_two_days(room: Room) {
        bao_is_new(&mut room).await;
        let slip = room.slip("Lê Gia Bảo").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        room.after_ms(48 * HOUR_MS).chooses_privately("Mẹ Bảo", "Đồng ý").await.hears("lâu quá rồi");
        assert_eq!(guardians(&room).await, 4);
    }
}

everywhere! {
    async fn a_colleague_comes_in_once_by_her_code(room: Room) {
        bao_is_new(&mut room).await;
        room.colleague("Nguyễn Thị Mai", Role::Teacher, &["5A1"]).await;
        let code = room.invitation("Nguyễn Thị Mai").await;
        room.privately("Mai N.", "/danhsach qr").await.hears("chưa mở cho mình");
        room.privately("Mai N.", &format!("/start {}", code.link)).await.hears("em chào Nguyễn Thị Mai").hears("phụ trách lớp 5A1");
        room.privately("Mai N.", "/danhsach qr").await.hears("Lê Gia Bảo");
        room.privately("Kẻ lạ", &format!("/start {}", code.link)).await.hears("đã có người dùng rồi");
        room.privately("Kẻ lạ", "/danhsach qr").await.hears("chưa mở cho mình");
    }

    async fn with_a_new_phone_the_old_one_opens_nothing_any_more(room: Room) {
        bao_is_new(&mut room).await;
        let code = room.new_invitation("Cô Hoa").await;
        room.privately("Hoa máy mới", &format!("/start {}", code.link)).await.hears("em chào Cô Hoa");
        room.privately("Hoa máy mới", "/danhsach qr").await.hears("Lê Gia Bảo");
        room.privately("Cô Hoa", "/danhsach qr").await.hears("chưa mở cho mình");
    }

    async fn a_teacher_who_has_left_loses_everything_at_once(room: Room) {
        bao_is_new(&mut room).await;
        room.colleague("Nguyễn Thị Mai", Role::Teacher, &["5A1"]).await;
        let unused = room.invitation("Nguyễn Thị Mai").await;
        room.leaves_the_staff("Cô Hoa").await;
        room.leaves_the_staff("Nguyễn Thị Mai").await;
        for command in ["/danhsach qr", "/baocao", "/nhapho qr Bảo", "/nhac qr", "/phatdong x"] {
            room.privately("Cô Hoa", command).await.hears("chưa mở cho mình").does_not_hear("Lê Gia Bảo");
        }
        room.mentioning("5A1", "Cô Hoa", "/ganlop").await.hears("chưa mở cho mình");
        room.privately("Mai N.", &format!("/start {}", unused.link)).await.hears("không còn trong danh sách");
        room.privately("Mai N.", "/danhsach qr").await.hears("chưa mở cho mình");
    }

    async fn the_principal_changes(room: Room) {
        bao_is_new(&mut room).await;
        room.colleague("Vũ Thị Thu", Role::Principal, &[]).await;
        room.leaves_the_staff("Cô Lan").await;
        let code = room.invitation("Vũ Thị Thu").await;
        room.privately("Thu", &format!("/start {}", code.link)).await.hears("em chào Vũ Thị Thu");
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.privately("Thu", "/baocao").await.hears("1/4");
        room.privately("Cô Lan", "/baocao").await.hears("chưa mở cho mình");
    }

    async fn the_first_code_is_dead_once_somebody_leads(room: Room) {
        bao_is_new(&mut room).await;
        let code = room.first_code().await;
        room.privately("Kẻ lạ", &format!("/start {}", code.link)).await.hears("đã có người dùng rồi");
        room.leaves_the_staff("Cô Lan").await;
        room.privately("Lan mới", &format!("/start {}", code.link)).await.hears("em chào Lan mới").hears("/baocao");
        room.privately("Kẻ lạ", &format!("/start {}", code.link)).await.hears("đã có người dùng rồi");
        room.privately("Kẻ lạ", "/baocao").await.hears("chưa mở cho mình");
        assert_eq!(room.first_code().await, room.first_code().await);
    }

    async fn an_old_first_code_makes_nobody_principal_when_nobody_leads_any_more(room: Room) {
        bao_is_new(&mut room).await;
        room.leaves_the_staff("Cô Lan").await;
        let code = room.first_code().await;
        room.privately("Lan mới", &format!("/start {}", code.link)).await.hears("em chào Lan mới");
        room.becomes_nobody("Lan mới").await;
        // A mother who kept a picture of the code.
        room.privately("Mẹ An", &format!("/start {}", code.link)).await.hears("đã có người dùng rồi");
        room.privately("Mẹ An", "/baocao").await.hears("chưa mở cho mình");
        // The next start prints another, and that one is good.
        let next = room.first_code().await;
        assert_ne!(next, code);
        room.privately("Vân", &format!("/start {}", next.link)).await.hears("em chào Vân");
        room.privately("Vân", "/baocao").await.does_not_hear("chưa mở cho mình");
    }

    async fn a_mother_who_becomes_a_teacher_stays_one_person(room: Room) {
        bao_is_new(&mut room).await;
        room.chooses("5A1", "Mẹ An", "Đã quét QR").await;
        room.class("5A2").await;
        room.colleague("Nguyễn Thị Mai", Role::Teacher, &["5A2"]).await;
        let code = room.invitation("Nguyễn Thị Mai").await;
        room.privately("Mẹ An", &format!("/start {}", code.link)).await.hears("em chào Nguyễn Thị Mai");
        assert_eq!(room.count("qr").await, (1, 4));
        room.privately("Mẹ An", "/trangthai").await.hears("Bé An");
        room.privately("Mẹ An", "/danhsach qr").await.hears("Lớp 5A2");
        // And a second colleague she does not become.
        let hoa = room.new_invitation("Cô Hoa").await;
        room.privately("Mẹ An", &format!("/start {}", hoa.link)).await.hears("mã này là của một thầy cô khác");
        room.privately("Cô Hoa", "/danhsach qr").await.hears("Lê Gia Bảo");
    }

    async fn a_member_who_tries_every_command_of_the_staff_gets_nothing(room: Room) {
        bao_is_new(&mut room).await;
        room.privately("Kẻ lạ", "/trogiup").await;
        let stranger = account(&room, "Kẻ lạ").await;
        let (task, class, child) = (room.task_id("qr"), room.class_id("5A1"), room.child_id("Lê Gia Bảo"));
        let taps = [
            Tap::Missing { task, class }, Tap::Withdraw(task), Tap::Bind { class, instead: true }, Tap::Bind { class, instead: false },
            Tap::BindStaff, Tap::RemindFirst { task, class: None }, Tap::Remind { task, class: Some(class) }, Tap::Remind { task, class: None },
            Tap::Admit { account: stranger, child }, Tap::Refuse { account: stranger, class },
        ];
        for who in ["Mẹ An", "Kẻ lạ"] {
            for command in ["/danhsach qr", "/nhapho qr Bảo", "/baocao", "/phatdong x", "/nhac qr", "/ganlop 5A1"] {
                room.privately(who, command).await.hears("chưa mở cho mình").does_not_hear("Lê Gia");
                room.mentioning("5A1", who, command).await.does_not_hear("Lê Gia");
            }
            for tap in &taps {
                room.forges_privately(who, &tap.write()).await.does_not_hear("Lê Gia");
                room.forges("5A1", who, &tap.write()).await.does_not_hear("Lê Gia");
            }
        }
        assert_eq!(guardians(&room).await, 4);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM reminder").await, 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM class_group").await, 1);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task WHERE withdrawn_at IS NOT NULL").await, 0);
    }
}

with_buttons! {
    async fn no_account_is_told_a_childs_name_before_its_yes(room: Room) {
        bao_is_new(&mut room).await;
        room.begins();
        let slip = room.slip("Lê Gia Bảo").await;
        room.chooses("5A1", "Mẹ Bảo", "Đã quét QR").await;
        room.privately("Mẹ Bảo", "/start giadinh").await;
        room.privately("Mẹ Bảo", &format!("/start {}", slip.link)).await;
        room.privately("Mẹ Bảo", "/trangthai").await;
        room.privately("Mẹ Bảo", "/xacnhan").await;
        room.chooses_privately("Mẹ Bảo", "Để sau").await;
        for name in ["Bảo ", "Bảo,", "An", "Nam", "Khang"] {
            let told: Vec<&str> = room.bot_lines("Mẹ Bảo");
            assert!(!told.iter().any(|line| line.contains(&format!("bé {name}"))), "{told:?}");
        }
    }
}
