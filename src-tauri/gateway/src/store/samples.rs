//! Records for tests.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use keyway_protocols::{
    Protocol,
    loss::{How, Losses, Weight},
    usage::Usage,
};

use super::{
    AttemptNote, LogEntry, Store, StoreError,
    credentials::{self, CredentialRow},
    keys::{self, KeyRow},
    providers, routes, targets,
    tools::{self, ToolRow},
};
use crate::{
    config::{
        ClientKey, Group, KeyHash, Limits, Mode, Provider, Purpose, Reasoning, Role, Route, Target,
        Timeouts, ToolKind,
    },
    secrets::{MasterKey, Sealed, Sealer},
};

pub(crate) fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

pub(crate) fn sealer() -> Sealer {
    MasterKey::random().unwrap().sealer()
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

pub(crate) fn group(id: &str) -> Group {
    Group {
        id: id.into(),
        name: format!("Group {id}"),
        enabled: true,
        note: "for work".into(),
        default_route: None,
        default_provider: None,
        created_at: at(4_000_000_000_000),
        updated_at: at(4_000_000_000_000),
    }
}

/// A provider whose uid is `uid-<group>-<id>`.
pub(crate) fn provider(group: &str, id: &str) -> Provider {
    Provider {
        uid: format!("uid-{group}-{id}").into(),
        id: id.to_owned(),
        group: group.into(),
        name: "Deep Seek".to_owned(),
        protocol: Protocol::OpenAi,
        base_url: "https://api.example/v1".to_owned(),
        endpoints: BTreeMap::from([(
            Protocol::Anthropic,
            "https://api.example/anthropic".to_owned(),
        )]),
        headers: BTreeMap::from([("x-team".to_owned(), "blue".to_owned())]),
        proxy: Some("socks5://127.0.0.1:1080".to_owned()),
        extra_ca: Some("/etc/ca.pem".to_owned()),
        timeouts: Timeouts {
            connect: Duration::from_millis(1_500),
            ..Timeouts::default()
        },
        max_concurrency: Some(4),
        max_queue: None,
        quirks: serde_json::Map::from_iter([("images".to_owned(), false.into())]),
        enabled: true,
        note: "n".to_owned(),
        created_at: at(1_000),
        updated_at: at(2_000),
    }
}

pub(crate) fn credential(provider: &Provider, label: &str, sealed: Sealed) -> CredentialRow {
    CredentialRow {
        id: format!("cred-{}-{label}", provider.uid).into(),
        provider: provider.uid.clone(),
        label: label.to_owned(),
        sealed: Some(sealed),
        priority: 1,
        weight: 2,
        enabled: true,
        created_at: at(3_000),
        updated_at: at(3_001),
    }
}

/// A route whose id is `route-<group>-<alias>`, with one further target.
pub(crate) fn route(provider: &Provider, alias: &str) -> Route {
    let id = format!("route-{}-{alias}", provider.group);
    Route {
        id: id.as_str().into(),
        group: provider.group.clone(),
        alias: alias.to_owned(),
        provider: provider.uid.clone(),
        upstream_model: "deepseek-chat".to_owned(),
        upstream_path: "images/generations".to_owned(),
        mode: Mode::Failover,
        adapter_config: "{}".to_owned(),
        fusion_config: r#"{"judge_alias":"j"}"#.to_owned(),
        reasoning: Some(Reasoning::ThinkTags),
        enabled: true,
        note: String::new(),
        targets: vec![Target {
            id: format!("target-{id}").into(),
            route: id.into(),
            provider: provider.uid.clone(),
            upstream_model: "deepseek-reasoner".to_owned(),
            priority: 7,
            weight: 3,
            enabled: false,
            created_at: at(4_000),
        }],
        created_at: at(4_000),
        updated_at: at(4_001),
    }
}

/// A key whose id is `key-<text>`.
pub(crate) fn key(group: &str, text: &str) -> ClientKey {
    ClientKey {
        id: format!("key-{text}").into(),
        group: group.into(),
        hash: KeyHash::of(text),
        prefix: "db_sk_abcdef...".to_owned(),
        name: "laptop".to_owned(),
        owner: Some("ada".to_owned()),
        purpose: Purpose::Cursor,
        role: Role::Admin,
        enabled: true,
        expires_at: Some(at(9_000)),
        allowed_aliases: vec!["sonnet".to_owned()],
        allowed_providers: vec!["deepseek".to_owned()],
        current_route: None,
        fast_route: None,
        limits: Limits {
            requests_per_minute: Some(60),
            max_tokens: Some(1 << 40),
            concurrency: Some(2),
            ..Limits::default()
        },
        used_requests: 5,
        used_tokens: 6,
        last_used_at: None,
        created_at: at(5_000),
    }
}

pub(crate) fn tool(group: &str, id: &str, sealed: Sealed) -> ToolRow {
    ToolRow {
        uid: format!("tool-{group}-{id}").into(),
        id: id.to_owned(),
        group: group.into(),
        kind: ToolKind::Tavily,
        name: "Search".to_owned(),
        sealed: Some(sealed),
        config: r#"{"max_results":3}"#.to_owned(),
        enabled: true,
        created_at: at(6_000),
        updated_at: at(6_001),
    }
}

fn losses() -> Losses {
    let mut losses = Losses::default();
    losses.add("top_k", How::Dropped, Weight::Notable, "why");
    losses
}

pub(crate) fn entry(id: &str, millis: i64) -> LogEntry {
    LogEntry {
        id: id.into(),
        at: at(millis),
        request_id: Some("req_1".into()),
        group: "default".into(),
        key_id: Some("01920000-0000-7000-8000-000000000001".into()),
        key_name: Some("laptop".into()),
        asked_model: "sonnet".into(),
        route_id: Some("01920000-0000-7000-8000-000000000002".into()),
        route_alias: Some("sonnet".into()),
        provider_id: Some("deepseek".into()),
        upstream_model: Some("deepseek-chat".into()),
        credential: Some("primary".into()),
        protocol_in: Protocol::Anthropic,
        protocol_out: Some(Protocol::OpenAi),
        streamed: true,
        status: 200,
        error_code: None,
        error: None,
        usage: Some(Usage {
            input: 10,
            cached: 4,
            written: 1,
            output: 20,
            reasoning: 5,
        }),
        request_bytes: 1_000,
        response_bytes: 2_000,
        first_byte_us: Some(350_000),
        total_us: 1_500_000,
        finish_reason: Some("end_turn".into()),
        client: Some("claude-cli/2.0".into()),
        attempts: vec![AttemptNote {
            provider: "other".into(),
            model: "m".into(),
            credential: None,
            status: Some(529),
            error_class: Some("overloaded".into()),
            us: 12,
        }],
        losses: losses(),
        counted: None,
    }
}

/// Fills a group: provider `deepseek` with a credential, route `sonnet`, a key and a tool.
pub(crate) fn fill(store: &Store, name: &'static str, sealer: &Sealer) {
    let seal = |text: &str| sealer.seal(&text.into());
    let provider = provider(name, "deepseek");
    let credential = credential(&provider, "primary", seal("sk-upstream"));
    let route = route(&provider, "sonnet");
    let mut key = key(name, &format!("db_sk_of_{name}"));
    key.current_route = Some(route.id.clone());
    let key = KeyRow {
        sealed: Some(seal("db_sk_text")),
        key,
    };
    let tool = tool(name, "tavily", seal("tvly-1"));
    let all = store.write_blocking(move |tx| {
        if name != super::groups::DEFAULT {
            super::groups::insert(tx, &group(name))?;
        }
        providers::insert(tx, &provider)?;
        credentials::insert(tx, &credential)?;
        routes::insert(tx, &route)?;
        keys::insert(tx, &key)?;
        tools::insert(tx, &tool)
    });
    all.unwrap();
}

/// Whether a target of this route is there.
pub(crate) fn target_count(store: &Store) -> usize {
    let count = store.read_blocking(|db| Ok::<_, StoreError>(targets::list(db, None)?.len()));
    count.unwrap()
}
