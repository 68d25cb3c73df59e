//! Which addresses the platform would call, and which of them this server really calls.

use reqwest::Url;
use std::net::IpAddr;

/// Only programs on this machine are called: no test talks to the world.
pub fn is_here(url: &Url) -> bool {
    url.scheme() == "http" && ip(url).is_some_and(|ip| ip.is_loopback())
}

/// Whether anybody could reach it from outside.
pub fn is_public(url: &Url) -> bool {
    match (ip(url), url.host_str()) {
        (Some(IpAddr::V4(ip)), _) => {
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified())
        }
        (Some(IpAddr::V6(ip)), _) => !(ip.is_loopback() || ip.is_unspecified()),
        (None, Some(name)) => name.contains('.') && !name.ends_with(".local"),
        (None, None) => false,
    }
}

/// The platform calls no webhook on its own domains.
pub fn is_zalos(url: &Url) -> bool {
    let own = ["zalo.me", "zaloapp.com", "zaloplatforms.com", "zapps.me"];
    let host = url.host_str().unwrap_or("");
    own.iter()
        .any(|own| host == *own || host.ends_with(&format!(".{own}")))
}

fn ip(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_matches(['[', ']']).parse().ok()
}
