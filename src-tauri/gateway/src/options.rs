//! How the gateway is set up from outside: flags, then `KEYWAY_*` variables and `.env`, then defaults.
//!
//! The only place that reads the environment.

use std::{
    collections::HashMap,
    fs, io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU64,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;

/// Longer than clients and reverse proxies keep idle connections, so that it is they who close them.
const HEAD_PATIENCE: Duration = Duration::from_secs(90);
/// Shorter than clients and reverse proxies wait for a stream that says nothing.
const KEEP_ALIVE: Duration = Duration::from_secs(12);
/// The port that agents are pointed at.
pub const DEFAULT_PORT: u16 = 9233;

/// Everything the gateway is told from outside.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Where the database and the key file lie.
    pub data_dir: PathBuf,
    /// What the master key is made from, when given.
    pub secret: Option<SecretString>,
    /// The token that opens the admin API, when given.
    pub admin_token: Option<SecretString>,
    /// Origins that browsers may call from, besides the gateway's own.
    pub cors_origins: Vec<String>,
    /// The address shown to people, when it differs from the one listened on.
    pub public_base_url: Option<String>,
    /// What is logged: a level or `tracing` directives.
    pub log_level: String,
    /// Certificate chain and private key, as PEM files, to speak TLS with.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How long a client may take to send a request's head, and a connection may lie idle.
    pub head_patience: Duration,
    /// How long a client that reads another protocol's events hears nothing before it is told that somebody is there.
    pub keep_alive: Duration,
    /// Whether the OS keychain may be asked for the master key.
    pub keychain: bool,
    /// Where the D-Bus session is, which leads to the keychain on Linux.
    pub session_bus: Option<String>,
    /// The user's runtime folder, where such a session usually is.
    pub runtime_dir: Option<PathBuf>,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value:?}, but {wanted}")]
pub struct BadOption {
    name: &'static str,
    value: String,
    wanted: &'static str,
}

/// What says where the desktop session is.
const SESSION_NAMES: [&str; 2] = ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"];

/// The `KEYWAY_*` variables of the process and of `.env` files; the process wins.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// Reads the process environment and `.env` in this folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut all = match fs::read_to_string(folder.join(".env")) {
            Ok(text) => parse_dotenv(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => HashMap::new(),
            Err(error) => return Err(error),
        };
        all.extend(std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            (name.starts_with("KEYWAY_") || SESSION_NAMES.contains(&name.as_str())).then_some(())?;
            Some((name, value.into_string().ok()?))
        }));
        Ok(Self(all))
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }
}

impl Options {
    /// The options that the environment gives.
    pub fn from_environment(environment: &Environment, folder: &Path) -> Result<Self, BadOption> {
        let port = parsed(
            environment,
            "KEYWAY_PORT",
            "it must be a port number from 0 to 65535",
        )?;
        Ok(Self {
            host: host(environment.get("KEYWAY_HOST"))?,
            port: port.unwrap_or(DEFAULT_PORT),
            data_dir: environment
                .get("KEYWAY_DATA_DIR")
                .map_or_else(|| default_data_dir(folder), PathBuf::from),
            secret: environment.get("KEYWAY_SECRET").map(SecretString::from),
            admin_token: environment
                .get("KEYWAY_ADMIN_TOKEN")
                .map(SecretString::from),
            cors_origins: list(environment.get("KEYWAY_CORS_ORIGINS")),
            public_base_url: environment
                .get("KEYWAY_PUBLIC_BASE_URL")
                .map(|url| url.trim_end_matches('/').to_owned()),
            log_level: environment
                .get("KEYWAY_LOG_LEVEL")
                .unwrap_or("info")
                .to_lowercase(),
            tls: tls(environment)?,
            head_patience: parsed(
                environment,
                "KEYWAY_HEAD_SECONDS",
                "it must be a number of seconds",
            )?
            .map_or(HEAD_PATIENCE, Duration::from_secs),
            keep_alive: parsed(
                environment,
                "KEYWAY_KEEP_ALIVE_SECONDS",
                "it must be a number of seconds above 0",
            )?
            .map_or(KEEP_ALIVE, |seconds: NonZeroU64| {
                Duration::from_secs(seconds.get())
            }),
            keychain: parsed(environment, "KEYWAY_KEYCHAIN", "it must be true or false")?
                .unwrap_or(true),
            session_bus: environment
                .get("DBUS_SESSION_BUS_ADDRESS")
                .map(str::to_owned),
            runtime_dir: environment.get("XDG_RUNTIME_DIR").map(PathBuf::from),
        })
    }

