//! The file of a back-up: a line that anybody can read, and behind it a sealed stream.
//!
//! The line says which format this is, when it was made and what opens it. The stream is cut into chunks, each
//! encrypted and authenticated (ChaCha20-Poly1305) with its number and whether it is the last one: the STREAM
//! construction. So a file that is cut short, put together anew or changed in one bit does not open.

use std::io::{self, Read, Write};

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::domain::Timestamp;
use crate::installation::{Key, hex};

const FORMAT: u32 = 1;
/// How the first line begins.
const MAGIC: &str = "LOPSO-BACKUP ";
/// The first line is far shorter.
const LONGEST_LINE: usize = 4_096;
const CHUNK: usize = 64 * 1_024;
const TAG: usize = 16;
const SALT_BYTES: usize = 32;

/// What stands readable at the head of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: u32,
    /// The moment whose state it holds.
    pub at: Timestamp,
    pub lock: Lock,
    /// Drawn for this file, so that no two files are sealed with the same key.
    salt: String,
    /// The mark of the installation's key, which the data need whatever the file was locked with.
    pub key_mark: String,
}

/// What opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum Lock {
    Key,
    Passphrase {
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
}

impl Lock {
    /// The second choice of RFC 9106 with one lane: about a third of a second on an office PC for each guess.
    const PASSPHRASE: Self = Lock::Passphrase {
        memory_kib: 64 * 1_024,
        passes: 3,
        lanes: 1,
    };
    /// What a file may ask of us before we know that it is one of ours.
    const MOST_MEMORY_KIB: u32 = 1_024 * 1_024;
    const MOST_PASSES: u32 = 64;
}

