//go:build !linux

package pipeline

// inBackground runs work as it is: threads have no priority of their own here.
func inBackground(work func() error) error { return work() }
