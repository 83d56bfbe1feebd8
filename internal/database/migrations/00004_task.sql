-- +goose Up
-- The row is the queue: a worker leases it, renews the lease while it works, and every write it makes names its fence.
CREATE TABLE task (
	id            TEXT PRIMARY KEY,
	version_id    TEXT NOT NULL,
	video_id      TEXT NOT NULL,
	owner_id      TEXT NOT NULL,
	kind          TEXT NOT NULL,
	track         TEXT NOT NULL DEFAULT '',
	chunk         BIGINT NOT NULL DEFAULT 0,
	first_segment BIGINT NOT NULL DEFAULT 0,
	segments      BIGINT NOT NULL DEFAULT 0,
	rank          BIGINT NOT NULL,             -- lower goes first
	state         TEXT NOT NULL,               -- queued, running, done, failed
	lease_owner   TEXT,
	lease_until   BIGINT,
	fence         BIGINT NOT NULL DEFAULT 0,   -- counts the leases
	crashes       BIGINT NOT NULL DEFAULT 0,   -- the worker or its process was killed: not the task's fault
	faults        BIGINT NOT NULL DEFAULT 0,   -- the work itself went wrong
	not_before    BIGINT NOT NULL DEFAULT 0,
	done_units    BIGINT NOT NULL DEFAULT 0,   -- frames, or audio samples
	total_units   BIGINT NOT NULL DEFAULT 0,
	cpu_us        BIGINT NOT NULL DEFAULT 0,
	facts         TEXT,                        -- JSON: what the finished work measured
	error         TEXT NOT NULL DEFAULT '',    -- why the last attempt ended
	created_at    BIGINT NOT NULL,
	started_at    BIGINT,
	finished_at   BIGINT
);
CREATE INDEX task_to_claim ON task (state, rank);
CREATE INDEX task_by_version ON task (version_id, kind, chunk);
CREATE INDEX task_by_owner ON task (owner_id, state);

-- +goose Down
DROP TABLE task;
