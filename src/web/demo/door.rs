//! Who may come in: on a school's computer the demo is for whoever sits at it, and for no other page.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{DemoState, Refused};

/// Everything the page needs comes from this program, so nothing else is ever loaded.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
);
const FETCH_SITE: &str = "sec-fetch-site";

pub async fn watch(State(demo): State<Arc<DemoState>>, request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0);
    let mut response = match admit(demo.open, peer, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    };
    guard(response.headers_mut());
    response
}

fn admit(
    open: bool,
    peer: Option<SocketAddr>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), Refused> {
    // A name that somebody points at this machine (DNS rebinding) arrives from here, but under that name.
    let from_here = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let local = from_here && is_named_local(headers);
    if !open && !local {
        return Err(Refused::NotFromHere);
    }
    if method == Method::POST && !is_own_page(headers) {
        return Err(Refused::AnotherSite);
    }
    Ok(())
}

fn is_named_local(headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, header::HOST) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

/// The browser says which page posts; one that says neither is not a browser with this page open.
fn is_own_page(headers: &HeaderMap) -> bool {
    let site = text(headers, HeaderName::from_static(FETCH_SITE)).map(|site| site == "same-origin");
    let origin = text(headers, header::ORIGIN).map(|origin| {
        let place = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        place.is_some() && place == text(headers, header::HOST)
    });
    matches!(
        (site, origin),
        (Some(true), Some(true) | None) | (None, Some(true))
    )
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn guard(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Without a referrer the browser would also hide the origin of our own forms.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_this_machine_under_its_own_name_comes_in() {
        let check = |open, peer: &str, host: &str, expected| {
            let peer = Some(peer.parse().unwrap());
            let admitted = admit(open, peer, &Method::GET, &headers(&[("host", host)])).is_ok();
            assert_eq!(admitted, expected, "{peer:?} {host} open: {open}");
        };
        check(false, "127.0.0.1:5000", "127.0.0.1:8080", true);
        check(false, "127.0.0.1:5000", "localhost", true);
        check(false, "[::1]:5000", "[::1]:8080", true);
        check(false, "[::1]:5000", "[::1]", true);
        check(false, "[::ffff:127.0.0.1]:5000", "LOCALHOST:8080", true);
        check(false, "127.0.0.1:5000", "evil.example:8080", false);
        check(false, "127.0.0.1:5000", "localhost.evil.example", false);
        check(
            false,
            "127.0.0.1:5000",
            "127.0.0.1.evil.example:8080",
            false,
        );
        check(false, "192.168.1.7:5000", "127.0.0.1:8080", false);
        check(true, "192.168.1.7:5000", "school.example:8080", true);
        let nobody = admit(
            false,
            None,
            &Method::GET,
            &headers(&[("host", "localhost")]),
        );
        assert_eq!(nobody, Err(Refused::NotFromHere));
    }

    #[test]
    fn only_the_page_itself_may_post() {
        let check = |lines: &[(&'static str, &str)], expected| {
            let mut all = headers(lines);
            all.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
            for open in [true, false] {
                let peer = Some("127.0.0.1:5000".parse().unwrap());
                assert_eq!(
                    admit(open, peer, &Method::POST, &all).is_ok(),
                    expected,
                    "{lines:?}"
                );
            }
        };
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("origin", "http://localhost:8080")], true);
        check(
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://localhost:8080"),
            ],
            true,
        );
        check(
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            false,
        );
        check(
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "http://localhost:8080"),
            ],
            false,
        );
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("origin", "http://localhost:9090")], false);
        check(&[("origin", "http://evil.example")], false);
        check(&[("origin", "null")], false);
        check(&[], false);
    }
}
