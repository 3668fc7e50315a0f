//! Who is measured: no proxy, the bare one, nginx, Keyway.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;
use http::HeaderValue;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::call::Ask;
use super::children::Child;
use super::platform::now_ns;
use super::question::{Answer, Question};
use super::{keyway, memory, nginx};

/// How long a contestant may take to start.
const READY_NS: u64 = 20_000_000_000;
const PROBE: Duration = Duration::from_secs(2);

/// A way from the load generator to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Who {
    Direct,
    Bare,
    Nginx,
    Keyway,
    /// A Keyway that is asked in the target's own protocol where the other one translates.
    #[value(skip)]
    Same,
}

impl Who {
    /// Those that are compared in every row, in the order of the table's columns.
    pub(crate) const ALL: [Self; 4] = [Self::Direct, Self::Bare, Self::Nginx, Self::Keyway];
    /// All there are.
    pub(crate) const EVERY: [Self; 5] = [
        Self::Direct,
        Self::Bare,
        Self::Nginx,
        Self::Keyway,
        Self::Same,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Bare => "bare",
            Self::Nginx => "nginx",
            Self::Keyway => "keyway",
            Self::Same => "keyway-same",
        }
    }
}

/// What every contestant needs to start.
pub(crate) struct Field {
    pub(crate) target: SocketAddr,
    pub(crate) keyway: PathBuf,
    pub(crate) nginx: Option<PathBuf>,
}

/// A running contestant; dropping it ends its processes and removes its folder.
pub(crate) struct Contestant {
    pub(crate) who: Who,
    pub(crate) address: SocketAddr,
    key: String,
    child: Option<Child>,
    _home: Option<TempDir>,
}

impl Contestant {
    pub(crate) async fn start(who: Who, field: &Field) -> anyhow::Result<Self> {
        let without_key = |address, child, home| Self {
            who,
            address,
            key: "none".to_owned(),
            child,
            _home: home,
        };
        Ok(match who {
            Who::Direct => without_key(field.target, None, None),
            Who::Bare => {
                let (child, address) = Child::start_role(&["bare", &field.target.to_string()])?;
                without_key(address, Some(child), None)
            }
            Who::Nginx => {
                let program = field.nginx.as_deref().context("nginx is not installed")?;
                let (child, home, address) = nginx::start(program, field.target).await?;
                without_key(address, Some(child), Some(home))
            }
            Who::Keyway | Who::Same => {
                let running = keyway::start(&field.keyway, field.target).await?;
                let (child, home) = (Some(running.child), Some(running.home));
                Self {
                    who,
                    address: running.address,
                    key: running.key,
                    child,
                    _home: home,
                }
            }
        })
    }

    /// The name this contestant's clients have for the model that answers so.
    pub(crate) fn model(&self, answer: Answer) -> &'static str {
        match self.who {
            Who::Direct | Who::Bare | Who::Nginx => answer.model(),
            Who::Keyway | Who::Same => answer.alias(),
        }
    }

    pub(crate) fn ask(&self, question: Question) -> anyhow::Result<Ask> {
        Ok(Ask {
            address: self.address,
            path: question.path(),
            host: HeaderValue::try_from(self.address.to_string())?,
            authorization: HeaderValue::try_from(format!("Bearer {}", self.key))?,
            body: question.body(self.model(question.answer)),
            least: match question.answer {
                Answer::Json => 200,
                Answer::Burst => 10_000,
                Answer::Live => 0,
            },
        })
    }

    /// Processor time used so far, in µs; nothing without a proxy.
    pub(crate) fn cpu_us(&self) -> anyhow::Result<Option<u64>> {
        self.figure(memory::cpu_us)
    }

    pub(crate) fn resident_kb(&self) -> anyhow::Result<Option<u64>> {
        self.figure(memory::resident_kb)
    }

    pub(crate) fn peak_kb(&self) -> anyhow::Result<Option<u64>> {
        self.figure(memory::peak_kb)
    }

    fn figure(&self, read: fn(u32) -> anyhow::Result<u64>) -> anyhow::Result<Option<u64>> {
        let figure = self
            .child
            .as_ref()
            .map(|child| read(child.pid()))
            .transpose();
        figure.with_context(|| format!("{} has ended", self.who.name()))
    }
}

/// A loopback port nobody listens on now.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Asks again and again until `probe` answers, the child ends or patience does.
pub(crate) async fn until_ready<T>(
    child: &mut Child,
    home: &TempDir,
    probe: impl AsyncFn() -> anyhow::Result<T>,
) -> anyhow::Result<()> {
    let until = now_ns() + READY_NS;
    let error = loop {
        let Err(error) = timeout(PROBE, probe()).await.context("no answer").flatten() else {
            return Ok(());
        };
        if child.has_ended()? || now_ns() > until {
            break error;
        }
        // From outside there is nothing to wait on but the answer itself.
        sleep(Duration::from_millis(20)).await;
    };
    let log = std::fs::read_to_string(home.path().join("output.log"))?;
    Err(error).with_context(|| format!("could not be started; its output: {}", log.trim()))
}
