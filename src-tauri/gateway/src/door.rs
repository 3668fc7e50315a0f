//! Who may use the admin API: the admin token, sessions that it opened, links that work once.
//!
//! Sessions and links are kept as hashes, in memory: a restart ends them.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How long a session lasts.
pub(crate) const SESSION_LENGTH: Duration = Duration::from_hours(7 * 24);
/// Long enough to copy a link from a terminal.
const LINK_LENGTH: Duration = Duration::from_mins(10);
/// Wrong tokens that are put up with in one window.
const PATIENCE: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Beyond, the oldest session gives way.
const MOST_SESSIONS: usize = 64;

/// The door of the admin API.
#[derive(Debug)]
pub struct Door {
    token: Fingerprint,
    sessions: Mutex<HashMap<Fingerprint, Timestamp>>,
    links: Mutex<HashMap<Fingerprint, Timestamp>>,
    wrong: Mutex<VecDeque<Timestamp>>,
}

/// A request that comes from the window of this very process.
///
/// Put into a request's extensions by whoever hands it to the router in process; nothing from the network can.
#[derive(Debug, Clone, Copy)]
pub struct Trusted;

/// Why the door stays shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The token is another.
    Wrong,
    /// There were too many wrong ones.
    LockedOut {
        /// When the next one is looked at.
        retry_after: Duration,
    },
    /// The operating system gave no random bytes.
    NoRandomness,
}

/// A session just opened.
#[derive(Debug)]
pub(crate) struct Session {
    /// What the cookie carries.
    pub(crate) cookie: SecretString,
    /// What changes made with the cookie have to bring along.
    pub(crate) csrf: String,
}

impl Door {
    /// The door that this token opens.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "nobody needs the token itself any longer"
    )]
    pub fn new(admin_token: SecretString) -> Self {
        Self {
            token: Fingerprint::of(admin_token.expose_secret()),
            sessions: Mutex::default(),
            links: Mutex::default(),
            wrong: Mutex::default(),
        }
    }

    /// A link that logs its first reader in; it works once and for ten minutes.
    pub fn one_time_link(
        &self,
        base_url: &str,
        now: Timestamp,
    ) -> Result<String, getrandom::Error> {
        let token = random()?;
        let mut links = lock(&self.links);
        links.retain(|_, until| *until > now);
        links.insert(Fingerprint::of(token.expose_secret()), now + LINK_LENGTH);
        Ok(format!(
            "{}/admin/desktop-login?token={}",
            base_url.trim_end_matches('/'),
            token.expose_secret()
        ))
    }

    /// Looks at an admin token; wrong ones are counted.
    pub(crate) fn check(&self, token: &str, now: Timestamp) -> Result<(), Refusal> {
        self.guarded(now, || Fingerprint::of(token).same(&self.token))
    }

    /// Opens a session for whoever has the admin token.
    pub(crate) fn log_in(&self, token: &str, now: Timestamp) -> Result<Session, Refusal> {
        self.check(token, now)?;
        self.open_session(now)
    }

    /// Opens a session for whoever has a link that was not used yet.
    pub(crate) fn redeem(&self, token: &str, now: Timestamp) -> Result<Session, Refusal> {
        self.guarded(now, || {
            lock(&self.links)
                .remove(&Fingerprint::of(token))
                .is_some_and(|until| until > now)
        })?;
        self.open_session(now)
    }

    /// Whether a cookie is that of an open session.
    pub(crate) fn knows(&self, cookie: &str, now: Timestamp) -> bool {
        lock(&self.sessions)
            .get(&Fingerprint::of(cookie))
            .is_some_and(|until| *until > now)
    }

    /// Ends a session.
    pub(crate) fn log_out(&self, cookie: &str) {
        lock(&self.sessions).remove(&Fingerprint::of(cookie));
    }

    fn open_session(&self, now: Timestamp) -> Result<Session, Refusal> {
        let cookie = random().map_err(|_| Refusal::NoRandomness)?;
        let mut sessions = lock(&self.sessions);
        sessions.retain(|_, until| *until > now);
        if sessions.len() >= MOST_SESSIONS
            && let Some(oldest) = sessions
                .iter()
                .min_by_key(|(_, until)| **until)
                .map(|(one, _)| one.clone())
        {
            sessions.remove(&oldest);
        }
        sessions.insert(
            Fingerprint::of(cookie.expose_secret()),
            now + SESSION_LENGTH,
        );
        Ok(Session {
            csrf: csrf_of(cookie.expose_secret()),
            cookie,
        })
    }

    /// While locked out not even the right token is looked at: else guessing could go on.
    fn guarded(&self, now: Timestamp, is_right: impl FnOnce() -> bool) -> Result<(), Refusal> {
        let mut wrong = lock(&self.wrong);
        while wrong.front().is_some_and(|at| *at + WINDOW <= now) {
            wrong.pop_front();
        }
        if wrong.len() >= PATIENCE
            && let Some(first) = wrong.front()
        {
            let left = (*first + WINDOW).duration_since(now);
            return Err(Refusal::LockedOut {
                retry_after: Duration::try_from(left).unwrap_or(WINDOW),
            });
        }
        if is_right() {
            return Ok(());
        }
        wrong.push_back(now);
        Err(Refusal::Wrong)
    }
}

