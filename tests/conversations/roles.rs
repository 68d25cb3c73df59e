//! Who may ask what, where: every command as every role in every kind of chat, against a table written
//! by hand; and buttons that were made up, which open nothing.

use lopso::domain::{ChildId, ClassId, Role, Tap, TaskId, Verb};

use crate::support::room::Room;
use crate::{everywhere, three_families};

/// What an asker meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    /// Answered where it was asked; everybody may read it.
    Open,
    /// Answered in the private chat alone; a group reads at most that an answer was sent.
    Private,
    /// "This is for the teacher of the class and the principal."
    Refused,
}

use Met::{Open, Private, Refused};

/// A row of the table: the command, then what each kind of person meets in a group.
/// In the private chat an open answer and a private one look the same.
struct Row {
    command: &'static str,
    lead: Met,
    homeroom: Met,
    other_staff: Met,
    guardian: Met,
    stranger: Met,
}

const TABLE: [Row; 11] = [
    row("/batdau", [Open, Open, Open, Open, Open]),
    row("/trogiup", [Private, Private, Private, Private, Private]),
    row("/huongdan", [Private, Private, Private, Private, Private]),
    row("/huongdan vneid", [Open, Open, Open, Open, Open]),
    row("/xacnhan", [Open, Open, Open, Open, Open]),
    row("/trangthai", [Private, Private, Private, Private, Private]),
    row("/baocao", [Private, Private, Refused, Refused, Refused]),
    // The principal is told privately where the counts are; she sees no names.
    row("/danhsach", [Private, Private, Refused, Refused, Refused]),
    row(
        "/danhsach qr",
        [Private, Private, Refused, Refused, Refused],
    ),
    row(
        "/nhapho qr Khang",
        [Refused, Private, Refused, Refused, Refused],
    ),
    row("/phatdong", [Private, Refused, Refused, Refused, Refused]),
];

const fn row(command: &'static str, met: [Met; 5]) -> Row {
    let [lead, homeroom, other_staff, guardian, stranger] = met;
    Row {
        command,
        lead,
        homeroom,
        other_staff,
        guardian,
        stranger,
    }
}

/// Whom the table means by its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lead,
    Homeroom,
    OtherStaff,
    Guardian,
    Stranger,
}

impl Row {
    fn expected(&self, kind: Kind) -> Met {
        match kind {
            Kind::Lead => self.lead,
            Kind::Homeroom => self.homeroom,
            Kind::OtherStaff => self.other_staff,
            Kind::Guardian => self.guardian,
            Kind::Stranger => self.stranger,
        }
    }
}

/// Everybody: all nine roles without a class, those that may have one with it, those that may not with
/// one all the same, a guardian, and somebody nobody knows.
async fn everybody(room: &mut Room) -> Vec<(&'static str, Kind)> {
    let people: [(&str, Role, &[&str], Kind); 16] = [
        ("Hiệu trưởng", Role::Principal, &[], Kind::Lead),
        ("Hiệu phó", Role::VicePrincipal, &[], Kind::Lead),
        ("Tổ trưởng", Role::GroupHead, &[], Kind::OtherStaff),
        ("Giáo viên", Role::Teacher, &[], Kind::OtherStaff),
        ("Nòng cốt", Role::CoreTeam, &[], Kind::OtherStaff),
        ("Chi đoàn", Role::YouthUnion, &[], Kind::OtherStaff),
        ("Văn thư", Role::Clerk, &[], Kind::OtherStaff),
        ("Kế toán", Role::Accountant, &[], Kind::OtherStaff),
        ("Nhân viên", Role::Employee, &[], Kind::OtherStaff),
        ("Chủ nhiệm", Role::Teacher, &["5A1"], Kind::Homeroom),
        (
            "Tổ trưởng có lớp",
            Role::GroupHead,
            &["5A1"],
            Kind::Homeroom,
        ),
        ("Nòng cốt có lớp", Role::CoreTeam, &["5A1"], Kind::Homeroom),
        (
            "Chi đoàn có lớp",
            Role::YouthUnion,
            &["5A1"],
            Kind::OtherStaff,
        ),
        ("Văn thư có lớp", Role::Clerk, &["5A1"], Kind::OtherStaff),
        (
            "Kế toán có lớp",
            Role::Accountant,
            &["5A1"],
            Kind::OtherStaff,
        ),
        (
            "Nhân viên có lớp",
            Role::Employee,
            &["5A1"],
            Kind::OtherStaff,
        ),
    ];
    let mut known = Vec::new();
    for (name, role, classes, kind) in people {
        room.staff(name, role, classes).await;
        known.push((name, kind));
    }
    known.extend([("Mẹ An", Kind::Guardian), ("Người Lạ", Kind::Stranger)]);
    known
}

