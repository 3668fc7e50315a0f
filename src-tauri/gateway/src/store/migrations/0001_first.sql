-- Times are whole milliseconds since 1970 (UTC). Secrets are Fernet tokens in columns named `sealed`.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    name       TEXT PRIMARY KEY,
    enabled    INTEGER NOT NULL DEFAULT 1,
    note       TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE groups (
    id               TEXT PRIMARY KEY,
    name             TEXT NOT NULL,
    enabled          INTEGER NOT NULL DEFAULT 1,
    note             TEXT NOT NULL DEFAULT '',
    default_route    TEXT,
    default_provider TEXT REFERENCES providers (uid) ON DELETE SET NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE providers (
    uid             TEXT PRIMARY KEY,
    group_id        TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    name            TEXT NOT NULL,
    protocol        TEXT NOT NULL,
    base_url        TEXT NOT NULL,
    endpoints       TEXT NOT NULL DEFAULT '{}',
    headers         TEXT NOT NULL DEFAULT '{}',
    proxy           TEXT,
    extra_ca        TEXT,
    connect_ms      INTEGER NOT NULL,
    first_byte_ms   INTEGER NOT NULL,
    idle_ms         INTEGER NOT NULL,
    max_concurrency INTEGER,
    max_queue       INTEGER,
    enabled         INTEGER NOT NULL DEFAULT 1,
    note            TEXT NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (group_id, id),
    -- what lets a route point at providers of its own group only
    UNIQUE (group_id, uid)
) STRICT;

CREATE TABLE credentials (
    id         TEXT PRIMARY KEY,
    provider   TEXT NOT NULL REFERENCES providers (uid) ON DELETE CASCADE,
    label      TEXT NOT NULL DEFAULT '',
    sealed     TEXT,
    priority   INTEGER NOT NULL DEFAULT 0,
    weight     INTEGER NOT NULL DEFAULT 1,
    enabled    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX credentials_of_provider ON credentials (provider);

CREATE TABLE routes (
    id             TEXT PRIMARY KEY,
    group_id       TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    alias          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    upstream_model TEXT NOT NULL,
    upstream_path  TEXT NOT NULL DEFAULT '',
    mode           TEXT NOT NULL DEFAULT 'direct',
    adapter_config TEXT NOT NULL DEFAULT '{}',
    fusion_config  TEXT NOT NULL DEFAULT '{}',
    enabled        INTEGER NOT NULL DEFAULT 1,
    note           TEXT NOT NULL DEFAULT '',
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (group_id, alias),
    FOREIGN KEY (group_id, provider) REFERENCES providers (group_id, uid) ON DELETE CASCADE
) STRICT;
CREATE INDEX routes_of_provider ON routes (group_id, provider);

CREATE TABLE targets (
    id             TEXT PRIMARY KEY,
    route          TEXT NOT NULL REFERENCES routes (id) ON DELETE CASCADE,
    provider       TEXT NOT NULL REFERENCES providers (uid) ON DELETE CASCADE,
    upstream_model TEXT NOT NULL,
    priority       INTEGER NOT NULL DEFAULT 0,
    weight         INTEGER NOT NULL DEFAULT 1,
    enabled        INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL,
    UNIQUE (route, provider, upstream_model)
) STRICT;
CREATE INDEX targets_of_provider ON targets (provider);

CREATE TABLE keys (
    id                  TEXT PRIMARY KEY,
    group_id            TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    hash                BLOB NOT NULL UNIQUE,
    prefix              TEXT NOT NULL,
    sealed              TEXT,
    name                TEXT NOT NULL,
    owner               TEXT REFERENCES users (name) ON UPDATE CASCADE,
    purpose             TEXT NOT NULL DEFAULT 'default',
    role                TEXT NOT NULL DEFAULT 'user',
    enabled             INTEGER NOT NULL DEFAULT 1,
    expires_at          INTEGER,
    allowed_aliases     TEXT NOT NULL DEFAULT '[]',
    allowed_providers   TEXT NOT NULL DEFAULT '[]',
    current_route       TEXT,
    fast_route          TEXT,
    requests_per_minute INTEGER,
    requests_per_day    INTEGER,
    tokens_per_minute   INTEGER,
    max_requests        INTEGER,
    max_tokens          INTEGER,
    concurrency         INTEGER,
    nano_usd_per_day    INTEGER,
    nano_usd_per_month  INTEGER,
    used_requests       INTEGER NOT NULL DEFAULT 0,
    used_tokens         INTEGER NOT NULL DEFAULT 0,
    last_used_at        INTEGER,
    created_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX keys_of_group ON keys (group_id);
CREATE INDEX keys_of_owner ON keys (owner);

CREATE TABLE tools (
    uid        TEXT PRIMARY KEY,
    group_id   TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    sealed     TEXT,
    config     TEXT NOT NULL DEFAULT '{}',
    enabled    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (group_id, id)
) STRICT;

CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;

-- One row per exchange. No foreign keys: history outlives what it tells of.
-- Ids are UUIDs as 16-byte blobs, text where an id of another product is no UUID.
CREATE TABLE request_log (
    seq              INTEGER PRIMARY KEY,
    id               ANY NOT NULL UNIQUE,
    at               INTEGER NOT NULL,
    request_id       TEXT,
    group_id         TEXT NOT NULL,
    key_id           ANY,
    key_name         TEXT,
    asked_model      TEXT NOT NULL,
    route_id         ANY,
    route_alias      TEXT,
    provider         TEXT,
    upstream_model   TEXT,
    credential       TEXT,
    protocol_in      TEXT NOT NULL,
    protocol_out     TEXT,
    streamed         INTEGER NOT NULL,
    status           INTEGER NOT NULL,
    error_code       TEXT,
    error            TEXT,
    input_tokens     INTEGER,
    cached_tokens    INTEGER,
    written_tokens   INTEGER,
    output_tokens    INTEGER,
    reasoning_tokens INTEGER,
    request_bytes    INTEGER NOT NULL,
    response_bytes   INTEGER NOT NULL,
    first_byte_us    INTEGER,
    total_us         INTEGER NOT NULL,
    finish_reason    TEXT,
    client           TEXT,
    attempts         TEXT
) STRICT;
-- The row id is part of every index, so each of these also pages by (at, seq).
CREATE INDEX request_log_by_time ON request_log (at);
CREATE INDEX request_log_by_key ON request_log (key_id, at);
CREATE INDEX request_log_by_route ON request_log (route_alias, at);
CREATE INDEX request_log_by_provider ON request_log (provider, at);
CREATE INDEX request_log_of_errors ON request_log (at) WHERE status >= 400;

-- No foreign keys: the built-in route has no row. A route that goes is forgotten all the same.
CREATE TRIGGER route_gone AFTER DELETE ON routes
BEGIN
    UPDATE groups SET default_route = NULL WHERE default_route = old.id;
    UPDATE keys SET current_route = NULL WHERE current_route = old.id;
    UPDATE keys SET fast_route = NULL WHERE fast_route = old.id;
END;

INSERT INTO groups (id, name, created_at, updated_at)
VALUES ('default', 'Default Group', unixepoch() * 1000, unixepoch() * 1000);
