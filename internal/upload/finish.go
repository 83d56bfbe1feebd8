package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

const (
	codeInProgress = "upload_in_progress"
	// detachedTimeout bounds what must be done for an upload although its client may have left.
	detachedTimeout = 30 * time.Second
	// forgetAfter is how long expired grants and completed uploads still answer with what became of them.
	forgetAfter = 24 * time.Hour
)

// ErrInProgress returns the error of an upload that must wait for another one of its video: an errs.Conflict.
func ErrInProgress() error {
	return errs.New(errs.Conflict, codeInProgress, "Another upload to this video is going on. Wait for its end, or cancel it.")
}

// ErrSpent returns the error of a grant that has been used: an errs.Gone.
func ErrSpent() error {
	return errs.New(errs.Gone, "upload_spent", "This upload address has been used: its video has its file. Ask for a new address to replace it.")
}

// Sweep completes uploads that are whole, and removes those that expired and PUTs that died with their process. It is to be
// run at start and then every few minutes. It goes on after a fault and returns all of them.
func (s *Service) Sweep(ctx context.Context) error {
	uploads, err := s.store.Unfinished(ctx)
	if err != nil {
		return fmt.Errorf("list unfinished uploads: %w", err)
	}
	var faults []error
	for _, u := range uploads {
		if err := s.settle(ctx, u); err != nil {
			faults = append(faults, fmt.Errorf("settle upload %s: %w", u.ID, err))
		}
	}
	if err := s.store.Forget(ctx, s.opts.Now().Add(-forgetAfter)); err != nil {
		faults = append(faults, fmt.Errorf("forget old uploads: %w", err))
	}
	return errors.Join(faults...)
}

func (s *Service) settle(ctx context.Context, u Upload) error {
	release, free := s.running.claim(u.ID)
	if !free {
		return nil // bytes are coming
	}
	defer release()
	size, err := s.size(ctx, u)
	switch {
	case err != nil:
		return err
	case u.whole(size):
		return s.finishFound(ctx, u)
	case s.expired(u), u.Protocol == Put && s.dead(u):
		return s.discard(ctx, u)
	}
	return nil
}

// makeWay removes a dead upload of the video, or completes a whole one. It is an errs.Conflict when it is neither.
func (s *Service) makeWay(ctx context.Context, video ids.VideoID) error {
	u, err := s.store.ActiveUpload(ctx, video)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for an upload of the same video: %w", err)
	}
	release, free := s.running.claim(u.ID)
	if !free {
		return ErrInProgress()
	}
	defer release()
	size, err := s.size(ctx, u)
	switch {
	case err != nil:
		return err
	case u.whole(size):
		return s.finishFound(ctx, u)
	case s.dead(u):
		return s.abandon(ctx, u)
	}
	return ErrInProgress()
}

// dead reports whether an upload that this process does not write may be taken for given up. A PUT dies with its process; a
// tus client may come back, so it only gives way after a while.
func (s *Service) dead(u Upload) bool {
	if u.Protocol == Put && !s.opts.Shared {
		return true
	}
	return s.opts.Now().Sub(u.UpdatedAt).Abs() >= s.opts.IdleAfter // the clock may have been set back
}

// expiry is when an upload's time is over: a while after the last byte that came.
func (s *Service) expiry(u Upload) time.Time {
	if again := u.UpdatedAt.Add(s.opts.UploadTTL); again.After(u.ExpiresAt) {
		return again
	}
	return u.ExpiresAt
}

func (s *Service) expired(u Upload) bool { return !s.opts.Now().Before(s.expiry(u)) }

// size returns how many bytes of an upload's source are stored.
func (s *Service) size(ctx context.Context, u Upload) (int64, error) {
	info, err := s.objects.Stat(ctx, blob.SourceKey(u.Video, u.Version))
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("measure the source: %w", err)
	}
	return info.SizeBytes, nil
}

// finishFound completes an upload that was found whole: whoever wrote its last byte may have died before the sync.
func (s *Service) finishFound(ctx context.Context, u Upload) error {
	w, err := s.objects.Append(ctx, blob.SourceKey(u.Video, u.Version), u.Length)
	if err != nil {
		return fmt.Errorf("open the source: %w", err)
	}
	if err := errors.Join(w.Sync(), w.Close()); err != nil {
		return fmt.Errorf("sync the source: %w", err)
	}
	return s.finish(ctx, u)
}

// finish hands a whole source over. A video that is gone takes the upload with it.
func (s *Service) finish(ctx context.Context, u Upload) error {
	ctx, cancel := detach(ctx)
	defer cancel()
	err := s.intake.FinishUpload(ctx, Finished{
		Upload: u.ID, Video: u.Video, Version: u.Version, SizeBytes: u.Length, FileName: u.FileName, FileType: u.FileType,
	})
	if errs.Is(err, errs.NotFound) {
		return errors.Join(errs.Missing("video"), s.abandon(ctx, u))
	}
	if err != nil {
		return fmt.Errorf("hand over the source: %w", err)
	}
	s.progress.UploadProgress(u.Video)
	return nil
}

// abandon forgets an upload and deletes its object; the video waits again.
func (s *Service) abandon(ctx context.Context, u Upload) error { return s.remove(ctx, u, false) }

// discard abandons an upload that nobody will go on with, and takes the video with it that was made for it.
func (s *Service) discard(ctx context.Context, u Upload) error { return s.remove(ctx, u, true) }

// remove forgets an upload and deletes its object. The row goes first and only while it is not completed, so that a source
// which was handed over meanwhile is never deleted.
func (s *Service) remove(ctx context.Context, u Upload, withVideo bool) error {
	ctx, cancel := detach(ctx)
	defer cancel()
	removed, err := s.store.RemoveUpload(ctx, u.ID, withVideo, s.opts.Now())
	if err != nil {
		return fmt.Errorf("forget an upload: %w", err)
	}
	if !removed.Upload {
		if _, err := s.store.Upload(ctx, u.ID); !errs.Is(err, errs.NotFound) {
			return err // completed: its source belongs to a version
		}
	}
	if err := s.objects.Delete(ctx, blob.SourceKey(u.Video, u.Version)); err != nil {
		return fmt.Errorf("delete an abandoned source: %w", err)
	}
	if removed.Video {
		s.progress.UploadVideoRemoved(u.Video)
	} else {
		s.progress.UploadChanged(u.Video)
	}
	return nil
}

// detach returns a context that goes on when the client leaves, but not for ever.
func detach(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), detachedTimeout)
}