const CHATS: [Option<&str>; 4] = [None, Some("5A1"), Some("5A2"), Some("hội đồng")];

/// What this person met, from what the bot said in the last turn.
fn met(room: &Room, who: &str, chat: Option<&str>) -> Met {
    let privately = room.privately_told(who);
    let aloud = chat.map(|group| room.group_told(group)).unwrap_or_default();
    let heard = format!("{privately}{aloud}");
    assert!(
        !heard.is_empty(),
        "{who} was not answered:\n{}",
        room.transcript()
    );
    if heard.contains("em chưa mở cho mình được") {
        return Refused;
    }
    // What a group reads of a private answer is one short line, and no word of the answer.
    let only_told = aloud.contains("tin nhắn riêng") && !aloud.contains('\n');
    let unheard = chat.is_none() || only_told;
    if unheard && !privately.is_empty() {
        Private
    } else {
        Open
    }
}

async fn ask(room: &mut Room, who: &str, chat: Option<&str>, command: &str) {
    match chat {
        None => room.privately(who, command).await,
        Some(group) => room.mentioning(group, who, command).await,
    };
}

everywhere! {
    async fn every_command_answers_every_role_in_every_chat_as_the_table_says(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        let people = everybody(&mut room).await;
        for (who, _) in &people {
            room.privately(who, "/batdau").await;
        }
        let tasks = room.one("SELECT COUNT(*) AS n FROM task").await;
        let mut wrong = Vec::new();
        for (who, kind) in people {
            for chat in CHATS {
                for row in &TABLE {
                    room.begins();
                    ask(&mut room, who, chat, row.command).await;
                    let expected = match (chat, row.expected(kind)) {
                        (None, Open) => Private,
                        (Some(_) | None, expected) => expected,
                    };
                    let found = met(&room, who, chat);
                    if found != expected {
                        wrong.push(format!("{who} asks {} in {chat:?}: {found:?}, not {expected:?}", row.command));
                    }
                    reads_only_own_names(&room, who, kind);
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(room.acts().await, 0, "a command alone records nothing");
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task").await, tasks);
    }

    async fn a_made_up_button_of_another_school_opens_nothing(room: Room) {
        three_families(&mut room).await;
        let other = room.elsewhere().await;
        let (own_class, own_child) = (room.class_id("5A1"), room.child_id("Nguyễn Hoài An"));
        for who in ["Cô Hoa", "Cô Lan", "Mẹ An", "Người Lạ"] {
            let mut taps = vec![
                Tap::Missing { task: other.task, class: other.class },
                Tap::Missing { task: other.task, class: own_class },
                Tap::Missing { task: room.task_id("qr"), class: other.class },
                Tap::Withdraw(other.task),
                Tap::Say { verb: Verb::Done, task: other.task, child: None },
                Tap::Say { verb: Verb::Done, task: other.task, child: Some(other.child) },
                Tap::Say { verb: Verb::Done, task: room.task_id("thu-2026-11"), child: Some(other.child) },
                Tap::Help(other.task),
            ];
            for verb in Verb::ALL {
                taps.push(Tap::Proxy { verb, task: other.task, child: other.child });
                taps.push(Tap::Proxy { verb, task: other.task, child: own_child });
                taps.push(Tap::Proxy { verb, task: room.task_id("qr"), child: other.child });
            }
            for tap in taps {
                room.forges_privately(who, &tap.write()).await.does_not_hear("Thu Hà").does_not_hear("QR trường khác");
                room.forges("5A1", who, &tap.write()).await.does_not_hear("Thu Hà").does_not_hear("QR trường khác");
            }
        }
        assert_eq!(room.acts().await, 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task WHERE withdrawn_at IS NOT NULL").await, 0);
    }

    async fn two_schools_in_one_batch_do_not_mix(room: Room) {
        three_families(&mut room).await;
        let other = room.elsewhere().await;
        let taps = [
            Tap::Say { verb: Verb::Done, task: other.task, child: None },
            Tap::Missing { task: other.task, class: room.class_id("5A1") },
            Tap::Proxy { verb: Verb::Done, task: other.task, child: room.child_id("Nguyễn Hoài An") },
            Tap::Withdraw(other.task),
            Tap::Help(other.task),
        ];
        for who in ["Mẹ An", "Cô Hoa", "Cô Lan", "Người Lạ"] {
            room.privately(who, "/batdau").await;
            for tap in &taps {
                // Somebody of the other school speaks in the same batch, so its tasks are at hand.
                let theirs = room.tap_in("3B", "Mẹ Hà", &Tap::Guides.write());
                let ours = room.tap_in("5A1", who, &tap.write());
                room.happens(vec![theirs, ours]).await;
                room.does_not_hear("QR trường khác").does_not_hear("Thu Hà");
            }
        }
        assert_eq!(room.acts().await, 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM pending").await, 0);
        assert_eq!(room.one("SELECT COUNT(*) AS n FROM task WHERE withdrawn_at IS NOT NULL").await, 0);
    }

    async fn a_made_up_list_of_another_class_opens_nothing(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.family("5A2", "Lê Gia Huy", &["Mẹ Huy"]).await;
        let list = Tap::Missing { task: room.task_id("qr"), class: room.class_id("5A2") }.write();
        for who in ["Cô Hoa", "Cô Lan", "Mẹ An", "Mẹ Huy", "Người Lạ"] {
            room.forges_privately(who, &list).await.hears("em chưa mở cho mình được").does_not_hear("Huy,").does_not_hear("Lê Gia");
            room.forges("5A2", who, &list).await.hears("em chưa mở cho mình được").does_not_hear("Lê Gia");
        }
    }

    async fn a_made_up_answer_for_another_familys_child_opens_nothing(room: Room) {
        three_families(&mut room).await;
        let khang = room.child_id("Phạm Minh Khang");
        for task in ["thu-2026-11", "qr"] {
            for verb in [Verb::Done, Verb::Cash, Verb::NotYet, Verb::Undo, Verb::Declined] {
                let tap = Tap::Say { verb, task: room.task_id(task), child: Some(khang) }.write();
                room.forges("5A1", "Mẹ An", &tap).await.hears("không có trong danh sách của ba mẹ").does_not_hear("Khang");
            }
        }
        let nobody = Tap::Say { verb: Verb::Done, task: room.task_id("thu-2026-11"), child: Some(ChildId(7)) }.write();
        room.forges("5A1", "Mẹ An", &nobody).await.hears("không có trong danh sách");
        assert_eq!(room.acts().await, 0);
    }

    async fn a_made_up_entry_by_anybody_but_the_childs_teacher_opens_nothing(room: Room) {
        three_families(&mut room).await;
        room.class("5A2").await;
        room.staff("Cô Mai", Role::Teacher, &["5A2"]).await;
        let an = room.child_id("Nguyễn Hoài An");
        for who in ["Cô Mai", "Cô Lan", "Mẹ An", "Bà Tư", "Người Lạ"] {
            for verb in Verb::ALL {
                let tap = Tap::Proxy { verb, task: room.task_id("qr"), child: an }.write();
                room.forges_privately(who, &tap).await.hears("em chưa mở cho mình được").does_not_hear("Hoài An");
            }
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn the_teacher_enters_only_what_a_teacher_may(room: Room) {
        three_families(&mut room).await;
        let an = room.child_id("Nguyễn Hoài An");
        for verb in [Verb::NotYet, Verb::NeedsHelp, Verb::Declined, Verb::Cash] {
            let tap = Tap::Proxy { verb, task: room.task_id("qr"), child: an }.write();
            room.forges_privately("Cô Hoa", &tap).await.hears("em chưa mở cho mình được");
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn a_parent_cannot_exempt_the_own_family(room: Room) {
        three_families(&mut room).await;
        for verb in [Verb::Exempt, Verb::NoPhone] {
            let tap = room.data(verb, "qr");
            room.forges("5A1", "Mẹ An", &tap).await.hears("do nhà trường ghi");
        }
        assert_eq!(room.count("qr").await, (0, 3));
        assert_eq!(room.acts().await, 0);
    }

    async fn a_made_up_withdrawal_takes_no_task_away(room: Room) {
        three_families(&mut room).await;
        for who in ["Cô Hoa", "Mẹ An", "Người Lạ"] {
            let tap = Tap::Withdraw(room.task_id("qr")).write();
            room.forges("5A1", who, &tap).await.hears("em chưa mở cho mình được");
            room.forges_privately(who, &tap).await.hears("em chưa mở cho mình được");
        }
        for task in [TaskId(0), TaskId(7), TaskId(i64::MAX)] {
            room.forges_privately("Cô Lan", &Tap::Withdraw(task).write()).await.hears("không thấy việc này");
        }
        assert_eq!(room.figures().await.tasks.len(), 3);
    }

    async fn ids_that_do_not_exist_open_nothing(room: Room) {
        three_families(&mut room).await;
        for who in ["Cô Hoa", "Cô Lan", "Mẹ An", "Người Lạ"] {
            for tap in [
                Tap::Say { verb: Verb::Done, task: TaskId(7), child: None },
                Tap::Missing { task: TaskId(7), class: ClassId(7) },
                Tap::Missing { task: TaskId(7), class: room.class_id("5A1") },
                Tap::Proxy { verb: Verb::Done, task: TaskId(7), child: ChildId(7) },
                Tap::Proxy { verb: Verb::Done, task: TaskId(7), child: room.child_id("Nguyễn Hoài An") },
                Tap::Help(TaskId(7)),
                Tap::Guide("khong-co".to_owned()),
            ] {
                room.forges("5A1", who, &tap.write()).await;
                assert!(!room.bot_said().is_empty(), "{tap:?} by {who} was not answered");
            }
        }
        assert_eq!(room.acts().await, 0);
    }

    async fn a_household_task_with_the_own_child_named_is_still_the_households(room: Room) {
        three_families(&mut room).await;
        room.family("5A1", "Nguyễn Hoài Phương", &["Mẹ An"]).await;
        let an = room.child_id("Nguyễn Hoài An");
        let tap = Tap::Say { verb: Verb::Done, task: room.task_id("qr"), child: Some(an) }.write();
        room.at("thứ Ba 09:00").forges("5A1", "Mẹ An", &tap).await;
        assert_eq!(room.count("qr").await, (2, 4));
        room.at("thứ Ba 09:05").privately("Mẹ An", "em bấm nhầm").await.hears("em đã rút lại");
        assert_eq!(room.count("qr").await, (0, 4));
    }

    async fn a_teacher_who_is_no_teacher_any_more_sees_no_names(room: Room) {
        three_families(&mut room).await;
        room.privately("Cô Hoa", "/danhsach qr").await.hears("Khang");
        let list = Tap::Missing { task: room.task_id("qr"), class: room.class_id("5A1") }.write();
        room.loses_roles("Cô Hoa").await;
        room.privately("Cô Hoa", "/danhsach qr").await.does_not_hear("Khang").hears("em chưa mở cho mình được");
        room.forges_privately("Cô Hoa", &list).await.does_not_hear("Khang").hears("em chưa mở cho mình được");
        room.privately("Cô Hoa", "/baocao").await.hears("em chưa mở cho mình được");
    }

    async fn a_teacher_has_no_rights_in_another_schools_group(room: Room) {
        three_families(&mut room).await;
        room.elsewhere().await;
        room.privately("Cô Hoa", "/batdau").await;
        for command in ["/baocao", "/danhsach", "/danhsach qr", "/nhapho qr Hà", "/phatdong"] {
            for who in ["Cô Hoa", "Cô Lan"] {
                room.mentioning("3B", who, command).await.hears("em chưa mở cho mình được").does_not_hear("Thu Hà");
            }
        }
    }
}

/// A homeroom teacher may read her class, a parent the own child; nobody else a name, and nobody a name
/// of another class.
fn reads_only_own_names(room: &Room, who: &str, kind: Kind) {
    let heard = room.bot_said();
    for (name, teacher, mother) in [
        ("Hoài An", true, true),
        ("Hải Nam", true, false),
        ("Minh Khang", true, false),
        ("Gia Huy", false, false),
    ] {
        let may = match kind {
            Kind::Homeroom => teacher,
            Kind::Guardian => mother,
            Kind::Lead | Kind::OtherStaff | Kind::Stranger => false,
        };
        assert!(
            may || !heard.contains(name),
            "{who} reads {name}:\n{}",
            room.transcript()
        );
    }
}
