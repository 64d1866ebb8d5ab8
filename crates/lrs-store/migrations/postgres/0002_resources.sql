-- What the LRS knows of an activity, merged from the statements that describe it; `key` is that of statement_index.
CREATE TABLE activity (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (store_id, key, part)
);

-- The names under which an agent was met; `key` is that of statement_index, `name_hash` the SHA-256 of the name.
CREATE TABLE agent_name (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    name_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (store_id, key, name_hash, part)
);

-- The bytes of attachments, each kept once; `sha2` is in lower case.
CREATE TABLE attachment (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    sha2 TEXT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (store_id, sha2, part)
);

-- A statement that refers to others is also found by what finds those, directly or through further references:
-- (stored, id) is the place of the statement that refers, (source_stored, source) that of the one that matches.
CREATE TABLE reference_index (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    key BIGINT NOT NULL,
    scope SMALLINT NOT NULL,
    stored BIGINT NOT NULL,
    id UUID NOT NULL,
    source_stored BIGINT NOT NULL,
    source UUID NOT NULL,
    PRIMARY KEY (store_id, kind, key, scope, stored, id, source_stored, source, part)
);

-- The statements that a statement refers to, directly or through others, for which reference_index has rows.
CREATE TABLE reference (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    id UUID NOT NULL,
    source UUID NOT NULL,
    PRIMARY KEY (store_id, id, source, part)
);
