//! One life of a gateway: writers and clients at work until it is killed.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use keyway_tests::{Admin, Caller, Protocol, TestKeyway, sample};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ledger::{Content, Ledger, changed_field};

/// Records of a kind that live at a time, so that the configuration stays small.
const MOST_LIVING: usize = 6;
/// A page of the log has so many rows at most.
const LOG_PAGE: usize = 1_000;
const CLIENTS: usize = 2;

/// A gateway's life.
#[derive(Debug)]
pub(super) struct Life {
    tasks: JoinSet<()>,
    ledger: Arc<Mutex<Ledger>>,
    answers: Arc<Mutex<Vec<Answered>>>,
}

/// What a life left behind.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) ledger: Ledger,
    pub(super) answers: Vec<Answered>,
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) id: String,
    pub(super) at: Instant,
}

impl Life {
    /// Sets writers and clients to work.
    pub(super) fn begin(keyway: &TestKeyway, ledger: &mut Ledger, chance: &mut Chance) -> Self {
        let ledger = Arc::new(Mutex::new(std::mem::take(ledger)));
        let answers = Arc::default();
        let mut tasks = JoinSet::new();
        for kind in ["groups", "providers", "keys"] {
            let writer = Writer {
                kind,
                admin: keyway.admin(),
                ledger: Arc::clone(&ledger),
                chance: Chance::new(chance.next()),
            };
            tasks.spawn(writer.work());
        }
        for _ in 0..CLIENTS {
            tasks.spawn(converse(keyway.openai(), Arc::clone(&answers)));
        }
        Self {
            tasks,
            ledger,
            answers,
        }
    }

    /// Kills the gateway when its time has come, and tells when that was.
    pub(super) async fn end_after(
        mut self,
        span: Duration,
        keyway: &mut TestKeyway,
    ) -> (Ended, Instant) {
        let work = async { while self.tasks.join_next().await.is_some() {} };
        let early = tokio::time::timeout(span, work).await;
        assert!(early.is_err(), "a writer or a client gave up by itself");
        let died = Instant::now();
        keyway.kill9();
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("a writer or a client broke off");
        }
        let ended = Ended {
            ledger: lock(&self.ledger).clone(),
            answers: lock(&self.answers).clone(),
        };
        (ended, died)
    }
}

/// Changes records of one kind until the gateway is gone.
struct Writer {
    kind: &'static str,
    admin: Admin,
    ledger: Arc<Mutex<Ledger>>,
    chance: Chance,
}

impl Writer {
    async fn work(mut self) {
        while self.change().await.is_some() {}
    }

    async fn change(&mut self) -> Option<()> {
        let living = lock(&self.ledger).living(&format!("/admin/llm/{}/", self.kind));
        let one = living.get(self.chance.below(MOST_LIVING));
        match (one, self.chance.below(4)) {
            (Some(path), 0) => self.send(Method::DELETE, path, None).await,
            (Some(path), _) => {
                let content = Some(format!("changed {}", self.chance.next()));
                self.send(Method::PATCH, path, content).await
            }
            (None, _) => self.create().await,
        }
    }

    async fn create(&mut self) -> Option<()> {
        let name = format!("k{}", self.chance.next());
        let (path, body) = match self.kind {
            "groups" => (
                "/admin/llm/groups",
                json!({"group_id": name, "name": name, "note": name}),
            ),
            "providers" => (
                "/admin/llm/groups/default/providers",
                json!({"provider_id": name, "name": name, "note": name, "base_url": "http://127.0.0.1:9/v1", "api_key": name}),
            ),
            _ => ("/admin/llm/groups/default/keys", json!({"name": name})),
        };
        let own = format!("/admin/llm/{}/{name}", self.kind);
        let names_itself = self.kind != "keys";
        if names_itself {
            lock(&self.ledger).sends(&own, Some(name.clone()));
        }
        let made = self.ask(Method::POST, path, &body).await?;
        let own = if names_itself {
            own
        } else {
            let id = made["key"]["key_id"].as_str().expect("a key has an id");
            format!("/admin/llm/keys/{id}")
        };
        lock(&self.ledger).acknowledged(&own, Some(name));
        Some(())
    }

    async fn send(&self, method: Method, path: &str, content: Content) -> Option<()> {
        lock(&self.ledger).sends(path, content.clone());
        let body = match &content {
            Some(text) => json!({changed_field(path): text}),
            None => Value::Null,
        };
        self.ask(method, path, &body).await?;
        lock(&self.ledger).acknowledged(path, content);
        Some(())
    }

    /// Nothing when the gateway is gone.
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Option<Value> {
        let reply = self.admin.try_send(method.clone(), path, body).await?;
        assert_eq!(reply.status, 200, "{method} {path}: {}", reply.wire());
        Some(reply.json())
    }
}

/// Asks Echo until the gateway is gone.
async fn converse(caller: Caller, answers: Arc<Mutex<Vec<Answered>>>) {
    let body = Bytes::from(sample::ask(Protocol::OpenAi, "echo", "Hello").to_string());
    loop {
        if lock(&answers).len() >= LOG_PAGE - CLIENTS {
            return std::future::pending().await;
        }
        let path = "/v1/chat/completions";
        let Ok(started) = caller.try_start(Method::POST, path, body.clone()).await else {
            return;
        };
        let reply = started.rest().await;
        if reply.broken.is_some() {
            return;
        }
        assert_eq!(reply.status, 200, "{}", reply.wire());
        let id = reply.header("x-keyway-request-id");
        let id = id.expect("every answer carries its id").to_owned();
        lock(&answers).push(Answered {
            id,
            at: Instant::now(),
        });
    }
}

/// The ids of the newest rows of the log.
pub(super) async fn logged_ids(keyway: &TestKeyway) -> HashSet<String> {
    let logs = keyway.logs().await;
    let ids = logs.iter().filter_map(|entry| entry["request_id"].as_str());
    ids.map(str::to_owned).collect()
}

/// Chance that is the same in every run.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number of `SplitMix64`.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a small number");
        usize::try_from(self.next() % end).expect("a small number")
    }

    /// Most lives end in the middle of the first writes; some are long enough for log rows to be kept.
    pub(super) fn life_span(&mut self) -> Duration {
        let ms = match self.below(4) {
            0 => 220 + self.next() % 200,
            _ => 1 + self.next() % 100,
        };
        Duration::from_millis(ms)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("no panic holds this lock")
}
