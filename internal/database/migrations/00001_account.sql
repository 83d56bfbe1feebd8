-- +goose Up
-- A user. ("user" is a reserved word in SQL.)
CREATE TABLE account (
	id            TEXT PRIMARY KEY,
	email         TEXT NOT NULL UNIQUE,        -- lower case
	name          TEXT NOT NULL,
	role          TEXT NOT NULL,               -- admin, uploader, viewer
	suspended     BIGINT NOT NULL DEFAULT 0,
	epoch         BIGINT NOT NULL DEFAULT 0,   -- counts suspensions and password resets; access tokens carry it
	password_hash TEXT NOT NULL,               -- argon2id with its parameters
	created_at    BIGINT NOT NULL
);
CREATE INDEX account_by_role ON account (role);

-- One sign-in: of a browser (cookie) or of an API client (refresh token). Secrets are kept as SHA-256 only.
CREATE TABLE session (
	id            TEXT PRIMARY KEY,
	account_id    TEXT NOT NULL REFERENCES account (id),
	kind          TEXT NOT NULL,               -- browser, client
	secret_hash   TEXT NOT NULL UNIQUE,        -- of the cookie or the current refresh token
	previous_hash TEXT NOT NULL DEFAULT '',    -- of the refresh token that the current one succeeded
	rotated_at    BIGINT,
	address       TEXT NOT NULL DEFAULT '',    -- where it was begun
	user_agent    TEXT NOT NULL DEFAULT '',
	created_at    BIGINT NOT NULL,
	used_at       BIGINT NOT NULL,
	expires_at    BIGINT NOT NULL
);
CREATE INDEX session_by_account ON session (account_id, used_at);
CREATE INDEX session_by_expiry ON session (expires_at);

-- The one row that whoever changes the set of administrators updates first, so that such changes wait for each other.
CREATE TABLE administration (
	id      BIGINT PRIMARY KEY,
	changes BIGINT NOT NULL
);
INSERT INTO administration (id, changes) VALUES (1, 0);

-- +goose Down
DROP TABLE administration;
DROP TABLE session;
DROP TABLE account;
