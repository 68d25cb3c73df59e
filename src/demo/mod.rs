//! The demo's school, "Trường Mầm non Hoa Sen": who plays in it, and a believable month behind it; or the
//! school's own list in its place.

pub mod cast;
mod names;
pub mod parts;
pub mod scene;
pub mod seed;
mod texts;
