//! Starting and stopping from the command line.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use http::Method;
use keyway_tests::{Caller, Launch, Protocol, ScriptedUpstream, eventually, sample};
use tempfile::TempDir;

use crate::cli_kit::{Cli, Running};

fn folder() -> (TempDir, Cli) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let cli = Cli::at(&folder.path().join("data")).in_folder(folder.path());
    (folder, cli)
}

/// The address a gateway tells in its first line.
fn address(running: &Running) -> std::net::SocketAddr {
    let line = running.line_with("listening on ");
    let (_, address) = line.rsplit_once("http://").expect("it is a URL");
    address.parse().expect("an address stands in it")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_makes_a_key_and_a_curl_line_that_runs_as_it_is() {
    let (_folder, cli) = folder();
    let gateway = cli.start("serve");
    address(&gateway);
    let line = gateway.line_with("curl ");
    let curl = &line[line.find("curl ").unwrap()..];

    let ran = std::process::Command::new("sh")
        .args(["-c", curl])
        .output()
        .unwrap();
    let answer = String::from_utf8_lossy(&ran.stdout);

    assert!(answer.contains("chat.completion"), "{curl}\n{answer}");
    let keys = cli.json("keys list");
    assert_eq!(keys["total"], 1);
    assert_eq!(keys["keys"][0]["name"], "first key");
}

#[tokio::test(flavor = "multi_thread")]
async fn later_starts_print_no_key_but_how_to_read_it() {
    let (_folder, cli) = folder();
    let key = cli.ok("keys add ci");
    let gateway = cli.start("--port 0");
    address(&gateway);
    let line = gateway.line_with("curl ");
    assert!(!line.contains(&key), "{line}");
    assert!(line.contains("keys show ci)"), "{line}");
    gateway.signal("TERM");
    assert_eq!(gateway.ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_link_works_once() {
    let (_folder, cli) = folder();
    let gateway = cli.start("serve");
    let address = address(&gateway);
    let printed = gateway.line_with("/admin/desktop-login?token=");
    let asked = cli.ok("open --print");
    for link in [printed.as_str(), asked.as_str()] {
        let path = &link[link.find("/admin/").unwrap()..];
        let browser = Caller::new(address, Protocol::OpenAi);
        let first = browser.get(path).await;
        assert_eq!(first.status, 303);
        assert!(
            first
                .header("set-cookie")
                .is_some_and(|cookie| cookie.contains("HttpOnly"))
        );
        let second = browser.get(path).await;
        assert_eq!(second.header("set-cookie"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_with_who_has_it_and_nothing_is_made() {
    let (folder, cli) = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let said = cli.fails(1, &format!("serve --port {port}"));
    assert!(said.contains(&format!("port {port} is taken")), "{said}");
    assert!(said.contains("--port"), "{said}");
    #[cfg(target_os = "linux")]
    assert!(
        said.contains(&format!("(process {})", std::process::id())),
        "{said}"
    );
    assert!(!folder.path().join("data").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_gateway_on_one_data_folder_is_refused() {
    let (_folder, cli) = folder();
    let gateway = cli.start("serve");
    let address = address(&gateway);
    gateway.line_with("curl ");
    let said = cli.fails(5, "serve");
    assert!(said.contains(&address.to_string()), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_beyond_this_machine_brings_a_warning() {
    let (_folder, cli) = folder();
    let gateway = cli.start("serve --host 0.0.0.0");
    let line = gateway.line_with("warning: ");
    assert!(line.contains("other machines"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_signal_ends_the_gateway_at_once() {
    let (_folder, cli) = folder();
    let key = cli.ok("keys add agent");
    let gateway = cli.start("serve");
    let caller = Caller::new(address(&gateway), Protocol::OpenAi).with_key(&key);
    let slow = sample::ask(Protocol::OpenAi, "echo", "echo: delay 50s").to_string();
    let under_way = caller.try_start(Method::POST, "/v1/chat/completions", slow.into());

    let told_twice = async {
        eventually!(cli.json("keys list")["keys"][0]["usage"]["in_flight"] == 1);
        gateway.signal("INT");
        gateway.line_with("stopping");
        gateway.signal("INT");
        gateway.ended().await
    };
    let (answer, code) = tokio::join!(under_way, told_twice);

    assert_eq!(code, Some(130));
    assert!(answer.is_err(), "the request was cut off");
}

#[test]
fn a_bad_env_file_is_named_with_its_line() {
    let (folder, cli) = folder();
    let cli = cli.with_env("KEYWAY_PORT", "");
    let env = folder.path().join(".env");
    fs::write(&env, "# mine\n\nKEYWAY_LOG_LEVEL=loud\n").unwrap();
    let said = cli.fails(2, "keys list");
    assert!(said.contains(".env line 3: KEYWAY_LOG_LEVEL is"), "{said}");
    fs::write(&env, b"KEYWAY_LOG_LEVEL=info\nNAME=\xff\n").unwrap();
    let said = cli.fails(1, "keys list");
    assert!(said.contains(".env line 2: "), "{said}");
    fs::remove_file(&env).unwrap();
    fs::create_dir(&env).unwrap();
    let said = cli.fails(1, "keys list");
    assert!(said.contains(".env"), "{said}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_bad_variable_is_named_with_what_it_must_be() {
    let (_folder, cli) = folder();
    let said = cli
        .clone()
        .with_env("KEYWAY_PORT", "many")
        .fails(2, "status");
    assert!(
        said.contains("KEYWAY_PORT") && said.contains("0 to 65535"),
        "{said}"
    );
    let said = cli
        .with_env("KEYWAY_PUBLIC_BASE_URL", "keyway")
        .fails(2, "status");
    assert!(said.contains("KEYWAY_PUBLIC_BASE_URL"), "{said}");
}

#[test]
fn the_doctor_fails_over_a_certificate_that_cannot_be_used() {
    let (folder, cli) = folder();
    assert_eq!(cli.run("doctor").code, Some(0));
    let pem = folder.path().join("certificate.pem");
    fs::write(&pem, "no certificate").unwrap();
    let pem = pem.display().to_string();
    let cli = cli
        .with_env("KEYWAY_TLS_CERT", &pem)
        .with_env("KEYWAY_TLS_KEY", &pem);
    let said = cli.run("doctor");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("fail  tls"), "{said:?}");
}

/// A certificate of its own making, for a name that is not this machine's address.
fn certificate_in(folder: &Path, name: &str) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["keyway.home".to_owned()])
        .expect("a certificate can be made");
    let pem = made.cert.pem() + &made.signing_key.serialize_pem();
    let file = folder.join(name);
    fs::write(&file, pem).expect("it can be written");
    file.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_with_tls_is_known_by_the_very_certificate_it_was_given() {
    let (folder, cli) = folder();
    let own = certificate_in(folder.path(), "own.pem");
    let other = certificate_in(folder.path(), "other.pem");
    let with = |pem: &str| {
        let cli = cli.clone().with_env("KEYWAY_TLS_CERT", pem);
        cli.with_env("KEYWAY_TLS_KEY", pem)
    };
    let gateway = with(&own).start("serve");
    gateway.line_with("listening on https://");

    with(&own).ok("keys add ci");
    assert_eq!(with(&own).json("status")["running"], true);

    let said = with(&other).fails(3, "keys list");
    assert!(said.contains("KEYWAY_TLS_CERT"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_file_that_leads_elsewhere_is_not_followed() {
    let (folder, cli) = folder();
    let data = folder.path().join("data");
    let key = cli.ok("keys add mine");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed_port = closed.local_addr().unwrap().port();
    drop(closed);
    let stranger = ScriptedUpstream::greeting();
    let other = Launch::new().start().await;
    let all = "/admin/llm/groups/default/keys";
    let before = other.admin().get(all).await;

    for port in [
        closed_port,
        stranger.address().port(),
        other.address().port(),
    ] {
        fs::write(data.join("keyway.port"), port.to_string()).unwrap();
        // With the token of the other gateway at hand, only its data folder tells that it is another.
        let cli = cli
            .clone()
            .with_env("KEYWAY_ADMIN_TOKEN", "kit-admin-token");
        assert_eq!(cli.ok("keys show mine"), key, "port {port}");
        assert_eq!(cli.run("status").code, Some(3), "port {port}");
    }
    let after = other.admin().get(all).await;
    assert_eq!(before, after, "nothing was done to the other gateway");
}
