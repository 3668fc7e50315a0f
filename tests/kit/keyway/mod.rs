//! A Keyway to test: the real server, as a process of its own on a free port.
//!
//! A gateway inside the test's process (for clocks wound by hand) will stand beside it as another
//! way to start; what a test does with it afterwards is the same.

mod admin;
mod binary;
mod process;
mod setup;

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

pub use admin::Admin;
pub use binary::{server_binary, target_folder};
pub use setup::NewKey;

use self::process::Process;
use crate::{Caller, Protocol, ScriptedUpstream};

const SECRET: &str = "kit-secret-kit-secret-kit-secret";
const ADMIN_TOKEN: &str = "kit-admin-token";

/// A running Keyway with a data folder of its own; it ends when it is dropped.
#[derive(Debug)]
pub struct TestKeyway {
    process: Option<Process>,
    address: SocketAddr,
    key: String,
    launch: Launch,
    made: AtomicUsize,
}

/// How a Keyway is started.
#[derive(Debug)]
pub struct Launch {
    data: Folder,
    environment: Vec<(OsString, OsString)>,
}

/// A data folder: one that goes with the test, or one that the test keeps.
#[derive(Debug)]
enum Folder {
    Own(TempDir),
    Kept(PathBuf),
}

impl Launch {
    /// A server with an empty data folder, a secret and an admin token, on a free port.
    pub fn new() -> Self {
        let data = TempDir::new().expect("a temporary folder can be made");
        Self {
            data: Folder::Own(data),
            environment: Vec::new(),
        }
    }

    /// The same, in this data folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.data = Folder::Kept(folder.to_owned());
        self
    }

    /// The same with one more environment variable, in the place of one of its name.
    #[must_use]
    pub fn with_env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Starts it and makes a client key.
    pub async fn start(self) -> TestKeyway {
        let mut keyway = self.start_without_key().await;
        keyway.key = keyway.new_key("kit").await;
        keyway
    }

    /// Starts it, making no key.
    pub async fn start_without_key(self) -> TestKeyway {
        match self.try_start().await {
            Ok(keyway) => keyway,
            Err(reason) => panic!("keyway-server {reason}"),
        }
    }

    /// Starts it, or tells what it printed when it would not.
    pub async fn try_start(self) -> Result<TestKeyway, String> {
        let (process, address) = self.run().await?;
        let made = AtomicUsize::new(0);
        Ok(TestKeyway {
            process: Some(process),
            address,
            key: String::new(),
            launch: self,
            made,
        })
    }

    fn folder(&self) -> &Path {
        match &self.data {
            Folder::Own(folder) => folder.path(),
            Folder::Kept(folder) => folder,
        }
    }

    async fn run(&self) -> Result<(Process, SocketAddr), String> {
        let mut environment: Vec<(OsString, OsString)> = vec![
            ("KEYWAY_DATA_DIR".into(), self.folder().into()),
            ("KEYWAY_SECRET".into(), SECRET.into()),
            ("KEYWAY_ADMIN_TOKEN".into(), ADMIN_TOKEN.into()),
            ("KEYWAY_HOST".into(), "127.0.0.1".into()),
            ("KEYWAY_PORT".into(), "0".into()),
        ];
        environment.extend(self.environment.iter().cloned());
        Process::start(self.folder(), &environment).await
    }
}

impl Default for Launch {
    fn default() -> Self {
        Self::new()
    }
}

impl TestKeyway {
    /// A Keyway with a key and nothing else.
    pub async fn start() -> Self {
        Launch::new().start().await
    }

