//! Keyway on the desktop: the gateway in this process, and a window that shows its pages.
//!
//! `bridge` is the window's door, `window` the window. What somebody without a screen would want too lives in
//! [`keyway_gateway`].

mod bridge;
mod window;

use std::{env, io, process::ExitCode};

use anyhow::Context;
use keyway_gateway::{
    Gateway,
    clock::SystemClock,
    events::Event,
    observe::logging,
    options::{Environment, Options},
};
use tauri::{
    AppHandle, Emitter,
    async_runtime::{self, JoinHandle},
};
use tokio::{
    net::TcpListener,
    sync::broadcast::{Receiver, error::RecvError},
};
use tokio_util::sync::CancellationToken;

/// The name under which the page hears of the gateway's events.
const EVENT: &str = "gateway";

/// Shows the app; with an argument, or where there is no screen, it is the same program as `keyway-server`.
pub fn run() -> ExitCode {
    if env::args_os().len() > 1 || !has_screen() {
        return keyway_gateway::cli::main();
    }
    match show() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn has_screen() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Starts the gateway, then the window; ends with the window, the gateway last.
fn show() -> anyhow::Result<()> {
    let Running {
        gateway,
        serving,
        stop,
    } = async_runtime::block_on(start())?;
    let (admin, events) = (gateway.admin(), gateway.events().listen());
    let app = tauri::Builder::default()
        .register_asynchronous_uri_scheme_protocol(
            bridge::SCHEME,
            move |context, request, responder| {
                bridge::answer(&context, admin.clone(), request, responder);
            },
        )
        .setup(|app| {
            async_runtime::spawn(pass_on(events, app.handle().clone()));
            async_runtime::spawn(quit_when_told(app.handle().clone()));
            Ok(window::open(app.handle())?)
        })
        .build(tauri::generate_context!())?;
    app.run_return(|_, _| {});
    stop.cancel();
    async_runtime::block_on(serving)??;
    Ok(())
}

/// A gateway that serves until it is told to stop.
struct Running {
    gateway: Gateway,
    serving: JoinHandle<io::Result<()>>,
    stop: CancellationToken,
}

async fn start() -> anyhow::Result<Running> {
    let folder = env::current_dir()?;
    let options = Options::from_environment(&Environment::read(&folder)?, &folder)?;
    logging::begin(&options.log_level);
    let gateway = Gateway::open(options, SystemClock).await?;
    let address = gateway.address();
    let listener = TcpListener::bind(address).await;
    let listener = listener
        .with_context(|| format!("cannot listen on {address}; does Keyway run already?"))?;
    let (served, stop) = (gateway.clone(), CancellationToken::new());
    let told = stop.clone().cancelled_owned();
    let serving = async_runtime::spawn(async move { served.serve(listener, told).await });
    Ok(Running {
        gateway,
        serving,
        stop,
    })
}

/// Tells the page what happens in the gateway; a page that missed something is told to look at everything again.
async fn pass_on(mut events: Receiver<Event>, app: AppHandle) {
    loop {
        let told = match events.recv().await {
            Ok(event) => app.emit(EVENT, event),
            Err(RecvError::Lagged(_)) => app.emit(EVENT, serde_json::json!({ "type": "refresh" })),
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = told {
            tracing::warn!(%error, "the window could not be told of an event");
        }
    }
}

/// Quits in good order on Ctrl-C, and on SIGTERM where there is such a thing.
async fn quit_when_told(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return app.exit(0);
        }
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        app.exit(0);
    }
}
