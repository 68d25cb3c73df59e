//! The doors: each platform's JSON on one side, our message types on the other.

mod file;
mod heading;
mod http;
pub mod sandbox;
pub mod telegram;
mod text_or_number;
mod trouble;
pub mod zalo_bot;
pub mod zalo_oa;

pub use trouble::Trouble;
