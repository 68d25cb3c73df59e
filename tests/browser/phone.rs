//! A real browser in the hands of somebody: what they see, tap and type on the demo's chat page.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::http::PATIENCE;

/// What the page is looked at with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 390 × 844, as most phones of these years, by touch.
    Phone,
    /// 1280 × 1100: the whole board in one picture.
    Computer,
    /// The computer, with JavaScript switched off.
    WithoutScript,
}

impl Screen {
    fn name(self) -> &'static str {
        match self {
            Screen::Phone => "390",
            Screen::Computer => "1280",
            Screen::WithoutScript => "no-script",
        }
    }

    fn options(self, chromium: &str) -> Value {
        let mut arguments = vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
        ];
        let mut options = json!({ "binary": chromium });
        match self {
            Screen::Phone => {
                options["mobileEmulation"] = json!({
                    "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true }
                });
            }
            Screen::Computer => arguments.push("--window-size=1280,1100"),
            Screen::WithoutScript => {
                arguments.push("--window-size=1280,1100");
                options["prefs"] =
                    json!({ "profile.managed_default_content_settings.javascript": 2 });
            }
        }
        options["args"] = json!(arguments);
        options
    }
}

pub struct Phone {
    pub client: Client,
    screen: Screen,
    address: String,
}

impl Phone {
    /// None when the tests run without a browser; `scripts/test.sh` brings one.
    pub async fn take(screen: Screen, address: &str) -> Option<Self> {
        let (Ok(driver), Ok(chromium)) = (
            std::env::var("LOPSO_TEST_WEBDRIVER"),
            std::env::var("LOPSO_TEST_CHROMIUM"),
        ) else {
            eprintln!("skipped: LOPSO_TEST_WEBDRIVER or LOPSO_TEST_CHROMIUM is not set");
            return None;
        };
        let mut wanted = serde_json::Map::new();
        wanted.insert("goog:chromeOptions".to_owned(), screen.options(&chromium));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&driver)
            .await
            .expect("the browser does not open");
        Some(Self {
            client,
            screen,
            address: address.to_owned(),
        })
    }

    pub async fn put_down(self) {
        self.client.close().await.unwrap();
    }

    pub async fn opens(&self, path: &str) {
        let url = format!("http://{}{path}", self.address);
        self.client.goto(&url).await.unwrap();
    }

    /// Becomes somebody, from the menu of the page as a visitor does.
    pub async fn becomes(&self, persona: &str) {
        if self.shown("#who > summary").await {
            self.taps("#who > summary").await;
        }
        self.taps(&format!("#who [data-persona=\"{persona}\"]"))
            .await;
        self.waits_for("the page of the persona", || async {
            self.script("return document.body.dataset.who === arguments[0]", persona)
                .await
                == json!(true)
        })
        .await;
    }

    pub async fn enters(&self, room: &str) {
        self.taps(&format!("[data-room=\"{room}\"]")).await;
        self.waits_for("the room", || async {
            self.script(
                "return document.body.dataset.roomOpen === arguments[0]",
                room,
            )
            .await
                == json!(true)
        })
        .await;
    }

    pub async fn writes(&self, words: &str) {
        let field = self.find("#text").await;
        field.send_keys(words).await.unwrap();
        self.taps("#send").await;
    }

    /// Taps a button of the board.
    pub async fn taps_on_the_board(&self, label: &str) {
        let place = self
            .script(
                "const found = [...document.querySelectorAll('[data-board] [data-choice]')]; \
                 const at = found.findIndex(one => one.textContent.includes(arguments[0])); \
                 if (at >= 0) found[at].id = 'tapped-by-the-test'; return at",
                label,
            )
            .await;
        assert!(place.as_i64() >= Some(0), "the board has no {label:?}");
        self.taps("#tapped-by-the-test").await;
    }

    /// Chooses to answer the board, as with the link below it.
    pub async fn answers_the_board(&self, words: &str) {
        self.taps("[data-board] .reply").await;
        self.writes(words).await;
    }

    pub async fn find(&self, css: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// A click that the browser itself finds possible: in sight and not covered. What was replaced by
    /// its newer self in that moment is looked for again.
    pub async fn taps(&self, css: &str) {
        let mut last = None;
        for _ in 0..5 {
            let element = self.find(css).await;
            match element.click().await {
                Ok(()) => return,
                Err(error) if error.is_stale_element_reference() => last = Some(error),
                Err(error) => {
                    self.shoots("failed").await;
                    panic!("cannot tap {css}: {error}");
                }
            }
        }
        panic!("cannot tap {css}: {last:?}");
    }

    async fn shown(&self, css: &str) -> bool {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.is_displayed().await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// Presses a key wherever the focus is.
    pub async fn presses(&self, key: Key) {
        let key = char::from(key).to_string();
        self.types(&key).await;
    }

    /// Types wherever the focus is.
    pub async fn types(&self, words: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(words).await.unwrap();
    }

    /// Goes on with Tab until the focus stands on what this finds.
    pub async fn tabs_to(&self, css: &str) {
        for _ in 0..80 {
            self.presses(Key::Tab).await;
            let there = self
                .script("return document.activeElement.matches(arguments[0])", css)
                .await;
            if there == json!(true) {
                return;
            }
        }
        panic!("the keyboard never comes to {css}");
    }

    /// What stands in the room. Read in one step, since messages change under one's eyes.
    pub async fn messages(&self) -> String {
        self.text("#messages").await
    }

    /// The text of the newest message of the bot.
    pub async fn last_of_the_bot(&self) -> String {
        let said = self
            .script(
                "return [...document.querySelectorAll('#messages [data-from=\"bot\"]')].at(-1)?.innerText ?? ''",
                "",
            )
            .await;
        said.as_str().unwrap_or_default().to_owned()
    }

    pub async fn board(&self) -> String {
        self.find("[data-board]").await;
        self.text("[data-board]").await
    }

    async fn text(&self, css: &str) -> String {
        let found = self
            .script(
                "return document.querySelector(arguments[0])?.innerText ?? ''",
                css,
            )
            .await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the room shows these words, without the page being loaded anew.
    pub async fn sees(&self, words: &str) {
        self.waits_for(words, || async { self.messages().await.contains(words) })
            .await;
    }

    pub async fn sees_on_the_board(&self, words: &str) {
        self.waits_for(words, || async { self.board().await.contains(words) })
            .await;
    }

    pub async fn hears(&self, words: &str) {
        self.waits_for(words, || async {
            self.text("#toast").await.contains(words)
        })
        .await;
    }

    pub async fn waits_for<F>(&self, what: &str, mut look: impl FnMut() -> F)
    where
        F: Future<Output = bool>,
    {
        let begun = Instant::now();
        while !look().await {
            if begun.elapsed() > PATIENCE {
                self.shoots("failed").await;
                panic!(
                    "waited in vain for {what:?}; the room shows:\n{}",
                    self.messages().await
                );
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn script(&self, script: &str, argument: &str) -> Value {
        self.client
            .execute(script, vec![json!(argument)])
            .await
            .unwrap()
    }

    /// A picture for people, under `target/screenshots/`.
    pub async fn shoots(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        let file = format!("{name}-{}.png", self.screen.name());
        std::fs::write(folder.join(file), picture).unwrap();
    }
}
