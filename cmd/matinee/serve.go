package main

import (
	"log/slog"
	"os"

	"matinee/internal/app"
	"matinee/internal/config"
	"matinee/internal/telemetry"
)

type serveCommand struct {
	config.Config
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(p process) error {
	log, err := loggerOf(c.Config)
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

func loggerOf(c config.Config) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, err
	}
	format := telemetry.Format(c.LogFormat)
	if c.LogFormat == "auto" {
		format = telemetry.JSON
		if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			format = telemetry.Text
		}
	}
	return telemetry.NewLogger(os.Stderr, format, level), nil
}
