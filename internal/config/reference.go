package config

import (
	"fmt"
	"reflect"
	"strings"
)

// EnvironmentPrefix begins the name of every variable.
const EnvironmentPrefix = "MATINEE_"

// Variable returns the environment variable of a key.
func Variable(key string) string {
	return EnvironmentPrefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// Keys lists every key.
func Keys() []string {
	var keys []string
	for field := range reflect.TypeFor[Config]().Fields() {
		keys = append(keys, field.Tag.Get("name"))
	}
	return keys
}

// Reference returns the documentation of every key as Markdown.
func Reference() string {
	var out strings.Builder
	out.WriteString("# Configuration\n\nA value comes from a flag, else from the environment, else from the file that `--config` names (YAML, the keys below), else it is the default.\n\n")
	out.WriteString("| key | flag | environment | default | what it is |\n| --- | --- | --- | --- | --- |\n")
	for field := range reflect.TypeFor[Config]().Fields() {
		tag := field.Tag
		key := tag.Get("name")
		value := tag.Get("default")
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&out, "| `%s` | `--%s` | `%s` | %s | %s |\n", key, key, Variable(key), value, tag.Get("help"))
	}
	return out.String()
}
