//! The demo's school, "Trường Mầm non Hoa Sen": who plays in it, and a believable month behind it.

pub mod cast;
mod names;
pub mod seed;
