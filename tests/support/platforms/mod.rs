//! Platforms of our own for the tests, over real HTTP: each keeps chats and people, and refuses what the real one
//! would refuse.

pub mod bot_api;
pub mod server;
pub mod zalo_bot_api;
pub mod zalo_oa_api;
