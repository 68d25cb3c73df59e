//! What the measuring server itself can bear, so that nobody takes its limit for a contender's.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::scene::figures::per_second;
use super::wire::{Arrivals, Tap, Wire};

const CLIENTS: usize = 4;
const CALLS: usize = 200_000;

pub fn measure() {
    let tap = |account| Tap {
        group: -1,
        account,
        data: "done:1".to_owned(),
    };
    let wire = Wire::open(&[tap(1), tap(2)]);
    wire.release(Arrivals::Since(Instant::now()));
    let before = wire.spent();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| ask(&wire, CALLS / CLIENTS));
        }
    });
    let (wall, processor) = (began.elapsed(), wire.spent() - before);
    println!(
        "The measuring server itself: {:.0} small calls a second beside its clients, {:.0} for each second of one core.\n",
        per_second(CALLS, wall),
        per_second(CALLS, processor)
    );
}

fn ask(wire: &Wire, calls: usize) {
    let body = "{\"chat_id\":5,\"message_id\":7,\"reaction\":[]}";
    let request = format!(
        "POST /bot4242:bench/setMessageReaction HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
         accept: */*\r\ncontent-length: {}\r\n\r\n{body}",
        wire.addr(),
        body.len()
    );
    let mut stream = TcpStream::connect(wire.addr()).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = [0; 1024];
    for _ in 0..calls {
        stream.write_all(request.as_bytes()).unwrap();
        assert!(stream.read(&mut answer).unwrap() > 0);
    }
}
