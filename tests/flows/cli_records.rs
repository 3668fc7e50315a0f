//! Records from the command line, with a gateway running and without.

use http::StatusCode;
use keyway_tests::{Caller, Launch, PATIENCE, Protocol, ScriptedUpstream, TestKeyway, poll_until};
use serde_json::Value;
use tempfile::TempDir;

use crate::cli_kit::{ADMIN_TOKEN, Cli};

/// A gateway that keeps its own admin token, and commands that find it by themselves.
async fn running() -> (TestKeyway, Cli) {
    let keyway = Launch::new()
        .with_env("KEYWAY_ADMIN_TOKEN", "")
        .with_env("KEYWAY_KEYCHAIN", "false")
        .start_without_key()
        .await;
    let cli = Cli::at(keyway.data_folder());
    cli.ok("keys remove 'first key'");
    (keyway, cli)
}

async fn status_of(keyway: &TestKeyway, key: &str, model: &str) -> u16 {
    let caller = Caller::new(keyway.address(), Protocol::OpenAi).with_key(key);
    caller.say(model, "Hello").await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_before_the_gateway_runs_works_once_it_does() {
    let folder = TempDir::new().unwrap();
    let key = Cli::at(folder.path()).ok("keys add ci");
    assert!(key.starts_with("db_sk_") && !key.contains('\n'), "{key}");

    let keyway = Launch::new()
        .in_folder(folder.path())
        .start_without_key()
        .await;

    assert_eq!(status_of(&keyway, &key, "echo").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_while_the_gateway_runs_works_at_once_and_not_when_it_is_gone() {
    let (keyway, cli) = running().await;

    let key = cli.ok("keys add 'my laptop' --owner ann --requests-per-minute 60");
    assert_eq!(status_of(&keyway, &key, "echo").await, 200);
    assert_eq!(cli.ok("keys show 'my laptop'"), key);

    cli.ok("keys edit 'my laptop' --disable");
    assert_ne!(status_of(&keyway, &key, "echo").await, 200);
    cli.ok("keys edit 'my laptop' --enable");
    assert_eq!(status_of(&keyway, &key, "echo").await, 200);
    cli.ok("users edit ann --disable");
    assert_ne!(status_of(&keyway, &key, "echo").await, 200);

    cli.ok("keys remove 'my laptop'");
    assert_eq!(
        status_of(&keyway, &key, "echo").await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(cli.json("keys list")["keys"], Value::Array(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_holds_from_the_next_request_on() {
    let (keyway, cli) = running().await;
    let (first, second) = (ScriptedUpstream::greeting(), ScriptedUpstream::greeting());
    for (id, upstream) in [("one", &first), ("two", &second)] {
        let url = upstream.base_url(Protocol::OpenAi);
        let added = cli.run_with_input(
            &format!("providers add {id} {url} --api-key -"),
            "upstream-key\n",
        );
        assert_eq!(added.code, Some(0), "{added:?}");
        cli.ok(&format!("routes add route-{id} {id}/model-{id}"));
    }
    let key = cli.ok("keys add agent");

    assert_eq!(cli.ok("use route-one"), "agent: none -> route-one");
    assert_eq!(status_of(&keyway, &key, "some-model").await, 200);
    assert_eq!(
        cli.ok("use route-two --key agent"),
        "agent: route-one -> route-two"
    );
    assert_eq!(status_of(&keyway, &key, "some-model").await, 200);
    cli.ok("use route-one --fast");
    assert_eq!(status_of(&keyway, &key, "some-haiku").await, 200);

    assert_eq!((first.calls(), second.calls()), (2, 1));
    let table = cli.ok("keys");
    assert!(
        table.contains("route-two") && table.contains("route-one"),
        "{table}"
    );
    assert_eq!(cli.ok("use echo"), "agent: route-two -> echo");
    assert_eq!(status_of(&keyway, &key, "some-model").await, 200);
    assert_eq!(second.calls(), 1, "the built-in route has no provider");
    let said = cli.fails(4, "use nothing");
    assert!(said.contains("it has route-one, route-two"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_provider_tells_what_went_with_it_and_its_answers_can_be_looked_up() {
    let (keyway, cli) = running().await;
    let upstream = ScriptedUpstream::greeting();
    let url = upstream.base_url(Protocol::OpenAi);
    cli.ok(&format!("providers add one {url} --quirk images=false"));
    cli.ok("providers edit one --quirk pdf=true");
    let set = &cli.json("providers")["providers"][0]["quirks"];
    assert_eq!(*set, serde_json::json!({"images": false, "pdf": true}));
    assert!(
        cli.ok("providers quirks one m")
            .contains("Whether it sees images.")
    );
    cli.ok("routes add deep one/m");
    let key = cli.ok("keys add agent");
    cli.ok("use deep");
    assert_eq!(status_of(&keyway, &key, "keyway").await, 200);

    let written = poll_until(PATIENCE, async || cli.json("logs")["logs"][0].is_object()).await;
    assert!(written, "the request is in the log");
    let logged = cli.json("logs")["logs"][0]["log_id"].clone();
    let shown = cli.ok(&format!(
        "logs show {}",
        logged.as_str().unwrap_or_default()
    ));
    assert!(
        shown.contains("asked         keyway") && shown.contains("one/m"),
        "{shown}"
    );

    assert_eq!(
        cli.ok("providers remove one"),
        "removed provider one; routes that went with it: deep; keys without a current route now: agent"
    );
    cli.fails(4, "logs show nonsense");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_fails_over_to_the_targets_added_to_it() {
    let (keyway, cli) = running().await;
    let (tired, fit) = (
        ScriptedUpstream::answering(529),
        ScriptedUpstream::greeting(),
    );
    for (id, upstream) in [("tired", &tired), ("fit", &fit)] {
        cli.ok(&format!(
            "providers add {id} {}",
            upstream.base_url(Protocol::OpenAi)
        ));
    }
    cli.ok("routes add sonnet tired/m");
    cli.ok("routes edit sonnet --add-target fit/n --mode failover");
    let table = cli.ok("routes");
    assert!(table.contains("tired/m, fit/n"), "{table}");

    let key = cli.ok("keys add agent");
    assert_eq!(status_of(&keyway, &key, "sonnet").await, 200);
    assert_eq!(fit.calls(), 1);

    cli.ok("routes edit sonnet --remove-target fit/n");
    assert!(!cli.ok("routes").contains("fit/n"));
    cli.fails(4, "routes edit sonnet --remove-target fit/n");
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_of_providers_and_routes_tell_by_their_exit_code() {
    let (_keyway, cli) = running().await;
    let (good, bad) = (
        ScriptedUpstream::greeting(),
        ScriptedUpstream::answering(401),
    );
    for (id, upstream) in [("good", &good), ("bad", &bad)] {
        cli.ok(&format!(
            "providers add {id} {}",
            upstream.base_url(Protocol::OpenAi)
        ));
        cli.ok(&format!("routes add route-{id} {id}/m"));
    }
    assert!(cli.ok("routes test route-good").starts_with("ok "));
    assert!(cli.ok("providers test good").starts_with("ok "));
    let said = cli.run("routes test route-bad");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out.starts_with("fail") && said.out.contains("401"),
        "{said:?}"
    );
    let doctor = cli.run("doctor --online");
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.out.contains("bad (group default)"), "{}", doctor.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_json_for_programs_whether_the_gateway_runs_or_not() {
    let (mut keyway, cli) = running().await;
    let lists = [
        ("keys list", "keys"),
        ("users list", "users"),
        ("routes list", "routes"),
        ("providers list", "providers"),
        ("groups list", "groups"),
        ("tools list", "tool_providers"),
        ("logs", "logs"),
        ("usage", "keys"),
        ("export", "groups"),
        ("doctor", "checks"),
    ];
    let all = |cli: &Cli| {
        lists.map(|(line, field)| {
            let answer = cli.json(line);
            assert!(answer[field].is_array(), "{line}: {answer}");
            answer
        })
    };
    cli.ok("keys add ci --owner ann");
    cli.ok("tools add datetime_now");
    let with_gateway = all(&cli);
    assert_eq!(cli.json("status")["running"], true);
    keyway.stop().await;
    let without = all(&cli);
    let status = cli.run("status --json");
    assert_eq!(status.code, Some(3));
    let status: Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(status["running"], false);
    assert_eq!(
        with_gateway[..6],
        without[..6],
        "both ways show the same records"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_group_has_keys_of_its_own_and_goes_only_when_confirmed() {
    let (keyway, cli) = running().await;
    let original = cli.ok("keys add agent");
    let table = cli.ok("groups copy default 'My copy' --new-id copy");
    let copied = table.split_whitespace().last().unwrap().to_owned();
    assert!(
        copied.starts_with("db_sk_") && copied != original,
        "{table}"
    );
    assert_eq!(status_of(&keyway, &copied, "echo").await, 200);
    assert_eq!(cli.ok("--group copy keys show agent"), copied);

    cli.fails(2, "groups remove copy");
    cli.ok("groups remove copy --yes");
    assert_ne!(status_of(&keyway, &copied, "echo").await, 200);
    cli.fails(5, "groups remove default --yes");
}

#[test]
fn exit_codes_tell_what_kind_of_failure_it_was() {
    let folder = TempDir::new().unwrap();
    let cli = Cli::at(folder.path());
    cli.ok("providers add one http://127.0.0.1:9/v1");
    for (code, line) in [
        (2, "keys add"),
        (2, "nonsense"),
        (2, "keys edit ci"),
        (2, "providers add two not-a-url"),
        (2, "--port 1 keys list"),
        (3, "status"),
        (3, "open"),
        (3, "logs --follow"),
        (4, "keys show nobody"),
        (4, "--group nowhere keys list"),
        (4, "users remove nobody"),
        (5, "providers add one http://127.0.0.1:9/v1"),
    ] {
        cli.fails(code, line);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_gateway_is_reached_by_its_address_and_token() {
    let (elsewhere, _) = running().await;
    let here = TempDir::new().unwrap();
    let cli = Cli::at(here.path());
    let url = elsewhere.url();
    let token = Cli::at(elsewhere.data_folder()).ok("token");

    let key = cli.ok(&format!("--url {url} --token {token} keys add far"));
    assert_eq!(status_of(&elsewhere, &key, "echo").await, 200);
    assert!(
        !here.path().join("keyway.db").exists(),
        "nothing is made here"
    );

    cli.fails(1, &format!("--url {url} --token {ADMIN_TOKEN} keys list"));
    cli.fails(2, &format!("--url {url} keys list"));
    cli.fails(3, "--url http://127.0.0.1:9 --token x keys list");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_followed_as_requests_come_in() {
    let (keyway, cli) = running().await;
    let key = cli.ok("keys add agent");
    assert_eq!(status_of(&keyway, &key, "echo").await, 200);
    let tail = cli.start("logs --follow");
    let first = tail.line_with(" 200 ");
    assert!(first.contains("echo -> echo"), "{first}");

    assert_ne!(status_of(&keyway, &key, "no-such-model").await, 200);
    let next = tail.line_with("no-such-model");
    assert!(next.contains(" 404 "), "{next}");
}
