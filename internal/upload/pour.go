package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

const (
	// bufferBytes is how much of a source is in memory while it is written.
	bufferBytes = 256 << 10
	// saveEvery is how often an upload's offset is written to the database.
	saveEvery = 2 * time.Second
	// spaceEvery is after how many bytes of a source of unknown length the disk is looked at again.
	spaceEvery = 4 << 20
)

// pouring is one request's bytes on their way to an upload's object. Whoever pours holds the upload's claim.
type pouring struct {
	service *Service
	upload  Upload
	offset  int64 // length of the object
	limit   int64 // the largest length, 0 for none

	saved   time.Time // when the offset was last written to the database
	checked int64     // offset at which the disk was last looked at
}

// pour appends src to the upload's object from the given offset on, and returns how many bytes are stored durably. A source
// that breaks off is an errs.Malformed; of a tus upload what came before stays. An upload that was taken away meanwhile is
// an errs.NotFound.
func (s *Service) pour(ctx context.Context, u Upload, offset, limit int64, src io.Reader) (int64, error) {
	w, err := s.objects.Append(ctx, blob.SourceKey(u.Video, u.Version), offset)
	if err != nil {
		return 0, fmt.Errorf("open the source: %w", err)
	}
	p := &pouring{service: s, upload: u, offset: offset, limit: limit, checked: offset}
	if offset > 0 {
		p.saved = u.UpdatedAt // a first byte is told at once, because it changes the video's state
	}
	err = p.copy(ctx, w, src)
	if err == nil || u.Protocol == Tus {
		if syncErr := w.Sync(); syncErr != nil {
			return 0, errors.Join(fmt.Errorf("sync the source: %w", syncErr), w.Close())
		}
	}
	if closeErr := w.Close(); closeErr != nil {
		return 0, errors.Join(err, fmt.Errorf("close the source: %w", closeErr))
	}
	if u.Protocol == Tus {
		err = errors.Join(err, p.save(context.WithoutCancel(ctx)))
	}
	return p.offset - offset, err
}

func (p *pouring) copy(ctx context.Context, w io.Writer, src io.Reader) error {
	buf := make([]byte, bufferBytes)
	for {
		if err := ctx.Err(); err != nil {
			return errIncomplete()
		}
		n, readErr := src.Read(buf)
		if err := p.write(ctx, w, buf[:n]); err != nil {
			return err
		}
		if errors.Is(readErr, io.EOF) {
			return nil
		}
		if readErr != nil {
			p.service.opts.Logger.InfoContext(ctx, "upload broke off", slog.String("upload_id", string(p.upload.ID)), slog.Any("error", readErr))
			return errIncomplete()
		}
	}
}

func (p *pouring) write(ctx context.Context, w io.Writer, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if p.limit > 0 && p.offset+int64(len(data)) > p.limit {
		return errTooLarge(p.limit)
	}
	n, err := w.Write(data)
	p.offset += int64(n)
	if err != nil {
		return fmt.Errorf("write the source: %w", err)
	}
	if p.upload.Length == Unknown && p.offset-p.checked >= spaceEvery {
		p.checked = p.offset
		if err := p.service.admit(ctx, need{upload: p.upload.ID, length: p.offset}); err != nil {
			return err
		}
	}
	if p.service.opts.Now().Sub(p.saved) < saveEvery {
		return nil
	}
	return p.save(ctx)
}

// save writes the offset to the database. Only an upload that is gone ends the transfer: the offset is a courtesy to those
// who watch, the object itself says how far it is.
func (p *pouring) save(ctx context.Context) error {
	now, tell := p.service.opts.Now(), p.service.progress.UploadProgress
	if p.saved.IsZero() {
		tell = p.service.progress.UploadChanged
	}
	p.saved = now
	err := p.service.store.SaveOffset(ctx, p.upload.ID, p.offset, now)
	if errs.Is(err, errs.NotFound) {
		return errs.Missing("upload")
	}
	if err != nil {
		p.service.opts.Logger.WarnContext(ctx, "upload offset not saved", slog.String("upload_id", string(p.upload.ID)), slog.Any("error", err))
		return nil
	}
	tell(p.upload.Video)
	return nil
}

func errIncomplete() error {
	return errs.New(errs.Malformed, "incomplete_body", "The file did not arrive whole. Send it again.")
}
