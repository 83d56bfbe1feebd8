package api

import "context"

type instanceOutput struct {
	Body struct {
		Name           string           `json:"name"`
		Version        string           `json:"version"`
		SetupRequired  bool             `json:"setup_required" doc:"Nobody administers this server yet: the log says how to begin."`
		MaxUploadBytes int64            `json:"max_upload_bytes" doc:"0: no bound but the disk."`
		Upload         uploadLimitsBody `json:"upload"`
		Sample         bool             `json:"sample" doc:"Whether the built-in clip can be tried."`
	}
}

// uploadLimitsBody is what a page may say of a file before it is sent.
type uploadLimitsBody struct {
	MaxBytes   *int64  `json:"max_bytes" doc:"The largest source; null: no bound but the disk."`
	FreeBytes  *int64  `json:"free_bytes" doc:"Room for a source and what is made from it; null where the store cannot tell, and for strangers."`
	DiskFactor float64 `json:"disk_factor" doc:"What is made from a source takes about this times its size."`
}

func (a *API) instance(ctx context.Context, _ *nothing) (*instanceOutput, error) {
	required, err := a.Accounts.SetupRequired(ctx)
	if err != nil {
		return nil, err
	}
	out := &instanceOutput{}
	out.Body.Name, out.Body.Version, out.Body.SetupRequired = "Matinee", a.o.Version, required
	out.Body.MaxUploadBytes, out.Body.Sample = a.o.MaxUploadBytes, len(a.o.Sample) > 0
	out.Body.Upload, err = a.uploadLimits(ctx)
	return out, err
}

// uploadLimits keeps the state of the disk from strangers: nobody needs it who cannot send.
func (a *API) uploadLimits(ctx context.Context) (b uploadLimitsBody, err error) {
	limits, err := a.Uploads.Limits(ctx)
	if err != nil {
		return b, err
	}
	b.DiskFactor = limits.DiskFactor
	if limits.MaxBytes > 0 {
		b.MaxBytes = &limits.MaxBytes
	}
	if limits.FreeBytes >= 0 && viewerOf(ctx).SignedIn() {
		b.FreeBytes = &limits.FreeBytes
	}
	return b, nil
}
