mod crowd;
mod model;
mod single;

use jiff::Timestamp;

use crate::config::{ClientKey, KeyHash, Limits, Purpose, Role};

fn key(limits: Limits) -> ClientKey {
    ClientKey {
        id: "0190-key".into(),
        group: "default".into(),
        hash: KeyHash([7; 32]),
        prefix: "db_sk_abc".to_owned(),
        name: "laptop".to_owned(),
        owner: None,
        purpose: Purpose::Default,
        role: Role::User,
        enabled: true,
        expires_at: None,
        allowed_aliases: Vec::new(),
        allowed_providers: Vec::new(),
        current_route: None,
        fast_route: None,
        limits,
        used_requests: 0,
        used_tokens: 0,
        last_used_at: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}