/// What a file is locked and opened with.
#[derive(Clone)]
pub struct Secret {
    pub key: Key,
    /// Locks new files in place of the key, and opens those that were locked with one.
    pub passphrase: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Header {
    /// For a new file.
    pub fn new(secret: &Secret, at: Timestamp) -> Result<Self, Problem> {
        let mut salt = [0_u8; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|error| Problem::Unforeseen(error.to_string()))?;
        Ok(Self {
            format: FORMAT,
            at,
            lock: match secret.passphrase {
                Some(_) => Lock::PASSPHRASE,
                None => Lock::Key,
            },
            salt: hex(&salt),
            key_mark: secret.key.mark(),
        })
    }

    /// The keys of this file. Slow with a passphrase: that is its purpose.
    fn keys(&self, secret: &Secret) -> Result<Keys, Problem> {
        let master = match self.lock {
            Lock::Key if secret.key.mark() != self.key_mark => return Err(Problem::OtherKey),
            Lock::Key => secret.key.clone(),
            Lock::Passphrase {
                memory_kib,
                passes,
                lanes,
            } => {
                if memory_kib > Lock::MOST_MEMORY_KIB || passes > Lock::MOST_PASSES {
                    return Err(Problem::Changed);
                }
                let passphrase = secret.passphrase.as_deref();
                let passphrase = passphrase.ok_or(Problem::NoPassphrase)?;
                let parameters = argon2::Params::new(memory_kib, passes, lanes, Some(32))
                    .map_err(|_| Problem::Changed)?;
                let argon2 = argon2::Argon2::new(
                    argon2::Algorithm::Argon2id,
                    argon2::Version::V0x13,
                    parameters,
                );
                let mut master = [0_u8; 32];
                argon2
                    .hash_password_into(passphrase.as_bytes(), self.salt.as_bytes(), &mut master)
                    .map_err(|error| Problem::Unforeseen(error.to_string()))?;
                Key::new(master)
            }
        };
        // Never the key itself, and another one for each file and purpose.
        let derive = |purpose: &[u8]| master.hash(&[purpose, self.salt.as_bytes()]);
        Ok(Keys {
            line: Key::new(derive(b"lopso back-up, line ")),
            stream: derive(b"lopso back-up, stream "),
        })
    }
}

struct Keys {
    /// Vouches for the first line, and tells a wrong passphrase from a damaged file.
    line: Key,
    stream: [u8; 32],
}

/// Writes the first line; what is written into the result is sealed behind it.
pub fn seal<W: Write>(mut to: W, header: &Header, secret: &Secret) -> Result<Seal<W>, Problem> {
    let keys = header.keys(secret)?;
    let text = serde_json::to_string(header).unwrap_or_default();
    let proof = hex(&keys.line.hash(&[text.as_bytes()]));
    writeln!(to, "{MAGIC}{text} {proof}").map_err(Problem::from_io)?;
    Ok(Seal {
        to,
        cipher: ChaCha20Poly1305::new(&keys.stream.into()),
        number: 0,
        plain: Vec::with_capacity(CHUNK),
    })
}

/// The first line of a file, not yet vouched for.
pub struct FirstLine {
    pub header: Header,
    text: String,
    proof: String,
}

/// Reads the first line; `from` stands at the stream afterwards.
pub fn first_line(from: &mut impl Read) -> Result<FirstLine, Problem> {
    let mut line = Vec::new();
    let mut byte = [0_u8];
    loop {
        if from.read(&mut byte).map_err(Problem::from_io)? == 0 {
            let ours = line.starts_with(MAGIC.as_bytes()) || MAGIC.as_bytes().starts_with(&line);
            return Err(if ours { Problem::Cut } else { Problem::NotOurs });
        }
        if byte == *b"\n" {
            break;
        }
        line.extend(byte);
        if line.len() == MAGIC.len() && line != MAGIC.as_bytes() {
            return Err(Problem::NotOurs);
        }
        if line.len() > LONGEST_LINE {
            return Err(Problem::Changed);
        }
    }
    let line = String::from_utf8(line).map_err(|_| Problem::Changed)?;
    let rest = line.strip_prefix(MAGIC).ok_or(Problem::NotOurs)?;
    let (text, proof) = rest.rsplit_once(' ').ok_or(Problem::Changed)?;
    let version: Version = serde_json::from_str(text).map_err(|_| Problem::Changed)?;
    if version.format > FORMAT {
        return Err(Problem::Newer);
    }
    let header = serde_json::from_str(text).map_err(|_| Problem::Changed)?;
    Ok(FirstLine {
        header,
        text: text.to_owned(),
        proof: proof.to_owned(),
    })
}

/// Opens what stands behind the first line.
pub fn unseal<R: Read>(line: &FirstLine, from: R, secret: &Secret) -> Result<Unseal<R>, Problem> {
    let keys = line.header.keys(secret)?;
    if hex(&keys.line.hash(&[line.text.as_bytes()])) != line.proof {
        return Err(match line.header.lock {
            Lock::Key => Problem::Changed,
            Lock::Passphrase { .. } => Problem::WrongPassphrase,
        });
    }
    Ok(Unseal {
        from,
        cipher: ChaCha20Poly1305::new(&keys.stream.into()),
        number: 0,
        ahead: None,
        plain: Vec::new(),
        place: 0,
    })
}

/// The number of a chunk and whether it is the last make its nonce; the key is of this file alone.
fn nonce(number: u64, last: bool) -> Nonce {
    let mut nonce = [0_u8; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}

/// Seals what is written into it. Without `finish` the file has no end and does not open.
pub struct Seal<W> {
    to: W,
    cipher: ChaCha20Poly1305,
    number: u64,
    plain: Vec<u8>,
}

impl<W: Write> Seal<W> {
    fn put(&mut self, last: bool) -> io::Result<()> {
        let sealed = self
            .cipher
            .encrypt(&nonce(self.number, last), self.plain.as_slice())
            .map_err(|_| io::Error::other("a chunk could not be sealed"))?;
        self.plain.clear();
        self.number += 1;
        self.to.write_all(&sealed)
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Seal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for the next byte, since it may be the last.
        if self.plain.len() == CHUNK && !bytes.is_empty() {
            self.put(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// How a stream is broken; it comes out of `Read` inside an `io::Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the back-up ends too early")]
    Cut,
    #[error("the back-up was changed or damaged")]
    Changed,
}

/// Reads a sealed stream; nothing comes out that was not vouched for.
pub struct Unseal<R> {
    from: R,
    cipher: ChaCha20Poly1305,
    number: u64,
    /// The chunk after the one in hand: without it nobody knows which is the last. None before the first.
    ahead: Option<Vec<u8>>,
    plain: Vec<u8>,
    place: usize,
}

impl<R: Read> Unseal<R> {
    fn chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut sealed = Vec::with_capacity(CHUNK + TAG);
        let most = u64::try_from(CHUNK + TAG).unwrap_or(u64::MAX);
        self.from.by_ref().take(most).read_to_end(&mut sealed)?;
        Ok(sealed)
    }

    /// Opens the next chunk; false after the last.
    fn next(&mut self) -> io::Result<bool> {
        let sealed = match self.ahead.take() {
            Some(ahead) if ahead.is_empty() => {
                self.ahead = Some(ahead);
                return Ok(false);
            }
            Some(ahead) => ahead,
            None => self.chunk()?,
        };
        let ahead = self.chunk()?;
        let last = ahead.is_empty();
        let open = |last| {
            self.cipher
                .decrypt(&nonce(self.number, last), sealed.as_slice())
        };
        self.plain = open(last).map_err(|_| {
            let whole_but_not_the_last = last && open(false).is_ok();
            let cut = sealed.is_empty() || whole_but_not_the_last;
            io::Error::other(if cut { Broken::Cut } else { Broken::Changed })
        })?;
        self.place = 0;
        self.number += 1;
        self.ahead = Some(ahead);
        Ok(true)
    }
}

impl<R: Read> Read for Unseal<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.place == self.plain.len() {
            if !self.next()? {
                return Ok(0);
            }
        }
        let taken = into.len().min(self.plain.len() - self.place);
        into[..taken].copy_from_slice(&self.plain[self.place..self.place + taken]);
        self.place += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret {
            key: Key::new(b"key"),
            passphrase: None,
        }
    }

    fn sealed(plain: &[u8]) -> (Vec<u8>, usize) {
        let header = Header::new(&secret(), Timestamp(7)).unwrap();
        let mut seal = seal(Vec::new(), &header, &secret()).unwrap();
        seal.write_all(plain).unwrap();
        let bytes = seal.finish().unwrap();
        let stream = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        (bytes, stream)
    }

    fn opened(mut bytes: &[u8]) -> Result<Vec<u8>, Problem> {
        let line = first_line(&mut bytes)?;
        let mut plain = Vec::new();
        let mut from = unseal(&line, bytes, &secret())?;
        from.read_to_end(&mut plain).map_err(Problem::from_io)?;
        Ok(plain)
    }

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|place| (place % 251) as u8).collect()
    }

