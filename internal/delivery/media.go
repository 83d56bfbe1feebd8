package delivery

import (
	"context"

	"matinee/internal/access"
	"matinee/internal/ids"
	"matinee/internal/packaging"
)

// Media is what the origin serves of one version. It is shared: read only.
type Media struct {
	packaging.Presentation

	Public   bool // anybody may watch and any cache may keep it
	Complete bool // nothing of it will change any more
}

// catalogue answers what a viewer may be served. It is asked for every request, segments included.
type catalogue interface {
	// Media returns an errs.NotFound error for whoever may not watch the video, as for a video that does not exist.
	Media(ctx context.Context, viewer access.Viewer, video ids.VideoID, version ids.VersionID) (*Media, error)
}
