use std::collections::BTreeMap;

use jiff::Timestamp;

use super::*;
use crate::{
    config::{
        Group, KeyHash, Limits, Provider, Purpose, Role, Snapshot, SnapshotParts, Target, Timeouts,
    },
    ids::GroupId,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn provider(id: &str, protocol: Protocol) -> Provider {
    Provider {
        uid: id.into(),
        id: id.to_owned(),
        group: "g".into(),
        name: id.to_owned(),
        protocol,
        base_url: format!("https://{id}.example/v1"),
        endpoints: BTreeMap::new(),
        headers: BTreeMap::new(),
        proxy: None,
        extra_ca: None,
        timeouts: Timeouts::default(),
        max_concurrency: None,
        max_queue: None,
        quirks: serde_json::Map::new(),
        enabled: true,
        note: String::new(),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn route(alias: &str, provider: &str, model: &str) -> Route {
    Route {
        id: alias.into(),
        group: "g".into(),
        alias: alias.to_owned(),
        provider: provider.into(),
        upstream_model: model.to_owned(),
        upstream_path: String::new(),
        mode: Mode::Direct,
        adapter_config: String::new(),
        fusion_config: String::new(),
        reasoning: None,
        enabled: true,
        note: String::new(),
        targets: Vec::new(),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn target(route: &str, provider: &str, model: &str, priority: i64) -> Target {
    Target {
        id: format!("{provider}/{model}").into(),
        route: route.into(),
        provider: provider.into(),
        upstream_model: model.to_owned(),
        priority,
        weight: 1,
        enabled: true,
        created_at: NOW,
    }
}

fn key() -> ClientKey {
    ClientKey {
        id: "k".into(),
        group: "g".into(),
        hash: KeyHash::of("k"),
        prefix: "k".to_owned(),
        name: "k".to_owned(),
        owner: None,
        purpose: Purpose::Default,
        role: Role::User,
        enabled: true,
        expires_at: None,
        allowed_aliases: Vec::new(),
        allowed_providers: Vec::new(),
        current_route: None,
        fast_route: None,
        limits: Limits::default(),
        used_requests: 0,
        used_tokens: 0,
        last_used_at: None,
        created_at: NOW,
    }
}

/// A group with an OpenAI and an Anthropic provider, and a route to each.
fn parts() -> SnapshotParts {
    let group = Group {
        id: "g".into(),
        name: "G".to_owned(),
        enabled: true,
        note: String::new(),
        default_route: None,
        default_provider: None,
        created_at: NOW,
        updated_at: NOW,
    };
    SnapshotParts {
        groups: vec![group],
        providers: vec![
            provider("deepseek", Protocol::OpenAi),
            provider("claude", Protocol::Anthropic),
        ],
        routes: vec![
            route("GLM-5", "deepseek", "glm-5-up"),
            route("quick", "deepseek", "quick-up"),
            route("opus", "claude", "opus-up"),
        ],
        ..SnapshotParts::default()
    }
}

/// Where a request would go: `provider/model, …`, `echo`, or the code of the error.
fn ask(parts: SnapshotParts, key: &ClientKey, asked: &str, protocol: Protocol) -> String {
    let snapshot = Snapshot::build(parts);
    let group = snapshot.group(&GroupId::from("g")).unwrap();
    let question = Question {
        asked,
        protocol,
        wants: Wants::Conversation,
        across: true,
        id: "1",
    };
    match plan(group, key, question).map(|plan| plan.targets) {
        Ok(Targets::Echo) => ECHO.to_owned(),
        Ok(Targets::Providers(targets)) => {
            let named = targets.iter().map(|target| {
                let name = format!("{}/{}", target.provider.provider.id, target.model());
                if target.protocol == protocol {
                    name
                } else {
                    format!("{name} in {}", target.protocol)
                }
            });
            named.collect::<Vec<_>>().join(", ")
        }
        Err(error) => error.code().to_owned(),
    }
}

fn openai(parts: SnapshotParts, key: &ClientKey, asked: &str) -> String {
    ask(parts, key, asked, Protocol::OpenAi)
}

#[test]
fn an_alias_is_found_as_written_and_in_any_case() {
    assert_eq!(openai(parts(), &key(), "GLM-5"), "deepseek/glm-5-up");
    assert_eq!(openai(parts(), &key(), "glm-5"), "deepseek/glm-5-up");
    assert_eq!(openai(parts(), &key(), "glm-5[1m]"), "deepseek/glm-5-up");
    assert_eq!(
        ask(parts(), &key(), "opus", Protocol::Anthropic),
        "claude/opus-up"
    );
}

#[test]
fn a_disabled_route_answers_nothing() {
    let mut parts = parts();
    parts.routes[0].enabled = false;
    assert_eq!(openai(parts, &key(), "GLM-5"), "model_not_found");
}

#[test]
fn provider_and_model_can_be_named() {
    assert_eq!(
        openai(parts(), &key(), "deepseek/any/model"),
        "deepseek/any/model"
    );
    assert_eq!(openai(parts(), &key(), "nobody/model"), "model_not_found");
}

#[test]
fn small_models_take_the_fast_route_and_others_the_current_one() {
    let key = ClientKey {
        current_route: Some("GLM-5".into()),
        fast_route: Some("quick".into()),
        ..key()
    };
    for (asked, answered) in [
        ("claude-sonnet-4-5", "deepseek/glm-5-up"),
        ("claude-haiku-4-5", "deepseek/quick-up"),
        ("gpt-4o-mini", "deepseek/quick-up"),
        ("gemini-3-pro", "deepseek/glm-5-up"),
        ("gemini-3-flash", "deepseek/quick-up"),
    ] {
        assert_eq!(openai(parts(), &key, asked), answered, "{asked}");
    }
    assert_eq!(
        openai(parts(), &key, "quick"),
        "deepseek/quick-up",
        "an alias wins over both"
    );
}

#[test]
fn without_a_fast_route_small_models_take_the_current_one() {
    let key = ClientKey {
        current_route: Some("GLM-5".into()),
        ..key()
    };
    assert_eq!(
        openai(parts(), &key, "claude-haiku-4-5"),
        "deepseek/glm-5-up"
    );
}

#[test]
fn the_group_has_the_last_word() {
    let mut by_route = parts();
    by_route.groups[0].default_route = Some("quick".into());
    assert_eq!(openai(by_route, &key(), "unknown"), "deepseek/quick-up");
    let mut by_provider = parts();
    by_provider.groups[0].default_provider = Some("deepseek".into());
    assert_eq!(openai(by_provider, &key(), "unknown"), "deepseek/unknown");
}

#[test]
fn the_built_in_provider_can_be_asked_and_switched_to() {
    assert_eq!(openai(parts(), &key(), "echo"), "echo");
    let key = ClientKey {
        current_route: Some("echo".into()),
        ..key()
    };
    assert_eq!(openai(parts(), &key, "claude-sonnet-4-5"), "echo");
}

#[test]
fn a_key_reaches_only_what_it_may() {
    let limited = ClientKey {
        allowed_aliases: vec!["glm-5".to_owned()],
        ..key()
    };
    assert_eq!(openai(parts(), &limited, "GLM-5"), "deepseek/glm-5-up");
    assert_eq!(openai(parts(), &limited, "quick"), "not_allowed");
    assert_eq!(
        openai(parts(), &limited, "deepseek/glm-5-up"),
        "not_allowed",
        "no way around the alias"
    );
    let limited = ClientKey {
        allowed_providers: vec!["claude".to_owned()],
        ..key()
    };
    assert_eq!(openai(parts(), &limited, "GLM-5"), "not_allowed");
    assert_eq!(openai(parts(), &limited, "deepseek/x"), "not_allowed");
}

#[test]
fn a_provider_is_spoken_to_in_the_callers_protocol_where_it_knows_it() {
    assert_eq!(
        openai(parts(), &key(), "opus"),
        "claude/opus-up in anthropic"
    );
    assert_eq!(openai(parts(), &key(), "claude/x"), "claude/x in anthropic");
    let mut both = parts();
    both.providers[1]
        .endpoints
        .insert(Protocol::OpenAi, "https://claude.example/openai".to_owned());
    assert_eq!(openai(both, &key(), "opus"), "claude/opus-up");
}

#[test]
fn failover_tries_the_primary_first_unless_the_list_has_it() {
    let mut failing_over = parts();
    failing_over
        .providers
        .push(provider("spare", Protocol::OpenAi));
    failing_over.routes[0].mode = Mode::Failover;
    failing_over.routes[0].targets = vec![
        target("GLM-5", "spare", "b", 2),
        target("GLM-5", "spare", "a", 1),
    ];
    assert_eq!(
        openai(failing_over, &key(), "GLM-5"),
        "deepseek/glm-5-up, spare/a, spare/b"
    );
    let mut listed = parts();
    listed.providers.push(provider("spare", Protocol::OpenAi));
    listed.routes[0].mode = Mode::Failover;
    listed.routes[0].targets = vec![
        target("GLM-5", "deepseek", "glm-5-up", 5),
        target("GLM-5", "spare", "a", 1),
    ];
    assert_eq!(
        openai(listed, &key(), "GLM-5"),
        "spare/a, deepseek/glm-5-up"
    );
}

#[test]
fn disabled_providers_are_passed_over() {
    let mut parts = parts();
    parts.providers[0].enabled = false;
    assert_eq!(openai(parts, &key(), "GLM-5"), "no_target");
}

#[test]
fn the_list_of_models_shows_what_the_key_may_use() {
    let snapshot = Snapshot::build(parts());
    let group = snapshot.group(&GroupId::from("g")).unwrap();
    assert_eq!(aliases(group, &key()), ["GLM-5", "opus", "quick"]);
    assert_eq!(
        aliases(
            group,
            &ClientKey {
                allowed_aliases: vec!["opus".to_owned()],
                ..key()
            }
        ),
        ["opus"]
    );
    let empty = Snapshot::build(SnapshotParts {
        routes: Vec::new(),
        ..parts()
    });
    assert_eq!(
        aliases(empty.group(&GroupId::from("g")).unwrap(), &key()),
        ["echo"]
    );
}

#[test]
fn a_conversation_may_get_a_stand_in_and_embeddings_may_not() {
    let key = ClientKey {
        current_route: Some("GLM-5".into()),
        ..key()
    };
    let snapshot = Snapshot::build(parts());
    let group = snapshot.group(&GroupId::from("g")).unwrap();
    let asked = |wants| Question {
        asked: "text-embedding-3-small",
        protocol: Protocol::OpenAi,
        wants,
        across: false,
        id: "1",
    };
    assert!(plan(group, &key, asked(Wants::Conversation)).is_ok());
    let refused = plan(group, &key, asked(Wants::Speciality)).unwrap_err();
    assert_eq!(refused.code(), "model_not_found");
}

#[test]
fn what_cannot_be_converted_goes_to_providers_of_its_protocol_only() {
    let mut mixed = parts();
    mixed.routes[2].mode = Mode::Failover;
    mixed.routes[2].targets = vec![target("opus", "deepseek", "chat", 1)];
    let (only, snapshot) = (Snapshot::build(parts()), Snapshot::build(mixed));
    let group = |snapshot: &Snapshot| snapshot.group(&GroupId::from("g")).unwrap().clone();
    let question = |across| Question {
        asked: "opus",
        protocol: Protocol::OpenAi,
        wants: Wants::Conversation,
        across,
        id: "1",
    };

    let refused = plan(&group(&only), &key(), question(false)).unwrap_err();
    let Targets::Providers(one) = plan(&group(&snapshot), &key(), question(false))
        .unwrap()
        .targets
    else {
        panic!("a route has providers");
    };
    let Targets::Providers(both) = plan(&group(&snapshot), &key(), question(true))
        .unwrap()
        .targets
    else {
        panic!("a route has providers");
    };

    assert_eq!(refused.code(), "protocol_mismatch");
    let ids = |targets: &[PlannedTarget]| {
        let ids = targets.iter().map(|one| one.provider.provider.id.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&one), ["deepseek"]);
    assert_eq!(ids(&both), ["claude", "deepseek"], "never reordered");
}

#[test]
fn balance_spreads_requests_by_weight() {
    let mut balanced = parts();
    balanced.providers.push(provider("spare", Protocol::OpenAi));
    balanced.routes[0].mode = Mode::Balance;
    let mut heavy = target("GLM-5", "spare", "a", 1);
    heavy.weight = 3;
    let light = target("GLM-5", "deepseek", "glm-5-up", 1);
    balanced.routes[0].targets = vec![heavy, light];
    let snapshot = Snapshot::build(balanced);
    let group = snapshot.group(&GroupId::from("g")).unwrap();
    let first = |number: u32| {
        let id = number.to_string();
        let question = Question {
            asked: "GLM-5",
            protocol: Protocol::OpenAi,
            wants: Wants::Conversation,
            across: true,
            id: &id,
        };
        let Targets::Providers(targets) = plan(group, &key(), question).unwrap().targets else {
            panic!("a route has providers");
        };
        assert_eq!(targets.len(), 2, "the other stands by");
        targets[0].provider.provider.id.clone()
    };
    let heavy = (0..400).filter(|number| first(*number) == "spare").count();
    assert!((260..340).contains(&heavy), "3 of 4, not {heavy} of 400");
}
