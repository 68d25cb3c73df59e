//! `/metrics`: what is counted, for whoever watches over the installation (Prometheus' text format). No names and no
//! words of anybody are in it.
//!
//! Counted where it happens: `lopso_updates_total`, `lopso_batch_updates`, `lopso_commit_seconds` (`app.rs`),
//! `lopso_set_aside_total`, `lopso_sends_total{lane,outcome}`, `lopso_asked_to_wait_total` (`sender/`),
//! `lopso_alarms_total{what}` (formatting that Telegram refused, tallies that differ from a recount),
//! `lopso_recounts_total` (`clock.rs`). Looked up when somebody asks: `lopso_outbox_rows{priority}`,
//! `lopso_outbox_age_seconds{priority}`, `lopso_outbox_lost{state}`, `lopso_set_aside`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::intake::now;
use crate::{inbox, outbox};

/// Whoever is not on this machine needs this token.
const TOKEN: &str = "LOPSO_METRICS_TOKEN";
/// The upper ends of what a commit may take, in seconds, and how many updates share it.
const COMMIT_SECONDS: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0];
const BATCH_UPDATES: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0];

const UPKEEP: Duration = Duration::from_secs(10);

/// By `Priority::order`.
const PRIORITIES: [&str; 4] = ["tap", "reply", "board", "reminder"];

/// Begins to count. None when this program counts already, as in a test.
pub fn install() -> Option<PrometheusHandle> {
    let buckets = |name: &str| Matcher::Full(name.to_owned());
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(buckets("lopso_commit_seconds"), &COMMIT_SECONDS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(buckets("lopso_batch_updates"), &BATCH_UPDATES)
        });
    match builder.and_then(PrometheusBuilder::install_recorder) {
        Ok(handle) => {
            tokio::spawn(keep_small(handle.clone()));
            Some(handle)
        }
        Err(error) => {
            tracing::warn!(%error, "nothing is counted");
            None
        }
    }
}

/// What was measured is put into its buckets, also when nobody ever asks for it.
async fn keep_small(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

#[derive(Clone)]
struct Counts {
    app: Arc<App>,
    handle: Option<PrometheusHandle>,
    token: Option<String>,
}

pub fn router(app: Arc<App>, handle: Option<PrometheusHandle>) -> Router {
    let token = std::env::var(TOKEN).ok();
    let counts = Counts {
        app,
        handle,
        token: token.filter(|token| !token.trim().is_empty()),
    };
    Router::new()
        .route("/metrics", get(show))
        .with_state(counts)
}

async fn show(
    State(counts): State<Counts>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !may_see(from.ip(), &headers, counts.token.as_deref()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(handle) = counts.handle else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    if let Err(error) = look_up(&counts.app).await {
        tracing::warn!(%error, "queue not counted");
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, handle.render()).into_response()
}

/// From this machine itself, or with the token. What a proxy hands on is not from this machine.
fn may_see(from: IpAddr, headers: &HeaderMap, token: Option<&str>) -> bool {
    let handed_on = ["x-forwarded-for", "forwarded", "x-real-ip"]
        .iter()
        .any(|name| headers.contains_key(*name));
    if from.to_canonical().is_loopback() && !handed_on {
        return true;
    }
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    match (given, token) {
        (Some(given), Some(token)) => bool::from(given.ct_eq(token.as_bytes())),
        (None, _) | (_, None) => false,
    }
}

async fn look_up(app: &App) -> Result<(), sqlx::Error> {
    let mut tx = app.db().read().await?;
    let depths = outbox::depths(&mut tx).await?;
    let lost = outbox::lost(&mut tx).await?;
    let (aside, _) = inbox::aside(&mut tx).await?;
    for (place, priority) in PRIORITIES.iter().enumerate() {
        let here = depths
            .iter()
            .find(|depth| usize::try_from(depth.priority) == Ok(place));
        let age_ms = here.map_or(0, |depth| (now().0 - depth.oldest.0).max(0));
        gauge!("lopso_outbox_rows", "priority" => *priority)
            .set(here.map_or(0, |depth| depth.rows) as f64);
        gauge!("lopso_outbox_age_seconds", "priority" => *priority).set(age_ms as f64 / 1_000.0);
    }
    for (state, rows) in [
        ("failed", lost.failed),
        ("unknown", lost.unknown),
        ("expired", lost.expired),
    ] {
        gauge!("lopso_outbox_lost", "state" => state).set(rows as f64);
    }
    gauge!("lopso_set_aside").set(aside as f64);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, headers: &[(&'static str, &str)], token: Option<&str>, sees: bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        assert_eq!(
            may_see(from.parse().unwrap(), &map, token),
            sees,
            "{from} {headers:?}"
        );
    }

    #[test]
    fn only_this_machine_or_who_has_the_token_sees_the_counts() {
        check("127.0.0.1", &[], None, true);
        check("::1", &[], None, true);
        check("::ffff:127.0.0.1", &[], None, true);
        check("10.0.0.7", &[], None, false);
        check(
            "10.0.0.7",
            &[("authorization", "Bearer abc")],
            Some("abc"),
            true,
        );
        check(
            "10.0.0.7",
            &[("authorization", "Bearer ab")],
            Some("abc"),
            false,
        );
        check("10.0.0.7", &[("authorization", "Bearer ")], None, false);
        // Behind a proxy on this machine everybody would be from this machine.
        check("127.0.0.1", &[("x-forwarded-for", "10.0.0.7")], None, false);
    }
}
