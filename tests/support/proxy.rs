//! A SOCKS5 proxy (RFC 1928) that brings every name to this machine and counts who came through.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub struct Proxy {
    pub url: String,
    came: Arc<AtomicUsize>,
}

impl Proxy {
    /// Its threads end with the test.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("socks5h://{}", listener.local_addr().unwrap());
        let came = Arc::new(AtomicUsize::new(0));
        let counted = came.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let counted = counted.clone();
                std::thread::spawn(move || lead(client, &counted));
            }
        });
        Self { url, came }
    }

    pub fn connections(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }
}

/// Leads one client to the port it asks for; nothing when it speaks otherwise, or left.
fn lead(mut client: TcpStream, came: &AtomicUsize) -> Option<()> {
    let [5, methods] = bytes(&mut client)? else {
        return None;
    };
    client.read_exact(&mut vec![0; methods.into()]).ok()?;
    client.write_all(&[5, 0]).ok()?; // no password wanted
    let [5, 1, 0, 3, length] = bytes(&mut client)? else {
        return None; // not: connect, to a name
    };
    client.read_exact(&mut vec![0; length.into()]).ok()?;
    let port = u16::from_be_bytes(bytes(&mut client)?);
    let server = TcpStream::connect(("127.0.0.1", port)).ok()?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    came.fetch_add(1, Ordering::SeqCst);
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::io::copy(&mut &server, &mut &client).ok()?;
    Some(())
}

fn bytes<const N: usize>(stream: &mut TcpStream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).ok()?;
    Some(bytes)
}
