//! Subscriptions to events: `/tidemill/subscriptions[/{name}]`.
//!
//! The published service offers them in its console only, so these calls are ours. POST makes one (201), PUT
//! replaces one, GET lists them or shows one with the number of waiting messages, DELETE ends one (204).

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply, with_and_without_slash};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use tidemill_api::{ErrorCode, dis};
use tidemill_notify::{
    EventType, Filter, Level, NewSubscription, Notifications, Source, SubscribeError, Subscription, Target,
};

/// What the handlers of subscriptions share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NotifyState {
    /// The streams and the callers.
    pub dis: DisState,
    /// The subscriptions.
    pub notifications: Notifications,
}

impl FromRef<NotifyState> for DisState {
    fn from_ref(state: &NotifyState) -> Self {
        state.dis.clone()
    }
}

/// The routes of subscriptions.
pub fn router(state: NotifyState) -> Router {
    let all = get(list).post(create);
    let one = get(show).put(replace).delete(end);
    let routes = [
        ("/v2/{project_id}/tidemill/subscriptions", all),
        ("/v2/{project_id}/tidemill/subscriptions/{name}", one),
    ];
    with_and_without_slash(routes).with_state(state)
}

async fn create(State(state): State<NotifyState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:subscriptions:create")?;
    let body: dis::PutSubscription = request.json()?;
    let name = body.name.clone().ok_or_else(|| DisError::invalid("name is missing"))?;
    let wanted = wanted(&state, &request, name, body)?;
    let made = state.notifications.create(&request.project, wanted).await;
    let made = made.map_err(|error| refused(error, &request))?;
    Ok(reply::json(StatusCode::CREATED, &wire(&state, made)))
}

async fn replace(State(state): State<NotifyState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:subscriptions:update")?;
    let wanted = wanted(&state, &request, request.path("name").to_owned(), request.json()?)?;
    let updated = state.notifications.update(&request.project, wanted).await;
    let updated = updated.map_err(|error| refused(error, &request))?;
    Ok(reply::json(StatusCode::OK, &wire(&state, updated)))
}

async fn list(State(state): State<NotifyState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:subscriptions:list")?;
    let found = state.notifications.list(&request.project).await?;
    let subscriptions = found.into_iter().map(|one| wire(&state, one)).collect();
    Ok(reply::json(StatusCode::OK, &dis::SubscriptionList { subscriptions }))
}

async fn show(State(state): State<NotifyState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:subscriptions:get")?;
    let found = state.notifications.get(&request.project, request.path("name")).await;
    let (found, waiting) = found.map_err(|error| refused(error, &request))?;
    let shown = dis::Subscription { waiting: Some(waiting), ..wire(&state, found) };
    Ok(reply::json(StatusCode::OK, &shown))
}

async fn end(State(state): State<NotifyState>, request: DisRequest) -> Result<Response, DisError> {
    request.allow("dis:subscriptions:delete")?;
    let deleted = state.notifications.delete(&request.project, request.path("name")).await;
    deleted.map_err(|error| refused(error, &request))?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

fn wanted(
    state: &NotifyState,
    request: &DisRequest,
    name: String,
    body: dis::PutSubscription,
) -> Result<NewSubscription, DisError> {
    let id_of = |name: &str| {
        lookup::stream(&state.dis.streams, &request.project, [Some(name), None]).map(|s| s.id.clone())
    };
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let target = match (given(body.webhook), given(body.target_stream)) {
        (Some(url), None) => Target::Webhook(url),
        (None, Some(stream)) => Target::Stream(id_of(&stream)?),
        _ => return Err(DisError::invalid("either webhook or target_stream must be given")),
    };
    let filter = Filter {
        event_types: words("event_types", body.event_types, EventType::ALL, EventType::as_str)?,
        levels: words("levels", body.levels, Level::ALL, Level::as_str)?,
        sources: words("sources", body.sources, Source::ALL, Source::as_str)?,
    };
    let stream_id = given(body.stream_name).map(|name| id_of(&name)).transpose()?;
    Ok(NewSubscription { name, enabled: body.enabled.unwrap_or(false), stream_id, filter, target })
}

/// A list of words out of a few; absent and empty let everything through.
fn words<T: Copy>(
    member: &str,
    texts: Option<Vec<String>>,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<Vec<T>, DisError> {
    let unknown = |text: &str| {
        let allowed: Vec<_> = all.iter().map(|one| word(*one)).collect();
        let shown: String = text.chars().take(40).collect();
        DisError::invalid(format!("{member} {shown:?}, allowed are {}", allowed.join(", ")))
    };
    let texts = texts.unwrap_or_default();
    if texts.len() > all.len() {
        return Err(DisError::invalid(format!("{member} has more than {} entries", all.len())));
    }
    let find =
        |text: &String| all.iter().copied().find(|one| word(*one) == text).ok_or_else(|| unknown(text));
    texts.iter().map(find).collect()
}

fn wire(state: &NotifyState, subscription: Subscription) -> dis::Subscription {
    let is_webhook = matches!(subscription.wanted.target, Target::Webhook(_));
    let secret = is_webhook.then(|| state.notifications.secret(&subscription));
    let wanted = subscription.wanted;
    // Its streams are there: a subscription ends with them.
    let name_of = |id: String| state.dis.streams.by_id(&id).map_or(id, |stream| stream.name.to_string());
    let (webhook, target_stream) = match wanted.target {
        Target::Webhook(url) => (Some(url), None),
        Target::Stream(id) => (None, Some(name_of(id))),
    };
    let texts = |words: Vec<&'static str>| Some(words.into_iter().map(str::to_owned).collect());
    let filter = wanted.filter;
    dis::Subscription {
        subscription_id: subscription.id,
        create_time: subscription.created_ms,
        wanted: dis::PutSubscription {
            name: Some(wanted.name),
            enabled: Some(wanted.enabled),
            stream_name: wanted.stream_id.map(name_of),
            event_types: texts(filter.event_types.into_iter().map(EventType::as_str).collect()),
            levels: texts(filter.levels.into_iter().map(Level::as_str).collect()),
            sources: texts(filter.sources.into_iter().map(Source::as_str).collect()),
            webhook,
            target_stream,
        },
        secret,
        waiting: None,
    }
}

fn refused(error: SubscribeError, request: &DisRequest) -> DisError {
    match error {
        SubscribeError::Quota => DisError::new(ErrorCode::QuotaExceeded, &[&error.to_string()]),
        SubscribeError::UnknownStream(stream) => DisError::unknown_stream(&stream, &request.project),
        SubscribeError::Meta(error) => error.into(),
        error => DisError::invalid(error),
    }
}
