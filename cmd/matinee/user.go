package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"matinee/client"
)

type userCommands struct {
	Create        userCreateCommand        `cmd:"" help:"Create an account that can sign in."`
	List          userListCommand          `cmd:"" help:"List the accounts."`
	ResetPassword userResetPasswordCommand `cmd:"" help:"Give an account another password, which ends its sessions."`
}

type userCreateCommand struct {
	folderFlag

	Email         string `required:"" help:"Address to sign in with."`
	Name          string `help:"Name to show. Default: the address up to the @."`
	Role          string `default:"uploader" enum:"admin,uploader,viewer" help:"admin, uploader or viewer."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input."`
}

// Run creates the account, with the server running or not.
func (c *userCreateCommand) Run(p process) error {
	password, err := readPassword(p.in)
	if err != nil {
		return err
	}
	if c.Name == "" {
		c.Name, _, _ = strings.Cut(c.Email, "@")
	}
	return c.withClient(p, func(api *client.Client) error {
		user, err := api.CreateUser(p.ctx, client.NewUser{Email: c.Email, Name: c.Name, Role: c.Role, Password: password})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "Created %s %s (%s).\n", user.Role, user.Email, user.ID)
		return err
	})
}

// readPassword reads all of standard input and trims one newline.
func readPassword(in io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(bufio.NewReader(in), 4096))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	password := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if password == "" {
		return "", errors.New("the password on standard input is empty")
	}
	return password, nil
}

type userListCommand struct {
	folderFlag
}

// Run prints a line an account.
func (c *userListCommand) Run(p process) error {
	return c.withClient(p, func(api *client.Client) error {
		users, err := api.Users(p.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tEMAIL\tNAME\tROLE")
		for _, u := range users {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", u.ID, u.Email, u.Name, u.Role)
		}
		return table.Flush()
	})
}

type userResetPasswordCommand struct {
	folderFlag

	Email         string `required:"" help:"Address that the account signs in with."`
	PasswordStdin bool   `required:"" help:"Read the new password from standard input."`
}

// Run sets the password, with the server running or not.
func (c *userResetPasswordCommand) Run(p process) error {
	password, err := readPassword(p.in)
	if err != nil {
		return err
	}
	return c.withClient(p, func(api *client.Client) error {
		user, err := api.UserByEmail(p.ctx, c.Email)
		if err != nil {
			return err
		}
		if err := api.SetPassword(p.ctx, user.ID, password); err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%s has a new password and is signed out everywhere.\n", user.Email)
		return err
	})
}
