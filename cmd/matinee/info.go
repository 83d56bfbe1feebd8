package main

import (
	"fmt"
	"reflect"

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

// Run prints every key with the value in force, as YAML that --config takes.
func (c *configCommand) Run(p process) error {
	if c.Reference {
		_, err := fmt.Fprint(p.out, config.Reference())
		return err
	}
	value := reflect.ValueOf(c.Config)
	for i := range value.NumField() {
		if _, err := fmt.Fprintf(p.out, "%s: %q\n", value.Type().Field(i).Tag.Get("name"), fmt.Sprint(value.Field(i).Interface())); err != nil {
			return err
		}
	}
	return c.Validate()
}

type openapiCommand struct{}

// Run prints the OpenAPI document, made by the same code that serves it.
func (*openapiCommand) Run(p process) error {
	text, err := app.OpenAPI()
	if err != nil {
		return err
	}
	_, err = p.out.Write(text)
	return err
}
