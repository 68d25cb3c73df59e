//! How events leave: signed, posted in the order they happened, and again while they are not answered with 200.

use super::Inside;
use super::state::State;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;

/// 30 s, 5 min, 15 min, 30 min and 1 h, as multiples of the first.
const LADDER: [u32; 5] = [1, 10, 30, 60, 120];

pub struct Webhook {
    pub url: Option<String>,
    /// How long the other side may take to answer.
    pub patience: Duration,
    /// The first step of the ladder.
    pub retry_after: Duration,
    pub by: SignedBy,
    pub with: SignedWith,
    pub deliveries: Vec<Delivery>,
}

/// Whose id begins the text that is signed; those who describe the real one disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedBy {
    App,
    Oa,
}

/// Which secret ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedWith {
    OaSecret,
    AppSecret,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Empty if there was no webhook when it happened: then it reached nobody.
    pub url: String,
    pub event: Value,
    pub at: Instant,
    /// How many times it was posted, from 0 to 6.
    pub tries: u32,
    /// Of the last try; none if there was no answer in time.
    pub status: Option<u16>,
    /// Whether it will not be posted again.
    pub settled: bool,
}

/// An event on its way.
pub struct Parcel {
    /// Its place in the list of deliveries.
    number: usize,
    url: String,
    body: String,
    signature: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    Right,
    /// By somebody who does not know the secret.
    Forged,
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            url: None,
            patience: Duration::from_secs(2),
            retry_after: Duration::from_secs(30),
            by: SignedBy::App,
            with: SignedWith::OaSecret,
            deliveries: Vec::new(),
        }
    }
}

impl Inside {
    /// Signs an event and hands it over.
    pub fn happens(&self, event: Value, seal: Seal) {
        let mut state = self.state();
        let url = state.webhook.url.clone();
        state.webhook.deliveries.push(Delivery {
            url: url.clone().unwrap_or_default(),
            event: event.clone(),
            at: Instant::now(),
            tries: 0,
            status: None,
            settled: url.is_none(),
        });
        let Some(url) = url else { return };
        // The blank is as good as any JSON; whoever signs what they parsed, and not the bytes that came, is found out.
        let body = event.to_string().replacen('{', "{ ", 1);
        let signature = state.signature(&event, &body, seal);
        let parcel = Parcel {
            number: state.webhook.deliveries.len() - 1,
            url,
            body,
            signature,
        };
        // Handing over while the state is locked keeps the order. It fails only when the server has ended.
        let _ = self.post.send(parcel);
    }
}

impl State {
    fn signature(&self, event: &Value, body: &str, seal: Seal) -> String {
        let id = match self.webhook.by {
            SignedBy::App => &self.names.app_id,
            SignedBy::Oa => &self.names.oa_id,
        };
        let secret = match (seal, self.webhook.with) {
            (Seal::Forged, _) => "a guess",
            (Seal::Right, SignedWith::OaSecret) => &self.names.oa_secret,
            (Seal::Right, SignedWith::AppSecret) => &self.names.app_secret,
        };
        let timestamp = event["timestamp"].as_str().unwrap_or("");
        let sum = Sha256::digest(format!("{id}{body}{timestamp}{secret}"));
        let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("mac={hex}")
    }
}

/// Posts events one after another. One that fails waits for its next try beside the others.
pub async fn carry_forever(inside: Arc<Inside>, mut parcels: UnboundedReceiver<Parcel>) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // A connection kept open and then found dead would look like a try that nobody made.
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    while let Some(parcel) = parcels.recv().await {
        if !attempt(&inside, &client, &parcel, 0).await {
            let (inside, client) = (Arc::clone(&inside), client.clone());
            tokio::spawn(async move { climb(&inside, &client, &parcel).await });
        }
    }
}

async fn climb(inside: &Inside, client: &reqwest::Client, parcel: &Parcel) {
    for (retry, step) in (1..).zip(LADDER) {
        let rest = inside.state().webhook.retry_after * step;
        tokio::time::sleep(rest).await;
        if attempt(inside, client, parcel, retry).await {
            return;
        }
    }
    inside.state().webhook.deliveries[parcel.number].settled = true;
}

/// Whether the answer was 200, in time.
async fn attempt(inside: &Inside, client: &reqwest::Client, parcel: &Parcel, retry: u32) -> bool {
    let patience = {
        let mut state = inside.state();
        state.webhook.deliveries[parcel.number].tries += 1;
        state.webhook.patience
    };
    let mut request = client
        .post(&parcel.url)
        .timeout(patience)
        .header("Content-Type", "application/json")
        .header("X-ZEvent-Signature", &parcel.signature)
        .body(parcel.body.clone());
    if retry > 0 {
        request = request.header("num_retry", retry);
    }
    let answer = request.send().await.ok();
    let status = answer.map(|answer| answer.status().as_u16());
    let mut state = inside.state();
    let delivery = &mut state.webhook.deliveries[parcel.number];
    delivery.status = status;
    delivery.settled = status == Some(200);
    delivery.settled
}
