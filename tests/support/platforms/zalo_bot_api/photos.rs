//! Photos: those of the bot are fetched from their address, once and later again; those of people are handed out.

use super::addresses::is_here;
use super::state::State;
use super::{Inside, ZaloBotApi};
use reqwest::Url;
use std::sync::Arc;

/// Where the pictures of people are, whatever their name.
pub const FOLDER: &str = "/media/";

/// One white point as PNG.
pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\
\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\
\x00\x00\x00\x0aIDAT\x78\xda\x63\xf8\x0f\x00\x01\x01\x01\x00\x1c\xb0\x8c\x99\
\x00\x00\x00\x00IEND\xae\x42\x60\x82";

const FIRST_BYTES: usize = 16;

/// A photo that the bot sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    pub url: String,
    /// What came when the platform fetched it, each time.
    pub fetches: Vec<Fetch>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fetch {
    /// 0 when nobody answered, or the address is not on this machine.
    pub status: u16,
    pub content_type: String,
    pub size: usize,
    /// As many as it takes to know what kind of file it is.
    pub first_bytes: Vec<u8>,
}

impl Photo {
    pub fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            fetches: Vec::new(),
        }
    }
}

impl Fetch {
    /// On the phone there would be a black surface.
    fn is_black(&self) -> bool {
        let picture = self.content_type.starts_with("image/") && self.size > 0;
        self.status != 200 || !picture
    }
}

impl ZaloBotApi {
    /// The platform, or a phone, fetches every photo sent so far once more. Returns when all have been tried.
    pub fn refetch_photos(&self) {
        let (done, finished) = std::sync::mpsc::channel();
        let inside = Arc::clone(&self.inside);
        self.server.spawn(async move {
            let sent = inside.state().photos_sent();
            for (message_id, url) in sent {
                inside.fetch(&message_id, &url).await;
            }
            let _ = done.send(());
        });
        let _ = finished.recv();
    }

    /// Addresses of photos that did not come as a picture, once for each failed fetch.
    pub fn black_photos(&self) -> Vec<String> {
        self.state().black_photos.clone()
    }
}

impl Inside {
    /// Fetches the photo of a message.
    pub async fn fetch(&self, message_id: &str, url: &str) {
        let fetch = match Url::parse(url) {
            Ok(address) if is_here(&address) => self.get(address).await.unwrap_or_default(),
            Ok(_) | Err(_) => Fetch::default(),
        };
        let mut state = self.state();
        if fetch.is_black() {
            state.black_photos.push(url.to_owned());
        }
        let mut messages = state.photo_messages();
        if let Some((_, photo)) = messages.find(|(id, _)| *id == message_id) {
            photo.fetches.push(fetch);
        }
    }

    async fn get(&self, url: Url) -> Option<Fetch> {
        let response = self.client.get(url).send().await.ok()?;
        let kind = response.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let (status, content_type) = (response.status().as_u16(), kind.to_owned());
        let body = response.bytes().await.ok()?;
        Some(Fetch {
            status,
            content_type,
            size: body.len(),
            first_bytes: body.iter().take(FIRST_BYTES).copied().collect(),
        })
    }
}

impl State {
    fn photos_sent(&mut self) -> Vec<(String, String)> {
        self.photo_messages()
            .map(|(id, photo)| (id.to_owned(), photo.url.clone()))
            .collect()
    }

    fn photo_messages(&mut self) -> impl Iterator<Item = (&str, &mut Photo)> {
        let messages = self.chats.values_mut().flat_map(|chat| &mut chat.messages);
        messages.filter_map(|message| Some((message.message_id.as_str(), message.photo.as_mut()?)))
    }
}
