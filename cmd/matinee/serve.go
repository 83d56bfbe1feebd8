package main

import (
	"matinee/internal/app"
	"matinee/internal/config"
)

type serveCommand struct {
	config.Config
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(p process) error {
	log, err := app.NewLogger(c.Config)
	if err != nil {
		return err
	}
	server, err := app.New(p.ctx, c.Config, app.Build{Version: version, Sample: sample}, log)
	if err != nil {
		return err
	}
	err = server.Run(p.ctx, p.out)
	if closeErr := server.Close(); err == nil {
		err = closeErr
	}
	return err
}
