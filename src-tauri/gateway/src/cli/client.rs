//! The admin API as commands see it: of the running gateway, or of one opened in this process.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt;

use super::{
    Context,
    failure::{Exit, Failure},
    path,
    remote::{Answers, Remote},
};
use crate::{Gateway, admin::Trusted, clock::SystemClock, gateway, options::Options, store};

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
        match running(context).await? {
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

/// The gateway that was named, or the one that serves this data folder; none when none does.
pub(super) async fn running(context: &Context) -> Result<Option<Remote>, Failure> {
    if let Some(url) = &context.url {
        return named(context, url).await.map(Some);
    }
    let written = port_in_file(&context.options);
    for address in candidates(&context.options, written) {
        match ours_at(context, address).await {
            Ok(Some(remote)) => return Ok(Some(remote)),
            Err(failure) if written == Some(address.port()) => return Err(failure),
            // On a port that no gateway of this data folder wrote down others may do as they like.
            Ok(None) | Err(_) => {}
        }
    }
    Ok(None)
}

/// The gateway at this address, when it serves our data folder.
async fn ours_at(context: &Context, address: SocketAddr) -> Result<Option<Remote>, Failure> {
    let certificate = certificate(&context.options);
    let scheme = if certificate.is_some() {
        "https"
    } else {
        "http"
    };
    let remote = Remote::at(&format!("{scheme}://{address}"), certificate);
    match remote.probe().await {
        Answers::Keyway => {}
        Answers::Nothing(why) if why.contains("certificate") => {
            return Err(Failure::unreachable(format!(
                "the gateway at {address} cannot be trusted: {why}"
            ))
            .so("name it as its certificate does, by --url https://…"));
        }
        Answers::Other | Answers::Nothing(_) => return Ok(None),
    }
    let Some(token) = token(context).await? else {
        return Ok(None);
    };
    let remote = remote.with_token(token);
    match serves(&remote, &context.options).await? {
        Serves::Us => Ok(Some(remote)),
        Serves::Another => Ok(None),
        Serves::Unknown => Err(locked(context, &remote)),
    }
}

fn certificate(options: &Options) -> Option<&Path> {
    options
        .tls
        .as_ref()
        .map(|(certificate, _)| certificate.as_path())
}

fn locked(context: &Context, remote: &Remote) -> Failure {
    let port_file = context.options.data_dir.join(gateway::PORT_FILE);
    Failure::new(format!("the gateway at {} refuses this admin token", remote.base())).so(format!(
        "give the one it runs with by --token or KEYWAY_ADMIN_TOKEN, or delete {} if it serves another data folder",
        port_file.display()
    ))
}

async fn named(context: &Context, url: &str) -> Result<Remote, Failure> {
    let parsed = url::Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    if parsed.is_none() {
        return Err(Failure::usage(format!(
            "--url {url:?} is no http:// or https:// URL"
        )));
    }
    let remote = Remote::at(url, certificate(&context.options));
    match remote.probe().await {
        Answers::Keyway => {}
        Answers::Other => {
            return Err(
                Failure::unreachable(format!("what answers at {url} is not Keyway"))
                    .so("check the address"),
            );
        }
        Answers::Nothing(why) => {
            return Err(
                Failure::unreachable(format!("no gateway answers at {url}: {why}"))
                    .so("check the address, or start it"),
            );
        }
    }
    let token = context
        .token
        .clone()
        .or_else(|| context.options.admin_token.clone());
    let token = token.ok_or_else(|| {
        Failure::usage("--url needs the admin token of that gateway")
            .so("give it by --token or KEYWAY_ADMIN_TOKEN")
    })?;
    Ok(remote.with_token(token))
}

/// Whose data folder a gateway serves.
enum Serves {
    Us,
    Another,
    /// It does not tell whoever has this token.
    Unknown,
}

/// Ports are used again: what answers at a remembered one may be the gateway of another data folder.
async fn serves(remote: &Remote, options: &Options) -> Result<Serves, Failure> {
    let (status, answer) = remote
        .ask(Method::GET, &path::admin(["llm", "overview"]), None)
        .await?;
    if !status.is_success() {
        return Ok(Serves::Unknown);
    }
    let theirs = answer["overview"]["data_dir"]
        .as_str()
        .or_else(|| answer["data_dir"].as_str())
        .unwrap_or_default();
    let same = match (
        std::fs::canonicalize(theirs),
        std::fs::canonicalize(&options.data_dir),
    ) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        (Err(_), _) | (_, Err(_)) => false,
    };
    Ok(if same { Serves::Us } else { Serves::Another })
}

/// The admin token: given, else the one kept in the database. None when there is no database yet.
pub(super) async fn token(context: &Context) -> Result<Option<SecretString>, Failure> {
    if let Some(token) = context
        .token
        .as_ref()
        .or(context.options.admin_token.as_ref())
    {
        return Ok(Some(token.clone()));
    }
    if !context.options.data_dir.join(store::FILE).exists() {
        return Ok(None);
    }
    let options = context.options.clone();
    let kept = tokio::task::spawn_blocking(move || {
        let opened = super::vault::open(&options)?;
        gateway::kept_token(&opened.store, &opened.unlocked.key.sealer()).map_err(Failure::from)
    });
    kept.await
        .map_err(|error| Failure::new(error.to_string()))?
        .map(Some)
}

/// The port that a gateway on this data folder wrote down when it began to listen.
pub(super) fn port_in_file(options: &Options) -> Option<u16> {
    let text = std::fs::read_to_string(options.data_dir.join(gateway::PORT_FILE)).ok()?;
    text.trim().parse().ok()
}

/// Where a gateway on this data folder may listen, the likeliest first.
fn candidates(options: &Options, written: Option<u16>) -> Vec<SocketAddr> {
    let loopback = match options.host {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let configured = if options.host.is_unspecified() {
        loopback
    } else {
        options.host
    };
    let mut all = Vec::new();
    for port in written.into_iter().chain(Some(options.port)) {
        for host in [configured, loopback] {
            let address = SocketAddr::new(host, port);
            if port != 0 && !all.contains(&address) {
                all.push(address);
            }
        }
    }
    all
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
