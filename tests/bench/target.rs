//! The model everybody asks: a server that answers from a [`Script`] and checks the model's name.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use serde_json::Value;

use super::accept;
use super::question::Answer;
use super::script::{Script, Told};

/// Answers until killed.
pub(crate) async fn run() -> anyhow::Result<()> {
    let script = Arc::new(Script::new());
    accept::serve(service_fn(move |request: Request<Incoming>| {
        let script = Arc::clone(&script);
        async move { answer(request, script).await }
    }))
    .await
}

async fn answer(request: Request<Incoming>, script: Arc<Script>) -> anyhow::Result<Response<Told>> {
    if request.uri().path() != "/v1/chat/completions" {
        return refuse(StatusCode::NOT_FOUND, "no such path");
    }
    let Some(wanted) = read(request.into_body()).await? else {
        return refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not a model of the target",
        );
    };
    let (kind, told) = match wanted {
        Answer::Json => ("application/json", Told::Whole(Some(script.json.clone()))),
        Answer::Burst => (
            "text/event-stream",
            Told::Burst {
                script,
                next: 0,
                paused: false,
            },
        ),
        Answer::Live => ("text/event-stream", Told::live()),
    };
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .body(told)?)
}

fn refuse(status: StatusCode, why: &'static str) -> anyhow::Result<Response<Told>> {
    let body = Bytes::from(format!(
        "{{\"error\":{{\"message\":\"{why}\",\"type\":\"invalid_request_error\"}}}}"
    ));
    let answer = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json");
    Ok(answer.body(Told::Whole(Some(body)))?)
}

/// Reads a request to its end, as a model must, and finds which answer its model stands for.
async fn read(mut body: Incoming) -> anyhow::Result<Option<Answer>> {
    let mut parts = Vec::new();
    while let Some(frame) = body.frame().await {
        parts.extend(frame?.into_data().ok());
    }
    let quick = parts.first().and_then(|part| quick(part));
    Ok(quick.or_else(|| parse(&parts.concat())))
}

/// The usual place of the name is the body's beginning.
fn quick(part: &[u8]) -> Option<Answer> {
    let rest = part.strip_prefix(b"{\"model\":\"")?;
    let name = &rest[..memchr::memchr(b'"', rest)?];
    Answer::ALL
        .into_iter()
        .find(|answer| answer.model().as_bytes() == name)
}

fn parse(body: &[u8]) -> Option<Answer> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let name = body.get("model")?.as_str()?;
    Answer::ALL
        .into_iter()
        .find(|answer| answer.model() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_targets_own_model_names_are_known() {
        for answer in Answer::ALL {
            let body = format!("{{\"model\":\"{}\",\"n\":1}}", answer.model());
            assert_eq!(quick(body.as_bytes()), Some(answer));
            let body = format!("{{\"n\":1, \"model\": \"{}\"}}", answer.model());
            assert_eq!(quick(body.as_bytes()), None);
            assert_eq!(parse(body.as_bytes()), Some(answer));
            let body = format!("{{\"model\":\"{}\"}}", answer.alias());
            assert_eq!(quick(body.as_bytes()).or(parse(body.as_bytes())), None);
        }
    }
}
