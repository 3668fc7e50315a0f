//! The whole admin API on one screen.

use std::sync::Arc;

use axum::{
    Json, Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, Info, OpenApi, Ref, ResponseBuilder,
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    audit, credentials, docs,
    error::{self, ApiError, Failure},
    groups, guard, health, keys, live, logs, model_routes, overview, presets, probes, providers,
    secrets, session, settings, targets, tools, users,
};
use crate::app::App;

/// Answers everything below `/admin`, and the docs.
pub fn router(app: Arc<App>) -> Router {
    let (open, closed) = (open(), closed());
    let document = describe(open.get_openapi().clone(), closed.get_openapi().clone());
    let closed =
        Router::from(closed).route_layer(from_fn_with_state(app.clone(), guard::admins_only));
    Router::from(open)
        .merge(closed)
        .route("/docs", get(|| async move { docs::page(&openapi()) }))
        .route("/admin/openapi.json", get(|| async move { Json(document) }))
        .route("/admin", any(nowhere))
        .route("/admin/", any(nowhere))
        .route("/admin/{*rest}", any(nowhere))
        .method_not_allowed_fallback(|| async { ApiError::NoSuchMethod })
        .layer(from_fn(guard::json_only))
        .layer(from_fn(error::explained))
        .with_state(app)
}

/// The OpenAPI document.
pub fn openapi() -> OpenApi {
    describe(open().into_openapi(), closed().into_openapi())
}

/// What anybody may ask.
fn open() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(session::login))
        .routes(routes!(session::desktop_login))
        .routes(routes!(settings::locale))
}

/// What only admins may ask.
fn closed() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(session::session))
        .routes(routes!(session::logout))
        .routes(routes!(session::login_link))
        .routes(routes!(settings::config))
        .routes(routes!(settings::get, settings::update))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::get, groups::update, groups::delete))
        .routes(routes!(groups::copy))
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(
            providers::get,
            providers::update,
            providers::delete
        ))
        .routes(routes!(providers::quirks::resolved))
        .routes(routes!(credentials::list, credentials::create))
        .routes(routes!(credentials::update, credentials::delete))
        .routes(routes!(credentials::reset_health))
        .routes(routes!(model_routes::list, model_routes::create))
        .routes(routes!(
            model_routes::get,
            model_routes::update,
            model_routes::delete
        ))
        .routes(routes!(targets::list, targets::create))
        .routes(routes!(targets::update, targets::delete))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::get, keys::update, keys::delete))
        .routes(routes!(keys::plaintext))
        .routes(routes!(tools::list, tools::create))
        .routes(routes!(tools::update, tools::delete))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::get, users::update, users::delete))
        .routes(routes!(health::list))
        .routes(routes!(health::reset))
        .routes(routes!(logs::list))
        .routes(routes!(logs::get))
        .routes(routes!(logs::stats))
        .routes(routes!(logs::usage))
        .routes(routes!(overview::overview))
        .routes(routes!(probes::test))
        .routes(routes!(probes::e2e))
        .routes(routes!(presets::list))
        .routes(routes!(audit::list))
        .routes(routes!(live::events))
        .routes(routes!(secrets::get))
        .routes(routes!(secrets::rotate))
}

async fn nowhere() -> ApiError {
    ApiError::NoSuchPath
}

/// One document of both lists, with what holds for all of it.
fn describe(mut open: OpenApi, closed: OpenApi) -> OpenApi {
    open.merge(closed);
    open.info = Info::new("Keyway admin API", env!("CARGO_PKG_VERSION"));
    open.info.description = Some(
        "Send the admin token as `X-Admin-Token`, or log in and send the cookie; changes by cookie also need \
         `X-Keyway-CSRF`. Errors are `{\"detail\", \"code\", \"field\"?, \"request_id\"}`."
            .to_owned(),
    );
    complete(&mut open);
    let components = open.components.get_or_insert_default();
    let token = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Admin-Token")));
    components
        .security_schemes
        .insert("admin_token".to_owned(), token.into());
    open.security = Some(vec![SecurityRequirement::new(
        "admin_token",
        Vec::<String>::new(),
    )]);
    open
}

/// Errors have one shape everywhere, and operations of one name are told apart by their tag.
fn complete(document: &mut OpenApi) {
    let schema = Ref::from_schema_name(Failure::name());
    let failure = ResponseBuilder::new()
        .description("What went wrong.")
        .content("application/json", Content::new(Some(schema)))
        .build();
    for item in document.paths.paths.values_mut() {
        let all = [
            &mut item.get,
            &mut item.post,
            &mut item.patch,
            &mut item.put,
            &mut item.delete,
        ];
        for operation in all.into_iter().flatten() {
            let tag = operation
                .tags
                .iter()
                .flatten()
                .next()
                .cloned()
                .unwrap_or_default();
            let name = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{}_{name}", tag.replace('-', "_")));
            operation
                .responses
                .responses
                .insert("default".to_owned(), failure.clone().into());
        }
    }
    let components = document.components.get_or_insert_default();
    components
        .schemas
        .insert(Failure::name().into_owned(), Failure::schema());
}
