-- Roles in projects, for all environments or for one; auditors; invitations. README.md says how rows of before are carried over.

-- An auditor is a `member` with this mark: SQLite cannot widen the CHECK of `role`, and a table that others refer to
-- with ON DELETE CASCADE cannot be rebuilt without emptying them.
ALTER TABLE people ADD COLUMN auditor BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT auditor OR role = 'member');

-- Takes the place of `members`, whose rows are moved here at the first start, because their MACs have to be made anew.
CREATE TABLE memberships (
    id             UUID   NOT NULL PRIMARY KEY,
    project_id     UUID   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    person_id      UUID   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    -- NULL: all environments.
    environment_id UUID   REFERENCES environments (id) ON DELETE CASCADE,
    role           TEXT   NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'user')),
    created_at     BIGINT NOT NULL,
    mac            BYTEA  NOT NULL,
    -- Who manages a project manages all of it.
    CHECK (environment_id IS NULL OR role IN ('developer', 'user'))
);
CREATE UNIQUE INDEX memberships_all ON memberships (project_id, person_id) WHERE environment_id IS NULL;
CREATE UNIQUE INDEX memberships_environment ON memberships (project_id, person_id, environment_id) WHERE environment_id IS NOT NULL;
CREATE INDEX memberships_person ON memberships (person_id);

-- The way in for somebody without a password; one each. Keyed by a MAC of the link's token.
CREATE TABLE invitations (
    person_id  UUID   NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    token_hash BYTEA  NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    mac        BYTEA  NOT NULL
);
