package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// Codes of failures that are found by the pipeline itself.
const (
	SourceMissing   media.Code = "source_missing"
	SourceChanged   media.Code = "source_changed"
	EncoderHung     media.Code = "encoder_hung"
	EncoderKilled   media.Code = "encoder_killed"
	EncoderUnstable media.Code = "encoder_unstable"
	DamagedSource   media.Code = "damaged_source"
	EncodingFailed  media.Code = "encoding_failed"
)

// FailureCodes lists the codes of failures that are found by the pipeline itself, beside those of package media.
func FailureCodes() []media.Code {
	return []media.Code{SourceMissing, SourceChanged, EncoderHung, EncoderKilled, EncoderUnstable, DamagedSource, EncodingFailed}
}

const againNext = "Press Repair to try again. If it fails again, export the file in another format and upload that."

// failure returns the words for a code of FailureCodes.
func failure(code media.Code) *media.Refusal {
	r := media.Refusal{Code: code, Message: "The file could not be encoded.", Next: againNext}
	switch code {
	case SourceMissing:
		r.Message = "The uploaded file is no longer in the media store."
		r.Next = "Put it back from a backup and press Repair, or upload it again as a new video."
	case SourceChanged:
		r.Message = "The uploaded file in the media store is not the one that arrived: its size has changed."
		r.Next = "Put the original back from a backup and press Repair, or upload it again as a new video."
	case EncoderHung:
		r.Message = "The encoder stopped making progress on this file."
	case EncoderKilled:
		r.Message = "The encoder was killed again and again, perhaps for want of memory."
	case EncoderUnstable:
		r.Message = "The encoder writes different headers each time, so its parts would not fit together."
		r.Next = "Ask the administrator to check the configured ffmpeg (matinee doctor), then press Repair."
	case DamagedSource:
		r.Message = "A part of the file cannot be decoded completely."
	}
	return &r
}

// trouble returns the words for what a task waits for.
func (w Wait) trouble() *Trouble {
	t := Trouble{Code: string(w)}
	switch w {
	case DiskFull:
		t.Message = "The server's disk is full, so the work on this video waits."
		t.Next = "Free some space on the server. The work goes on by itself within two minutes."
	case StoreUnreadable:
		t.Message = "A file of this video is on the server's disk but cannot be read or written."
		t.Next = "Check the permissions and the health of the disk; the log names the file. The work goes on by itself within two minutes."
	case DatabaseUnavailable:
		t.Message = "The database did not answer, so the work on this video waits."
		t.Next = "The work goes on by itself. If this stays, look at the database and at the log."
	}
	return &t
}

// waitOf names what an error says to wait for, "" when waiting does not help.
func waitOf(err error) Wait {
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, no) {
			return DiskFull
		}
	}
	switch {
	case errs.Is(err, errs.NoSpace):
		return DiskFull
	case errs.Is(err, errs.Busy) && errs.CodeOf(err) == string(DatabaseUnavailable):
		return DatabaseUnavailable
	case errs.Is(err, errs.Busy) && errs.CodeOf(err) == string(StoreUnreadable), isUnreadable(err):
		return StoreUnreadable
	}
	return ""
}

// isUnreadable reports whether the file system refused what is there.
func isUnreadable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EROFS)
}

// backoffOfWait is how long a waiting task waits: 5 s, 10 s, 20 s, 40 s, then a minute.
func backoffOfWait(waits int) time.Duration {
	return min(5*time.Second<<min(waits, 4), time.Minute)
}

// diagnose looks for a cause outside the work when it went wrong: ffmpeg ends with the same code whatever it misses.
func (p *Pipeline) diagnose(ctx context.Context, l Lease, v Version, err error) error {
	if err == nil || ctx.Err() != nil || errs.Is(err, errs.Fenced) || waitOf(err) != "" {
		return err
	}
	looksAtSource := l.Kind == Probe || l.Kind == Prepare
	if isRefusal(err) && !looksAtSource {
		return err
	}
	cause := p.causeOf(ctx, l, v, err)
	switch {
	case cause == nil:
		return err
	case isRefusal(err):
		return cause // what was read of the source says nothing
	}
	return errors.Join(cause, err)
}

