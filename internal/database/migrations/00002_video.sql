-- +goose Up
CREATE TABLE video (
	id           TEXT PRIMARY KEY,
	owner_id     TEXT NOT NULL,
	title        TEXT NOT NULL,
	description  TEXT NOT NULL DEFAULT '',
	visibility   TEXT NOT NULL,
	state        TEXT NOT NULL,   -- library.StateOf of the facts, written with them
	version_id   TEXT,            -- the current version
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	published_at BIGINT,          -- when it first became watchable
	deleted_at   BIGINT,          -- in the bin since
	purged       BIGINT NOT NULL DEFAULT 0  -- 1: it cannot be restored
);
CREATE INDEX video_by_owner ON video (owner_id, created_at, id);
CREATE INDEX video_by_age ON video (created_at, id);
CREATE INDEX video_by_state ON video (state);

-- Who may meet the video in a list: 'public'.
CREATE TABLE video_subject (
	video_id TEXT NOT NULL,
	subject  TEXT NOT NULL,
	PRIMARY KEY (video_id, subject)
);
CREATE INDEX video_subject_by_subject ON video_subject (subject, video_id);

CREATE TABLE version (
	id             TEXT PRIMARY KEY,
	video_id       TEXT NOT NULL,
	source_id      TEXT NOT NULL,  -- the version whose upload brought the source
	file_name      TEXT NOT NULL DEFAULT '',
	file_type      TEXT NOT NULL DEFAULT '',
	source_bytes   BIGINT NOT NULL,
	container      TEXT NOT NULL DEFAULT '',
	prepared       BIGINT NOT NULL DEFAULT 0,  -- 1: tasks read the remuxed scratch copy
	plan           TEXT,
	tracks         TEXT,           -- JSON: codec and measured rates of each track
	fingerprint    TEXT NOT NULL DEFAULT '',
	duration_us    BIGINT NOT NULL DEFAULT 0,
	width          BIGINT NOT NULL DEFAULT 0,
	height         BIGINT NOT NULL DEFAULT 0,
	frame_rate     DOUBLE PRECISION NOT NULL DEFAULT 0,
	rungs          TEXT,           -- JSON: id, width and height of each rung
	warnings       TEXT,           -- JSON: sentences for the owner
	poster         TEXT NOT NULL DEFAULT '',
	report         TEXT,           -- JSON: the checks of the verification
	failed_code    TEXT NOT NULL DEFAULT '',
	failed_message TEXT NOT NULL DEFAULT '',
	failed_next    TEXT NOT NULL DEFAULT '',
	revision       BIGINT NOT NULL DEFAULT 0,  -- counts the changes to this row that a presentation shows
	created_at     BIGINT NOT NULL,
	playable_at    BIGINT,
	ready_at       BIGINT,
	tombstoned_at  BIGINT          -- its media are to be removed
);
CREATE INDEX version_by_video ON version (video_id);
CREATE INDEX version_to_purge ON version (tombstoned_at) WHERE tombstoned_at IS NOT NULL;

-- +goose Down
DROP TABLE version;
DROP TABLE video_subject;
DROP TABLE video;
