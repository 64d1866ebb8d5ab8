-- A statement's place in the order is one number: the microsecond at which it was stored times 1024, plus the number of
-- the writer that stored it. Index rows name a statement by its place, and say kind and scope in the last four bits of
-- their key. A voided statement has no index rows.

CREATE TABLE statement_4 (
    place INTEGER NOT NULL PRIMARY KEY,
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    id BLOB NOT NULL,
    version TEXT NOT NULL,
    voided BOOLEAN NOT NULL,
    -- The statement that this one refers to, and whether it voids it.
    target BLOB,
    voids BOOLEAN NOT NULL,
    -- The statement as it was received, completed by the LRS.
    payload TEXT NOT NULL
);

INSERT INTO statement_4 (place, store_id, part, id, version, voided, target, voids, payload)
SELECT stored * 1024 + ROW_NUMBER() OVER (PARTITION BY stored ORDER BY store_id, id) - 1,
       store_id, part, id, version, voided, target, voids, payload
FROM statement;

CREATE UNIQUE INDEX statement_by_id ON statement_4 (store_id, id, part);

CREATE TABLE statement_index_4 (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (store_id, key, place, part)
) WITHOUT ROWID;

-- Who vouches for a statement is no longer among its agents: its own row says so.
INSERT INTO statement_index_4 (store_id, part, key, place)
SELECT i.store_id, i.part, (i.key & -16) | (i.kind * 2 + i.scope), s.place
FROM statement_index i JOIN statement_4 s ON s.store_id = i.store_id AND s.id = i.id AND s.part = i.part
WHERE NOT s.voided AND NOT (i.kind = 0 AND i.scope = 1 AND EXISTS (
    SELECT 1 FROM statement_index a WHERE a.store_id = i.store_id AND a.kind = 4 AND a.key = i.key AND a.scope = 0
    AND a.stored = i.stored AND a.id = i.id AND a.part = i.part));

CREATE TABLE dictionary_4 (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (store_id, key, part)
);

INSERT INTO dictionary_4 (store_id, part, key, value)
SELECT store_id, part, (key & -16) | (kind * 2), value FROM dictionary;

UPDATE activity SET key = (key & -16) | 2;

UPDATE agent_name SET key = key & -16;

CREATE TABLE reference_index_4 (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    place BIGINT NOT NULL,
    source BIGINT NOT NULL,
    PRIMARY KEY (store_id, key, place, source, part)
) WITHOUT ROWID;

INSERT INTO reference_index_4 (store_id, part, key, place, source)
SELECT i.store_id, i.part, (i.key & -16) | (i.kind * 2 + i.scope), s.place, o.place
FROM reference_index i
JOIN statement_4 s ON s.store_id = i.store_id AND s.id = i.id AND s.part = i.part
JOIN statement_4 o ON o.store_id = i.store_id AND o.id = i.source AND o.part = i.part
WHERE NOT s.voided;

CREATE TABLE reference_4 (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    place BIGINT NOT NULL,
    source BIGINT NOT NULL,
    PRIMARY KEY (store_id, place, source, part)
);

INSERT INTO reference_4 (store_id, part, place, source)
SELECT r.store_id, r.part, s.place, o.place
FROM reference r
JOIN statement_4 s ON s.store_id = r.store_id AND s.id = r.id AND s.part = r.part
JOIN statement_4 o ON o.store_id = r.store_id AND o.id = r.source AND o.part = r.part
WHERE NOT s.voided;

DROP TABLE reference_index;

DROP TABLE reference;

DROP TABLE dictionary;

DROP TABLE statement_index;

DROP TABLE statement;

ALTER TABLE statement_4 RENAME TO statement;

ALTER TABLE statement_index_4 RENAME TO statement_index;

ALTER TABLE dictionary_4 RENAME TO dictionary;

ALTER TABLE reference_index_4 RENAME TO reference_index;

ALTER TABLE reference_4 RENAME TO reference;

-- The place comes with it, as the number of the row.
CREATE INDEX statement_in_order ON statement (store_id);

CREATE INDEX statement_by_target ON statement (store_id, target) WHERE target IS NOT NULL;
