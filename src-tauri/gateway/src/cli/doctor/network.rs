//! The gateway, its port, and the providers behind it.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::Finding;
use crate::cli::{Context, cells::text, client::Client, failure::Failure, path, port, running};

const GATEWAY: &str = "gateway";
const PORT: &str = "port";
const PROVIDER: &str = "provider";

/// Whether the gateway answers; when it does not run, whether it could.
pub(super) async fn gateway(context: &Context) -> Vec<Finding> {
    match running::running(context).await {
        Ok(Some(remote)) => vec![
            Finding::ok(GATEWAY, format!("answers at {}", remote.base())),
            open_port(context),
        ],
        Ok(None) => stopped(context),
        Err(failure) => vec![Finding::fail(
            GATEWAY,
            failure.to_string(),
            "give the right address and admin token",
        )],
    }
}

fn open_port(context: &Context) -> Finding {
    let host = context.options.host;
    match (host.is_loopback(), context.options.tls.is_some()) {
        (true, _) => Finding::ok(PORT, "only this machine can reach it"),
        (false, true) => Finding::ok(
            PORT,
            format!("other machines can reach it at {host}, by TLS"),
        ),
        (false, false) => Finding::warn(
            PORT,
            format!("other machines can reach it at {host}, and what they send is not encrypted"),
            "use --host 127.0.0.1, or set KEYWAY_TLS_CERT and KEYWAY_TLS_KEY",
        ),
    }
}

fn stopped(context: &Context) -> Vec<Finding> {
    let start = format!("start it with `{} serve`", context.again);
    let mut findings = vec![Finding::warn(GATEWAY, "does not run", start)];
    if running::port_in_file(&context.options).is_some() {
        findings.push(Finding::warn(
            PORT,
            "keyway.port is left from a gateway that did not end orderly",
            "nothing: the next start replaces it",
        ));
    }
    let address = context.options.address();
    findings.push(match TcpListener::bind(address) {
        Ok(_) => Finding::ok(PORT, format!("{address} is free")),
        Err(error) => {
            let by = port::owner(address.port())
                .map_or_else(|| error.to_string(), |owner| format!("taken by {owner}"));
            Finding::fail(
                PORT,
                format!("{address}: {by}"),
                "choose another with KEYWAY_PORT or `serve --port`",
            )
        }
    });
    findings
}

/// Whether the providers answer.
pub(super) async fn providers(context: &Context) -> Vec<Finding> {
    let client = match Client::open(context).await {
        Ok(client) => client,
        Err(failure) => {
            return vec![Finding::fail(
                PROVIDER,
                failure.to_string(),
                "mend what stands above first",
            )];
        }
    };
    let findings = asked(&client).await;
    client.close().await;
    findings.unwrap_or_else(|failure| {
        vec![Finding::fail(
            PROVIDER,
            failure.to_string(),
            "look at the gateway's log",
        )]
    })
}

async fn asked(client: &Client) -> Result<Vec<Finding>, Failure> {
    let groups = client.get(&path::admin(["llm", "groups"])).await?;
    let mut findings = Vec::new();
    for group in groups["groups"].as_array().into_iter().flatten() {
        let id = text(group, "group_id");
        let listed = client
            .get(&path::admin(["llm", "groups", id, "providers"]))
            .await?;
        for provider in listed["providers"].as_array().into_iter().flatten() {
            let body = json!({"provider_id": text(provider, "uid"), "group_id": id});
            let answer = client.post(&path::admin(["llm", "test"]), &body).await?;
            findings.push(judged(id, text(provider, "provider_id"), &answer["test"]));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            PROVIDER,
            "there are none; the built-in route echo works without any",
        ));
    }
    Ok(findings)
}

fn judged(group: &str, provider: &str, test: &Value) -> Finding {
    let what = format!("{provider} (group {group}): {}", text(test, "message"));
    if test["ok"] == true {
        return Finding::ok(PROVIDER, what);
    }
    let todo = match test["status"].as_u64() {
        Some(401 | 403) => {
            let within = match group {
                "default" => String::new(),
                other => format!(" --group {other}"),
            };
            format!("enter its key again with `providers edit {provider} --api-key -{within}`")
        }
        Some(404) => "check its base URL".to_owned(),
        Some(429) => "wait, or add a credential".to_owned(),
        _ => "check its base URL, the network and the proxy".to_owned(),
    };
    Finding::fail(PROVIDER, what, todo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_is_a_failure_with_the_step_that_mends_it() {
        let finding = judged(
            "default",
            "deepseek",
            &json!({"ok": false, "status": 401, "message": "key refused"}),
        );
        assert_eq!(finding.what, "deepseek (group default): key refused");
        let todo = finding.todo.unwrap();
        assert!(
            todo.contains("`providers edit deepseek --api-key -`"),
            "{todo}"
        );
        let refused = json!({"ok": false, "status": 403, "message": "key refused"});
        let todo = judged("work", "glm", &refused).todo.unwrap();
        assert!(todo.contains("edit glm --api-key - --group work"), "{todo}");
    }
}
