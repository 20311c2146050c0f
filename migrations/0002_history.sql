-- What history needs: which change takes which back, the comment of every version, where a version came from,
-- when a value was destroyed, and values that were typed while another write came between.

-- The change this one takes back, and the other half of a change over two scopes. No foreign keys: a half may
-- outlive the other's project.
ALTER TABLE changes ADD COLUMN undoes UUID;
ALTER TABLE changes ADD COLUMN partner UUID;
-- A change is taken back once; after that, the undo is what can be taken back.
CREATE UNIQUE INDEX changes_undoes ON changes (undoes) WHERE undoes IS NOT NULL;

-- NULL: written before this column was there.
ALTER TABLE secret_versions ADD COLUMN comment TEXT;
-- From then on `wrapped_key`, `sealed` and `fingerprint` are NULL, whatever `kind` says.
ALTER TABLE secret_versions ADD COLUMN destroyed_at BIGINT;
-- The version this one is the continuation of, after a move or a new name. No foreign key, as above.
ALTER TABLE secret_versions ADD COLUMN moved_from_secret UUID;
ALTER TABLE secret_versions ADD COLUMN moved_from_version BIGINT;
CREATE INDEX secret_versions_moved ON secret_versions (moved_from_secret) WHERE moved_from_secret IS NOT NULL;

CREATE INDEX secrets_deleted ON secrets (scope_id) WHERE deleted;

-- A value whose write came too late, sealed like a version, for whoever typed it and nobody else.
CREATE TABLE drafts (
    id           UUID   NOT NULL PRIMARY KEY,
    person_id    UUID   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    scope_id     UUID   NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
    name         TEXT   NOT NULL,
    base_version BIGINT NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('text', 'json', 'file')),
    file_name    TEXT,
    -- NULL keeps what is there.
    comment      TEXT,
    wrapped_key  BYTEA  NOT NULL,
    sealed       BYTEA  NOT NULL,
    fingerprint  BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    mac          BYTEA  NOT NULL
);
CREATE INDEX drafts_expiry ON drafts (expires_at);
