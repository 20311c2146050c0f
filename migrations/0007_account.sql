-- What people need to look after their accounts: sessions that can be listed, the second factor, what the
-- installation demands, and the networks of a token.

-- Sessions of before are over: they have no MAC, and nobody could list them.
DROP TABLE sessions;
CREATE TABLE sessions (
    id_hash    BYTEA  NOT NULL PRIMARY KEY,
    -- Who is signed in; NULL before.
    person_id  UUID   REFERENCES people (id) ON DELETE CASCADE,
    data       TEXT   NOT NULL,
    -- When it was last written: about once a minute while it is used.
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    mac        BYTEA  NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_person ON sessions (person_id) WHERE person_id IS NOT NULL;

-- Whether signing in takes a code, too. Here, under the person's MAC, so that removing the row below is noticed.
ALTER TABLE people ADD COLUMN second_factor BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE second_factors (
    person_id   UUID   NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    -- The scope whose key seals the secret's outer layer: that of the platform.
    scope_id    UUID   NOT NULL REFERENCES scopes (id),
    wrapped_key BYTEA  NOT NULL,
    sealed      BYTEA  NOT NULL,
    -- The newest step of 30 seconds whose code was used; none at or before it is taken again.
    last_step   BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    mac         BYTEA  NOT NULL
);

-- A keyed hash over person and code: a row cannot be invented, nor given to another person.
CREATE TABLE recovery_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID  NOT NULL REFERENCES people (id) ON DELETE CASCADE
);
CREATE INDEX recovery_codes_person ON recovery_codes (person_id);

-- What the installation demands; without the row, nothing.
CREATE TABLE policy (
    id            BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    second_factor TEXT   NOT NULL CHECK (second_factor IN ('optional', 'admins', 'everyone')),
    reveal        TEXT   NOT NULL CHECK (reveal IN ('never', 'always')),
    export        TEXT   NOT NULL CHECK (export IN ('never', 'always')),
    mac           BYTEA  NOT NULL
);

-- From where a token is accepted: networks with commas between; empty for everywhere.
ALTER TABLE tokens ADD COLUMN networks TEXT NOT NULL DEFAULT '';
