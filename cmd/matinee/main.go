package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"matinee/internal/config"
)

// version is set by the build.
var version = "dev"

//go:embed sample/sample.mp4
var sample []byte

// commands is the whole command line.
type commands struct {
	File kong.ConfigFlag `name:"config" placeholder:"FILE" help:"YAML file with any of the keys of matinee config."`

	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Doctor  doctorCommand  `cmd:"" help:"Check everything that a server needs, by using it."`
	Upload  uploadCommand  `cmd:"" help:"Upload video files."`
	User    userCommands   `cmd:"" help:"Manage accounts."`
	Config  configCommand  `cmd:"" help:"Print the configuration in force, or its reference."`
	OpenAPI openapiCommand `cmd:"" name:"openapi" help:"Print the API's description."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// process is what a command sees of the process that it runs in.
type process struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	errors io.Writer
	lookup func(string) (string, bool) // in the environment
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(process{ctx: ctx, in: os.Stdin, out: os.Stdout, errors: os.Stderr, lookup: os.LookupEnv}, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "matinee:", err)
		os.Exit(1)
	}
}

// run does what the arguments say.
func run(p process, args []string) error {
	var line commands
	ended := errors.New("ended")
	parser, err := kong.New(&line, kong.Name("matinee"), kong.Description("Self-hosted video on demand."), kong.UsageOnError(),
		kong.Writers(p.out, p.errors), kong.Exit(func(int) { panic(ended) }),
		kong.Configuration(fileLoader(p.lookup)), kong.Resolvers(environment(p.lookup)), kong.BindTo(p.ctx, (*context.Context)(nil)))
	if err != nil {
		return fmt.Errorf("read the command line: %w", err)
	}
	defer func() {
		if cause := recover(); cause != nil && cause != any(ended) {
			panic(cause)
		}
	}()
	chosen, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return chosen.Run(p)
}

// environment resolves a flag from its variable.
func environment(lookup func(string) (string, bool)) kong.ResolverFunc {
	return func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		value, found, err := config.FromEnvironment(flag.Name, lookup)
		if err != nil || !found {
			return nil, err
		}
		return value, nil
	}
}
