-- +goose Up
-- The name of the storyboard's WebVTT, '' before there is one.
ALTER TABLE version ADD COLUMN storyboard TEXT NOT NULL DEFAULT '';
-- The posters to choose from: JSON of names and seconds. NULL before they are made.
ALTER TABLE version ADD COLUMN poster_choices TEXT;
-- The poster that somebody chose, whatever version is shown: JSON of its name, where it is from and its second. NULL: none.
ALTER TABLE video ADD COLUMN poster TEXT;

-- +goose Down
ALTER TABLE video DROP COLUMN poster;
ALTER TABLE version DROP COLUMN poster_choices;
ALTER TABLE version DROP COLUMN storyboard;
