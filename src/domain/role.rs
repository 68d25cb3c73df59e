//! Who works at the school, and as what.

use serde::{Deserialize, Serialize};

/// A role at one school. One person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// hiệu trưởng
    Principal,
    /// phó hiệu trưởng
    VicePrincipal,
    /// tổ trưởng chuyên môn
    GroupHead,
    /// giáo viên
    Teacher,
    /// tổ nòng cốt
    CoreTeam,
    /// chi đoàn
    YouthUnion,
    /// văn thư
    Clerk,
    /// kế toán
    Accountant,
    /// nhân viên
    Employee,
}

impl Role {
    pub const ALL: [Role; 9] = [
        Role::Principal,
        Role::VicePrincipal,
        Role::GroupHead,
        Role::Teacher,
        Role::CoreTeam,
        Role::YouthUnion,
        Role::Clerk,
        Role::Accountant,
        Role::Employee,
    ];

    /// The word of the staff file's `vai_tro` column, also kept in the table.
    pub fn slug(self) -> &'static str {
        match self {
            Role::Principal => "hieu_truong",
            Role::VicePrincipal => "pho_hieu_truong",
            Role::GroupHead => "to_truong",
            Role::Teacher => "giao_vien",
            Role::CoreTeam => "nong_cot",
            Role::YouthUnion => "chi_doan",
            Role::Clerk => "van_thu",
            Role::Accountant => "ke_toan",
            Role::Employee => "nhan_vien",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.slug() == slug)
    }
}
