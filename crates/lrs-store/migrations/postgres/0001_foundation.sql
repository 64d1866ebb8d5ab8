-- Rules of this schema: every table carries its store; keys and unique constraints begin with it; the order of
-- statements is (stored, id); times are microseconds since 1970 in UTC; `part` spreads a giant store over several
-- machines (store_id * 1024 by default) and is a function of the statement's id.

CREATE TABLE store (
    store_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    parts INTEGER NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE statement (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    id UUID NOT NULL,
    stored BIGINT NOT NULL,
    version TEXT NOT NULL,
    voided BOOLEAN NOT NULL,
    -- The statement that this one refers to, and whether it voids it.
    target UUID,
    voids BOOLEAN NOT NULL,
    -- The statement as it was received, completed by the LRS.
    payload TEXT NOT NULL,
    PRIMARY KEY (store_id, id, part)
);

CREATE INDEX statement_in_order ON statement (store_id, stored, id, part);

CREATE INDEX statement_by_target ON statement (store_id, target, id, part) WHERE target IS NOT NULL;

-- Targets of voiding statements that have not arrived yet, in the target's part.
CREATE TABLE voiding (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    target UUID NOT NULL,
    PRIMARY KEY (store_id, target, part)
);

-- One row for each thing by which a statement can be found; `kind` and `scope` are those of the program's Facet.
CREATE TABLE statement_index (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    key BIGINT NOT NULL,
    scope SMALLINT NOT NULL,
    stored BIGINT NOT NULL,
    id UUID NOT NULL,
    PRIMARY KEY (store_id, kind, key, scope, stored, id, part)
);

-- What a key of statement_index stands for, so that two values with one key are noticed.
CREATE TABLE dictionary (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    key BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (store_id, kind, key, part)
);

-- State and profile documents. `subject` is the SHA-256 of the activity and the agent, `name_hash` that of the name:
-- both may be longer than an index takes. A document without a registration has the nil UUID.
CREATE TABLE document (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    subject BYTEA NOT NULL,
    registration UUID NOT NULL,
    name_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    content BYTEA NOT NULL,
    content_type TEXT NOT NULL,
    etag TEXT NOT NULL,
    updated BIGINT NOT NULL,
    PRIMARY KEY (store_id, kind, subject, registration, name_hash, part)
);

CREATE TABLE credential (
    key TEXT NOT NULL PRIMARY KEY,
    store_id BIGINT NOT NULL,
    secret_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    revoked BIGINT
);

CREATE TABLE account (
    name TEXT NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    expires BIGINT NOT NULL
);

-- What the program remembers about itself, such as the key that signs cursors.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);
