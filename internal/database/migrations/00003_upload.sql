-- +goose Up
-- The right to fill one video once, for whoever knows the key. Only the key's SHA-256 is here.
CREATE TABLE upload_grant (
	key_hash    TEXT PRIMARY KEY,
	video_id    TEXT NOT NULL,
	created_by  TEXT NOT NULL,
	max_bytes   BIGINT NOT NULL,            -- 0: the instance's own bound
	cors_origin TEXT NOT NULL DEFAULT '',
	expires_at  BIGINT NOT NULL,
	spent_at    BIGINT,                     -- when a whole source was taken
	created_at  BIGINT NOT NULL
);
CREATE INDEX upload_grant_by_video ON upload_grant (video_id);
CREATE INDEX upload_grant_by_expiry ON upload_grant (expires_at);

-- One transfer of a source.
CREATE TABLE upload (
	id           TEXT PRIMARY KEY,
	video_id     TEXT NOT NULL,
	version_id   TEXT NOT NULL,             -- the version that the source becomes
	grant_hash   TEXT,                      -- NULL: signed in
	created_by   TEXT NOT NULL,
	protocol     TEXT NOT NULL,             -- put, tus
	length       BIGINT,                    -- NULL: not announced
	received     BIGINT NOT NULL DEFAULT 0, -- may lag behind the object by two seconds
	filename     TEXT NOT NULL DEFAULT '',
	filetype     TEXT NOT NULL DEFAULT '',
	metadata     TEXT,                      -- JSON: what a tus client sent
	expires_at   BIGINT NOT NULL,
	completed_at BIGINT,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL            -- when bytes last came
);
-- A video has one transfer at a time.
CREATE UNIQUE INDEX upload_active ON upload (video_id) WHERE completed_at IS NULL;
CREATE INDEX upload_by_expiry ON upload (expires_at);

-- +goose Down
DROP TABLE upload;
DROP TABLE upload_grant;
