//! Who is there: schools, classes, children, guardians, staff, and which account speaks for whom.

pub mod accounts;
pub mod apply;
pub mod arrivals;
pub mod chats;
pub mod import;
pub mod invites;
pub mod names;
pub mod permit;
pub mod reach;
pub mod staff;
pub mod store;

use crate::domain::{AccountId, ChatId, ChildId, ClassId, PersonId, Role, SchoolId};
use crate::understand::fold::fold;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    pub id: SchoolId,
    pub code: String,
    pub name: String,
    /// The school year in force, "2026-2027".
    pub year: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub id: ClassId,
    pub school: SchoolId,
    /// For commands and files: "CHOI2".
    pub code: String,
    /// For people, as the school writes it: "Chồi 2".
    pub title: String,
    /// Children enrolled now: the families of the class.
    pub families: i64,
}

impl Class {
    /// By its code or its title, however somebody typed it: "5A1", "lớp 5a1", "chồi 2".
    pub fn is_called(&self, typed: &str) -> bool {
        let plain = |text: &str| fold(text).trim_start_matches("lop ").replace(' ', "");
        [&self.code, &self.title]
            .map(|name| plain(name))
            .contains(&plain(typed))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    pub id: ChildId,
    pub school: SchoolId,
    pub class: ClassId,
    pub name: String,
    pub guardians: Vec<PersonId>,
}

impl Child {
    /// The name the class calls: "Nguyễn Hoài An" is An.
    pub fn given_name(&self) -> &str {
        names::given(&self.name)
    }
}

/// An account as one person of one school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub school: SchoolId,
    pub person: PersonId,
    pub name: String,
    pub roles: Vec<Role>,
    pub homerooms: Vec<ClassId>,
    pub children: Vec<ChildId>,
}

impl Member {
    pub fn is_staff(&self) -> bool {
        !self.roles.is_empty()
    }

    /// Classes they are in charge of as well, each once.
    fn take_charge(&mut self, classes: Vec<ClassId>) {
        for class in classes {
            if !self.homerooms.contains(&class) {
                self.homerooms.push(class);
            }
        }
    }

    pub fn is_guardian(&self) -> bool {
        !self.children.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub external_id: String,
    pub private_chat: Option<ChatId>,
}
