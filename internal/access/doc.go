// Package access decides who may do what. It is pure: values in, a decision out.
//
// One table of rules is read in two ways: [Can] for one thing, [ReachOf] for lists. database translates a [Reach] into SQL
// and a property test holds both readings equal. Modules call it with an explicit [Viewer]; handlers never decide.
// The package refuses to load anything and to know HTTP or SQL.
package access
