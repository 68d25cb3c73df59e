//! Reads a back-up: what it says of itself, and its rows, each table counted.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use flate2::read::ZlibDecoder;
use serde_json::value::RawValue;

use super::Problem;
use super::format::{FirstLine, Header, Secret, Unseal, first_line, unseal};
use super::manifest::{Manifest, Mark, Source};
use super::stale::{Cells, Coming};

/// Rows that go into one statement, and their text beyond which it is enough.
const ROWS: u64 = 1_000;
const TEXT: usize = 256 * 1_024;

/// Rows of one table, as the JSON array that its insert takes.
pub(super) struct Batch {
    pub insert: &'static str,
    pub rows: u64,
    pub json: String,
}

/// An opened back-up whose manifest was read and understood.
pub(super) struct Opened {
    lines: Lines,
    pub manifest: Manifest,
    plan: Vec<Source>,
}

fn open_file(path: &Path) -> Result<(FirstLine, BufReader<File>), Problem> {
    let file = File::open(path).map_err(|error| Problem::Read(error.kind()))?;
    let mut from = BufReader::new(file);
    Ok((first_line(&mut from)?, from))
}

/// What anybody can read of the file. Nobody has vouched for it yet.
pub fn header(path: &Path) -> Result<Header, Problem> {
    Ok(open_file(path)?.0.header)
}

pub(super) fn open(path: &Path, secret: &Secret) -> Result<Opened, Problem> {
    let (line, from) = open_file(path)?;
    let mut lines = Lines {
        from: BufReader::new(ZlibDecoder::new(unseal(&line, from, secret)?)),
        line: String::new(),
    };
    let manifest: Manifest = lines.json()?;
    let plan = manifest.plan()?;
    Ok(Opened {
        lines,
        manifest,
        plan,
    })
}

/// Reads the file to its end and counts; nothing is written anywhere.
pub async fn check(path: &Path, secret: &Secret) -> Result<Manifest, Problem> {
    let (path, secret) = (path.to_owned(), secret.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let opened = open(&path, &secret)?;
        let manifest = opened.manifest.clone();
        opened.each(None, |_| Ok(()))?;
        Ok(manifest)
    });
    let read = reading.await;
    read.map_err(|error| Problem::Unforeseen(error.to_string()))?
}

struct Lines {
    from: BufReader<ZlibDecoder<Unseal<BufReader<File>>>>,
    line: String,
}

impl Lines {
    fn next(&mut self) -> Result<&str, Problem> {
        self.line.clear();
        let read = self.from.read_line(&mut self.line);
        if read.map_err(Problem::from_io)? == 0 {
            return Err(Problem::Cut);
        }
        Ok(self.line.trim_end_matches('\n'))
    }

    fn json<'a, T: serde::Deserialize<'a>>(&'a mut self) -> Result<T, Problem> {
        serde_json::from_str(self.next()?).map_err(|_| Problem::Changed)
    }

    fn expect(&mut self, mark: &Mark) -> Result<(), Problem> {
        if self.json::<Mark>()? == *mark {
            Ok(())
        } else {
            Err(Problem::Changed)
        }
    }

    /// Nothing may follow; to know that the file must be read to its last chunk.
    fn end(self) -> Result<(), Problem> {
        let mut packed = self.from;
        let mut rest = [0_u8];
        if packed.read(&mut rest).map_err(Problem::from_io)? > 0 {
            return Err(Problem::Changed);
        }
        let mut sealed = packed.into_inner().into_inner();
        if sealed.read(&mut rest).map_err(Problem::from_io)? > 0 {
            return Err(Problem::Changed);
        }
        Ok(())
    }
}

impl Opened {
    /// Hands on the rows of all tables in batches, as `coming` lets them come back, and sees that each table is
    /// whole and the end is there.
    pub fn each(
        mut self,
        coming: Option<Coming>,
        mut take: impl FnMut(Batch) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        for source in &self.plan {
            self.lines
                .expect(&Mark::Table(source.table.name.to_owned()))?;
            let mut batch = Filling::default();
            for _ in 0..source.rows {
                let line = self.lines.next()?;
                let wrong = || Problem::Counts(source.table.name.to_owned());
                if !line.starts_with('[') {
                    return Err(wrong());
                }
                batch.add(source, line, coming).ok_or_else(wrong)?;
                if batch.rows >= ROWS || batch.json.len() >= TEXT {
                    take(batch.full(source))?;
                }
            }
            if batch.rows > 0 {
                take(batch.full(source))?;
            }
        }
        let all = self.manifest.rows();
        self.lines.expect(&Mark::End(all))?;
        self.lines.end()
    }
}

#[derive(Default)]
struct Filling {
    rows: u64,
    json: String,
}

impl Filling {
    /// Adds a row of the file, in our columns; None when it is no row of this table.
    fn add(&mut self, source: &Source, line: &str, coming: Option<Coming>) -> Option<()> {
        let theirs: Vec<&RawValue> = serde_json::from_str(line).ok()?;
        if theirs.len() != source.width {
            return None;
        }
        let mut json = Vec::with_capacity(source.places.len());
        for (column, place) in source.table.columns.iter().zip(&source.places) {
            let value = place.map_or(column.before, |place| theirs[place].get());
            if !column.kind.takes(value) {
                return None;
            }
            json.push(Cow::Borrowed(value));
        }
        let mut cells = Cells {
            table: source.table,
            json,
        };
        if coming.is_some_and(|coming| !coming.keeps(&mut cells)) {
            return Some(());
        }
        self.json.push(if self.rows == 0 { '[' } else { ',' });
        for (place, (column, value)) in source.table.columns.iter().zip(&cells.json).enumerate() {
            self.json.push(if place == 0 { '{' } else { ',' });
            self.json.push('"');
            self.json.push_str(column.name);
            self.json.push_str("\":");
            self.json.push_str(value);
        }
        self.json.push('}');
        self.rows += 1;
        Some(())
    }

    fn full(&mut self, source: &Source) -> Batch {
        let full = std::mem::take(self);
        Batch {
            insert: source.table.insert,
            rows: full.rows,
            json: full.json + "]",
        }
    }
}
