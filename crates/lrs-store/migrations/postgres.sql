-- What the migrations come to, for a database that is empty: PostgreSQL takes its time over each table, and some of theirs
-- are replaced later. A test compares the two, names included.
--
-- Rules of this schema: every table carries its store; keys and unique constraints begin with it; `part` spreads a giant
-- store over several machines (store_id * 1024 by default) and is a function of the statement's id; times are microseconds
-- since 1970 in UTC. A statement's place in the order is one number: the microsecond at which it was stored times 1024, plus
-- the number of the writer that stored it.

CREATE TABLE store (
    store_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    parts INTEGER NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE statement (
    place BIGINT NOT NULL,
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    id UUID NOT NULL,
    version TEXT NOT NULL,
    voided BOOLEAN NOT NULL,
    -- The statement that this one refers to, and whether it voids it.
    target UUID,
    voids BOOLEAN NOT NULL,
    -- The statement as it was received, completed by the LRS.
    payload TEXT NOT NULL,
    CONSTRAINT statement_4_pkey PRIMARY KEY (store_id, place, part)
);

CREATE UNIQUE INDEX statement_by_id ON statement (store_id, id, part);

CREATE INDEX statement_by_target ON statement (store_id, target, place) WHERE target IS NOT NULL;

-- Targets of voiding statements that have not arrived yet, in the target's part.
CREATE TABLE voiding (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    target UUID NOT NULL,
    PRIMARY KEY (store_id, target, part)
);

-- One row for each thing by which a statement can be found, whose kind and scope, those of the program's Facet, are the last
-- four bits of the key. A voided statement has none.
CREATE TABLE statement_index (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    place BIGINT NOT NULL,
    -- The key of the statement's verb, by which it is told from the others of its key.
    verb BIGINT NOT NULL,
    PRIMARY KEY (store_id, key, place, part) INCLUDE (verb)
);

-- A statement that refers to others is also found by what finds those, directly or through further references: `source` is
-- the place of the statement that matches.
CREATE TABLE reference_index (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    place BIGINT NOT NULL,
    source BIGINT NOT NULL,
    CONSTRAINT reference_index_4_pkey PRIMARY KEY (store_id, key, place, source, part)
);

-- The statements that a statement refers to, directly or through others, for which reference_index has rows.
CREATE TABLE reference (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    place BIGINT NOT NULL,
    source BIGINT NOT NULL,
    CONSTRAINT reference_4_pkey PRIMARY KEY (store_id, place, source, part)
);

-- What a key of statement_index stands for, so that two values with one key are noticed.
CREATE TABLE dictionary (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT dictionary_4_pkey PRIMARY KEY (store_id, key, part)
);

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

-- Up to which place the statements of a store are counted; `epoch` changes with each that is taken back. What follows is
-- counted some time after the statements arrive; voided ones do not count.
CREATE TABLE tallied (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    through BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (store_id, part)
);

-- How many statements with a verb say of what happened on a day in UTC, which is counted from 1970.
CREATE TABLE tally (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    day BIGINT NOT NULL,
    verb BIGINT NOT NULL,
    statements BIGINT NOT NULL,
    PRIMARY KEY (store_id, day, verb, part)
);

-- How far a learner came in an activity: how many statements say what, and the best scaled score in millionths. One that is
-- doubtful lost a statement, and is counted again.
CREATE TABLE progress (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    activity BIGINT NOT NULL,
    learner BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    statements BIGINT NOT NULL,
    completed BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    scored BIGINT NOT NULL,
    best BIGINT NOT NULL,
    doubtful BOOLEAN NOT NULL,
    PRIMARY KEY (store_id, activity, learner, part)
);

CREATE INDEX progress_in_order ON progress (store_id, activity, last_at, learner);

CREATE INDEX progress_in_doubt ON progress (store_id) WHERE doubtful;

-- How many learners came how far in an activity.
CREATE TABLE course (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    activity BIGINT NOT NULL,
    learners BIGINT NOT NULL,
    completed BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, activity, part)
);

CREATE INDEX course_in_order ON course (store_id, last_at, activity);

-- `origins`: the web origins from which a credential may be used, separated by spaces; empty for any. `launch`: what a
-- credential made for one launch is limited to, as JSON. `last_used` is written now and then, not for each request.
CREATE TABLE credential (
    key TEXT NOT NULL PRIMARY KEY,
    store_id BIGINT NOT NULL,
    secret_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    revoked BIGINT,
    origins TEXT NOT NULL DEFAULT '',
    launch TEXT,
    last_used BIGINT
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

-- Whether no statement of a store has one of these ids, or was said of one. It sees what others have committed by the time it is
-- called, which the query that calls it does not.
CREATE FUNCTION are_new_ids(BIGINT, BIGINT, UUID[]) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT 1 FROM UNNEST($3) AS u (id) CROSS JOIN LATERAL (
            (SELECT 1 FROM statement s WHERE s.store_id = $1 AND s.part = $2 AND s.id = u.id LIMIT 1)
            UNION ALL
            (SELECT 1 FROM statement s WHERE s.store_id = $1 AND s.part = $2 AND s.target = u.id LIMIT 1)
            UNION ALL
            (SELECT 1 FROM voiding v WHERE v.store_id = $1 AND v.part = $2 AND v.target = u.id LIMIT 1)
        ) AS found
    );
END
$$;
