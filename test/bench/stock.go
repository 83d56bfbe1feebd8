package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"matinee/client"
)

// stockedVideos is how many videos the stocked folder has beside the one that can be played.
const stockedVideos = 200

// stock is a data folder with a public video that is ready, and many that wait for their source.
type stock struct {
	data  string
	video string // id of the one that is ready
}

// stocked returns the stocked folder, which the first measurement that needs it makes.
func (b *bench) stocked(ctx context.Context) (stock, error) {
	if b.stock.data != "" {
		return b.stock, nil
	}
	made := stock{data: b.in("stocked")}
	if err := b.addAccount(ctx, made.data); err != nil {
		return made, err
	}
	err := b.serving(ctx, made.data, func(s *server) error {
		api, err := s.signIn(ctx)
		if err != nil {
			return err
		}
		for i := range stockedVideos {
			if _, err := api.CreateVideo(ctx, fmt.Sprintf("Video %d", i), "public"); err != nil {
				return fmt.Errorf("create a video: %w", err)
			}
		}
		made.video, err = encodeClip(ctx, api, b.clip)
		return err
	})
	if err != nil {
		return made, fmt.Errorf("stock a data folder: %w", err)
	}
	b.stock = made
	return made, nil
}

// encodeClip uploads a public video and waits until it is ready.
func encodeClip(ctx context.Context, api *client.Client, path string) (string, error) {
	v, err := api.CreateVideo(ctx, "Clip", "public")
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	facts, err := file.Stat()
	if err != nil {
		return "", err
	}
	if _, err := api.PutSource(ctx, v.Upload.PutURL, file, facts.Size()); err != nil {
		return "", fmt.Errorf("upload the clip: %w", err)
	}
	return v.ID, poll(ctx, 5*time.Minute, func() (bool, error) {
		now, err := api.Video(ctx, v.ID)
		if err == nil && now.State == "failed" {
			err = fmt.Errorf("the clip failed: %s", now.Error.Message)
		}
		return now.State == "ready", err
	})
}
