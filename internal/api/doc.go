// Package api is the JSON API under /api/v1: its route table, its handlers and its errors.
//
// A handler decodes, calls one module with the viewer as an argument, and responds; it returns an error and one function turns
// the error's kind into application/problem+json (RFC 9457). The route table is routes.go; each route declares who may call it
// and which limit it counts against, and the OpenAPI document at /openapi.json and the page at /docs are made from the same table.
// Every code of a problem stands in problemtable.go, from which the reference is made.
//
// The package refuses to decide (access does, asked by the modules), to touch the database, and to move media: sources and
// segments go through upload and delivery.
package api
