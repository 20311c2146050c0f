-- What a search looks up first, and the indexes that lists need. The search tables are derived from guarded rows and
-- written in their transactions. A search believes the guarded rows alone: what is wrong here hides a hit, and never
-- makes one. They carry no MAC for that reason, and are made anew when `search_index` says so.

-- Parts are the runs of letters and digits of a text, in lower case. A suffix is a part from one of its characters
-- on, cut to 32 bytes; as bytes, so that both engines sort it alike and a range of them is a prefix.
CREATE TABLE search_suffixes (
    suffix BYTEA NOT NULL,
    part   TEXT  NOT NULL,
    PRIMARY KEY (suffix, part)
);

-- Which project, service, secret or binding has the part in its words.
CREATE TABLE search_postings (
    part TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('project', 'service', 'secret', 'binding')),
    id   UUID NOT NULL,
    PRIMARY KEY (part, kind, id)
);

-- Which way of cutting texts the two tables were made by; another than the server's makes them anew.
CREATE TABLE search_index (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    format BIGINT NOT NULL
);
INSERT INTO search_index (id, format) VALUES (1, 0);

-- Who else holds a name, and who binds it.
CREATE INDEX secrets_name ON secrets (name);
CREATE INDEX bindings_secret_name ON bindings (secret_name);
CREATE INDEX scopes_of_project ON scopes (project_id);
