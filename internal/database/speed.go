package database

import (
	"context"
	"fmt"
	"time"

	"matinee/internal/pipeline"
)

const speedColumns = `class, work, cpu, wall, assumed, seconds`

func scanSpeed(r row) (s pipeline.Speed, err error) {
	err = r.Scan(&s.Class, &s.Work, &s.CPU, &s.Wall, &s.Assumed, &s.Seconds)
	return s, err
}

// Speeds lists everything that was measured.
func (s *Pipeline) Speeds(ctx context.Context) (list []pipeline.Speed, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, scanSpeed, `SELECT `+speedColumns+` FROM speed ORDER BY class, work`)
		return err
	})
	return list, err
}

// LearnSpeed takes a run into its mean. Of two runs that end at one instant on two nodes both count: the row is locked.
func (s *Pipeline) LearnSpeed(ctx context.Context, class, work string, run pipeline.Sample, now time.Time) (learnt pipeline.Speed, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO speed (class, work, cpu, wall, assumed, seconds, updated_at) VALUES (?, ?, 0, 0, 0, 0, ?) ON CONFLICT (class, work) DO NOTHING`,
			class, work, micros(now))
		if err != nil {
			return fmt.Errorf("insert speed: %w", err)
		}
		learnt, err = one(ctx, tx, scanSpeed, `UPDATE speed SET updated_at = ? WHERE class = ? AND work = ? RETURNING `+speedColumns, micros(now), class, work)
		if err != nil {
			return fmt.Errorf("lock speed: %w", err)
		}
		learnt = learnt.With(run)
		_, err = tx.Exec(ctx, `UPDATE speed SET cpu = ?, wall = ?, assumed = ?, seconds = ? WHERE class = ? AND work = ?`,
			learnt.CPU, learnt.Wall, learnt.Assumed, learnt.Seconds, class, work)
		return err
	})
	return learnt, err
}