    /// The address to listen on.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

fn parsed<T: std::str::FromStr>(
    environment: &Environment,
    name: &'static str,
    wanted: &'static str,
) -> Result<Option<T>, BadOption> {
    let Some(value) = environment.get(name) else {
        return Ok(None);
    };
    value.parse().map(Some).map_err(|_| BadOption {
        name,
        value: value.to_owned(),
        wanted,
    })
}

/// `localhost` is a name, not an address; it means the IPv4 loopback that agents are pointed at.
pub fn host(text: Option<&str>) -> Result<IpAddr, BadOption> {
    match text {
        None | Some("localhost") => Ok(IpAddr::from([127, 0, 0, 1])),
        Some(text) => text
            .trim_matches(['[', ']'])
            .parse()
            .map_err(|_| BadOption {
                name: "KEYWAY_HOST",
                value: text.to_owned(),
                wanted: "it must be an IP address such as 127.0.0.1 or 0.0.0.0",
            }),
    }
}

fn tls(environment: &Environment) -> Result<Option<(PathBuf, PathBuf)>, BadOption> {
    match (
        environment.get("KEYWAY_TLS_CERT"),
        environment.get("KEYWAY_TLS_KEY"),
    ) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some((certificate.into(), key.into()))),
        (certificate, _) => Err(BadOption {
            name: if certificate.is_some() {
                "KEYWAY_TLS_KEY"
            } else {
                "KEYWAY_TLS_CERT"
            },
            value: String::new(),
            wanted: "certificate and key are needed together",
        }),
    }
}

fn list(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',');
    parts
        .map(|part| part.trim().trim_end_matches('/').to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// A data folder of keyway-router in the working folder goes on being used; else the user's own.
fn default_data_dir(folder: &Path) -> PathBuf {
    let local = folder.join("data");
    if local.join("keyway.db").is_file() {
        return local;
    }
    directories::ProjectDirs::from("dev", "keyway", "keyway")
        .map_or(local, |dirs| dirs.data_dir().to_owned())
}

fn parse_dotenv(text: &str) -> HashMap<String, String> {
    text.lines()
        .filter_map(|line| {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
            Some((name.trim().to_owned(), unquoted(value.trim()).to_owned()))
        })
        .collect()
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or_else(|| value.split(" #").next().unwrap_or(value).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Options, BadOption> {
        Options::from_environment(&Environment(parse_dotenv(text)), Path::new("/nowhere"))
    }

    #[test]
    fn defaults_are_those_agents_expect() {
        let options = options("").unwrap();
        assert_eq!(options.address().to_string(), "127.0.0.1:9233");
        assert_eq!(options.log_level, "info");
        assert!(options.secret.is_none());
    }

    #[test]
    fn dotenv_values_lose_quotes_and_comments() {
        let options = options("# a comment\nexport KEYWAY_PORT=\"9300\"\nKEYWAY_DATA_DIR='/a b'\nKEYWAY_LOG_LEVEL=DEBUG # loud\n").unwrap();
        assert_eq!(options.port, 9300);
        assert_eq!(options.data_dir, Path::new("/a b"));
        assert_eq!(options.log_level, "debug");
    }

    #[test]
    fn a_bad_value_names_the_variable_and_what_it_must_be() {
        let error = options("KEYWAY_PORT=many").unwrap_err();
        assert_eq!(
            error.to_string(),
            "KEYWAY_PORT is \"many\", but it must be a port number from 0 to 65535"
        );
        assert!(options("KEYWAY_HOST=example.org").is_err());
        assert!(options("KEYWAY_TLS_CERT=/a.pem").is_err());
    }
}