    #[test]
    fn what_was_sealed_comes_out_again_at_every_length() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let (bytes, _) = sealed(&text(length));
            assert_eq!(opened(&bytes).unwrap(), text(length), "{length}");
        }
    }

    #[test]
    fn a_stream_cut_between_two_chunks_is_no_whole_one() {
        let (bytes, stream) = sealed(&text(3 * CHUNK));
        for chunks in 0..3 {
            let cut = &bytes[..stream + chunks * (CHUNK + TAG)];
            assert!(matches!(opened(cut), Err(Problem::Cut)), "{chunks}");
        }
    }

    #[test]
    fn chunks_in_another_order_or_of_another_file_do_not_open() {
        let (bytes, stream) = sealed(&text(3 * CHUNK));
        let (other, theirs) = sealed(&text(3 * CHUNK));
        let chunk = |bytes: &[u8], stream: usize, number: usize| {
            bytes[stream + number * (CHUNK + TAG)..][..CHUNK + TAG].to_vec()
        };
        let (one, two) = (chunk(&bytes, stream, 0), chunk(&bytes, stream, 1));
        let last = chunk(&bytes, stream, 2);
        let head = bytes[..stream].to_vec();
        for pieces in [
            [head.clone(), two.clone(), one.clone(), last.clone()],
            [head.clone(), one.clone(), one.clone(), last.clone()],
            [head.clone(), one.clone(), last.clone(), two.clone()],
            [
                head.clone(),
                one.clone(),
                chunk(&other, theirs, 1),
                last.clone(),
            ],
        ] {
            assert!(matches!(opened(&pieces.concat()), Err(Problem::Changed)));
        }
        assert!(opened(&[head, one, two, last].concat()).is_ok());
    }

    /// The same words sealed twice have nothing in common, and the key is not in the file.
    #[test]
    fn no_two_files_are_sealed_alike() {
        let ((one, at), (other, there)) = (sealed(&text(500)), sealed(&text(500)));
        assert_ne!(one[at..], other[there..]);
    }
}
