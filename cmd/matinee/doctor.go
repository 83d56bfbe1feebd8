package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"matinee/internal/app"
	"matinee/internal/config"
)

type doctorCommand struct {
	config.Config `group:"Settings, as of matinee serve:"`

	JSON bool `name:"json" help:"Print the checks as JSON."`
}

// errUnwell is what the doctor ends with when something does not work.
var errUnwell = errors.New("something does not work: see the lines marked bad")

// Run prints a line a check, with the cure below those that need one.
func (c *doctorCommand) Run(p process) error {
	checks := app.Doctor(p.ctx, c.Config, app.Build{Version: version, Sample: sample})
	well := true
	for _, check := range checks {
		well = well && check.State != app.CheckBad
	}
	if err := c.print(p, checks, well); err != nil {
		return err
	}
	if !well {
		return errUnwell
	}
	return nil
}

func (c *doctorCommand) print(p process, checks []app.Check, well bool) error {
	if c.JSON {
		encoder := json.NewEncoder(p.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			OK     bool        `json:"ok"`
			Checks []app.Check `json:"checks"`
		}{well, checks})
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, check := range checks {
		fmt.Fprintf(table, "%s\t%s\t%s\n", check.State, check.Name, check.Detail)
		if check.Cure != "" {
			fmt.Fprintf(table, "\t\t→ %s\n", check.Cure)
		}
	}
	return table.Flush()
}
