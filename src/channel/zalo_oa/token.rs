//! An account's tokens: an access token for 25 hours, and a refresh token that is good once. Who loses it needs an
//! administrator of the account in a browser, so there is one refresher, and nothing is used before it is written.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Deserialize;

use super::signature::Way;
use super::{PATIENCE, Trouble, ZaloOa};
use crate::bots::tokens::{self, Problem, Stored};
use crate::channel::http;
use crate::domain::Timestamp;
use crate::domain::time::HOUR_MS;

/// An access token lives 25 hours; it is renewed well before.
const RENEWED_AFTER_MS: i64 = 20 * HOUR_MS;
/// Until then it is still used while it cannot be renewed.
const GOOD_FOR_MS: i64 = 24 * HOUR_MS;
/// A refusal that may be of the moment is asked about again after this, and at the next start.
const REFUSED_FOR_MS: i64 = HOUR_MS;
/// "Invalid refresh token", as our own server says it; public sources name no number. Every other one may speak of the
/// app, its secret or the moment, and the token may be good.
const INVALID_REFRESH_TOKEN: i64 = -14014;
/// Another program that refreshes is waited for this often, so long each time.
const LOOKS: usize = 50;
const BETWEEN: Duration = Duration::from_millis(200);

/// What the OAuth host said of a refresh.
enum Refreshed {
    Pair {
        access: String,
        refresh: String,
    },
    /// It is not taken; surely dead, or nobody knows.
    Refused {
        is_dead: bool,
    },
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    error: Option<i64>,
}

impl ZaloOa {
    /// The access token that is good at this moment.
    pub(super) async fn access(&self, now: Timestamp) -> Result<String, Trouble> {
        let stored = self.stored().await?;
        let (Some(access), Some(at)) =
            stored.map_or((None, None), |stored| (stored.access, stored.refreshed_at))
        else {
            return self.refresh(None, now).await;
        };
        if at.plus_ms(RENEWED_AFTER_MS) > now {
            return Ok(access);
        }
        match self.refresh(None, now).await {
            Err(trouble) if at.plus_ms(GOOD_FOR_MS) > now => {
                tracing::warn!(%trouble, "not renewed yet; the token from before is still good");
                Ok(access)
            }
            refreshed => refreshed,
        }
    }

    /// Renews the tokens when it is time: called now and then, so that an account nobody writes to keeps its own.
    pub async fn keep_alive(&self, now: Timestamp) -> Result<(), Trouble> {
        self.access(now).await.map(drop)
    }

    /// A new access token in the place of `seen`, which was refused, or of one that is old. Should another have renewed
    /// it meanwhile, that one's.
    pub(super) async fn refresh(
        &self,
        seen: Option<&str>,
        now: Timestamp,
    ) -> Result<String, Trouble> {
        let refused_until = Timestamp(self.refused_until_ms.load(Ordering::Relaxed));
        if self.only_looks || refused_until > now {
            return Err(Trouble::Unreached);
        }
        let _alone = self.refreshing.lock().await;
        let mut looks = 0;
        let hold = loop {
            match self.db.hold(self.lock()).await {
                Ok(Some(hold)) => break hold,
                Ok(None) if looks < LOOKS => looks += 1,
                Ok(None) => return Err(Trouble::Unreached),
                Err(error) => return Err(away(&error.into())),
            }
            tokio::time::sleep(BETWEEN).await;
        };
        // On its own feet: whoever waits for it may be dropped, by a stop or a lost hold, and with it the only copy of
        // the new pair.
        let (own, seen) = (self.clone(), seen.map(str::to_owned));
        let refreshed = tokio::spawn(async move {
            let refreshed = own.refresh_alone(seen.as_deref(), now).await;
            hold.release().await;
            refreshed
        });
        refreshed.await.unwrap_or(Err(Trouble::Unreached))
    }

    async fn refresh_alone(&self, seen: Option<&str>, now: Timestamp) -> Result<String, Trouble> {
        let mut stored = match self.stored().await? {
            Some(stored) => stored,
            None => self.seeded(None).await?.ok_or(Trouble::Token)?,
        };
        // Somebody was here before us.
        let fresh = |at: Timestamp| at.plus_ms(RENEWED_AFTER_MS) > now;
        if let (Some(access), Some(true)) = (&stored.access, stored.refreshed_at.map(fresh))
            && seen != Some(access.as_str())
        {
            return Ok(access.clone());
        }
        // What somebody consented to anew comes first; but a token that was refused is tried again too: it may have been
        // the app's secret or the moment, and a dead one cannot die twice.
        if stored.refused_at.is_some()
            && let Some(anew) = self.seeded(Some(&stored)).await?
        {
            stored = anew;
        }
        if stored.begun_at.is_some() {
            tracing::warn!("a refresh was cut short before its end; its token is tried once more");
        }
        loop {
            let mut tx = self.begin().await?;
            let marked = tokens::begin(&mut tx, &self.credentials.app_id, now).await;
            marked.map_err(|error| away(&error.into()))?;
            tx.commit().await.map_err(|error| away(&error.into()))?;
            let answered = match self.ask_oauth(&stored.refresh).await {
                // It may be used up already, and the answer lost: one more try tells.
                Err(Trouble::Unclear) => self.ask_oauth(&stored.refresh).await,
                answered => answered,
            };
            // No message left meanwhile, whatever became of the refresh.
            let answered = match answered {
                Err(Trouble::Unclear) => Err(Trouble::Unreached),
                answered => answered,
            };
            match answered? {
                Refreshed::Pair { access, refresh } => {
                    self.write_down(&access, &refresh, now).await;
                    return Ok(access);
                }
                Refreshed::Refused { is_dead } => match self.seeded(Some(&stored)).await? {
                    Some(anew) => stored = anew,
                    None => {
                        self.alarm(now).await;
                        let again = now.plus_ms(REFUSED_FOR_MS).0;
                        self.refused_until_ms.store(again, Ordering::Relaxed);
                        return Err(if is_dead {
                            Trouble::Token
                        } else {
                            Trouble::Unreached
                        });
                    }
                },
            }
        }
    }

