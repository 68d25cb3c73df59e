//! Setting the scene: classes, tasks, staff and families, and another school next door.

use lopso::db::fresh_id;
use lopso::domain::message::{ChatKind, ChatSeen, Sender};
use lopso::domain::*;
use lopso::installation::Key;
use lopso::ledger::{links, store as ledger};
use lopso::roster::School;
use lopso::roster::accounts::{accounts, join};
use lopso::roster::chats::{bind_class, bind_staff_room, chats};
use lopso::roster::invites::{Codes, For, Printing, find, issue, note_wrong_code, page_code};
use lopso::roster::staff;
use lopso::roster::store::{self, ChildEntry, NewClass};
use lopso::understand::codes::Code;

use super::{Elsewhere, GROUP, Room};

impl Room {
    pub async fn class(&mut self, code: &str) {
        self.class_without_group(code).await;
        let id = self.classes[code];
        let mut tx = self.test.db.begin().await.unwrap();
        let seen = ChatSeen {
            external_id: format!("{GROUP}{code}"),
            kind: ChatKind::Group,
        };
        let known = chats(&mut tx, self.bot.id, &[&seen], self.now)
            .await
            .unwrap();
        bind_class(&mut tx, known[&seen.external_id].id, self.school.id, id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn class_without_group(&mut self, code: &str) {
        let id = ClassId(fresh_id(self.now));
        let mut tx = self.test.db.begin().await.unwrap();
        let class = [NewClass::plain(id, code)];
        store::add_classes(&mut tx, self.school.id, &self.school.year, &class)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.classes.insert(code.to_owned(), id);
    }

    pub(super) async fn staff_room(&mut self) {
        let mut tx = self.test.db.begin().await.unwrap();
        let seen = ChatSeen {
            external_id: format!("{GROUP}hội đồng"),
            kind: ChatKind::Group,
        };
        let known = chats(&mut tx, self.bot.id, &[&seen], self.now)
            .await
            .unwrap();
        bind_staff_room(&mut tx, known[&seen.external_id].id, self.school.id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn task(&mut self, key: &str, title: &str, kind: TaskKind) {
        let position = i64::try_from(self.tasks.len()).unwrap() + 1;
        let task = Task {
            id: TaskId(fresh_id(self.now)),
            school: self.school.id,
            key: key.to_owned(),
            title: title.to_owned(),
            kind,
            position,
            target_percent: Some(100),
            opened_at: self.now,
            withdrawn_at: None,
        };
        let mut tx = self.test.db.begin().await.unwrap();
        assert!(
            ledger::add_task(&mut tx, &task, &self.school.year)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        self.tasks.insert(key.to_owned(), task.id);
    }

    pub async fn staff(&mut self, name: &str, role: Role, classes: &[&str]) {
        let person = self.person(name).await;
        let mut tx = self.test.db.begin().await.unwrap();
        staff::add_roles(&mut tx, self.school.id, &[(person, role)])
            .await
            .unwrap();
        let homerooms: Vec<_> = classes
            .iter()
            .map(|code| (self.classes[*code], person))
            .collect();
        staff::add_homerooms(&mut tx, self.school.id, &homerooms)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody left, or changed their post: the class still names them, the role is gone.
    pub async fn loses_roles(&mut self, name: &str) {
        let mut tx = self.test.db.begin().await.unwrap();
        let person = vec![self.people[name].0.into()];
        tx.execute("DELETE FROM staff_role WHERE person_id = $1", person)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The codes on a child's slip, printed now.
    pub async fn slip(&mut self, child: &str) -> Codes {
        self.codes(For::Child(self.children[child]), Printing::Again)
            .await
    }

    pub async fn new_slip(&mut self, child: &str) -> Codes {
        self.codes(For::Child(self.children[child]), Printing::Anew)
            .await
    }

    /// The codes on the poster at a class's door.
    pub async fn poster(&mut self, class: &str) -> Codes {
        self.codes(For::Class(self.classes[class]), Printing::Again)
            .await
    }

    /// The code that the page of a child's slip shows, opened by the printed QR or by a link that was passed on.
    pub async fn page_code(&mut self, child: &str, scanned: bool) -> String {
        let slip = self.slip(child).await;
        let link = if scanned { slip.scan } else { slip.link };
        let mut tx = self.test.db.begin().await.unwrap();
        let key = Key::new(b"key");
        let found = find(&mut tx, &key, &Code::Link(link), None, self.now)
            .await
            .unwrap();
        let code = page_code(&mut tx, &key, &found.unwrap(), self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        code
    }

    /// So many wrong codes of so many different people.
    pub async fn wrong_codes(&mut self, number: usize) {
        let mut tx = self.test.db.begin().await.unwrap();
        for guess in 0..number {
            let sender = Sender {
                external_id: format!("kẻ đoán {guess}"),
                name: "Kẻ đoán".to_owned(),
            };
            let known = accounts(&mut tx, self.bot.id, &[&sender], self.now)
                .await
                .unwrap();
            let account = known[&sender.external_id].id;
            note_wrong_code(&mut tx, account, Some(self.school.id), self.now)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The next roster has the child in another class.
    pub async fn changes_class(&mut self, child: &str, class: &str) {
        let (id, to) = (self.children[child], self.classes[class]);
        let mut tx = self.test.db.begin().await.unwrap();
        let before = store::children(&mut tx, &[id]).await.unwrap()[&id].class;
        let entry = ChildEntry {
            id,
            code: format!("HS{id}"),
            name: child.to_owned(),
            class: to,
        };
        store::put_children(
            &mut tx,
            self.school.id,
            &self.school.year,
            &[entry],
            self.now,
        )
        .await
        .unwrap();
        let moves = [links::Move {
            child: id,
            from: Some(before),
            to: Some(to),
        }];
        links::moved(&mut tx, self.school.id, &moves, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody is in charge of a class for so long.
    pub async fn stands_in(&mut self, who: &str, class: &str, for_ms: i64) {
        let (person, class) = (self.people[who], self.classes[class]);
        let period = (self.now, self.now.plus_ms(for_ms));
        let mut tx = self.test.db.begin().await.unwrap();
        staff::stand_in(&mut tx, self.school.id, class, person, period)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The school's next year begins, with the same tasks and without a roster yet.
    pub async fn new_year(&mut self) {
        let mut tx = self.test.db.begin().await.unwrap();
        self.school.year = "2027-2028".to_owned();
        store::set_year(&mut tx, self.school.id, &self.school.year)
            .await
            .unwrap();
        let says = lopso::feature::group::new_year(&mut tx, self.school.id)
            .await
            .unwrap();
        lopso::app::hand_out(&mut tx, says, self.now).await.unwrap();
        tx.commit().await.unwrap();
        for (key, title, kind) in [
            ("qr", "Quét QR của lớp", TaskKind::Scan),
            ("vneid", "Kích hoạt VNeID mức 2", TaskKind::Skill),
        ] {
            self.task(key, title, kind).await;
        }
        self.deliver().await;
    }

    /// The code of somebody on the staff.
    pub async fn invitation(&mut self, colleague: &str) -> Codes {
        self.codes(For::Staff(self.people[colleague]), Printing::Again)
            .await
    }

    pub async fn new_invitation(&mut self, colleague: &str) -> Codes {
        self.codes(For::Staff(self.people[colleague]), Printing::Anew)
            .await
    }

    /// The code that the first start prints.
    pub async fn first_code(&mut self) -> Codes {
        self.codes(For::Lead(self.school.id), Printing::Again).await
    }

    async fn codes(&mut self, to: For, printing: Printing) -> Codes {
        let mut tx = self.test.db.begin().await.unwrap();
        let key = Key::new(b"key");
        let codes = issue(&mut tx, &key, self.school.id, &[to], printing, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        codes.into_iter().next().unwrap()
    }

    /// Somebody on the staff list who has not come in.
    pub async fn colleague(&mut self, name: &str, role: Role, classes: &[&str]) {
        let id = PersonId(fresh_id(self.now));
        let mut tx = self.test.db.begin().await.unwrap();
        let person = [(id, name.to_owned())];
        store::add_persons(&mut tx, self.school.id, &person, self.now)
            .await
            .unwrap();
        staff::add_roles(&mut tx, self.school.id, &[(id, role)])
            .await
            .unwrap();
        let own: Vec<_> = classes
            .iter()
            .map(|code| (self.classes[*code], id))
            .collect();
        staff::add_homerooms(&mut tx, self.school.id, &own)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.people.insert(name.to_owned(), id);
    }

    /// The next list of the school's staff does not name them any more.
    pub async fn leaves_the_staff(&mut self, name: &str) {
        let person = self.people[name];
        let mut tx = self.test.db.begin().await.unwrap();
        staff::clear_posts(&mut tx, self.school.id, &[person])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Whoever came in by this account is not on the next list of the staff.
    pub async fn becomes_nobody(&mut self, who: &str) {
        const PERSON: &str = "SELECT m.person_id FROM membership m JOIN account a ON a.account_id = m.account_id \
             WHERE a.external_id = $1";
        let mut tx = self.test.db.begin().await.unwrap();
        let row = tx.row(PERSON, lopso::vals![who]).await.unwrap().unwrap();
        let person = row.get("person_id").unwrap();
        staff::clear_posts(&mut tx, self.school.id, &[person])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// A person with an account on the room's bot.
    async fn person(&mut self, name: &str) -> PersonId {
        if let Some(id) = self.people.get(name) {
            return *id;
        }
        let id = PersonId(fresh_id(self.now));
        let mut tx = self.test.db.begin().await.unwrap();
        store::add_persons(&mut tx, self.school.id, &[(id, name.to_owned())], self.now)
            .await
            .unwrap();
        let sender = Sender {
            external_id: name.to_owned(),
            name: name.to_owned(),
        };
        let known = accounts(&mut tx, self.bot.id, &[&sender], self.now)
            .await
            .unwrap();
        join(&mut tx, &[(known[name].id, self.school.id, id)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.people.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        id
    }

    /// Enrols a child, and links these guardians to it.
    pub async fn family(&mut self, class: &str, child: &str, guardians: &[&str]) {
        let id = ChildId(fresh_id(self.now));
        let entry = ChildEntry {
            id,
            code: format!("HS{id}"),
            name: child.to_owned(),
            class: self.classes[class],
        };
        let mut tx = self.test.db.begin().await.unwrap();
        store::put_children(
            &mut tx,
            self.school.id,
            &self.school.year,
            &[entry],
            self.now,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.children.insert(child.to_owned(), id);
        self.names.push(child.to_owned());
        for guardian in guardians {
            self.link(guardian, child).await;
        }
    }

    pub async fn link(&mut self, guardian: &str, child: &str) {
        let (person, child) = (self.person(guardian).await, self.children[child]);
        let mut tx = self.test.db.begin().await.unwrap();
        store::add_guardians(&mut tx, self.school.id, &[(child, person)], self.now)
            .await
            .unwrap();
        links::refold(&mut tx, &[child]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn unlink(&mut self, guardian: &str, child: &str) {
        let (person, child) = (self.people[guardian], self.children[child]);
        let mut tx = self.test.db.begin().await.unwrap();
        store::remove_guardians(&mut tx, self.school.id, &[(child, person)])
            .await
            .unwrap();
        links::refold(&mut tx, &[child]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Another school on the same bot: class 3B with its group, one task, and one family.
    pub async fn elsewhere(&mut self) -> Elsewhere {
        let now = self.now;
        let school = School {
            id: SchoolId(fresh_id(now)),
            code: "khac".to_owned(),
            name: "Trường Mầm non Khác".to_owned(),
            year: self.school.year.clone(),
        };
        let other = Elsewhere {
            school: school.id,
            task: TaskId(fresh_id(now)),
            class: ClassId(fresh_id(now)),
            child: ChildId(fresh_id(now)),
        };
        let task = Task {
            id: other.task,
            school: school.id,
            key: "qr".to_owned(),
            title: "Quét QR trường khác".to_owned(),
            kind: TaskKind::Scan,
            position: 1,
            target_percent: None,
            opened_at: now,
            withdrawn_at: None,
        };
        let child = ChildEntry {
            id: other.child,
            code: "HSK1".to_owned(),
            name: "Đỗ Thu Hà".to_owned(),
            class: other.class,
        };
        let mut tx = self.test.db.begin().await.unwrap();
        assert!(store::add_school(&mut tx, &school, now).await.unwrap());
        store::add_classes(
            &mut tx,
            school.id,
            &school.year,
            &[NewClass::plain(other.class, "3B")],
        )
        .await
        .unwrap();
        let seen = ChatSeen {
            external_id: format!("{GROUP}3B"),
            kind: ChatKind::Group,
        };
        let known = chats(&mut tx, self.bot.id, &[&seen], now).await.unwrap();
        bind_class(&mut tx, known[&seen.external_id].id, school.id, other.class)
            .await
            .unwrap();
        assert!(
            ledger::add_task(&mut tx, &task, &school.year)
                .await
                .unwrap()
        );
        store::put_children(&mut tx, school.id, &school.year, &[child], now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.names.push("Đỗ Thu Hà".to_owned());
        other
    }
}
