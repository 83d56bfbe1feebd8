-- +goose Up
-- A demand task makes what viewers wait for of one track and chunk: one, however many ask and on however many nodes.
CREATE UNIQUE INDEX task_demand ON task (version_id, track, chunk) WHERE kind = 'demand';

-- Who waits for which segment. A viewer who is told to come back keeps the place in the queue until the ask expires.
CREATE TABLE ask (
	version_id TEXT NOT NULL,
	track      TEXT NOT NULL,
	segment    BIGINT NOT NULL,
	viewer     TEXT NOT NULL,
	chunk      BIGINT NOT NULL,
	asked_at   BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (version_id, track, segment, viewer)
);
CREATE INDEX ask_by_task ON ask (version_id, track, chunk);
CREATE INDEX ask_by_expiry ON ask (expires_at);

-- What each viewer got in the last minute: the next turn is that of whoever got least.
CREATE TABLE served (
	viewer   TEXT NOT NULL,
	made_at  BIGINT NOT NULL,
	segments BIGINT NOT NULL
);
CREATE INDEX served_by_viewer ON served (viewer, made_at);
CREATE INDEX served_by_age ON served (made_at);

-- JSON: the rungs that are offered before they are complete, since one demand slot makes them faster than they are watched.
ALTER TABLE version ADD COLUMN on_demand TEXT;

-- Who did a task that is done; '' before that.
ALTER TABLE task ADD COLUMN done_by TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE task DROP COLUMN done_by;
ALTER TABLE version DROP COLUMN on_demand;
DROP TABLE served;
DROP TABLE ask;
DROP INDEX task_demand;
