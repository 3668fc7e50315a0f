//! The admin API as commands see it: of the running gateway, or of one opened in this process.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::{
    Context,
    failure::{Exit, Failure},
    remote::Remote,
    running,
};
use crate::{Gateway, admin::Trusted, clock::SystemClock};

/// Asks the admin API; commands need not know where it is.
#[derive(Debug)]
pub(super) enum Client {
    /// Of a gateway that runs.
    Running(Box<Remote>),
    /// Of a data folder that no gateway serves, opened here.
    Here(Gateway),
}

impl Client {
    /// The running gateway, else the data folder opened in this process.
    pub(super) async fn open(context: &Context) -> Result<Self, Failure> {
        match running::running(context).await? {
            Some(remote) => Ok(Self::Running(Box::new(remote))),
            None => Ok(Self::Here(
                Gateway::open(context.options.clone(), SystemClock).await?,
            )),
        }
    }

    /// Closes what was opened.
    pub(super) async fn close(self) {
        match self {
            Self::Running(_) => {}
            Self::Here(gateway) => gateway.stop().await,
        }
    }

    /// Gets a path.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    /// Posts to a path.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Patches a path.
    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// Deletes a path.
    pub(super) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::DELETE, path, None).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let (status, answer) = match self {
            Self::Running(remote) => remote.ask(method, path, body).await?,
            Self::Here(gateway) => ask_here(gateway, method, path, body).await?,
        };
        if status.is_success() {
            Ok(answer)
        } else {
            Err(refused(status, &answer))
        }
    }
}

async fn ask_here(
    gateway: &Gateway,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<(StatusCode, Value), Failure> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .extension(Trusted);
    let body = match body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    let request = request
        .body(body)
        .map_err(|error| Failure::new(error.to_string()))?;
    let Ok(response) = gateway.admin().oneshot(request).await;
    let status = response.status();
    let body = response.into_body().collect().await;
    let body = body
        .map_err(|error| Failure::new(error.to_string()))?
        .to_bytes();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// An answer of the admin API that is none.
fn refused(status: StatusCode, answer: &Value) -> Failure {
    let exit = match status {
        StatusCode::NOT_FOUND => Exit::NotFound,
        StatusCode::CONFLICT => Exit::Conflict,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Exit::Usage,
        _ => Exit::Failed,
    };
    if status == StatusCode::UNAUTHORIZED {
        return wrong_token();
    }
    match answer["detail"].as_str() {
        Some(detail) => Failure::of(exit, detail),
        None => Failure::of(exit, format!("the gateway answered {status}")),
    }
}

fn wrong_token() -> Failure {
    Failure::new("the gateway refuses this admin token")
        .so("give the one it runs with by --token or KEYWAY_ADMIN_TOKEN")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_become_exit_codes_that_scripts_know() {
        let exit = |status: u16| {
            refused(
                StatusCode::from_u16(status).unwrap(),
                &json!({"detail": "why"}),
            )
            .exit()
        };
        assert_eq!(exit(404), Exit::NotFound);
        assert_eq!(exit(409), Exit::Conflict);
        assert_eq!(exit(422), Exit::Usage);
        assert_eq!(exit(500), Exit::Failed);
        assert_eq!(exit(401), Exit::Failed);
        assert_eq!(
            refused(
                StatusCode::NOT_FOUND,
                &json!({"detail": "key not found: x"})
            )
            .to_string(),
            "key not found: x"
        );
    }
}
