package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tus/tusd/v2/pkg/handler"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

const (
	maxLabel    = 255     // characters of a file name or type that are kept
	maxMetadata = 8 << 10 // bytes of all that a tus client says of its file
)

// tusCall is one tus request: who makes it, and what becomes of it besides tusd's own answer.
type tusCall struct {
	viewer access.Viewer // of a signed-in upload
	grant  *StoredGrant  // of a direct upload
	body   *tusBody

	upload *Upload // set as soon as it is known
	err    error   // why the data store refused
}

type tusCallKey struct{}

// callOf returns the request behind a context that tusd hands on.
func callOf(ctx context.Context) *tusCall {
	call, ok := ctx.Value(tusCallKey{}).(*tusCall)
	if !ok {
		return &tusCall{} // may nothing
	}
	return call
}

// owns reports whether the upload answers this caller: a direct upload only its key, another one only its creator.
func (c *tusCall) owns(u Upload) bool {
	if c.grant != nil {
		return u.GrantHash == c.grant.Hash
	}
	return c.viewer.SignedIn() && u.GrantHash == "" && u.CreatedBy == c.viewer.User
}

// refuse keeps the error for the answer and stops tusd with one of its own.
func (c *tusCall) refuse(err error) error {
	c.err = err
	return handler.NewError("ERR_REFUSED", "refused", http.StatusInternalServerError)
}

// tusStore is the service as tusd's data store. tusd locks an upload around all calls for it.
type tusStore struct{ service *Service }

// NewUpload implements handler.DataStore.
func (t tusStore) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	call := callOf(ctx)
	u, err := t.service.beginTus(ctx, call, info)
	if err != nil {
		return nil, call.refuse(err)
	}
	call.upload = &u
	return &tusUpload{service: t.service, upload: u}, nil
}

// GetUpload implements handler.DataStore. An upload that is whole but was not handed over is completed here.
func (t tusStore) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	call := callOf(ctx)
	u, err := t.service.resume(ctx, call, id)
	if err != nil {
		return nil, call.refuse(err)
	}
	call.upload = &u
	return &tusUpload{service: t.service, upload: u}, nil
}

// AsTerminatableUpload implements handler.TerminaterDataStore.
func (tusStore) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(*tusUpload)
}

// AsLengthDeclarableUpload implements handler.LengthDeferrerDataStore.
func (tusStore) AsLengthDeclarableUpload(u handler.Upload) handler.LengthDeclarableUpload {
	return u.(*tusUpload)
}

// beginTus begins the upload that a tus creation asks for, after it made the video where the upload names none.
func (s *Service) beginTus(ctx context.Context, call *tusCall, info handler.FileInfo) (Upload, error) {
	metadata, err := checkMetadata(info.MetaData)
	if err != nil {
		return Upload{}, err
	}
	length := info.Size
	if info.SizeIsDeferred {
		length = Unknown
	}
	limit := s.limitOf(call.grant)
	if err := checkLength(length, limit); err != nil { // before a video is made for it
		return Upload{}, err
	}
	video, by, err := s.videoFor(ctx, call, metadata, max(length, 0))
	if err != nil {
		return Upload{}, err
	}
	u := s.newUpload(video, call.grant, by, Tus)
	u.Length, u.Metadata = length, metadata
	u.FileName, u.FileType = label(metadata["filename"]), label(metadata["filetype"])
	u.MadeVideo = call.grant == nil
	if err := s.begin(ctx, u, limit); err != nil {
		if u.MadeVideo { // it was refused after all, for example since the disk filled up just now
			err = errors.Join(err, s.discard(ctx, u))
		}
		return Upload{}, err
	}
	return u, nil
}

// videoFor returns the grant's video, or makes one for a signed-in upload that there is room for.
func (s *Service) videoFor(ctx context.Context, call *tusCall, metadata map[string]string, length int64) (ids.VideoID, ids.UserID, error) {
	if call.grant != nil {
		return call.grant.Video, call.grant.CreatedBy, nil
	}
	viewer := call.viewer
	if err := access.Check(viewer, access.CreateVideo, access.Facts{Owner: viewer.User}, "video", s.opts.Now()); err != nil {
		return "", "", err
	}
	if err := s.admit(ctx, need{rest: length, length: length}); err != nil {
		return "", "", err
	}
	video, err := s.videos.CreateForUpload(ctx, viewer, metadata["title"], label(metadata["filename"]), metadata["visibility"])
	if err != nil {
		return "", "", fmt.Errorf("make a video for an upload: %w", err)
	}
	s.progress.UploadVideoMade(video)
	return video, viewer.User, nil
}

// ownUpload returns the upload with the id if it is the caller's, else an errs.NotFound.
func (s *Service) ownUpload(ctx context.Context, call *tusCall, id string) (Upload, error) {
	known, err := ids.Parse[ids.UploadID](id)
	if err != nil {
		return Upload{}, errs.Missing("upload")
	}
	u, err := s.store.Upload(ctx, known)
	if errs.Is(err, errs.NotFound) || err == nil && (!call.owns(u) || u.Protocol != Tus) {
		return Upload{}, errs.Missing("upload")
	}
	if err != nil {
		return Upload{}, fmt.Errorf("look up an upload: %w", err)
	}
	return u, nil
}

