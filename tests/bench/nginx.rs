//! nginx as a contestant, with a configuration of its own.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::TcpStream;

use super::children::Child;
use super::contestant::{free_address, until_ready};

/// Where nginx is installed, if it is.
pub(crate) fn find() -> Option<PathBuf> {
    [
        "/usr/sbin/nginx",
        "/usr/bin/nginx",
        "/usr/local/sbin/nginx",
        "/usr/local/bin/nginx",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.exists())
}

/// Starts nginx in front of the target.
pub(crate) async fn start(
    program: &Path,
    target: SocketAddr,
) -> anyhow::Result<(Child, TempDir, SocketAddr)> {
    let home = TempDir::with_prefix("keyway-bench-nginx")?;
    let address = free_address()?;
    let settings = home.path().join("nginx.conf");
    std::fs::write(&settings, configuration(address, target))?;
    let arguments = [
        "-p".as_ref(),
        home.path().as_os_str(),
        "-c".as_ref(),
        settings.as_os_str(),
    ];
    let quiet: [&OsStr; 2] = ["-e".as_ref(), "error.log".as_ref()];
    let mut child = Child::start(
        program,
        &[&quiet[..], &arguments[..]].concat(),
        &[],
        home.path(),
    )?;
    until_ready(&mut child, &home, async || {
        Ok(TcpStream::connect(address).await?)
    })
    .await?;
    Ok((child, home, address))
}

/// Bodies stream both ways and stay in memory; connections are kept on both sides.
fn configuration(address: SocketAddr, target: SocketAddr) -> String {
    format!(
        "daemon off;
pid nginx.pid;
error_log error.log error;
worker_processes auto;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    client_body_buffer_size 1m;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    upstream target {{
        server {target};
        keepalive 256;
        keepalive_requests 1000000000;
    }}
    server {{
        listen {address} backlog=4096;
        location / {{
            proxy_pass http://target;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 120s;
        }}
    }}
}}
"
    )
}
