// Package app is the composition root: a configuration goes in, a running server comes out.
//
// It builds leaves, ports, modules, the pipeline and the edges in that order, holds the data folder, listens, and drains. It is
// the only package that sees all others; it holds no rule of its own.
package app
