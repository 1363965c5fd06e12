// Writes which options helmfile's commands have, and how helmfile reads a number of command lines.
//
//	go run ./options OPTIONS COMMAND-LINES
//
// The options are those that helmfile's own definitions of its commands have, and each command line is read by these same
// definitions: only what a command would do is taken out.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/helmfile/helmfile/cmd"
	"github.com/helmfile/helmfile/pkg/config"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func main() {
	check(os.WriteFile(os.Args[1], options(), 0o644))
	var read []commandLine
	for _, arguments := range commandLines {
		read = append(read, parse(arguments))
	}
	text := bytes.Buffer{}
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	check(encoder.Encode(read))
	check(os.WriteFile(os.Args[2], text.Bytes(), 0o644))
}

// One line for each option: its name, its letter or `-`, what it takes, and the commands that have it, `*` for all.
func options() []byte {
	commands := map[string][]string{}
	root := newRoot()
	note := func(command string) func(*pflag.Flag) {
		return func(flag *pflag.Flag) {
			letter := flag.Shorthand
			if letter == "" {
				letter = "-"
			}
			line := flag.Name + "\t" + letter + "\t" + kind(flag)
			if !slices.Contains(commands[line], command) {
				commands[line] = append(commands[line], command)
			}
		}
	}
	root.PersistentFlags().VisitAll(note("*"))
	root.InitDefaultVersionFlag()
	root.LocalNonPersistentFlags().VisitAll(note("."))
	for _, command := range root.Commands() {
		command.NonInheritedFlags().VisitAll(note(command.Name()))
		for _, below := range command.Commands() {
			below.NonInheritedFlags().VisitAll(note(command.Name() + "/" + below.Name()))
		}
	}
	lines := []string{}
	for line, names := range commands {
		slices.Sort(names)
		lines = append(lines, line+"\t"+strings.Join(names, " "))
	}
	slices.Sort(lines)
	names := []string{}
	for _, command := range root.Commands() {
		names = append(names, strings.Join(append([]string{command.Name()}, command.Aliases...), "\t"))
		for _, below := range command.Commands() {
			names = append(names, command.Name()+"/"+below.Name())
		}
	}
	slices.Sort(names)
	text := "# Written by tests/tools/options from helmfile " + version() + ": name, letter, what it takes, commands.\n"
	text += strings.Join(lines, "\n") + "\n# Commands with their other names.\n" + strings.Join(names, "\n") + "\n"
	return []byte(text)
}

// The version of helmfile that this program is built with.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/helmfile/helmfile" {
			return module.Version
		}
	}
	panic("this program is built without helmfile")
}

// What an option takes: nothing (`switch`), a `number`, one text (`text`) or a text each time it is given (`list`).
func kind(flag *pflag.Flag) string {
	switch {
	case flag.Value.Type() == "bool" && flag.NoOptDefVal == "true":
		return "switch"
	case flag.NoOptDefVal != "":
		panic("an option whose value may be left out: " + flag.Name)
	case flag.Value.Type() == "stringArray":
		return "list"
	case flag.Value.Type() == "int":
		return "number"
	default:
		return "text"
	}
}

func newRoot() *cobra.Command {
	root, err := cmd.NewRootCmd(new(config.GlobalOptions))
	check(err)
	root.PersistentPreRunE = nil
	return root
}

// A command line as helmfile reads it. No command where helmfile would refuse it, or only help.
type commandLine struct {
	Arguments []string            `json:"arguments"`
	Command   string              `json:"command,omitempty"`
	Options   map[string][]string `json:"options,omitempty"`
}

func parse(arguments []string) commandLine {
	read := commandLine{Arguments: arguments}
	root := newRoot()
	root.SetOut(&bytes.Buffer{})
	root.SetErr(&bytes.Buffer{})
	root.SetArgs(arguments)
	var capture func(command *cobra.Command, name string)
	capture = func(command *cobra.Command, name string) {
		if command.Runnable() {
			command.PreRunE, command.PersistentPreRunE = nil, nil
			command.Run = nil
			command.RunE = func(command *cobra.Command, _ []string) error {
				read.Command = name
				read.Options = map[string][]string{}
				command.Flags().Visit(func(flag *pflag.Flag) {
					if list, ok := flag.Value.(pflag.SliceValue); ok {
						read.Options[flag.Name] = list.GetSlice()
					} else {
						read.Options[flag.Name] = []string{flag.Value.String()}
					}
				})
				return nil
			}
		}
		for _, below := range command.Commands() {
			capture(below, strings.TrimPrefix(name+"/"+below.Name(), "/"))
		}
	}
	capture(root, "")
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, arguments, err)
		read.Command, read.Options = "", nil
	}
	return read
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