/// What our own page sends along with changes; a foreign page cannot read it.
pub(crate) fn csrf_of(cookie: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("keyway csrf {cookie}")))
}

/// Whether a request brings the right one.
pub(crate) fn is_csrf_of(cookie: &str, sent: &str) -> bool {
    csrf_of(cookie).as_bytes().ct_eq(sent.as_bytes()).into()
}

/// The hash of something secret, compared in constant time.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    fn same(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

fn random() -> Result<SecretString, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn door() -> Door {
        Door::new(SecretString::from("right"))
    }

    #[test]
    fn the_right_token_opens_sessions_that_end_after_a_week_or_by_logging_out() {
        let door = door();
        let first = door.log_in("right", at(0)).unwrap();
        let second = door.log_in("right", at(0)).unwrap();
        assert!(door.knows(first.cookie.expose_secret(), at(604_799)));
        assert!(!door.knows(first.cookie.expose_secret(), at(604_800)));
        door.log_out(first.cookie.expose_secret());
        assert!(!door.knows(first.cookie.expose_secret(), at(1)));
        assert!(
            door.knows(second.cookie.expose_secret(), at(1)),
            "several sessions at once"
        );
    }

    #[test]
    fn the_eleventh_wrong_token_in_a_minute_locks_the_door_for_right_ones_too() {
        let door = door();
        for second in 0..10 {
            assert_eq!(door.check("wrong", at(second)), Err(Refusal::Wrong));
        }
        assert_eq!(
            door.check("right", at(15)),
            Err(Refusal::LockedOut {
                retry_after: Duration::from_secs(45)
            })
        );
        assert_eq!(door.check("right", at(60)), Ok(()));
    }

    #[test]
    fn a_link_works_once_and_not_for_long() {
        let door = door();
        let token = |link: String| link.rsplit_once("token=").unwrap().1.to_owned();
        let used = token(door.one_time_link("http://127.0.0.1:1/", at(0)).unwrap());
        assert!(door.redeem(&used, at(1)).is_ok());
        assert_eq!(door.redeem(&used, at(2)).unwrap_err(), Refusal::Wrong);
        let late = token(door.one_time_link("http://127.0.0.1:1", at(0)).unwrap());
        assert_eq!(door.redeem(&late, at(600)).unwrap_err(), Refusal::Wrong);
    }

    #[test]
    fn sessions_are_bounded_and_the_oldest_gives_way() {
        let door = door();
        let first = door.log_in("right", at(0)).unwrap();
        for second in 1..=64 {
            door.log_in("right", at(second)).unwrap();
        }
        assert!(!door.knows(first.cookie.expose_secret(), at(65)));
        assert_eq!(lock(&door.sessions).len(), 64);
    }

    #[test]
    fn each_session_has_its_own_csrf_token() {
        let door = door();
        let (first, second) = (
            door.log_in("right", at(0)).unwrap(),
            door.log_in("right", at(0)).unwrap(),
        );
        assert!(is_csrf_of(first.cookie.expose_secret(), &first.csrf));
        assert!(!is_csrf_of(first.cookie.expose_secret(), &second.csrf));
        assert!(!format!("{door:?}{first:?}").contains(first.cookie.expose_secret()));
    }
}
