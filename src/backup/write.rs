//! Makes a back-up: one reading transaction, so one moment, while everybody else goes on writing.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;

use super::Problem;
use super::format::{Header, Seal, Secret, seal};
use super::manifest::{Contents, Manifest, Mark, SchoolName, engine_name};
use super::tables::{Column, Kind, TABLES};
use crate::db::{self, Db, Row, Tx};
use crate::domain::Timestamp;
use crate::roster::store;
use crate::vals;

/// Text that goes to the file at once.
const PAGE: usize = 128 * 1_024;
/// Pages that may wait for a slow disk; more would only be held in memory.
const WAITING: usize = 4;

/// The file to make.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub path: &'a Path,
    /// Takes the place of a file that is there already.
    pub force: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    pub manifest: Manifest,
}

/// Writes everything the database holds at this moment. Whatever goes wrong, no half of it is left behind.
pub async fn write(
    db: &Db,
    target: Target<'_>,
    secret: &Secret,
    now: Timestamp,
) -> Result<Written, Problem> {
    let path = target.path.to_owned();
    if !target.force && path.exists() {
        return Err(Problem::Exists(path));
    }
    let (pages, waiting) = mpsc::channel(WAITING);
    let (header, secret) = (Header::new(secret, now)?, secret.clone());
    let partial = Partial::beside(&path);
    // Packing, sealing and waiting for the disk must not hold up whoever is served meanwhile.
    let written = tokio::task::spawn_blocking(move || -> Result<(u64, Partial), Problem> {
        let bytes = pour(&partial.0, &header, &secret, waiting)?;
        Ok((bytes, partial))
    });
    let dumped = dump(db, &pages, now).await;
    // Without its last page the writer gives up.
    drop(pages);
    let written = written.await;
    let written = written.map_err(|error| Problem::Unforeseen(error.to_string()))?;
    match (written, dumped) {
        (Ok((bytes, partial)), Ok(manifest)) => {
            partial.becomes(&path, target.force)?;
            Ok(Written { bytes, manifest })
        }
        // A full disk also ends the reading, and a lost connection the writing: the cause is what must be told.
        (Err(Problem::Unforeseen(_)) | Ok(_), Err(cause)) => Err(cause),
        // By the name that was asked for.
        (Err(Problem::Write { reason, .. }), _) => Err(Problem::Write { path, reason }),
        (Err(cause), _) => Err(cause),
    }
}

/// A page of text, or the end of it all.
enum Page {
    Text(Vec<u8>),
    Last(Vec<u8>),
}

/// A file that has its name only once it is whole; dropped before that, it is gone.
struct Partial(PathBuf);

