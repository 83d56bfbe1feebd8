// Package account owns who people are: users, roles, passwords, sessions and tokens.
//
// A browser holds an opaque cookie, an API client an access token (JWT, 15 minutes) and a refresh token that is replaced at
// each use. Both belong to a [Session]; ending it ends them at once, since every request reads the session and its user.
// A secret that is only verified is stored as a hash: passwords as argon2id, cookies and refresh tokens as SHA-256.
//
// A refresh token moves through these states, and only forward:
//
//	current → previous (its successor is current; a retry within the grace gets that same successor) → spent
//
// Whoever presents a spent token, or a previous one after the grace, holds a copy: the session ends.
//
// The package refuses to decide who may do what (access does), to know HTTP, and to lock an account because of what a
// stranger tried: guesses are slowed down per account and address.
package account
