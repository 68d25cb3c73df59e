//! The doors: each platform's JSON on one side, our message types on the other.

pub mod sandbox;
pub mod telegram;
mod trouble;

pub use trouble::Trouble;
