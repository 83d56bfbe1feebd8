-- +goose Up
-- A shelf of the library. Shelves may lie within one another.
CREATE TABLE category (
	id         TEXT PRIMARY KEY,
	slug       TEXT NOT NULL UNIQUE,
	name       TEXT NOT NULL,
	parent_id  TEXT REFERENCES category (id),
	created_at BIGINT NOT NULL
);
CREATE INDEX category_by_parent ON category (parent_id);
-- The one row that whoever changes the tree of categories updates first, so that two changes cannot close a circle together.
CREATE TABLE category_tree (
	id      BIGINT PRIMARY KEY,
	changes BIGINT NOT NULL
);
INSERT INTO category_tree (id, changes) VALUES (1, 0);

ALTER TABLE video ADD COLUMN tags TEXT;                                   -- JSON: a sorted list; video_tag holds the same for lists
ALTER TABLE video ADD COLUMN category_id TEXT REFERENCES category (id);
ALTER TABLE video ADD COLUMN external_id TEXT;                            -- what another system calls it
ALTER TABLE video ADD COLUMN metadata TEXT;                               -- JSON: an object of its editors' own
ALTER TABLE video ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;          -- counts the changes that somebody made

ALTER TABLE video ADD COLUMN publishing BIGINT NOT NULL DEFAULT 0;        -- published_at, or 0: an order has no gaps
UPDATE video SET publishing = COALESCE(published_at, 0);

-- The age stands here too, so that a tag's videos are read in the order of a list.
CREATE TABLE video_tag (
	tag        TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	video_id   TEXT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
	PRIMARY KEY (tag, created_at, video_id)
);
CREATE INDEX video_tag_by_video ON video_tag (video_id);

-- Lists: of everybody's videos, of an owner's, and of what strangers may meet, each in every order that the API offers.
CREATE INDEX video_by_update ON video (updated_at, id);
CREATE INDEX video_by_publishing ON video (publishing, id);
CREATE INDEX video_by_owner_update ON video (owner_id, updated_at, id);
CREATE INDEX video_by_owner_publishing ON video (owner_id, publishing, id);
CREATE INDEX video_public_by_age ON video (created_at, id)
	WHERE visibility = 'public' AND state IN ('playable', 'ready') AND deleted_at IS NULL;
CREATE INDEX video_public_by_update ON video (updated_at, id)
	WHERE visibility = 'public' AND state IN ('playable', 'ready') AND deleted_at IS NULL;
CREATE INDEX video_public_by_publishing ON video (publishing, id)
	WHERE visibility = 'public' AND state IN ('playable', 'ready') AND deleted_at IS NULL;
DROP INDEX video_by_state;
-- Only of the states that few videos are in: for the others it would lure planners away from the order of a list.
CREATE INDEX video_by_state ON video (state, created_at, id) WHERE state NOT IN ('playable', 'ready');
CREATE INDEX video_by_category ON video (category_id, created_at, id) WHERE category_id IS NOT NULL;
CREATE INDEX video_by_external_id ON video (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX video_binned ON video (owner_id, created_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX video_binned_by_age ON video (created_at, id) WHERE deleted_at IS NOT NULL;

-- Long work that somebody asked for. While ended_at is NULL its state follows from the tasks of its version.
CREATE TABLE operation (
	id            TEXT PRIMARY KEY,
	kind          TEXT NOT NULL,             -- repair, reencode, retry
	video_id      TEXT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
	version_id    TEXT NOT NULL,
	task_id       TEXT NOT NULL DEFAULT '',  -- of a retry
	created_by    TEXT NOT NULL,             -- '': over the socket
	created_at    BIGINT NOT NULL,
	ended_at      BIGINT,
	outcome       TEXT NOT NULL DEFAULT '',  -- done, failed, cancelled, once it has ended
	error_code    TEXT NOT NULL DEFAULT '',
	error_message TEXT NOT NULL DEFAULT '',
	error_next    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX operation_by_age ON operation (created_at, id);
CREATE INDEX operation_by_video ON operation (video_id);

-- The answers to requests with an Idempotency-Key, for a day. status is 0 while the first request is being answered.
CREATE TABLE replay (
	caller     TEXT NOT NULL,
	key        TEXT NOT NULL,
	request    TEXT NOT NULL,   -- SHA-256 of method, path and body
	status     BIGINT NOT NULL,
	answer     TEXT NOT NULL,   -- header and body, sealed under the secret key
	begun_at   BIGINT NOT NULL,
	PRIMARY KEY (caller, key)
);
CREATE INDEX replay_by_age ON replay (begun_at);

CREATE INDEX task_by_age ON task (created_at, id);
CREATE INDEX task_by_state_age ON task (state, created_at, id);

-- +goose Down
DROP INDEX task_by_state_age;
DROP INDEX task_by_age;
DROP TABLE replay;
DROP TABLE operation;
DROP INDEX video_binned_by_age;
DROP INDEX video_binned;
DROP INDEX video_by_external_id;
DROP INDEX video_by_category;
DROP INDEX video_by_state;
CREATE INDEX video_by_state ON video (state);
DROP INDEX video_public_by_publishing;
DROP INDEX video_public_by_update;
DROP INDEX video_public_by_age;
DROP INDEX video_by_owner_publishing;
DROP INDEX video_by_owner_update;
DROP INDEX video_by_publishing;
DROP INDEX video_by_update;
DROP TABLE video_tag;
ALTER TABLE video DROP COLUMN publishing;
ALTER TABLE video DROP COLUMN revision;
ALTER TABLE video DROP COLUMN metadata;
ALTER TABLE video DROP COLUMN external_id;
ALTER TABLE video DROP COLUMN category_id;
ALTER TABLE video DROP COLUMN tags;
DROP TABLE category_tree;
DROP TABLE category;
