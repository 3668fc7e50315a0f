//! Finding the gateway that runs: the one that was named, or the one that serves our data folder.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use http::Method;
use secrecy::SecretString;

use super::{
    Context,
    failure::Failure,
    path,
    remote::{Answers, Remote},
    vault,
};
use crate::{gateway, options::Options, serving, store};

/// How often, and after which pause, a gateway that is just starting is looked for.
const STARTING_TRIES: u32 = 5;
const STARTING_PAUSE: Duration = Duration::from_millis(100);

/// The gateway that was named, or the one that serves this data folder; none when none does.
pub(super) async fn running(context: &Context) -> Result<Option<Remote>, Failure> {
    if let Some(url) = &context.url {
        return named(context, url).await.map(Some);
    }
    // A gateway that has just begun serves the folder a moment before it can be reached.
    for _ in 0..STARTING_TRIES {
        if let Some(remote) = reached(context).await? {
            return Ok(Some(remote));
        }
        if !serving::is_served(&context.options.data_dir) {
            return Ok(None);
        }
        tokio::time::sleep(STARTING_PAUSE).await;
    }
    Err(Failure::unreachable(
        "a gateway serves this data folder, but it cannot be reached from here",
    )
    .so("give the KEYWAY_HOST and KEYWAY_TLS_CERT it runs with, or --url and --token"))
}

/// The gateway that serves this data folder, where one answers.
async fn reached(context: &Context) -> Result<Option<Remote>, Failure> {
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
    let remote = Remote::here(address, certificate(&context.options));
    match remote.probe().await {
        Answers::Keyway => {}
        Answers::Nothing(why) if why.contains("certificate") => {
            return Err(Failure::unreachable(format!(
                "the gateway at {address} cannot be trusted: {why}"
            ))
            .so("KEYWAY_TLS_CERT must name the certificate that it runs with"));
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
    if !is_http(url) {
        return Err(Failure::usage(format!(
            "--url {url:?} is no http:// or https:// URL"
        )));
    }
    let remote = Remote::at(url);
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

fn is_http(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
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
        let opened = vault::open(&options)?;
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
    use super::*;

    #[test]
    fn only_the_scheme_of_a_url_decides_whether_it_can_be_one() {
        assert!(is_http("https://keyway.team/gateway"));
        for other in ["keyway.team", "ftp://keyway.team", ""] {
            assert!(!is_http(other), "{other}");
        }
    }
}
