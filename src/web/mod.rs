//! The web server: health for whoever watches over it, the page a slip leads to, and in the demo the chat page.

pub mod demo;
mod health;
pub mod metrics;
pub mod pictures;
mod slip;
pub mod webhooks;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The routes every installation has.
pub fn router(app: Arc<App>) -> Router {
    health::router(app.clone()).merge(slip::router(app))
}
