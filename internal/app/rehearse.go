package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

const ffmpegCure = "Install ffmpeg 5.1 or newer with libx264 (Debian and Ubuntu: apt-get install ffmpeg), or name it with --ffmpeg and --ffprobe."

// ffmpeg has a clip probed, planned, encoded and split, as every upload is, and tells the fences around the processes.
func (e *examination) ffmpeg(ctx context.Context, a *App) {
	if a.encoder == nil {
		if err := a.openEncoder(ctx); err != nil {
			e.bad("ffmpeg", err.Error(), ffmpegCure)
			return
		}
	}
	began := time.Now()
	if err := a.rehearse(ctx); err != nil {
		e.bad("ffmpeg", fmt.Sprintf("version %s does not do what Matinee relies on: %v", a.encoder.Version(), err), ffmpegCure)
	} else {
		e.ok("ffmpeg", fmt.Sprintf("version %s probes, encodes and can be split exactly (%.1f s)", a.encoder.Version(), time.Since(began).Seconds()))
	}
	e.sandbox(a.encoder.Layers())
}

func (e *examination) sandbox(layers []ffmpeg.Layer) {
	var active, missing []string
	for _, l := range layers {
		if l.Active {
			active = append(active, l.Name)
		} else {
			missing = append(missing, l.Name+" ("+l.Detail+")")
		}
	}
	if len(missing) == 0 {
		e.ok("sandbox", "all layers are active: "+strings.Join(active, ", "))
		return
	}
	e.warn("sandbox", "active: "+strings.Join(active, ", ")+"; missing: "+strings.Join(missing, "; "),
		"Uploads are still read by a bounded process. For all layers use a newer kernel, or a container that allows user and network namespaces.")
}

// rehearse makes the last chunk of a small plan for the built-in clip: the decoder must seek, the encoder must give the init
// segment that was promised, and the segments must lie exactly where the plan has them.
func (a *App) rehearse(ctx context.Context) error {
	if len(a.sample) == 0 {
		return errors.New("this program was built without a clip to try it with")
	}
	path, remove, err := a.keepSample()
	if err != nil {
		return err
	}
	defer remove()
	container, err := media.Sniff(a.sample[:min(len(a.sample), 4096)])
	if err != nil {
		return fmt.Errorf("sniff: %w", err)
	}
	facts, err := a.encoder.Probe(ctx, path, container)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	policy := media.Policy{Segment: time.Second, ChunkSegments: 1, FirstChunkSegments: 1, Ladder: []media.Step{{ShortSide: 240, CapBitsPerSecond: 400_000}}}
	plan, err := media.NewPlan(facts, policy, media.EncoderInfo{Version: a.encoder.Version(), Threads: a.config.EncodeThread})
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return a.encodeLastChunk(ctx, ffmpeg.Source{Path: path, Container: container}, plan)
}

func (a *App) encodeLastChunk(ctx context.Context, src ffmpeg.Source, plan media.Plan) error {
	if len(plan.Rungs) == 0 || len(plan.Chunks) == 0 {
		return errors.New("the plan of the clip has no pictures")
	}
	rung, last := plan.Rungs[0].ID, len(plan.Chunks)-1
	var init bytes.Buffer
	_, err := a.encoder.Inits(ctx, plan, func(track string, r io.Reader) error {
		text, err := packaging.ReadInit(r)
		if err == nil && track == rung {
			init.Write(text)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("make an init segment: %w", err)
	}
	var made atomic.Int64
	_, err = a.encoder.EncodeChunk(ctx, src, plan, last, ffmpeg.ChunkOptions{}, func(track string, r io.Reader) error {
		return packaging.Split(r, packaging.ChunkSpan(plan, track, init.Bytes(), last), func(int, []byte) error {
			made.Add(1)
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("encode and split: %w", err)
	}
	if want := plan.Chunks[last].Segments; int(made.Load()) != want {
		return fmt.Errorf("%d segments came instead of %d", made.Load(), want)
	}
	return nil
}

// keepSample writes the clip where a server keeps its scratch copies, since that is what the sandbox lets processes read; without
// a data folder, to the system's temporary folder.
func (a *App) keepSample() (path string, remove func(), err error) {
	parent := ""
	if a.folder != nil {
		parent = a.folder.in("scratch")
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return "", nil, err
		}
		if parent, err = filepath.Abs(parent); err != nil {
			return "", nil, err
		}
	}
	folder, err := os.MkdirTemp(parent, "doctor-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) } // what is left is removed at the next start
	path = filepath.Join(folder, "clip")
	if err := os.WriteFile(path, a.sample, 0o600); err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}
