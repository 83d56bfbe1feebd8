package api

import "context"

type instanceOutput struct {
	Body struct {
		Name           string `json:"name"`
		Version        string `json:"version"`
		SetupRequired  bool   `json:"setup_required" doc:"Nobody administers this server yet: the log says how to begin."`
		MaxUploadBytes int64  `json:"max_upload_bytes" doc:"0: no bound but the disk."`
		Sample         bool   `json:"sample" doc:"Whether the built-in clip can be tried."`
	}
}

func (a *API) instance(ctx context.Context, _ *nothing) (*instanceOutput, error) {
	required, err := a.Accounts.SetupRequired(ctx)
	if err != nil {
		return nil, err
	}
	out := &instanceOutput{}
	out.Body.Name, out.Body.Version, out.Body.SetupRequired = "Matinee", a.o.Version, required
	out.Body.MaxUploadBytes, out.Body.Sample = a.o.MaxUploadBytes, len(a.o.Sample) > 0
	return out, nil
}
