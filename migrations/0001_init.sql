-- One text for SQLite and Postgres; README.md in this folder lists the portable subset.
-- Times are Unix milliseconds. `mac` columns hold a keyed MAC over the row (see vault/src/row_mac.rs):
-- a row edited, swapped or invented by SQL is refused when it is read.

CREATE TABLE installation (
    id              UUID   NOT NULL PRIMARY KEY,
    root_key_check  BYTEA  NOT NULL,
    store_key_check BYTEA  NOT NULL,
    created_at      BIGINT NOT NULL
);

-- The single-use link of the first start.
CREATE TABLE setup_links (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- The number of the newest change; locked by every write, so numbers have no gaps and no ties.
CREATE TABLE change_sequence (
    id    BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    value BIGINT NOT NULL
);
INSERT INTO change_sequence (id, value) VALUES (1, 0);

CREATE TABLE environments (
    id         UUID   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    mac        BYTEA  NOT NULL
);

CREATE TABLE projects (
    id          UUID   NOT NULL PRIMARY KEY,
    slug        TEXT   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    description TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    mac         BYTEA  NOT NULL
);

CREATE TABLE services (
    id          UUID   NOT NULL PRIMARY KEY,
    project_id  UUID   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    slug        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    description TEXT   NOT NULL,
    mode        TEXT   NOT NULL CHECK (mode IN ('all', 'bound')),
    created_at  BIGINT NOT NULL,
    mac         BYTEA  NOT NULL,
    UNIQUE (project_id, slug),
    UNIQUE (id, project_id)
);

-- A level and an environment (NULL: all environments), with the key that seals its secrets' outer layer.
CREATE TABLE scopes (
    id             UUID   NOT NULL PRIMARY KEY,
    level          TEXT   NOT NULL CHECK (level IN ('platform', 'project', 'service')),
    project_id     UUID   REFERENCES projects (id) ON DELETE CASCADE,
    service_id     UUID,
    environment_id UUID   REFERENCES environments (id),
    key_version    BIGINT NOT NULL,
    wrapped_key    BYTEA  NOT NULL,
    created_at     BIGINT NOT NULL,
    mac            BYTEA  NOT NULL,
    -- A service's scope lies in that service's project, whatever the code believes.
    FOREIGN KEY (service_id, project_id) REFERENCES services (id, project_id) ON DELETE CASCADE,
    CHECK ((level = 'platform' AND project_id IS NULL AND service_id IS NULL)
        OR (level = 'project' AND project_id IS NOT NULL AND service_id IS NULL)
        OR (level = 'service' AND project_id IS NOT NULL AND service_id IS NOT NULL))
);
-- One scope per rung.
CREATE UNIQUE INDEX scopes_platform ON scopes (level) WHERE level = 'platform' AND environment_id IS NULL;
CREATE UNIQUE INDEX scopes_platform_environment ON scopes (environment_id) WHERE level = 'platform' AND environment_id IS NOT NULL;
CREATE UNIQUE INDEX scopes_project ON scopes (project_id) WHERE level = 'project' AND environment_id IS NULL;
CREATE UNIQUE INDEX scopes_project_environment ON scopes (project_id, environment_id) WHERE level = 'project' AND environment_id IS NOT NULL;
CREATE UNIQUE INDEX scopes_service ON scopes (service_id) WHERE level = 'service' AND environment_id IS NULL;
CREATE UNIQUE INDEX scopes_service_environment ON scopes (service_id, environment_id) WHERE level = 'service' AND environment_id IS NOT NULL;

-- One atomic write of one or many secrets.
CREATE TABLE changes (
    id         UUID   NOT NULL PRIMARY KEY,
    sequence   BIGINT NOT NULL UNIQUE,
    scope_id   UUID   NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
    action     TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    message    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    mac        BYTEA  NOT NULL
);
CREATE INDEX changes_scope ON changes (scope_id, sequence);

-- A name in a scope. A deletion is a version too, so a name keeps its row and its numbers.
CREATE TABLE secrets (
    id         UUID    NOT NULL PRIMARY KEY,
    scope_id   UUID    NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    comment    TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    deleted    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    mac        BYTEA   NOT NULL,
    UNIQUE (scope_id, name)
);

-- `kind`, `wrapped_key`, `sealed` and `fingerprint` are NULL when the version says that the secret was deleted.
CREATE TABLE secret_versions (
    secret_id   UUID   NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    version     BIGINT NOT NULL,
    change_id   UUID   NOT NULL REFERENCES changes (id) ON DELETE CASCADE,
    kind        TEXT   CHECK (kind IN ('text', 'json', 'file')),
    wrapped_key BYTEA,
    sealed      BYTEA,
    fingerprint BYTEA,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    mac         BYTEA  NOT NULL,
    PRIMARY KEY (secret_id, version)
);
CREATE INDEX secret_versions_change ON secret_versions (change_id);

-- service [+ environment] → variable or file ← secret name, by the ladder or from one pinned scope.
CREATE TABLE bindings (
    id                 UUID   NOT NULL PRIMARY KEY,
    service_id         UUID   NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    environment_id     UUID   REFERENCES environments (id),
    position           BIGINT NOT NULL,
    target_kind        TEXT   NOT NULL CHECK (target_kind IN ('env', 'file')),
    target             TEXT   NOT NULL,
    secret_name        TEXT   NOT NULL,
    pin_level          TEXT   CHECK (pin_level IN ('platform', 'project', 'service')),
    pin_environment_id UUID   REFERENCES environments (id),
    mac                BYTEA  NOT NULL
);
CREATE UNIQUE INDEX bindings_all ON bindings (service_id, target_kind, target) WHERE environment_id IS NULL;
CREATE UNIQUE INDEX bindings_environment ON bindings (service_id, environment_id, target_kind, target) WHERE environment_id IS NOT NULL;

CREATE TABLE people (
    id               UUID    NOT NULL PRIMARY KEY,
    email            TEXT    NOT NULL UNIQUE,
    name             TEXT    NOT NULL,
    role             TEXT    NOT NULL CHECK (role IN ('admin', 'member')),
    password_hash    TEXT    NOT NULL,
    -- Raised by whatever ends a person's sessions; a session made under an older number is over.
    credential_epoch BIGINT  NOT NULL,
    disabled         BOOLEAN NOT NULL,
    created_at       BIGINT  NOT NULL,
    mac              BYTEA   NOT NULL
);

CREATE TABLE members (
    project_id UUID   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    person_id  UUID   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role       TEXT   NOT NULL CHECK (role IN ('developer')),
    created_at BIGINT NOT NULL,
    mac        BYTEA  NOT NULL,
    PRIMARY KEY (project_id, person_id)
);
CREATE INDEX members_person ON members (person_id);

-- Keyed by a MAC of the cookie's id: a copy of this table signs nobody in.
CREATE TABLE sessions (
    id_hash    BYTEA  NOT NULL PRIMARY KEY,
    data       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE tokens (
    id             UUID    NOT NULL PRIMARY KEY,
    token_hash     BYTEA   NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    hint           TEXT    NOT NULL,
    -- The person it belongs to; NULL for a service's token.
    owner_id       UUID    REFERENCES people (id) ON DELETE CASCADE,
    project_id     UUID    REFERENCES projects (id) ON DELETE CASCADE,
    service_id     UUID,
    environment_id UUID    REFERENCES environments (id) ON DELETE CASCADE,
    rights         TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    last_used_at   BIGINT,
    revoked        BOOLEAN NOT NULL,
    mac            BYTEA   NOT NULL,
    FOREIGN KEY (service_id, project_id) REFERENCES services (id, project_id) ON DELETE CASCADE,
    CHECK (service_id IS NULL OR project_id IS NOT NULL)
);

-- One chain per server process; each record's MAC covers the one before. Append only.
CREATE TABLE audit_chains (
    writer_id UUID   NOT NULL PRIMARY KEY,
    sequence  BIGINT NOT NULL,
    mac       BYTEA  NOT NULL
);

CREATE TABLE audit_records (
    id         UUID   NOT NULL PRIMARY KEY,
    writer_id  UUID   NOT NULL REFERENCES audit_chains (writer_id),
    sequence   BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    version    BIGINT,
    outcome    TEXT   NOT NULL CHECK (outcome IN ('allowed', 'denied')),
    reason     TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    request_id TEXT   NOT NULL,
    mac        BYTEA  NOT NULL,
    UNIQUE (writer_id, sequence)
);
CREATE INDEX audit_records_at ON audit_records (at, id);
