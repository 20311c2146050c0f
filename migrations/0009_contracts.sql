-- What a service needs, as its contract says; checked against what it gets.
CREATE TABLE contracts (
    service_id UUID   NOT NULL PRIMARY KEY REFERENCES services (id) ON DELETE CASCADE,
    text       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT   NOT NULL,
    mac        BYTEA  NOT NULL
);
