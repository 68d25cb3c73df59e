//! A bind: what goes into a statement.

use serde::Serialize;

use crate::domain;

/// NULL keeps its type, since PostgreSQL wants to know it.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Int(Option<i64>),
    Text(Option<String>),
    Bool(Option<bool>),
}

/// Many rows as one bind: a JSON array for `json_each`.
pub struct Set<T>(pub T);

impl<T: Serialize> From<Set<T>> for Val {
    fn from(set: Set<T>) -> Self {
        // Our own structs of numbers and strings always serialise; an empty set is the harmless answer.
        Val::Text(Some(
            serde_json::to_string(&set.0).unwrap_or_else(|_| "[]".to_owned()),
        ))
    }
}

impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Val::Int(Some(value))
    }
}

impl From<Option<i64>> for Val {
    fn from(value: Option<i64>) -> Self {
        Val::Int(value)
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Val::Bool(Some(value))
    }
}

impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Val::Text(Some(value.to_owned()))
    }
}

impl From<String> for Val {
    fn from(value: String) -> Self {
        Val::Text(Some(value))
    }
}

impl From<&String> for Val {
    fn from(value: &String) -> Self {
        Val::Text(Some(value.clone()))
    }
}

impl From<Option<String>> for Val {
    fn from(value: Option<String>) -> Self {
        Val::Text(value)
    }
}

impl From<Option<&str>> for Val {
    fn from(value: Option<&str>) -> Self {
        Val::Text(value.map(str::to_owned))
    }
}

macro_rules! whole_numbers {
    ($($name:ident),*) => {$(
        impl From<domain::$name> for Val {
            fn from(value: domain::$name) -> Self {
                Val::Int(Some(value.0))
            }
        }

        impl From<Option<domain::$name>> for Val {
            fn from(value: Option<domain::$name>) -> Self {
                Val::Int(value.map(|inner| inner.0))
            }
        }
    )*};
}

whole_numbers!(
    SchoolId, ClassId, ChildId, PersonId, AccountId, BotId, ChatId, TaskId, ActId, BoardId,
    PromptId, OutboxId, UpdateId, Timestamp
);
