//! What a request brings along, checked at the door so that a mistake is named by its field.

use std::time::Duration;

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::request::Parts,
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::error::{ApiError, BadField};

/// Far above any record there is.
const LARGEST_BODY: usize = 1 << 20;
/// Nobody types while a request is open; who takes longer holds a connection and nothing else.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body.
#[derive(Debug)]
pub(super) struct Given<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Given<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Ok(Self(parse(&read(request).await?)?))
    }
}

/// A JSON body whose fields belong to two forms. (Serde's `flatten` would lose which field is at fault.)
#[derive(Debug)]
pub(super) struct GivenBoth<A, B>(pub(super) A, pub(super) B);

impl<A: DeserializeOwned, B: DeserializeOwned, S: Sync> FromRequest<S> for GivenBoth<A, B> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let body = read(request).await?;
        Ok(Self(parse(&body)?, parse(&body)?))
    }
}

async fn read(request: Request) -> Result<Bytes, ApiError> {
    let body = to_bytes(request.into_body(), LARGEST_BODY);
    tokio::time::timeout(PATIENCE, body)
        .await
        .map_err(|_| ApiError::TooSlow)?
        .map_err(|_| ApiError::TooLarge)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // Actions without settings may come without a body.
    let text = if body.is_empty() {
        b"{}".as_slice()
    } else {
        body
    };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| explain(&error))?;
    reader
        .end()
        .map_err(|error| ApiError::BadJson(error.to_string()))?;
    Ok(value)
}

/// The query of a URL.
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = Query::try_from_uri(&parts.uri).map_err(|error| {
            let text = error.body_text();
            let text = text
                .rsplit_once("query string: ")
                .map_or(text.as_str(), |(_, rest)| rest);
            let (path, why) = text.split_once(": ").unwrap_or((".", text));
            named(path, why)
        })?;
        Ok(Self(query.0))
    }
}

fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    match error.inner().classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            ApiError::BadJson(error.inner().to_string())
        }
        Category::Data => named(&error.path().to_string(), &error.inner().to_string()),
    }
}

/// The field at fault and what it must be. What was sent instead is left out: it may be a secret.
fn named(path: &str, why: &str) -> ApiError {
    let why = why.split(" at line ").next().unwrap_or(why);
    if let Some(missing) = why
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
    {
        let parent = if path == "." {
            String::new()
        } else {
            format!("{path}.")
        };
        return BadField::shape(format!("{parent}{missing}"), "is required").into();
    }
    let wanted = why
        .rsplit_once("expected ")
        .map_or("of another type", |(_, wanted)| plain(wanted));
    let field = if path == "." { "body" } else { path };
    BadField::shape(field.to_owned(), format!("must be {wanted}")).into()
}

/// What serde calls types, in words.
fn plain(wanted: &str) -> &str {
    match wanted {
        "u64" | "u32" | "usize" => "a whole number, 0 or more",
        "i64" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if wanted.starts_with("struct") => "an object",
        _ => wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the errors are looked at")]
    struct Form {
        name: String,
        #[serde(default)]
        limit: Option<u64>,
        #[serde(default)]
        inner: Option<Box<Form>>,
    }

    async fn complaint(body: &'static str) -> String {
        let request = Request::new(axum::body::Body::from(body));
        let error = Given::<Form>::from_request(request, &()).await.unwrap_err();
        format!("{error:?}")
    }

    #[tokio::test]
    async fn a_mistake_is_named_by_its_field_and_what_was_sent_is_not_repeated() {
        assert!(
            complaint("{}")
                .await
                .contains(r#"field: "name", why: "is required""#)
        );
        let wrong = complaint(r#"{"name": "a", "limit": "sk-secret"}"#).await;
        assert!(
            wrong.contains(r#"field: "limit", why: "must be a whole number, 0 or more""#),
            "{wrong}"
        );
        assert!(!wrong.contains("secret"));
        assert!(
            complaint(r#"{"name": "a", "inner": {}}"#)
                .await
                .contains(r#"field: "inner.name""#)
        );
        assert!(
            complaint("[]").await.contains("BadField") || complaint("[]").await.contains("Field")
        );
        assert!(complaint("{").await.contains("BadJson"));
        assert!(complaint(r#"{"name": "a"} x"#).await.contains("BadJson"));
    }
}
