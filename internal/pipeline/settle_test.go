package pipeline

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// This file is inside the package because judge is the one place that decides what an error means, and no caller can make all of
// these happen.

func TestWhatAnEndedAttemptLeadsTo(t *testing.T) {
	t.Parallel()
	killed := fmt.Errorf("encode: %w", errors.Join(&ffmpeg.ExitError{Program: "ffmpeg", Signal: syscall.SIGKILL}, packaging.ErrSpan))
	for _, c := range []struct {
		name     string
		err      error
		task     Task
		draining bool
		want     outcome
	}{
		{"it was done", nil, Task{}, false, finished},
		{"it was done while the server stops", nil, Task{}, true, finished},
		{"another worker has it", errs.New(errs.Fenced, "", "lost"), Task{}, false, lost},
		{"the server stops", context.Canceled, Task{}, true, released},
		{"the source is refused", fmt.Errorf("probe: %w", media.Refuse(media.NotAVideo)), Task{}, false, refused},
		{"the encoder is another one", fmt.Errorf("encode: %w", packaging.ErrInit), Task{}, false, remake},
		{"the disk is full", errs.New(errs.NoSpace, "", "full"), Task{Faults: maxFaults}, false, waiting},
		{"ffmpeg was killed in the middle of a segment", killed, Task{Faults: maxFaults}, false, crashed},
		{"ffmpeg was killed too often", killed, Task{Crashes: maxCrashes}, false, refused},
		{"ffmpeg failed", &ffmpeg.ExitError{Program: "ffmpeg"}, Task{}, false, faulty},
		{"the frames do not add up", packaging.ErrSpan, Task{Faults: maxFaults - 1}, false, faulty},
		{"the frames never add up", packaging.ErrSpan, Task{Faults: maxFaults}, false, refused},
		{"it hung", ffmpeg.ErrHung, Task{}, false, faulty},
		{"somebody stopped ffmpeg", ffmpeg.ErrStopped, Task{Faults: maxFaults}, false, crashed},
		{"somebody always stops ffmpeg", ffmpeg.ErrStopped, Task{Crashes: maxCrashes}, false, refused},
		{"every worker died of it", errCrashes, Task{}, false, refused},
		{"the source is gone", errors.Join(failure(SourceMissing), killed), Task{}, false, refused},
		{"a write found no room", fmt.Errorf("rename: %w", syscall.ENOSPC), Task{}, false, waiting},
		{"the disk fails", fmt.Errorf("read: %w", syscall.EIO), Task{Faults: maxFaults}, false, waiting},
		{"a file is closed to us", fmt.Errorf("open: %w", syscall.EACCES), Task{}, false, waiting},
		{"the database is locked", errs.New(errs.Busy, string(DatabaseUnavailable), "locked"), Task{Faults: maxFaults}, false, waiting},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := judge(c.err, c.task, c.draining); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEveryRefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, err := range []error{ffmpeg.ErrHung, packaging.ErrSpan, errors.New("odd"), &ffmpeg.ExitError{Signal: syscall.SIGKILL}, media.Refuse(media.TooLong)} {
		if r := refusalOf(err); r.Code == "" || r.Message == "" || r.Next == "" {
			t.Errorf("%v is %+v", err, r)
		}
	}
}

func TestAFaultyTaskWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	if backoff(0) != time.Second || backoff(3) != 8*time.Second || backoff(100) != 64*time.Second {
		t.Errorf("waits %v, %v, %v", backoff(0), backoff(3), backoff(100))
	}
}
