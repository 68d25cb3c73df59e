//! Lớp Số: a bot in kindergarten class groups that collects what families have done, with evidence,
//! answers how-to questions, and tells the principal where the school stands.
//!
//! The map of the house is in ARCHITECTURE.md; imports point down this list only.

pub mod cli;
pub mod clock;
pub mod demo;
pub mod intake;
pub mod sender;
pub mod web;

pub mod backup;

pub mod channel;

pub mod app;

pub mod render;

pub mod feature;

pub mod effects;
pub mod facts;

pub mod bots;
pub mod config;
pub mod inbox;
pub mod installation;
pub mod ledger;
pub mod outbox;
pub mod print;
pub mod roster;

pub mod db;

pub mod understand;

pub mod domain;
