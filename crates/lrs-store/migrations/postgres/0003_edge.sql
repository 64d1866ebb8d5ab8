-- `origins`: the web origins from which a credential may be used, separated by spaces; empty for any. `launch`: what a
-- credential made for one launch is limited to, as JSON. `last_used` is written now and then, not for each request.
ALTER TABLE credential ADD COLUMN origins TEXT NOT NULL DEFAULT '';

ALTER TABLE credential ADD COLUMN launch TEXT;

ALTER TABLE credential ADD COLUMN last_used BIGINT;
