//! Something that one program has for itself: a bot, whose updates, decisions and messages go through one program
//! at a time.
//!
//! On PostgreSQL it is a session's advisory lock on a connection of its own: a program that dies, or a machine that
//! goes dark, loses it with its connection, without any clock being asked. On SQLite the file itself is held by one
//! `serve` (`cli::open::hold`), so everything in it is. A connection pooler in between must not share sessions.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

/// How often the holder makes sure that it still is.
const PULSE: Duration = Duration::from_secs(2);
/// A server that is silent for so long has, as far as we know, let us go.
const PATIENCE: Duration = Duration::from_secs(5);

/// Held until dropped.
pub struct Hold(Option<PgConnection>);

impl Hold {
    /// In a file that this program alone serves.
    pub(super) fn of_file() -> Self {
        Self(None)
    }

    pub(super) async fn on_server(
        mut connection: PgConnection,
        id: i64,
    ) -> Result<Option<Self>, sqlx::Error> {
        const TRY: &str = "SELECT pg_try_advisory_lock($1)";
        let got: bool = sqlx::query_scalar(TRY)
            .bind(id)
            .fetch_one(&mut connection)
            .await?;
        if got {
            return Ok(Some(Self(Some(connection))));
        }
        connection.close().await?;
        Ok(None)
    }

    /// Returns when it is lost: another program may have it by then.
    pub async fn lost(&mut self) {
        let Some(connection) = &mut self.0 else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(PULSE).await;
            match tokio::time::timeout(PATIENCE, connection.ping()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    /// Lets go at once, for whoever waits.
    pub async fn release(self) {
        if let Some(connection) = self.0 {
            // It is gone either way.
            let _ = connection.close().await;
        }
    }
}