    async fn ask_oauth(&self, refresh: &str) -> Result<Refreshed, Trouble> {
        let mut url = self.oauth.clone();
        url.set_path("/v4/oa/access_token");
        let form = [
            ("grant_type", "refresh_token"),
            ("app_id", self.credentials.app_id.as_str()),
            ("refresh_token", refresh),
        ];
        let request = self.http.post(url).form(&form).timeout(PATIENCE);
        let request = request.header("secret_key", &self.credentials.app_secret);
        let body = match request.send().await {
            Ok(response) => http::body(response).await.1,
            Err(error) => return Err(http::of_network(&error)),
        };
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| Trouble::Unclear)?;
        match (answer.access_token, answer.refresh_token, answer.error) {
            (Some(access), Some(refresh), _) => Ok(Refreshed::Pair { access, refresh }),
            (_, _, Some(code)) => {
                tracing::error!(
                    code,
                    "Zalo renews no token: it is dead, or the app's secret is wrong, or the app is not active"
                );
                Ok(Refreshed::Refused {
                    is_dead: code == INVALID_REFRESH_TOKEN,
                })
            }
            (_, _, None) => Err(Trouble::Unclear),
        }
    }

    /// Nothing of the new pair is used before this returns; there is no second chance to hear of it.
    async fn write_down(&self, access: &str, refresh: &str, now: Timestamp) {
        let write = || async {
            let mut tx = self.db.begin().await?;
            let app_id = &self.credentials.app_id;
            tokens::keep(&mut tx, &self.key, app_id, access, refresh, now).await?;
            tx.commit().await?;
            Ok::<(), Problem>(())
        };
        while let Err(problem) = write().await {
            tracing::error!(%problem, "new tokens of the official account not written yet");
            tokio::time::sleep(BETWEEN).await;
        }
    }

    /// What the operator gave, when it is not what stands or stood there already.
    async fn seeded(&self, stored: Option<&Stored>) -> Result<Option<Stored>, Trouble> {
        let Some(given) = &self.credentials.seed else {
            return Ok(None);
        };
        if stored.is_some_and(|stored| stored.seed == tokens::mark(&self.key, given)) {
            return Ok(None);
        }
        let mut tx = self.begin().await?;
        let app_id = &self.credentials.app_id;
        let seeded = tokens::seed(&mut tx, &self.key, app_id, given).await;
        seeded.map_err(|problem| away(&problem))?;
        tx.commit().await.map_err(|error| away(&error.into()))?;
        self.stored().await
    }

    async fn alarm(&self, now: Timestamp) {
        metrics::counter!("lopso_alarms_total", "what" => "official_account_consent").increment(1);
        tracing::error!("the official account needs somebody: its refresh token is not taken");
        let noted = async {
            let mut tx = self.db.begin().await?;
            tokens::note_refused(&mut tx, &self.credentials.app_id, now).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, "refusal of the refresh token not written");
        }
    }

    /// Remembers in which way the platform signs.
    pub async fn freeze(&self, way: Way) -> Result<(), Trouble> {
        let mut tx = self.begin().await?;
        let frozen = tokens::freeze(&mut tx, &self.credentials.app_id, way.slug()).await;
        frozen.map_err(|error| away(&error.into()))?;
        tx.commit().await.map_err(|error| away(&error.into()))
    }

    /// What the database knows; none before the first token was given.
    pub async fn stored(&self) -> Result<Option<Stored>, Trouble> {
        let read = async {
            let mut tx = self.db.read().await?;
            tokens::stored(&mut tx, &self.key, &self.credentials.app_id).await
        };
        read.await.map_err(|problem| away(&problem))
    }

    async fn begin(&self) -> Result<crate::db::Tx, Trouble> {
        let begun = self.db.begin().await;
        begun.map_err(|error| away(&error.into()))
    }

    /// One number an account, for the hold.
    fn lock(&self) -> i64 {
        let hash = self
            .key
            .hash(&[b"refresher ", self.credentials.app_id.as_bytes()]);
        let bytes = hash.first_chunk::<8>().copied().unwrap_or_default();
        i64::from_be_bytes(bytes)
    }
}

/// Without its database an account can do nothing; it is tried again as if the platform were away.
fn away(problem: &Problem) -> Trouble {
    tracing::error!(%problem, "tokens of the official account not read or written");
    Trouble::Unreached
}
