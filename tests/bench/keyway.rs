//! Keyway as a contestant: the released server with everything on, set up by its admin API.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, bail};
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::call::plain;
use super::children::Child;
use super::contestant::{free_address, until_ready};
use super::question::Answer;

const ADMIN_TOKEN: &str = "bench-admin-token";

/// A Keyway that is set up, and the key its clients show.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) home: TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
}

/// Starts Keyway in front of the target: keys, aliases, limits and the log are on.
pub(crate) async fn start(program: &Path, target: SocketAddr) -> anyhow::Result<Running> {
    if !program.exists() {
        bail!(
            "{} is not there: build it, or leave it out with --only",
            program.display()
        );
    }
    let home = TempDir::with_prefix("keyway-bench")?;
    let address = free_address()?;
    let environment = [
        (
            "KEYWAY_DATA_DIR",
            home.path().join("data").display().to_string(),
        ),
        ("KEYWAY_HOST", address.ip().to_string()),
        ("KEYWAY_PORT", address.port().to_string()),
        ("KEYWAY_ADMIN_TOKEN", ADMIN_TOKEN.to_owned()),
        ("KEYWAY_SECRET", "a secret for this run only".to_owned()),
    ];
    let mut child = Child::start(program, &["serve".as_ref()], &environment, home.path())?;
    let health = async || plain(address, Method::GET, "/health", "", String::new()).await;
    until_ready(&mut child, &home, health)
        .await
        .context("keyway")?;
    let key = set_up(address, target)
        .await
        .context("keyway was not set up")?;
    Ok(Running {
        child,
        home,
        address,
        key,
    })
}

async fn set_up(address: SocketAddr, target: SocketAddr) -> anyhow::Result<String> {
    let provider = json!({
        "provider_id": "bench-target", "name": "Bench target", "base_url": format!("http://{target}/v1"),
        "api_key": "sk-bench-upstream", "protocol": "openai",
    });
    create(address, "providers", &provider).await?;
    for answer in Answer::ALL {
        let route = json!({
            "alias": answer.alias(), "provider_id": "bench-target", "upstream_model": answer.model(),
        });
        create(address, "routes", &route).await?;
    }
    let key = json!({
        "name": "bench", "rpm_limit": 100_000_000, "max_tokens": 1_000_000_000_000_u64, "concurrency_limit": 100_000,
    });
    let made = create(address, "keys", &key).await?;
    let key = made["plaintext"]
        .as_str()
        .with_context(|| format!("no key in {made}"))?;
    Ok(key.to_owned())
}

async fn create(address: SocketAddr, kind: &str, what: &Value) -> anyhow::Result<Value> {
    let path = format!("/admin/llm/groups/default/{kind}");
    let answer = plain(address, Method::POST, &path, ADMIN_TOKEN, what.to_string()).await?;
    Ok(serde_json::from_slice(&answer)?)
}
