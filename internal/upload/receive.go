package upload

import (
	"context"
	"errors"
	"fmt"
	"io"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// source is a file that comes in one request.
type source struct {
	video     ids.VideoID
	grant     *StoredGrant // nil for a signed-in upload
	createdBy ids.UserID
	length    int64 // or Unknown
	fileName  string
	fileType  string
	body      io.Reader
}

// receive stores a source and hands it over. When it fails before the last byte is stored, nothing is left of it. A fault
// after that leaves the source for the next sweep.
func (s *Service) receive(ctx context.Context, in source) error {
	u := s.newUpload(in.video, in.grant, in.createdBy, Put)
	u.Length, u.FileName, u.FileType = in.length, in.fileName, in.fileType
	release, _ := s.running.claim(u.ID) // nobody else knows a fresh id
	defer release()
	limit := s.limitOf(in.grant)
	if err := s.begin(ctx, u, limit); err != nil {
		return err
	}
	n, err := s.pour(ctx, u, 0, limit, in.body)
	if err == nil {
		err = s.announce(ctx, &u, n)
	}
	if err != nil {
		return errors.Join(err, s.abandon(ctx, u))
	}
	return s.finish(ctx, u)
}

// announce checks the length of a source that came whole and notes it, so that a sweep knows it as whole.
func (s *Service) announce(ctx context.Context, u *Upload, n int64) error {
	if n == 0 {
		return checkLength(0, 0)
	}
	if u.Length != Unknown && n != u.Length {
		return errIncomplete()
	}
	u.Length, u.Received = n, n
	ctx, cancel := detach(ctx)
	defer cancel()
	if err := s.store.SetLength(ctx, u.ID, n, n, s.opts.Now()); err != nil {
		return fmt.Errorf("note the length of a source: %w", err)
	}
	return nil
}

func (s *Service) newUpload(video ids.VideoID, g *StoredGrant, by ids.UserID, protocol Protocol) Upload {
	now := s.opts.Now()
	u := Upload{
		ID: ids.New[ids.UploadID](), Video: video, Version: ids.New[ids.VersionID](), CreatedBy: by, Protocol: protocol,
		Length: Unknown, ExpiresAt: now.Add(s.opts.UploadTTL), CreatedAt: now, UpdatedAt: now,
	}
	if g != nil {
		u.GrantHash = g.Hash
	}
	return u
}

// begin admits a new upload and keeps it. An upload of the same video that is dead gives way.
func (s *Service) begin(ctx context.Context, u Upload, limit int64) error {
	if err := checkLength(u.Length, limit); err != nil {
		return err
	}
	s.admitted.Lock()
	defer s.admitted.Unlock()
	announced := max(u.Length, 0)
	if err := s.admit(ctx, need{upload: u.ID, rest: announced, length: announced}); err != nil {
		return err
	}
	err := s.store.AddUpload(ctx, u)
	if errs.CodeOf(err) == codeInProgress {
		if err := s.makeWay(ctx, u.Video); err != nil {
			return err
		}
		err = s.store.AddUpload(ctx, u)
	}
	if err != nil {
		return fmt.Errorf("begin an upload: %w", err)
	}
	return nil
}
