//! The web server: health for whoever watches over it, and in the demo the chat page.

pub mod demo;
mod health;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The routes every installation has.
pub fn router(app: Arc<App>) -> Router {
    health::router(app)
}
