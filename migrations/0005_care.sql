-- Who looks after a secret, until when its value has to be replaced, and what a file is called.

-- A person, a team, a channel: free text, empty where nobody said.
ALTER TABLE secrets ADD COLUMN owner TEXT NOT NULL DEFAULT '';
-- The first moment of a day in UTC, in Unix milliseconds.
ALTER TABLE secrets ADD COLUMN rotate_by BIGINT;

-- The name a file of this version is offered under.
ALTER TABLE secret_versions ADD COLUMN file_name TEXT;

-- Equal values across scopes.
CREATE INDEX secret_versions_fingerprint ON secret_versions (fingerprint) WHERE fingerprint IS NOT NULL;
