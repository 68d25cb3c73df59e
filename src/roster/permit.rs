//! Who may do what, decided here and nowhere else.
//!
//! A permit is a type that only this file can make. A function that needs one cannot be called by
//! somebody who has not been checked.

use super::Member;
use crate::domain::{ClassId, PersonId, Role, SchoolId};

/// Leads the school: the principal or a vice principal. Sees all classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    school: SchoolId,
    person: PersonId,
}

/// The teacher in charge of one class. Sees the names of its families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Homeroom {
    school: SchoolId,
    person: PersonId,
    class: ClassId,
}

impl Lead {
    pub fn school(self) -> SchoolId {
        self.school
    }

    pub fn person(self) -> PersonId {
        self.person
    }
}

impl Homeroom {
    pub fn school(self) -> SchoolId {
        self.school
    }

    pub fn person(self) -> PersonId {
        self.person
    }

    pub fn class(self) -> ClassId {
        self.class
    }
}

/// Who may see counts, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    School(Lead),
    /// In the order of the class ids; never empty.
    Classes(Vec<Homeroom>),
}

impl Viewer {
    pub fn school(&self) -> Option<SchoolId> {
        match self {
            Viewer::School(lead) => Some(lead.school),
            Viewer::Classes(homerooms) => homerooms.first().map(|homeroom| homeroom.school),
        }
    }

    pub fn may_see(&self, class: ClassId) -> bool {
        match self {
            Viewer::School(_) => true,
            Viewer::Classes(homerooms) => homerooms.iter().any(|homeroom| homeroom.class == class),
        }
    }
}

pub fn lead(member: &Member) -> Option<Lead> {
    let leads = member.roles.iter().any(|role| match role {
        Role::Principal | Role::VicePrincipal => true,
        Role::GroupHead
        | Role::Teacher
        | Role::CoreTeam
        | Role::YouthUnion
        | Role::Clerk
        | Role::Accountant
        | Role::Employee => false,
    });
    leads.then_some(Lead {
        school: member.school,
        person: member.person,
    })
}

/// The classes this member is in charge of. Being named for a class is not enough: the role of a
/// teacher must still stand, so that somebody who left loses the class with the role.
pub fn homerooms(member: &Member) -> Vec<Homeroom> {
    let teaches = member.roles.iter().any(|role| match role {
        Role::Principal
        | Role::VicePrincipal
        | Role::GroupHead
        | Role::Teacher
        | Role::CoreTeam => true,
        Role::YouthUnion | Role::Clerk | Role::Accountant | Role::Employee => false,
    });
    if !teaches {
        return Vec::new();
    }
    let permit = |class: &ClassId| Homeroom {
        school: member.school,
        person: member.person,
        class: *class,
    };
    member.homerooms.iter().map(permit).collect()
}

pub fn homeroom_of(member: &Member, class: ClassId) -> Option<Homeroom> {
    homerooms(member)
        .into_iter()
        .find(|homeroom| homeroom.class == class)
}

/// May this member see counts? The whole school for its leads, own classes for a teacher.
pub fn viewer(member: &Member) -> Option<Viewer> {
    if let Some(lead) = lead(member) {
        return Some(Viewer::School(lead));
    }
    let own = homerooms(member);
    (!own.is_empty()).then_some(Viewer::Classes(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(roles: &[Role], homerooms: &[i64]) -> Member {
        Member {
            school: SchoolId(1),
            person: PersonId(2),
            name: "Cô Hoa".to_owned(),
            roles: roles.to_vec(),
            homerooms: homerooms.iter().map(|id| ClassId(*id)).collect(),
            children: Vec::new(),
        }
    }

    #[test]
    fn only_the_principal_and_her_deputy_lead() {
        for role in Role::ALL {
            let expected = matches!(role, Role::Principal | Role::VicePrincipal);
            assert_eq!(lead(&member(&[role], &[])).is_some(), expected, "{role:?}");
        }
    }

    #[test]
    fn a_teacher_sees_her_own_class_and_no_other() {
        let hoa = member(&[Role::Teacher], &[5]);
        assert!(homeroom_of(&hoa, ClassId(5)).is_some());
        assert!(homeroom_of(&hoa, ClassId(6)).is_none());
        assert!(!viewer(&hoa).unwrap().may_see(ClassId(6)));
    }

    #[test]
    fn a_class_without_the_role_opens_nothing() {
        assert_eq!(viewer(&member(&[], &[5])), None);
        assert_eq!(viewer(&member(&[Role::Clerk], &[5])), None);
    }
}
