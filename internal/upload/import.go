package upload

import (
	"context"
	"fmt"
	"io"

	"matinee/internal/access"
	"matinee/internal/ids"
)

// File is a source that the server itself has at hand.
type File struct {
	Name      string // a label for display
	Type      string // a media type; a hint
	SizeBytes int64
	Body      io.Reader
}

// Import gives a video that the viewer may edit its source from a file at hand. Its errors are those of an upload.
func (s *Service) Import(ctx context.Context, viewer access.Viewer, video ids.VideoID, f File) error {
	if err := s.mayFill(ctx, viewer, video); err != nil {
		return fmt.Errorf("import a source: %w", err)
	}
	return s.receive(ctx, source{
		video: video, createdBy: viewer.User, length: f.SizeBytes, fileName: label(f.Name), fileType: label(f.Type), body: f.Body,
	})
}