impl Partial {
    fn beside(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}{PARTIAL}", std::process::id()));
        Self(PathBuf::from(name))
    }

    fn becomes(self, path: &Path, force: bool) -> Result<(), Problem> {
        let wrong = |error: std::io::Error| Problem::Write {
            path: path.to_owned(),
            reason: error.kind(),
        };
        if !force && path.exists() {
            return Err(Problem::Exists(path.to_owned()));
        }
        std::fs::rename(&self.0, path).map_err(wrong)?;
        sync_folder_of(path).map_err(wrong)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After the renaming there is none.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// How the name of an unfinished file ends.
pub(super) const PARTIAL: &str = ".part";

/// A new name is safe once its folder is.
pub(super) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Opens a file that only its owner reads.
pub(super) fn private_file(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn pour(
    path: &Path,
    header: &Header,
    secret: &Secret,
    mut pages: mpsc::Receiver<Page>,
) -> Result<u64, Problem> {
    let wrong = |error: std::io::Error| Problem::Write {
        path: path.to_owned(),
        reason: error.kind(),
    };
    let file = private_file(File::options().write(true).create(true).truncate(true))
        .open(path)
        .map_err(wrong)?;
    let sealed: Seal<BufWriter<File>> = seal(BufWriter::new(file), header, secret)?;
    let mut packed = ZlibEncoder::new(sealed, Compression::default());
    loop {
        match pages.blocking_recv() {
            Some(Page::Text(text)) => packed.write_all(&text).map_err(wrong)?,
            Some(Page::Last(text)) => {
                packed.write_all(&text).map_err(wrong)?;
                break;
            }
            None => return Err(Problem::Unforeseen("the reading ended early".to_owned())),
        }
    }
    let sealed = packed.finish().map_err(wrong)?;
    let buffered = sealed.finish().map_err(wrong)?;
    let file = buffered
        .into_inner()
        .map_err(|error| wrong(error.into_error()))?;
    file.sync_all().map_err(wrong)?;
    Ok(file.metadata().map_err(wrong)?.len())
}

/// Reads all tables as they stand at one moment and hands them on, page by page.
async fn dump(db: &Db, pages: &mpsc::Sender<Page>, now: Timestamp) -> Result<Manifest, Problem> {
    let mut tx = db.read().await?;
    let manifest = manifest(&mut tx, db, now).await?;
    let mut out = Out {
        pages,
        text: Vec::with_capacity(PAGE * 2),
    };
    out.line(&manifest);
    for (table, contents) in TABLES.iter().zip(&manifest.tables) {
        out.line(&Mark::Table(table.name.to_owned()));
        let mut rows = tx.stream(table.select)?;
        let mut seen = 0;
        while let Some(row) = rows.next().await {
            write_row(&mut out.text, &row?, table.columns)?;
            seen += 1;
            out.turn_page().await?;
        }
        if seen != contents.rows {
            return Err(Problem::Counts(table.name.to_owned()));
        }
    }
    out.line(&Mark::End(manifest.rows()));
    out.end().await?;
    Ok(manifest)
}

async fn manifest(tx: &mut Tx, db: &Db, now: Timestamp) -> Result<Manifest, Problem> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let row = tx.row(table.count, vals![]).await?;
        let rows: i64 = row.map_or(Ok(0), |row| row.get("n"))?;
        tables.push(Contents {
            name: table.name.to_owned(),
            columns: table
                .columns
                .iter()
                .map(|column| column.name.to_owned())
                .collect(),
            rows: u64::try_from(rows).unwrap_or(0),
        });
    }
    let schools = store::schools(tx).await?;
    Ok(Manifest {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: db::schema(),
        engine: engine_name(db.engine()).to_owned(),
        at: now,
        schools: schools
            .into_iter()
            .map(|school| SchoolName {
                code: school.code,
                name: school.name,
            })
            .collect(),
        tables,
    })
}

struct Out<'a> {
    pages: &'a mpsc::Sender<Page>,
    text: Vec<u8>,
}

impl Out<'_> {
    fn line(&mut self, value: &impl serde::Serialize) {
        // Our own structs of numbers and strings always serialise, and a Vec takes every byte.
        let _ = serde_json::to_writer(&mut self.text, value);
        self.text.push(b'\n');
    }

    async fn turn_page(&mut self) -> Result<(), Problem> {
        if self.text.len() < PAGE {
            return Ok(());
        }
        let text = std::mem::replace(&mut self.text, Vec::with_capacity(PAGE * 2));
        self.send(Page::Text(text)).await
    }

    async fn end(self) -> Result<(), Problem> {
        let last = Page::Last(self.text);
        let gone = |_| Problem::Unforeseen("the writing ended early".to_owned());
        self.pages.send(last).await.map_err(gone)
    }

    async fn send(&self, page: Page) -> Result<(), Problem> {
        let gone = |_| Problem::Unforeseen("the writing ended early".to_owned());
        self.pages.send(page).await.map_err(gone)
    }
}

/// A row is a JSON array in the order of the columns.
fn write_row(text: &mut Vec<u8>, row: &Row, columns: &[Column]) -> Result<(), sqlx::Error> {
    for (place, column) in columns.iter().enumerate() {
        text.push(if place == 0 { b'[' } else { b',' });
        // A Vec takes every byte, and what is written are numbers and strings.
        match column.kind {
            Kind::Int => match row.get::<Option<i64>>(column.name)? {
                Some(number) => drop(write!(text, "{number}")),
                None => text.extend_from_slice(b"null"),
            },
            Kind::Text => {
                let mut value = row.get::<Option<String>>(column.name)?;
                // PostgreSQL takes no NUL in any text, and a back-up that one cannot restore there is none.
                if let Some(words) = value.as_mut().filter(|words| words.contains('\0')) {
                    *words = words.replace('\0', "");
                }
                let _ = serde_json::to_writer(&mut *text, &value);
            }
            Kind::Bool => {
                let value = row.get::<Option<bool>>(column.name)?;
                let _ = serde_json::to_writer(&mut *text, &value);
            }
        }
    }
    text.extend_from_slice(b"]\n");
    Ok(())
}
