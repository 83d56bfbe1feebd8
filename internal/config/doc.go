// Package config owns what an operator may set: one struct with its defaults, its words and its bounds.
//
// A value comes from a flag, else from the environment (MATINEE_…), else from a YAML file, else it is the default. The reference
// in docs/reference/config.md is made from the same struct. The package refuses to act on any of it: only app and cmd read it.
package config
