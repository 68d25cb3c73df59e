//! `/healthz`: the program runs. `/readyz`: it can reach its database.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::app::App;
use crate::vals;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(app)
}

async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, StatusCode> {
    const ANYTHING: &str = "SELECT COUNT(*) AS bots FROM bot";
    let asked = async {
        let mut tx = app.db().read().await?;
        tx.row(ANYTHING, vals![]).await
    };
    match asked.await {
        Ok(_) => Ok("ok"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
