package app

import (
	"fmt"
	"log/slog"
	"os"

	"matinee/internal/config"
	"matinee/internal/telemetry"
)

// NewLogger returns the logger that the configuration asks for, on standard error.
func NewLogger(c config.Config) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("log-level: %w", err)
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
