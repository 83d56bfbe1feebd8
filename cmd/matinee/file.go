package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"gopkg.in/yaml.v3"

	"matinee/internal/config"
)

// fileLoader resolves flags from a YAML file of keys and plain values, where the environment does not say otherwise: the file is
// asked last and would win.
func fileLoader(lookup func(string) (string, bool)) kong.ConfigurationLoader {
	return func(r io.Reader) (kong.Resolver, error) {
		values, err := readFile(r)
		if err != nil {
			return nil, err
		}
		return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
			if value, found, err := config.FromEnvironment(flag.Name, lookup); err != nil || found {
				return value, err
			}
			if value, ok := values[flag.Name]; ok {
				return value.Value, nil
			}
			return nil, nil
		}), nil
	}
}

// readFile reads a configuration file. A key that is none is an error: a misspelt bound must not be ignored.
func readFile(r io.Reader) (map[string]yaml.Node, error) {
	values := map[string]yaml.Node{}
	if err := yaml.NewDecoder(r).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the configuration file: %w", err)
	}
	for key, value := range values {
		if !slices.Contains(config.Keys(), key) {
			return nil, fmt.Errorf("%s: there is no such key in the configuration file (line %d); the keys are %s", key, value.Line, strings.Join(config.Keys(), ", "))
		}
		if value.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("%s: it takes one plain value (line %d)", key, value.Line)
		}
	}
	return values, nil
}