// resume returns the caller's upload with the id as its object stands.
func (s *Service) resume(ctx context.Context, call *tusCall, id string) (Upload, error) {
	u, err := s.ownUpload(ctx, call, id)
	if err != nil {
		return Upload{}, err
	}
	if u.Completed() {
		u.Received = u.Length
		return u, nil
	}
	if u.Received, err = s.size(ctx, u); err != nil {
		return Upload{}, err
	}
	if u.whole(u.Received) {
		return s.resumeWhole(ctx, u)
	}
	if s.expired(u) {
		return Upload{}, errs.New(errs.Gone, "upload_expired", "This upload has expired. Begin again.")
	}
	return u, nil
}

// resumeWhole closes the finish gap: the last byte came, and whoever took it died before handing the source over.
func (s *Service) resumeWhole(ctx context.Context, u Upload) (Upload, error) {
	release, free := s.running.claim(u.ID)
	if !free {
		return Upload{}, ErrInProgress()
	}
	defer release()
	if err := s.finishFound(ctx, u); err != nil {
		return Upload{}, err
	}
	u.CompletedAt = s.opts.Now()
	return u, nil
}

// tusUpload is one upload within one tus request.
type tusUpload struct {
	service *Service
	upload  Upload // Received is the object's length
}

// GetInfo implements handler.Upload.
func (t *tusUpload) GetInfo(context.Context) (handler.FileInfo, error) {
	u := t.upload
	return handler.FileInfo{
		ID: string(u.ID), Size: max(u.Length, 0), SizeIsDeferred: u.Length == Unknown, Offset: u.Received, MetaData: u.Metadata,
	}, nil
}

// WriteChunk implements handler.Upload.
func (t *tusUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := t.write(ctx, offset, src)
	t.upload.Received = offset + n
	if n > 0 {
		callOf(ctx).upload.UpdatedAt = t.service.opts.Now()
	}
	if err != nil {
		return n, callOf(ctx).refuse(err)
	}
	return n, nil
}

func (t *tusUpload) write(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	s, u := t.service, t.upload
	release, free := s.running.claim(u.ID)
	if !free {
		return 0, ErrInProgress()
	}
	defer release()
	if _, err := s.ownUpload(ctx, callOf(ctx), string(u.ID)); err != nil { // it may have been taken away before the claim
		return 0, err
	}
	rest := max(u.Length, offset) - offset
	if err := s.admit(ctx, need{upload: u.ID, rest: rest, length: max(u.Length, offset)}); err != nil {
		return 0, err
	}
	n, err := s.pour(ctx, u, offset, s.limitOf(callOf(ctx).grant), src)
	if errs.Is(err, errs.NotFound) { // its video was purged: nobody knows of these bytes any more
		err = errors.Join(err, s.abandon(ctx, u))
	}
	return n, err
}

// FinishUpload implements handler.Upload: tusd calls it once the offset is the length.
func (t *tusUpload) FinishUpload(ctx context.Context) error {
	release, free := t.service.running.claim(t.upload.ID)
	if !free {
		return callOf(ctx).refuse(ErrInProgress())
	}
	defer release()
	if err := t.service.finish(ctx, t.upload); err != nil {
		return callOf(ctx).refuse(err)
	}
	callOf(ctx).upload.CompletedAt = t.service.opts.Now()
	return nil
}

// Terminate implements handler.TerminatableUpload. A completed upload cannot be taken back.
func (t *tusUpload) Terminate(ctx context.Context) error {
	call := callOf(ctx)
	if t.upload.Completed() {
		return call.refuse(errs.New(errs.Gone, "upload_completed", "This upload is complete and cannot be cancelled. Delete its video instead."))
	}
	release, free := t.service.running.claim(t.upload.ID)
	if !free {
		return call.refuse(ErrInProgress())
	}
	defer release()
	if err := t.service.discard(ctx, t.upload); err != nil {
		return call.refuse(err)
	}
	return nil
}

// DeclareLength implements handler.LengthDeclarableUpload.
func (t *tusUpload) DeclareLength(ctx context.Context, length int64) error {
	s, call := t.service, callOf(ctx)
	if err := checkLength(length, s.limitOf(call.grant)); err != nil {
		return call.refuse(err)
	}
	if err := s.store.SetLength(ctx, t.upload.ID, length, t.upload.Received, s.opts.Now()); err != nil {
		return call.refuse(fmt.Errorf("note the length of an upload: %w", err))
	}
	t.upload.Length = length
	return nil
}

// GetReader implements handler.Upload. Uploads are not downloaded here.
func (*tusUpload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}

// checkMetadata returns what a client says of its file as text that any database keeps.
func checkMetadata(raw map[string]string) (map[string]string, error) {
	metadata, size := make(map[string]string, len(raw)), 0
	for key, value := range raw {
		key, value = cleanText(key), cleanText(value)
		metadata[key] = value
		size += len(key) + len(value)
	}
	if size > maxMetadata {
		return nil, errs.New(errs.TooLarge, "metadata_too_large", "Upload-Metadata may hold %d bytes.", maxMetadata)
	}
	return metadata, nil
}

// label returns a client's name or type of a file, cut to what is worth showing.
func label(s string) string {
	s = strings.TrimSpace(cleanText(s))
	if utf8.RuneCountInString(s) > maxLabel {
		s = string([]rune(s)[:maxLabel])
	}
	return s
}

// cleanText drops control characters and what is not UTF-8.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}
