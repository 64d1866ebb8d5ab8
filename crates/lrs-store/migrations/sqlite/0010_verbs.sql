-- A row of the index says its statement's verb as well: what is found by an agent, an activity or a registration is told from
-- the rest by its verb without looking that up. The last four bits of a verb's key are 4.

CREATE TABLE verb_10 (
    store_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    part BIGINT NOT NULL,
    verb BIGINT NOT NULL,
    PRIMARY KEY (store_id, place, part)
) WITHOUT ROWID;

-- In the order of the key, so that each page is written once.
INSERT INTO verb_10 (store_id, place, part, verb)
SELECT store_id, place, part, key FROM statement_index WHERE key & 15 = 4 ORDER BY store_id, place, part;

CREATE TABLE statement_index_10 (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    place BIGINT NOT NULL,
    verb BIGINT NOT NULL,
    PRIMARY KEY (store_id, key, place, part)
) WITHOUT ROWID;

INSERT INTO statement_index_10 (store_id, part, key, place, verb)
SELECT i.store_id, i.part, i.key, i.place, v.verb
FROM statement_index i CROSS JOIN verb_10 v
WHERE v.store_id = i.store_id AND v.place = i.place AND v.part = i.part;

DROP TABLE verb_10;

DROP TABLE statement_index;

ALTER TABLE statement_index_10 RENAME TO statement_index;
