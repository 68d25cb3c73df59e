//! The endpoints that this server knows: where they are, and how each is spoken to.

use super::state::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Refresh,
    GroupMessage,
    Members,
    Group,
    Groups,
    PrivateMessage,
    Quota,
    UploadFile,
    UploadImage,
    Oa,
}

/// How an endpoint wants its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Query,
    Form,
    Json,
    Parts,
}

const ENDPOINTS: [(Endpoint, Encoding, &str); 10] = [
    (Endpoint::Refresh, Encoding::Form, "/v4/oa/access_token"),
    (
        Endpoint::GroupMessage,
        Encoding::Json,
        "/v3.0/oa/group/message",
    ),
    (
        Endpoint::Members,
        Encoding::Query,
        "/v3.0/oa/group/listmember",
    ),
    (Endpoint::Group, Encoding::Query, "/v3.0/oa/group/getgroup"),
    (
        Endpoint::Groups,
        Encoding::Query,
        "/v3.0/oa/group/getgroupsofoa",
    ),
    (
        Endpoint::PrivateMessage,
        Encoding::Json,
        "/v3.0/oa/message/cs",
    ),
    (Endpoint::Quota, Encoding::Json, "/v3.0/oa/quota/message"),
    (
        Endpoint::UploadFile,
        Encoding::Parts,
        "/v2.0/oa/upload/file",
    ),
    (
        Endpoint::UploadImage,
        Encoding::Parts,
        "/v2.0/oa/upload/image",
    ),
    (Endpoint::Oa, Encoding::Query, "/v2.0/oa/getoa"),
];

impl Endpoint {
    pub fn at(verb: &str, path: &str) -> Option<Self> {
        let found = ENDPOINTS.iter().find(|(_, _, known)| *known == path)?;
        (found.1.verb() == verb).then_some(found.0)
    }

    /// By its path, or as much of the path's end as no other has: `group/message`.
    #[track_caller]
    pub fn named(name: &str) -> Self {
        let meant: Vec<Self> = ENDPOINTS
            .iter()
            .filter(|(_, _, path)| *path == name || path.ends_with(&format!("/{name}")))
            .map(|(endpoint, _, _)| *endpoint)
            .collect();
        match meant.as_slice() {
            [endpoint] => *endpoint,
            _ => panic!("{name:?} names {} endpoints of this server", meant.len()),
        }
    }

    pub fn path(self) -> &'static str {
        self.entry().2
    }

    pub fn encoding(self) -> Encoding {
        self.entry().1
    }

    fn entry(self) -> &'static (Self, Encoding, &'static str) {
        ENDPOINTS
            .iter()
            .find(|(endpoint, _, _)| *endpoint == self)
            .unwrap()
    }
}

impl Encoding {
    fn verb(self) -> &'static str {
        match self {
            Self::Query => "GET",
            Self::Form | Self::Json | Self::Parts => "POST",
        }
    }
}

/// What is said where nothing is. The second version's messages have an answer of their own: they were closed.
pub fn nothing_there(verb: &str, path: &str) -> Refusal {
    if path.starts_with("/v2.0/oa/message") {
        Refusal::violation(-240, format!("{verb} {path}: v2 message API is closed"))
    } else {
        Refusal::violation(-212, format!("{verb} {path}: API is not registered"))
    }
}
