-- A chain of the audit log is made of segments; each has its own key, made from the one before it and then erased.

-- The open segment: its number, and the last record before it.
ALTER TABLE audit_chains ADD COLUMN segment BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_chains ADD COLUMN segment_start BIGINT NOT NULL DEFAULT 0;

-- Segments that are closed. `digest` names the link after the last record; `seal` is made with the segment's own key,
-- `signature` with the key that signs heads. `removed_at` says that the records were removed by the retention rule:
-- the header stays, and checking goes on from it.
CREATE TABLE audit_segments (
    writer_id      UUID   NOT NULL REFERENCES audit_chains (writer_id),
    number         BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,
    last_sequence  BIGINT NOT NULL,
    first_at       BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    digest         BYTEA  NOT NULL,
    seal           BYTEA  NOT NULL,
    signature      BYTEA  NOT NULL,
    removed_at     BIGINT,
    mac            BYTEA  NOT NULL,
    PRIMARY KEY (writer_id, number)
);

-- Each time somebody started with a database older than the head file knows, and meant it: what was signed in or
-- issued before is worth nothing after.
CREATE TABLE audit_epochs (
    epoch      BIGINT NOT NULL PRIMARY KEY,
    started_at BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    mac        BYTEA  NOT NULL
);
