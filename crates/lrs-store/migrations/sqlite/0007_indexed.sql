-- The rows of the index are written some time after their statements: up to this place all are there.

CREATE TABLE indexed (
    through BIGINT NOT NULL
);

INSERT INTO indexed (through) SELECT COALESCE(MAX(place), 0) FROM statement;
