-- +goose Up
-- The version that is made to take the place of the one that is shown, or that failed at it. NULL: none.
ALTER TABLE video ADD COLUMN next_version_id TEXT;
-- Set when another version took over: until then players that hold its addresses are served.
ALTER TABLE version ADD COLUMN retire_at BIGINT;
CREATE INDEX version_to_retire ON version (retire_at) WHERE retire_at IS NOT NULL AND tombstoned_at IS NULL;
CREATE INDEX version_by_source ON version (source_id);

-- +goose Down
DROP INDEX version_by_source;
DROP INDEX version_to_retire;
ALTER TABLE version DROP COLUMN retire_at;
ALTER TABLE video DROP COLUMN next_version_id;
