-- +goose Up
-- Why a queued task waits for something outside it, such as free space ('' for nothing), and how often in a row it has.
ALTER TABLE task ADD COLUMN waiting TEXT NOT NULL DEFAULT '';
ALTER TABLE task ADD COLUMN waits BIGINT NOT NULL DEFAULT 0;
CREATE INDEX task_leased ON task (id) WHERE lease_owner IS NOT NULL;
-- A task that was given up used to keep its lease.
UPDATE task SET lease_owner = NULL, lease_until = NULL
WHERE state <> 'running' AND version_id IN (SELECT id FROM version WHERE tombstoned_at IS NULL);

-- What stands in the way of a version's work now, for its owner: JSON of a code, a sentence and what to do. NULL: nothing.
ALTER TABLE version ADD COLUMN trouble TEXT;
-- How many versions before this one were given up because the encoder made other init segments.
ALTER TABLE version ADD COLUMN remakes BIGINT NOT NULL DEFAULT 0;

-- 1: the video was made for this upload and has no reason to be without it.
ALTER TABLE upload ADD COLUMN made_video BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE upload DROP COLUMN made_video;
ALTER TABLE version DROP COLUMN remakes;
ALTER TABLE version DROP COLUMN trouble;
DROP INDEX task_leased;
ALTER TABLE task DROP COLUMN waits;
ALTER TABLE task DROP COLUMN waiting;
