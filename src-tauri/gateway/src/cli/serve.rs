//! `keyway-server serve`: runs the gateway until it is told to stop.

use std::{io, net::SocketAddr};

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Context, failure::Failure, greeting, port, running, setup};
use crate::{Gateway, clock::SystemClock, gateway, options::Options};

/// What a shell says of a program that Ctrl-C ended.
const LEFT_AT_ONCE: i32 = 130;

/// The flags of `serve`; each has a `KEYWAY_*` variable.
#[derive(Debug, Default, Args)]
pub(super) struct Serve {
    #[arg(
        help = "The address to listen on [env: KEYWAY_HOST, default: 127.0.0.1]",
        long
    )]
    host: Option<String>,
    #[arg(
        help = "The port to listen on, 0 for a free one [env: KEYWAY_PORT, default: 9233]",
        long
    )]
    port: Option<u16>,
    #[arg(
        help = "What is logged: off, error, warn, info, debug or trace [env: KEYWAY_LOG_LEVEL, default: info]",
        long,
        value_name = "LEVEL"
    )]
    log_level: Option<String>,
}

impl Serve {
    /// Whether nothing was given.
    pub(super) fn is_empty(&self) -> bool {
        self.host.is_none() && self.port.is_none() && self.log_level.is_none()
    }

    /// These flags, and the others where there are none.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            host: self.host.or(other.host),
            port: self.port.or(other.port),
            log_level: self.log_level.or(other.log_level),
        }
    }

    /// Puts the flags in the place of what the environment says.
    pub(super) fn over(&self, options: &mut Options) -> Result<(), Failure> {
        if let Some(host) = &self.host {
            options.host = crate::options::host(Some(host)).map_err(|_| {
                Failure::usage(format!(
                    "--host is {host:?}, but it must be an IP address such as 127.0.0.1 or 0.0.0.0"
                ))
            })?;
        }
        options.port = self.port.unwrap_or(options.port);
        if let Some(level) = &self.log_level {
            let level = setup::log_level(level);
            options.log_level = level
                .map_err(|why| Failure::usage(why.replace("KEYWAY_LOG_LEVEL", "--log-level")))?;
        }
        Ok(())
    }

    /// Serves until the process is told to stop.
    pub(super) async fn run(self, context: Context) -> Result<(), Failure> {
        if context.url.is_some() {
            return Err(Failure::usage(
                "--url is for commands that talk to a gateway, not for starting one",
            ));
        }
        if let Some(other) = running::running(&context).await? {
            return Err(Failure::conflict(format!(
                "a gateway already serves this data folder at {}",
                other.base()
            ))
            .so("stop it first, or choose another folder with --data-dir"));
        }
        // Before the data folder is touched: a start that cannot succeed should change nothing.
        let address = context.options.address();
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| cannot_listen(address, &error))?;
        let bound = listener.local_addr()?;
        let gateway = Gateway::open(context.options.clone(), SystemClock).await?;
        gateway.claim()?;
        gateway.app().address.get_or_init(|| bound);
        // Before anybody reads where it listens: commands find it by this file.
        gateway::write_port(&context.options, bound)?;
        // From here on a signal ends it orderly.
        let signals = Signals::new();
        greeting::greet(&context, &gateway).await?;
        let stop = CancellationToken::new();
        tokio::select! {
            served = gateway.serve(listener, stop.clone().cancelled_owned()) => Ok(served?),
            () = told_twice(signals, stop) => leave_at_once(),
        }
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let (host, port) = (address.ip(), address.port());
    if error.kind() == io::ErrorKind::AddrInUse {
        let by = port::owner(port).map_or_else(String::new, |owner| format!(" by {owner}"));
        return Failure::new(format!("port {port} is taken{by}"))
            .so("choose another with --port or KEYWAY_PORT, or 0 for any free one");
    }
    if error.kind() == io::ErrorKind::AddrNotAvailable {
        return Failure::new(format!("{host} is no address of this machine"))
            .so("choose another with --host");
    }
    if error.kind() == io::ErrorKind::PermissionDenied {
        return Failure::new(format!("port {port} may not be used by this user"))
            .so("choose one above 1023 with --port");
    }
    Failure::new(format!("cannot listen on {address}: {error}"))
}

/// Passes the first signal on, and ends with the second.
async fn told_twice(mut signals: Signals, stop: CancellationToken) {
    signals.next().await;
    tracing::info!("stopping once the requests under way have ended; Ctrl-C again leaves at once");
    stop.cancel();
    signals.next().await;
}

/// The database survives the death of the process at any moment; what is cut off are the requests under way.
#[expect(
    clippy::exit,
    reason = "requests under way would hold an orderly end up"
)]
fn leave_at_once() -> ! {
    std::process::exit(LEFT_AT_ONCE)
}

/// Ctrl-C, and SIGTERM where there is such a thing; noticed from the making of this on.
struct Signals {
    #[cfg(unix)]
    kinds: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
}

impl Signals {
    fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            // Without them the process is still ended by the signal itself.
            let kinds = signal(SignalKind::interrupt())
                .and_then(|interrupt| Ok((interrupt, signal(SignalKind::terminate())?)));
            Self { kinds: kinds.ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some((interrupt, terminate)) = &mut self.kinds {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        tokio::signal::ctrl_c().await.ok(); // without signals the process is ended from outside
    }
}
