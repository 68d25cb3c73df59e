//! The pictures that a platform fetches: `/anh/{name}`, for who has the address.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::app::App;
use crate::intake::now;
use crate::outbox::pictures;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/anh/{name}", get(show))
        .with_state(app)
}

async fn show(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    let Some(id) = pictures::named(app.key(), &name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let found = async {
        let mut tx = app.db().read().await?;
        pictures::find(&mut tx, id, now()).await
    };
    match found.await {
        Ok(Some(content)) => match BASE64_STANDARD.decode(content) {
            Ok(bytes) => {
                let kind = (header::CONTENT_TYPE, "image/png");
                let keep = (header::CACHE_CONTROL, "private, no-store");
                ([kind, keep], bytes).into_response()
            }
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        },
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "picture not read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
