//! Whether an event is Zalo's own: SHA-256 over an id, the body as it came, its time and a secret. Which id and which
//! secret, sources tell differently; the first event that fits one of the four ways shows which it is, and from then on
//! it is that one.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Credentials;
use crate::domain::Timestamp;
use crate::domain::time::{HOUR_MS, MINUTE_MS};
use crate::installation::hex;

/// Zalo repeats what was not taken after 30 s, 5, 15, 30 min and 1 h: a right event can be nearly two hours old.
const OLDEST_MS: i64 = 3 * HOUR_MS;
/// Our clock may be behind.
const AHEAD_MS: i64 = 5 * MINUTE_MS;

/// A way of signing, by its name in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    AppIdOaSecret,
    AppIdAppSecret,
    OaIdOaSecret,
    OaIdAppSecret,
}

impl Way {
    pub const ALL: [Way; 4] = [
        Way::AppIdOaSecret,
        Way::AppIdAppSecret,
        Way::OaIdOaSecret,
        Way::OaIdAppSecret,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Way::AppIdOaSecret => "app-oa",
            Way::AppIdAppSecret => "app-app",
            Way::OaIdOaSecret => "oa-oa",
            Way::OaIdAppSecret => "oa-app",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.slug() == slug)
    }
}

/// The way in which a body is signed, if it is one of `ways` and neither old nor from the future. The header may say
/// `mac=` before the digits.
pub fn signed(
    credentials: &Credentials,
    oa_id: &str,
    ways: &[Way],
    header: &str,
    body: &[u8],
    now: Timestamp,
) -> Option<Way> {
    #[derive(Deserialize)]
    struct Stamped {
        timestamp: Stamp,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stamp {
        Text(String),
        Number(i64),
    }
    let stamped: Stamped = serde_json::from_slice(body).ok()?;
    let timestamp = match stamped.timestamp {
        Stamp::Text(text) => text,
        Stamp::Number(number) => number.to_string(),
    };
    let given = header.strip_prefix("mac=").unwrap_or(header);
    let fits = |way: &Way| {
        let (id, secret) = match way {
            Way::AppIdOaSecret => (credentials.app_id.as_str(), &credentials.oa_secret),
            Way::AppIdAppSecret => (
                credentials.app_id.as_str(),
                &Some(credentials.app_secret.clone()),
            ),
            Way::OaIdOaSecret => (oa_id, &credentials.oa_secret),
            Way::OaIdAppSecret => (oa_id, &Some(credentials.app_secret.clone())),
        };
        let Some(secret) = secret else {
            return false;
        };
        let mut sum = Sha256::new();
        for part in [id.as_bytes(), body, timestamp.as_bytes(), secret.as_bytes()] {
            sum.update(part);
        }
        bool::from(hex(&sum.finalize()).as_bytes().ct_eq(given.as_bytes()))
    };
    let way = ways.iter().copied().find(fits)?;
    let at: i64 = timestamp.parse().ok()?;
    let in_time = at > now.0 - OLDEST_MS && at < now.0 + AHEAD_MS;
    in_time.then_some(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn credentials() -> Credentials {
        Credentials {
            app_id: "11".to_owned(),
            app_secret: "app".to_owned(),
            oa_secret: Some("oa".to_owned()),
            seed: None,
        }
    }

    fn of(ways: &[Way], body: &str, header: &str) -> Option<Way> {
        signed(&credentials(), "22", ways, header, body.as_bytes(), NOW)
    }

    // Reproduced by: printf '%s' '11{"timestamp":"1795000000000"}1795000000000oa' | sha256sum
    const BODY: &str = r#"{"timestamp":"1795000000000"}"#;

    fn digest(id: &str, secret: &str) -> String {
        hex(&Sha256::digest(format!("{id}{BODY}1795000000000{secret}")))
    }

    #[test]
    fn each_of_the_four_ways_is_known_and_after_the_first_only_that_one() {
        for (way, id, secret) in [
            (Way::AppIdOaSecret, "11", "oa"),
            (Way::AppIdAppSecret, "11", "app"),
            (Way::OaIdOaSecret, "22", "oa"),
            (Way::OaIdAppSecret, "22", "app"),
        ] {
            let sum = digest(id, secret);
            assert_eq!(of(&Way::ALL, BODY, &sum), Some(way));
            assert_eq!(of(&Way::ALL, BODY, &format!("mac={sum}")), Some(way));
            assert_eq!(of(&[way], BODY, &sum), Some(way));
            let others: Vec<Way> = Way::ALL.into_iter().filter(|one| *one != way).collect();
            assert_eq!(of(&others, BODY, &sum), None);
            assert_eq!(Way::from_slug(way.slug()), Some(way));
        }
    }

    #[test]
    fn another_body_another_time_and_another_secret_are_refused() {
        let sum = digest("11", "oa");
        assert_eq!(
            of(&Way::ALL, r#"{"timestamp":"1795000000000" }"#, &sum),
            None
        );
        assert_eq!(of(&Way::ALL, BODY, &digest("11", "else")), None);
        assert_eq!(of(&Way::ALL, BODY, ""), None);
        assert_eq!(of(&Way::ALL, "<html>", &sum), None);
        for off_ms in [-4 * HOUR_MS, 10 * MINUTE_MS] {
            let at = NOW.0 + off_ms;
            let body = format!(r#"{{"timestamp":"{at}"}}"#);
            let sum = hex(&Sha256::digest(format!("11{body}{at}oa")));
            assert_eq!(of(&Way::ALL, &body, &sum), None, "{off_ms}");
        }
    }
}