    /// A Keyway whose route `alias` has these upstreams for targets, each standing in for those before it, all of one protocol.
    ///
    /// The upstreams are asked for the model `{alias}-upstream`.
    pub async fn with_route<'a>(
        alias: &str,
        protocol: Protocol,
        upstreams: impl IntoIterator<Item = &'a ScriptedUpstream>,
    ) -> Self {
        let keyway = Self::start().await;
        let mut providers = Vec::new();
        for upstream in upstreams {
            providers.push(keyway.provider(protocol, upstream).await);
        }
        let model = format!("{alias}-upstream");
        match providers.as_slice() {
            [provider] => keyway.route(alias, provider, &model).await,
            several => {
                let ids: Vec<_> = several.iter().map(String::as_str).collect();
                keyway.failover(alias, &ids, &model).await
            }
        };
        keyway
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its data folder.
    pub fn data_folder(&self) -> &Path {
        self.launch.folder()
    }

    /// The client key that it was started with.
    pub fn key(&self) -> &str {
        assert!(
            !self.key.is_empty(),
            "this Keyway was started without a key"
        );
        &self.key
    }

    /// A client of the admin API.
    pub fn admin(&self) -> Admin {
        Admin::new(self.address, ADMIN_TOKEN)
    }

    /// Makes a client key in the default group and returns it.
    pub async fn new_key(&self, name: &str) -> String {
        let made = self
            .admin()
            .post("/admin/llm/groups/default/keys", json!({"name": name}))
            .await;
        text(&made["plaintext"])
    }

    /// Makes a provider that points to an upstream and returns its id.
    pub async fn provider(&self, protocol: Protocol, upstream: &ScriptedUpstream) -> String {
        let id = format!("p{}", self.made.fetch_add(1, Ordering::SeqCst) + 1);
        let body = json!({
            "provider_id": id,
            "name": format!("Scripted {protocol}"),
            "base_url": upstream.base_url(protocol),
            "api_key": "upstream-key",
            "protocol": protocol.name(),
        });
        self.admin()
            .post("/admin/llm/groups/default/providers", body)
            .await;
        id
    }

    /// Makes a route with one target and returns its id.
    pub async fn route(&self, alias: &str, provider: &str, model: &str) -> String {
        let body = json!({"alias": alias, "provider_id": provider, "upstream_model": model});
        let made = self
            .admin()
            .post("/admin/llm/groups/default/routes", body)
            .await;
        text(&made["route"]["route_id"])
    }

    /// Gives a route one more target.
    pub async fn target(&self, route: &str, provider: &str, model: &str, priority: usize) {
        let path = format!("/admin/llm/routes/{route}/providers");
        let body = json!({"provider_id": provider, "upstream_model": model, "priority": priority});
        self.admin().post(&path, body).await;
    }

    /// A caller of Anthropic Messages, with the key.
    pub fn anthropic(&self) -> Caller {
        self.caller(Protocol::Anthropic)
    }

    /// A caller of `OpenAI` Chat Completions, with the key.
    pub fn openai(&self) -> Caller {
        self.caller(Protocol::OpenAi)
    }

    /// A caller of `OpenAI` Responses, with the key.
    pub fn responses(&self) -> Caller {
        self.caller(Protocol::Responses)
    }

    /// A caller of Gemini generateContent, with the key.
    pub fn gemini(&self) -> Caller {
        self.caller(Protocol::Gemini)
    }

    /// A caller of this protocol, with the key.
    pub fn caller(&self, protocol: Protocol) -> Caller {
        Caller::new(self.address, protocol).with_key(self.key())
    }

    /// The log entries, newest first.
    pub async fn logs(&self) -> Vec<Value> {
        let page = self.admin().get("/admin/llm/logs?limit=1000").await;
        page["logs"].as_array().cloned().unwrap_or_default()
    }

    /// All that the server has printed since it was started.
    pub fn output(&self) -> String {
        self.process().output()
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.process().id()
    }

    /// Its resident memory.
    pub fn rss_kb(&self) -> u64 {
        self.memory_kb("VmRSS:")
    }

    /// The part of its resident memory that it asked for; what is read of its own program is left out.
    pub fn own_kb(&self) -> u64 {
        self.memory_kb("RssAnon:")
    }

    fn memory_kb(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("a running process has a status");
        let line = status.lines().find_map(|text| text.strip_prefix(line));
        let digits = line.and_then(|rest| rest.split_whitespace().next());
        digits
            .and_then(|digits| digits.parse().ok())
            .expect("the status tells the memory")
    }

    /// Ends it kindly, returning the exit code. It can be started again.
    pub async fn stop(&mut self) -> Option<i32> {
        let process = self.process.take().expect("it runs");
        process.stop().await
    }

    /// Kills it on the spot. It can be started again.
    pub fn kill9(&mut self) {
        drop(self.process.take());
    }

    /// Starts it again in its data folder, on another port; ends it kindly first if it runs.
    pub async fn restart(&mut self) {
        if self.process.is_some() {
            self.stop().await;
        }
        match self.launch.run().await {
            Ok((process, address)) => {
                self.process = Some(process);
                self.address = address;
            }
            Err(reason) => panic!("keyway-server {reason}"),
        }
    }

    fn process(&self) -> &Process {
        self.process.as_ref().expect("it runs")
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .expect("the admin API returns a text here")
        .to_owned()
}
