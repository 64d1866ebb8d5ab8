-- Figures of statements, counted some time after these arrive; voided statements do not count.

-- Up to which place the statements of a store are counted; `epoch` changes with each that is taken back.
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
) WITHOUT ROWID;

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
) WITHOUT ROWID;

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
) WITHOUT ROWID;

CREATE INDEX course_in_order ON course (store_id, last_at, activity);
