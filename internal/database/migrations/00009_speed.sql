-- +goose Up
-- What work of one sort has cost here: a mean over the newest minutes of video. It says of no node where it was measured.
CREATE TABLE speed (
	class      TEXT NOT NULL,              -- of the source: codec, short side, rate and what else costs
	work       TEXT NOT NULL,              -- the rungs that one run made, or audio
	cpu        DOUBLE PRECISION NOT NULL,  -- CPU seconds for a second of video
	wall       DOUBLE PRECISION NOT NULL,  -- seconds for a second of video
	assumed    DOUBLE PRECISION NOT NULL,  -- CPU seconds that were assumed for it
	seconds    DOUBLE PRECISION NOT NULL,  -- of video that the mean stands for
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (class, work)
);

ALTER TABLE task ADD COLUMN cost_us BIGINT NOT NULL DEFAULT 0;   -- CPU time that it will take, as far as was known when it was queued
ALTER TABLE task ADD COLUMN whole_us BIGINT NOT NULL DEFAULT 0;  -- of everything that was queued with it: of one owner's videos the shortest goes first

-- How much work each owner was given, in CPU time, of the ladder and of the rest; '' is where the queue as a whole has come. Whoever
-- has no row is at that point. Whoever claims a task locks the rows of ''.
CREATE TABLE turn (
	owner_id TEXT NOT NULL,
	ladder   BIGINT NOT NULL,  -- 1: of chunks, 0: of all else
	at_us    BIGINT NOT NULL,
	PRIMARY KEY (owner_id, ladder)
);
INSERT INTO turn (owner_id, ladder, at_us) VALUES ('', 0, 0), ('', 1, 0);

-- With indexes that begin with the owner or the state alone, PostgreSQL would read all that is queued.
DROP INDEX task_by_owner;
DROP INDEX task_to_claim;
CREATE INDEX task_queue ON task (kind, rank, owner_id, whole_us, created_at, version_id, chunk, id, not_before, cost_us) WHERE state = 'queued';

-- +goose Down
DROP INDEX task_queue;
CREATE INDEX task_by_owner ON task (owner_id, state);
CREATE INDEX task_to_claim ON task (state, rank);
DROP TABLE turn;
ALTER TABLE task DROP COLUMN whole_us;
ALTER TABLE task DROP COLUMN cost_us;
DROP TABLE speed;
