-- +goose Up
-- What is known of a version beside its rungs. NULL until it is known.
ALTER TABLE version ADD COLUMN extra_tracks TEXT;  -- JSON: audio and subtitle tracks
ALTER TABLE version ADD COLUMN chapters TEXT;      -- JSON: their starts and titles
ALTER TABLE version ADD COLUMN damage TEXT;        -- JSON: which pictures of the source could not be decoded

-- +goose Down
ALTER TABLE version DROP COLUMN damage;
ALTER TABLE version DROP COLUMN chapters;
ALTER TABLE version DROP COLUMN extra_tracks;
