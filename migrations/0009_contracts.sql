-- What a service needs, as its contract says; checked against what it gets.
CREATE TABLE contracts (
    service_id UUID   NOT NULL PRIMARY KEY REFERENCES services (id) ON DELETE CASCADE,
    text       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT   NOT NULL,
    mac        BYTEA  NOT NULL
);

-- What was typed beside a value goes with it; NULL keeps what is there, an empty day means never. What was typed before
-- this step is of an hour ago at most, and its MAC does not cover these.
DELETE FROM drafts;
ALTER TABLE drafts ADD COLUMN owner TEXT;
ALTER TABLE drafts ADD COLUMN rotate_by TEXT;
