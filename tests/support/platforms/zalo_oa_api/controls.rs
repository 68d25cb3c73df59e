//! What a test may turn, and what it may look at.

use super::endpoint::Endpoint;
use super::events::GroupIdAt;
use super::groups::{Group, Standing};
use super::message::SentMessage;
use super::oauth::Refresh;
use super::rates::Rates;
use super::weather::any_failure;
use super::webhook::{Delivery, SignedBy, SignedWith};
use super::{Call, Failure, ZaloOaApi};
use std::time::Duration;

/// Tokens.
impl ZaloOaApi {
    /// An administrator consents by hand: a fresh refresh token, and the one before is dead.
    pub fn consent(&self) -> String {
        self.state().issue_refresh()
    }

    /// Every access token so far is past its 25 hours.
    pub fn expire_access_token(&self) {
        self.state().tokens.expire_access();
    }

    /// The one issued last.
    pub fn current_access_token(&self) -> String {
        self.state().tokens.current_access().to_owned()
    }

    /// The only one that is alive; none before the first consent.
    pub fn current_refresh_token(&self) -> Option<String> {
        self.state().tokens.refresh.clone()
    }

    /// Every attempt to refresh, oldest first.
    pub fn refreshes(&self) -> Vec<Refresh> {
        let offered = |call: &Call| call.params["refresh_token"].as_str().map(str::to_owned);
        let calls = self.calls().into_iter();
        calls
            .filter(|call| call.path == Endpoint::Refresh.path())
            .map(|call| Refresh {
                at: call.at,
                token: offered(&call).unwrap_or_default(),
                accepted: call.applied,
            })
            .collect()
    }
}

/// Groups and people.
impl ZaloOaApi {
    /// A group that the account created.
    pub fn group(&self, group: &str, name: &str) {
        let mut state = self.state();
        state.groups.insert(group.to_owned(), Group::of(name));
    }

    /// The group's slot is not paid for.
    #[track_caller]
    pub fn slot_lapses(&self, group: &str) {
        self.state().known_group(group).standing = Standing::Lapsed;
    }

    /// The account is no longer in the group.
    #[track_caller]
    pub fn oa_leaves(&self, group: &str) {
        self.state().known_group(group).standing = Standing::Left;
    }

    /// The slot is paid for, and the account is in the group.
    #[track_caller]
    pub fn group_recovers(&self, group: &str) {
        self.state().known_group(group).standing = Standing::Enabled;
    }

    /// Moves the clock for a person: it is this long since they last interacted.
    pub fn last_interaction(&self, user: &str, ago: Duration) {
        self.state().interacts(user, ago);
    }

    pub fn blocks(&self, user: &str, yes: bool) {
        self.state().person(user).blocked = yes;
    }

    /// Seven days have passed since whatever was uploaded so far.
    pub fn expire_uploads(&self) {
        let mut state = self.state();
        state.uploads.images.expire();
        state.uploads.files.expire();
    }

    /// What the account sent to a group, oldest first.
    pub fn group_messages(&self, group: &str) -> Vec<SentMessage> {
        let state = self.state();
        let group = state.groups.get(group);
        group.map_or_else(Vec::new, |group| group.messages.clone())
    }

    /// What the account sent to a person in private, oldest first.
    pub fn private_messages(&self, user: &str) -> Vec<SentMessage> {
        let state = self.state();
        let person = state.people.get(user);
        person.map_or_else(Vec::new, |person| person.messages.clone())
    }
}

/// The webhook.
impl ZaloOaApi {
    /// Where events go from now on.
    pub fn webhook(&self, url: &str) {
        self.state().webhook.url = Some(url.to_owned());
    }

    /// Which of the four variants of the signature is used from now on; at first the app's id and the account's key.
    pub fn signature(&self, by: SignedBy, with: SignedWith) {
        let mut state = self.state();
        state.webhook.by = by;
        state.webhook.with = with;
    }

    /// Where events of groups have the group's id from now on; at first in `recipient.id`.
    pub fn group_id_at(&self, place: GroupIdAt) {
        self.state().group_id_at = place;
    }

    /// How long an answer may take; at first two seconds.
    pub fn patience(&self, time: Duration) {
        self.state().webhook.patience = time;
    }

    /// The first step of the ladder of retries, at first 30 seconds. The other four keep their proportions to it.
    pub fn retry_after(&self, time: Duration) {
        self.state().webhook.retry_after = time;
    }

    /// Every event so far and what became of it, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state().webhook.deliveries.clone()
    }

    /// How many events are still to be posted, for the first time or again.
    pub fn undelivered(&self) -> usize {
        let state = self.state();
        let deliveries = state.webhook.deliveries.iter();
        deliveries.filter(|delivery| !delivery.settled).count()
    }
}

/// Limits, failures and what was seen.
impl ZaloOaApi {
    /// So many calls in sixty seconds from now on, counted anew.
    pub fn limit_per_minute(&self, limit: usize) {
        self.state().rates = Rates::of(limit);
    }

    /// The next call of this endpoint fails so; several wait in line. An endpoint is named by its path, or as much of
    /// the path's end as no other has: `access_token`, `group/message`, `message/cs`.
    #[track_caller]
    pub fn fail_next(&self, endpoint: &str, failure: Failure) {
        let endpoint = Endpoint::named(endpoint);
        self.state().mishaps.order(endpoint, failure);
    }

    /// From now on calls of these endpoints fail in every way there is, this often in a hundred; the same seed fails
    /// the same calls. With 0 the sky is clear again.
    #[track_caller]
    pub fn fail_randomly(&self, endpoints: &[&str], percent: usize, seed: u64) {
        let endpoints = endpoints.iter().map(|name| Endpoint::named(name)).collect();
        let mishaps = &mut self.state().mishaps;
        mishaps.at_random(endpoints, percent, seed, any_failure);
    }

    /// From now on every call takes so long, half of it before the work is done and half after, as from another
    /// continent.
    pub fn far_away(&self, way: Duration) {
        self.state().way = way;
    }

    /// Every request so far to an endpoint that exists, refused ones included.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// What broke the documentation's rules, each with its path.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }
}
