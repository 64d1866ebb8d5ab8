-- A row of the index says its statement's verb as well: what is found by an agent, an activity or a registration is told from
-- the rest by its verb without looking that up. The last four bits of a verb's key are 4.

CREATE TABLE statement_index_10 (
    store_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    key BIGINT NOT NULL,
    place BIGINT NOT NULL,
    verb BIGINT NOT NULL,
    PRIMARY KEY (store_id, key, place, part)
) WITHOUT ROWID;

INSERT INTO statement_index_10 (store_id, part, key, place, verb)
SELECT i.store_id, i.part, i.key, i.place, v.key
FROM statement_index i CROSS JOIN statement_index v
WHERE v.store_id = i.store_id AND v.part = i.part AND v.place = i.place AND v.key & 15 = 4;

DROP TABLE statement_index;

ALTER TABLE statement_index_10 RENAME TO statement_index;
