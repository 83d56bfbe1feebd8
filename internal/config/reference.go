package config

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
)

// EnvironmentPrefix begins the name of every variable.
const EnvironmentPrefix = "MATINEE_"

// fileSuffix ends the variable that names a file with the value of a secret.
const fileSuffix = "_FILE"

// maxSecretBytes bounds the file that a variable names.
const maxSecretBytes = 64 << 10

// Variable returns the environment variable of a key.
func Variable(key string) string {
	return EnvironmentPrefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// FromEnvironment returns what the environment says of a key: the value of its variable, or of a secret the content of the file
// that MATINEE_…_FILE names, without one newline at its end. Both at once are an error, and so is a file that cannot be read.
func FromEnvironment(key string, lookup func(string) (string, bool)) (value string, found bool, err error) {
	variable := Variable(key)
	value, found = lookup(variable)
	path, fromFile := "", false
	if isSecret(key) {
		path, fromFile = lookup(variable + fileSuffix)
	}
	switch {
	case found && fromFile:
		return "", false, fmt.Errorf("%s and %s are both set: keep one of them", variable, variable+fileSuffix)
	case !fromFile:
		return value, found, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", false, fmt.Errorf("read the file that %s names: %w", variable+fileSuffix, err)
	}
	if len(text) > maxSecretBytes {
		return "", false, fmt.Errorf("%s names a file of %d bytes, which holds no secret: %s", variable+fileSuffix, len(text), path)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), true, nil
}

func isSecret(key string) bool {
	for field := range reflect.TypeFor[Config]().Fields() {
		if field.Tag.Get("name") == key {
			return field.Tag.Get("secret") != ""
		}
	}
	return false
}

// Print returns the configuration as the YAML that --config takes, each key with its words. Secrets are left out.
func (c *Config) Print() string {
	var out strings.Builder
	values := reflect.ValueOf(*c)
	for i := range values.NumField() {
		tag := values.Type().Field(i).Tag
		key := tag.Get("name")
		value := fmt.Sprint(values.Field(i).Interface())
		fmt.Fprintf(&out, "# %s (--%s, %s)\n", tag.Get("help"), key, variables(tag))
		shown, whole := redacted(value, tag.Get("secret"))
		if !whole {
			out.WriteString("# It holds a secret, which is not shown.\n")
		}
		fmt.Fprintf(&out, "%s: %q\n\n", key, shown)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// redacted returns what may be shown of a value, and whether that is all of it.
func redacted(value, secret string) (shown string, whole bool) {
	if secret == "" || value == "" {
		return value, true
	}
	const hidden = "•••"
	if secret != "url" {
		return hidden, false
	}
	if !strings.Contains(value, "://") {
		return value, true // a file
	}
	u, err := url.Parse(value)
	if err != nil {
		return hidden, false
	}
	query := u.Query()
	if query.Has("password") { // as PostgreSQL's addresses may have it too
		query.Set("password", "xxxxx")
		u.RawQuery = query.Encode()
	}
	shown = u.Redacted()
	return shown, shown == value
}

// variables names the environment variables of a key.
func variables(tag reflect.StructTag) string {
	name := Variable(tag.Get("name"))
	if tag.Get("secret") == "" {
		return name
	}
	return name + " or " + name + fileSuffix
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
	out.WriteString("# Configuration\n\nA value comes from a flag, else from the environment, else from the file that `--config` names (YAML, the keys below), else it is the default.\n" +
		"A secret may also come from a file: where two variables stand, the second one names a file that holds the value. Both at once are an error. `matinee config` prints what is in force, without secrets.\n\n")
	out.WriteString("| key | flag | environment | default | what it is |\n| --- | --- | --- | --- | --- |\n")
	for field := range reflect.TypeFor[Config]().Fields() {
		tag := field.Tag
		key := tag.Get("name")
		value := tag.Get("default")
		if value != "" {
			value = "`" + value + "`"
		}
		variable := "`" + strings.ReplaceAll(variables(tag), " or ", "` or `") + "`"
		fmt.Fprintf(&out, "| `%s` | `--%s` | %s | %s | %s |\n", key, key, variable, value, tag.Get("help"))
	}
	return out.String()
}
