//! In which manner and on which engine a conversation is played, and the macros that play it.

use lopso::db::Engine;
use lopso::domain::Channel;

/// In which manner and on which engine a conversation is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    pub engine: Engine,
    pub channel: Channel,
}

pub const TELEGRAM_SQLITE: Stage = Stage {
    engine: Engine::Sqlite,
    channel: Channel::SandboxTelegram,
};
pub const TELEGRAM_POSTGRES: Stage = Stage {
    engine: Engine::Postgres,
    channel: Channel::SandboxTelegram,
};
pub const ZALO_SQLITE: Stage = Stage {
    engine: Engine::Sqlite,
    channel: Channel::SandboxZalo,
};
pub const ZALO_POSTGRES: Stage = Stage {
    engine: Engine::Postgres,
    channel: Channel::SandboxZalo,
};

/// Over HTTP, through the program's own reader and sender and a Telegram of the tests' own.
pub const TELEGRAM_WIRE: Stage = Stage {
    engine: Engine::Sqlite,
    channel: Channel::Telegram,
};

/// The same through a Zalo of the tests' own.
pub const ZALO_WIRE: Stage = Stage {
    engine: Engine::Sqlite,
    channel: Channel::ZaloBot,
};

/// Through an Official Account of the tests' own: numbers, and groups in which it hears everything.
pub const OA_WIRE: Stage = Stage {
    engine: Engine::Sqlite,
    channel: Channel::ZaloOa,
};

/// One conversation, played on each of these stages; afterwards everything is counted anew.
#[macro_export]
macro_rules! played {
    ($name:ident $room:ident $body:block $($test:ident on $stage:ident),*) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn play(stage: $crate::support::room::Stage) {
                let Some(mut $room) = $crate::support::room::Room::open(stage).await else { return };
                { $body }
                $room.must_hold().await;
            }
            $(#[tokio::test]
            async fn $test() { play($crate::support::room::$stage).await; })*
        }
    };
}

/// Plays each conversation in both manners and on both engines, and in both once over HTTP.
#[macro_export]
macro_rules! everywhere {
    ($(async fn $name:ident($room:ident: Room) $body:block)*) => {$(
        $crate::played! { $name $room $body
            telegram_sqlite on TELEGRAM_SQLITE, telegram_postgres on TELEGRAM_POSTGRES,
            telegram_wire on TELEGRAM_WIRE, zalo_sqlite on ZALO_SQLITE, zalo_postgres on ZALO_POSTGRES,
            zalo_wire on ZALO_WIRE, oa_wire on OA_WIRE }
    )*};
}

/// Conversations that need a button, an edit or a reaction: Telegram's manner, both engines.
#[macro_export]
macro_rules! with_buttons {
    ($(async fn $name:ident($room:ident: Room) $body:block)*) => {$(
        $crate::played! { $name $room $body
            telegram_sqlite on TELEGRAM_SQLITE, telegram_postgres on TELEGRAM_POSTGRES,
            telegram_wire on TELEGRAM_WIRE }
    )*};
}

/// Conversations in which a choice is a number in a reply: Zalo's manner, both engines.
#[macro_export]
macro_rules! with_numbers {
    ($(async fn $name:ident($room:ident: Room) $body:block)*) => {$(
        $crate::played! { $name $room $body
            zalo_sqlite on ZALO_SQLITE, zalo_postgres on ZALO_POSTGRES, zalo_wire on ZALO_WIRE }
    )*};
}
