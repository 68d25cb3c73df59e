//! From Telegram and back: how many taps a second the whole program takes in, keeps and answers, how long one waits
//! for its answer, and how near a wave of messages comes to Telegram's limits; beside bots that do the same job in
//! the usual way.
//!
//! Every contender runs as a program of its own against one and the same server (`benches/wire`), each time on a
//! freshly filled database with `synchronous=FULL`. Ours also keeps every board up to date within Telegram's
//! limits; the peers have no boards, so that they are measured at their best.
//!
//! `cargo bench --bench delivery -- server delivery far latency wave`; without a name all of them. PostgreSQL joins in when
//! `LOPSO_BENCH_POSTGRES` names a server, the peers when `LOPSO_BENCH_TELOXIDE` and `LOPSO_BENCH_GRAMMY` name
//! what to start. `scripts/bench.sh` brings them all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and it speaks to whoever started it"
)]

mod contender;
mod far;
mod latency;
mod peer;
mod rush;
#[path = "../scene/mod.rs"]
mod scene;
mod server;
mod wave;
#[path = "../wire/mod.rs"]
mod wire;

use contender::Contender;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // `cargo test --benches` starts it too, to see that it still runs; it has nothing to measure then.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    let all = Contender::all();
    if wanted("server") {
        server::measure();
    }
    if wanted("delivery") {
        rush::measure(&all).await;
    }
    if wanted("far") {
        far::measure(&all).await;
    }
    if wanted("latency") {
        latency::measure(&all).await;
    }
    if wanted("wave") {
        wave::measure(&all).await;
    }
}
