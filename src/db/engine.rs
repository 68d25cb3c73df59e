//! The two engines: how each is opened, and what each needs so that the rest need not know.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgConnection, PgPool, SqlitePool};

use super::tx::Inner;
use super::{Hold, Problem};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The last step by which the tables were made.
pub fn schema() -> i64 {
    MIGRATIONS
        .iter()
        .map(|step| step.version)
        .max()
        .unwrap_or(0)
}

/// How long a writer waits for another program's write (import beside serve) before it gives up.
const BUSY: Duration = Duration::from_secs(20);
/// How often, and after which pause, a file that another program is just making is opened again.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);
/// Readers beside the one writer of SQLite.
const SQLITE_READERS: u32 = 4;
const ROWS_AT_A_TIME: usize = 512;
const POSTGRES_CONNECTIONS: u32 = 10;
const CONNECT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone)]
pub(super) enum Pools {
    /// One writer, since SQLite has one; a second connection would only wait inside SQLite.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

impl Pools {
    pub async fn open(url: &str) -> Result<Self, Problem> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url).await
        } else if url.starts_with("sqlite:") {
            open_sqlite(url).await
        } else {
            Err(Problem::UnknownAddress)
        }
    }

    pub fn engine(&self) -> Engine {
        match self {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    pub async fn begin_write(&self) -> Result<Inner, sqlx::Error> {
        match self {
            // A deferred transaction that reads first and writes later is refused at once when
            // another program wrote in between; an immediate one waits its turn.
            Pools::Sqlite { write, .. } => {
                Ok(Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Pools::Postgres(pool) => Ok(Inner::Postgres(pool.begin().await?)),
        }
    }

    pub async fn begin_read(&self) -> Result<Inner, sqlx::Error> {
        match self {
            Pools::Sqlite { read, .. } => Ok(Inner::Sqlite(read.begin().await?)),
            Pools::Postgres(pool) => Ok(Inner::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            )),
        }
    }

    pub async fn migrate(&self) -> Result<(), Problem> {
        let done = match self {
            Pools::Sqlite { write, .. } => migrate_sqlite(write).await,
            Pools::Postgres(pool) => {
                add_json_each(pool).await.map_err(Problem::from_postgres)?;
                MIGRATIONS.run(pool).await
            }
        };
        done.map_err(Problem::from_migration)
    }

    pub async fn hold(&self, id: i64) -> Result<Option<Hold>, sqlx::Error> {
        match self {
            Pools::Sqlite { .. } => Ok(Some(Hold::of_file())),
            Pools::Postgres(pool) => {
                let connection = PgConnection::connect_with(&pool.connect_options()).await?;
                Hold::on_server(connection, id).await
            }
        }
    }

    pub async fn analyze(&self) -> Result<(), sqlx::Error> {
        match self {
            Pools::Sqlite { write, .. } => sqlx::query("ANALYZE").execute(write).await.map(drop),
            Pools::Postgres(pool) => sqlx::query("ANALYZE").execute(pool).await.map(drop),
        }
    }

    pub async fn close(&self) {
        match self {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// On PostgreSQL the migrator holds a lock; on SQLite two programs that open a new file together both set
/// about making the tables, and the slower one finds them made: it looks again at what is there.
async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), MigrateError> {
    for _ in MIGRATIONS.iter() {
        match MIGRATIONS.run(pool).await {
            Err(MigrateError::ExecuteMigration(..)) => {}
            done => return done,
        }
    }
    MIGRATIONS.run(pool).await
}

async fn open_sqlite(url: &str) -> Result<Pools, Problem> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|_| Problem::UnknownAddress)?
        .create_if_missing(true)
        // The order matters: without a time to wait, switching to WAL beside another program fails.
        .busy_timeout(BUSY)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL syncs the log at every commit: what we acknowledged survives the switch at the wall.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("temp_store", "memory")
        // In KiB (a negative number says so): the pages of a school, and the busy ones of a district.
        .pragma("cache_size", "-16384")
        // In pages: a busy page is written into the file once for many commits. The log grows to 16 MiB.
        .pragma("wal_autocheckpoint", "4000")
        // Rows handed over at a time, from the thread of the database to ours.
        .row_buffer_size(ROWS_AT_A_TIME)
        .disable_statement_logging();
    if let Some(folder) = options
        .get_filename()
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| Problem::Folder {
            path: folder.to_owned(),
            reason: error.kind(),
        })?;
    }
    let file = options.get_filename().to_owned();
    let connect = || {
        SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY * 2)
            // A file is there or it is not; a connection to it is not lost on the way.
            .test_before_acquire(false)
            .connect_with(options.clone())
    };
    // Of several programs that switch a new file to WAL at the same moment SQLite refuses all but one at once,
    // however long they would wait: the others look again.
    let mut tries = 0;
    let write = loop {
        match connect().await {
            Err(error) if is_busy(&error) && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            opened => break opened.map_err(|error| Problem::from_sqlite(&file, error))?,
        }
    };
    // Readers open when they are needed: start-up and idle memory stay small.
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .min_connections(0)
        .connect_lazy_with(options);
    Ok(Pools::Sqlite { write, read })
}

/// SQLITE_BUSY, with or without its extended code.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    let code: Option<u32> = code.and_then(|code| code.parse().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

async fn open_postgres(url: &str) -> Result<Pools, Problem> {
    let options = PgConnectOptions::from_str(url).map_err(|_| Problem::UnknownAddress)?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(CONNECT)
        .connect_with(options)
        .await
        .map_err(Problem::from_postgres)?;
    Ok(Pools::Postgres(pool))
}

/// SQLite's `json_each` for PostgreSQL: one `value` per element of a JSON array given as text.
/// The advisory lock keeps two programs that start together from creating it at the same moment.
async fn add_json_each(pool: &PgPool) -> Result<(), sqlx::Error> {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(7107119)";
    const MISSING: &str = "SELECT to_regprocedure('json_each(text)') IS NULL";
    const CREATE: &str = "CREATE FUNCTION json_each(rows text) RETURNS TABLE (value jsonb) \
         LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_array_elements(rows::jsonb) $$";
    let mut tx = pool.begin().await?;
    sqlx::query(LOCK).execute(&mut *tx).await?;
    if sqlx::query_scalar::<_, bool>(MISSING)
        .fetch_one(&mut *tx)
        .await?
    {
        sqlx::query(CREATE).execute(&mut *tx).await?;
    }
    tx.commit().await
}
