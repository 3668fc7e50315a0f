//! What stands around the gateway: certificates, the clock, agents, another product's database.

use std::{
    fs::File,
    io::Read,
    net::IpAddr,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use url::{Host, Url};

use super::Finding;
use crate::{
    cli::{Context, cells::count, greeting::quoted, running},
    clock::{Clock, SystemClock},
    store,
};

const TLS: &str = "tls";
const CLOCK: &str = "clock";
const AGENTS: &str = "agents";
const IMPORT: &str = "import";

/// Variables that point agents somewhere.
const POINTERS: [&str; 5] = [
    "ANTHROPIC_BASE_URL",
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "GOOGLE_GEMINI_BASE_URL",
    "GEMINI_BASE_URL",
];

/// Whether certificate and key can be read.
pub(super) fn tls(context: &Context) -> Option<Finding> {
    let (certificate, key) = context.options.tls.as_ref()?;
    let chain =
        CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let unusable = |path: &Path, why: String| {
        Finding::fail(
            TLS,
            format!("{}: {why}", path.display()),
            "KEYWAY_TLS_CERT and KEYWAY_TLS_KEY must be PEM files that this user can read",
        )
    };
    Some(match (chain, PrivateKeyDer::from_pem_file(key)) {
        (Err(error), _) => unusable(certificate, error.to_string()),
        (Ok(chain), _) if chain.is_empty() => {
            unusable(certificate, "there is no certificate in it".to_owned())
        }
        (Ok(_), Err(error)) => unusable(key, error.to_string()),
        (Ok(chain), Ok(_)) => Finding::ok(
            TLS,
            format!("{} and a key", count(chain.len() as u64, "certificate")),
        ),
    })
}

/// Whether the clock can be right: expiries, windows of limits and TLS need it.
pub(super) fn clock(context: &Context) -> Finding {
    let written = std::fs::metadata(context.options.data_dir.join(store::FILE))
        .and_then(|facts| facts.modified());
    let written = written.ok().and_then(|time| Timestamp::try_from(time).ok());
    judge_clock(SystemClock.now(), written)
}

fn judge_clock(now: Timestamp, written: Option<Timestamp>) -> Finding {
    const RELEASED: i64 = 1_767_225_600; // 2026-01-01: this program is younger than that
    let shown = now.strftime("%F %T UTC");
    let todo = "set the clock, or let the system keep it (timedatectl set-ntp true)";
    if now.as_second() < RELEASED {
        return Finding::fail(CLOCK, format!("says {shown}, which is long ago"), todo);
    }
    if written.is_some_and(|written| written.duration_since(now) > SignedDuration::from_mins(5)) {
        return Finding::warn(
            CLOCK,
            format!("says {shown}, but the database was written later"),
            todo,
        );
    }
    Finding::ok(CLOCK, shown.to_string())
}

/// Whether the variables of this shell point agents here.
pub(super) fn agents(context: &Context) -> Vec<Finding> {
    let port = running::port_in_file(&context.options).unwrap_or(context.options.port);
    let public = context.options.public_base_url.as_deref();
    POINTERS
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?.into_string().ok()?)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| judge_pointer(name, &value, port, public))
        .collect()
}

fn judge_pointer(name: &str, value: &str, port: u16, public: Option<&str>) -> Finding {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    let is_public = public.is_some_and(|own| origin(own).is_some() && origin(own) == origin(value));
    let is_here = Url::parse(value)
        .is_ok_and(|url| url.port_or_known_default() == Some(port) && is_loopback(&url));
    if is_public || is_here {
        return Finding::ok(AGENTS, format!("{name} points here"));
    }
    Finding::warn(
        AGENTS,
        format!("{name} points elsewhere: {}", without_password(value)),
        format!("unset it, or set it to http://127.0.0.1:{port}"),
    )
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

fn without_password(text: &str) -> String {
    let Ok(url) = Url::parse(text) else {
        return "something that is no URL".to_owned();
    };
    url.origin().ascii_serialization()
}

/// Whether keyway-router has left a database where it usually does.
pub(super) fn keyway_router(context: &Context) -> Option<Finding> {
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let mut places: Vec<PathBuf> = std::env::current_dir()
        .into_iter()
        .map(|folder| folder.join("data"))
        .collect();
    places.extend(
        home.into_iter()
            .flat_map(|home| [home.join(".keyway"), home.join("data")]),
    );
    let found = places
        .into_iter()
        .filter(|folder| *folder != context.options.data_dir)
        .map(|folder| folder.join(store::FILE))
        .find(|file| is_keyway_router(file))?;
    let todo = format!(
        "bring it in with `{} import keyway {}`",
        context.again,
        quoted(&found.to_string_lossy())
    );
    Some(Finding::warn(
        IMPORT,
        format!("{} looks like keyway-router's database", found.display()),
        todo,
    ))
}

/// A database of SQLite that does not bear Keyway's mark.
fn is_keyway_router(file: &Path) -> bool {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    const MARK_AT: usize = 68;
    let mut head = [0_u8; 100];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head.starts_with(MAGIC) && &head[MARK_AT..MARK_AT + 4] != b"KyWy"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Verdict;

    #[test]
    fn a_clock_that_is_years_behind_is_a_failure() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(
            judge_clock(at("1970-01-02T00:00:00Z"), None).verdict,
            Verdict::Fail
        );
        let (now, later) = (at("2030-01-01T00:00:00Z"), at("2030-01-02T00:00:00Z"));
        assert_eq!(judge_clock(now, Some(now)).verdict, Verdict::Ok);
        assert_eq!(judge_clock(now, Some(later)).verdict, Verdict::Warn);
    }

    #[test]
    fn pointers_to_this_gateway_are_fine_and_others_are_told_without_their_secrets() {
        let judge = |value: &str| {
            judge_pointer("OPENAI_BASE_URL", value, 9233, Some("https://keyway.team"))
        };
        for here in [
            "http://127.0.0.1:9233/v1",
            "http://localhost:9233",
            "https://keyway.team/v1",
        ] {
            assert_eq!(judge(here).verdict, Verdict::Ok, "{here}");
        }
        let elsewhere = judge("https://user:secret@api.example.com/v1");
        assert_eq!(elsewhere.verdict, Verdict::Warn);
        assert_eq!(
            elsewhere.what,
            "OPENAI_BASE_URL points elsewhere: https://api.example.com"
        );
        assert_eq!(judge("http://127.0.0.1:8080").verdict, Verdict::Warn);
    }

    #[test]
    fn only_a_database_without_our_mark_is_taken_for_another_products() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyway.db");
        let mut head = b"SQLite format 3\0".to_vec();
        head.resize(100, 0);
        std::fs::write(&file, &head).unwrap();
        assert!(is_keyway_router(&file));
        head[68..72].copy_from_slice(b"KyWy");
        std::fs::write(&file, &head).unwrap();
        assert!(!is_keyway_router(&file));
        assert!(!is_keyway_router(&folder.path().join("gone.db")));
    }
}
