package main

import (
	"fmt"

	"matinee/internal/app"
	"matinee/internal/config"
)

type versionCommand struct{}

// Run prints the version.
func (*versionCommand) Run(p process) error {
	_, err := fmt.Fprintln(p.out, version)
	return err
}

type configCommand struct {
	config.Config

	Reference bool `help:"Print the documentation of every key instead."`
}

// Run prints every key with its words and the value in force, as YAML that --config takes. Secrets are left out.
func (c *configCommand) Run(p process) error {
	if c.Reference {
		_, err := fmt.Fprint(p.out, config.Reference())
		return err
	}
	if _, err := fmt.Fprint(p.out, c.Print()); err != nil {
		return err
	}
	return c.Validate()
}

type openapiCommand struct {
	Problems bool `help:"Print the reference of the API's problems instead."`
}

// Run prints the OpenAPI document, made by the same code that serves it.
func (c *openapiCommand) Run(p process) error {
	if c.Problems {
		_, err := p.out.Write(app.ProblemReference())
		return err
	}
	text, err := app.OpenAPI()
	if err != nil {
		return err
	}
	_, err = p.out.Write(text)
	return err
}