// causeOf checks what the work of a task depends on, in the order of what depends on what.
func (p *Pipeline) causeOf(ctx context.Context, l Lease, v Version, err error) error {
	if l.Kind != Verify || errors.Is(err, packaging.ErrInit) { // a version is made anew only from a source that is there
		if cause := p.checkSource(ctx, v); cause != nil {
			return cause
		}
	}
	if isRefusal(err) {
		return nil // the file as it arrived
	}
	if l.Kind == Prepare || v.Prepared {
		if cause := p.checkScratch(); cause != nil {
			return cause
		}
	}
	if l.Kind == Chunk || l.Kind == Audio {
		return p.checkInits(ctx, v)
	}
	return nil
}

// checkSource returns why the source of a version cannot be read, nil when it can.
func (p *Pipeline) checkSource(ctx context.Context, v Version) error {
	object, err := p.objects.Open(ctx, blob.SourceKey(v.Video, v.Source))
	if errs.Is(err, errs.NotFound) {
		return failure(SourceMissing)
	}
	if err != nil {
		return unreadable(err)
	}
	defer object.Close()
	if object.SizeBytes != v.SourceBytes {
		return failure(SourceChanged)
	}
	var first [1]byte
	if _, err := io.ReadFull(object, first[:]); err != nil {
		return unreadable(err)
	}
	return nil
}

func unreadable(err error) error {
	e := errs.New(errs.Busy, string(StoreUnreadable), "A file is there and cannot be read.")
	return errors.Join(e, err)
}

// checkInits returns an error for which the version is made anew when its init segments are not those that were planned.
func (p *Pipeline) checkInits(ctx context.Context, v Version) error {
	inits := map[string][]byte{}
	for _, id := range trackIDs(v.Plan) {
		init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, id))
		if errs.Is(err, errs.NotFound) {
			return fmt.Errorf("the init segment of %s is gone: %w", id, packaging.ErrInit)
		}
		if err != nil {
			return unreadable(err)
		}
		inits[id] = init
	}
	for _, id := range copiedIDs(v.Plan) { // they are the source's, whatever encodes
		delete(inits, id)
	}
	if v.Fingerprint != "" && packaging.Fingerprint(inits) != v.Fingerprint {
		return fmt.Errorf("the init segments have changed: %w", packaging.ErrInit)
	}
	return nil
}

// checkSpace returns an errs.NoSpace error when too little is free for any work that writes.
func (p *Pipeline) checkSpace(ctx context.Context) error {
	free, err := p.objects.Free(ctx)
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	return enough(free, p.o.MinFreeBytes)
}

// checkScratch is checkSpace for the scratch folder, which may lie on another disk.
func (p *Pipeline) checkScratch() error {
	var disk unix.Statfs_t
	if err := unix.Statfs(p.scratch, &disk); err != nil {
		return unreadable(err)
	}
	return enough(int64(disk.Bavail)*int64(disk.Bsize), p.o.MinFreeBytes) //nolint:unconvert // Bsize has 32 bits on macOS
}

func enough(free, needed int64) error {
	if free < needed {
		return errs.New(errs.NoSpace, string(DiskFull), "Only %d bytes are free.", free)
	}
	return nil
}

// refusalOf puts an error that no retry cured into words for the owner.
func refusalOf(err error) media.Refusal {
	if r, ok := errors.AsType[*media.Refusal](err); ok {
		return *r
	}
	switch {
	case errors.Is(err, ffmpeg.ErrHung), errors.Is(err, ffmpeg.ErrStopped):
		return *failure(EncoderHung)
	case errors.Is(err, errCrashes), ffmpeg.Killed(err):
		return *failure(EncoderKilled)
	case errors.Is(err, packaging.ErrInit):
		return *failure(EncoderUnstable)
	case errors.Is(err, packaging.ErrSpan) && !died(err):
		return *failure(DamagedSource)
	}
	return *failure(EncodingFailed)
}

// died reports whether a process ended by itself with a fault: what is missing of its output says nothing about the source then.
func died(err error) bool {
	_, ok := errors.AsType[*ffmpeg.ExitError](err)
	return ok
}
