// Many runs of helmfile in one process.
//
// A process of helmfile takes a quarter of a second before it reads its first file. This program links helmfile's own
// commands and answers one request after the other, so that thousands of small projects can be read in minutes.
//
// Standard input has a request on each line, standard output an answer for each, both JSON. The process works in the
// directory of the request and has the environment of the request, and of nothing else, while it answers.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/helmfile/helmfile/cmd"
	"github.com/helmfile/helmfile/pkg/config"
	"github.com/helmfile/helmfile/pkg/errors"
)

// request asks for runs of helmfile in one project.
type request struct {
	// Directory is the working directory, absolute.
	Directory string `json:"directory"`
	// Environment is the environment of the process.
	Environment map[string]string `json:"environment"`
	// Runs has the arguments of each run.
	Runs [][]string `json:"runs"`
}

// answer is what one run did.
type answer struct {
	// Status is the exit status that helmfile would have ended with, or 2 if it panicked.
	Status int `json:"status"`
	// Stdout is what it printed.
	Stdout string `json:"stdout"`
	// Log is what it logged, with the error that ended it last.
	Log string `json:"log"`
	// States are the documents of Stdout where that is what `helmfile build` prints.
	States []state `json:"states"`
}

func main() {
	requests := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	printed, err := os.CreateTemp("", "helmfile-many-*")
	if err != nil {
		fail(err)
	}
	if err := os.Remove(printed.Name()); err != nil {
		fail(err)
	}
	os.Stdout = printed
	for {
		line, err := requests.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return
		}
		if err != nil && err != io.EOF {
			fail(err)
		}
		var wanted request
		if err := json.Unmarshal(line, &wanted); err != nil {
			fail(err)
		}
		all := make([]answer, len(wanted.Runs))
		for i, arguments := range wanted.Runs {
			if all[i], err = run(wanted, arguments, printed); err != nil {
				fail(err)
			}
		}
		if err := answers.Encode(all); err != nil {
			fail(err)
		}
	}
}

// fail ends the process for a reason that is not helmfile's.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "many:", err)
	os.Exit(1)
}

// run runs helmfile once.
func run(wanted request, arguments []string, printed *os.File) (answer, error) {
	os.Clearenv()
	for name, value := range wanted.Environment {
		if err := os.Setenv(name, value); err != nil {
			return answer{}, err
		}
	}
	if err := os.Chdir(wanted.Directory); err != nil {
		return answer{}, err
	}
	// What a shell sets, and what Go's os.Getwd goes by.
	if err := os.Setenv("PWD", wanted.Directory); err != nil {
		return answer{}, err
	}
	if err := printed.Truncate(0); err != nil {
		return answer{}, err
	}
	if _, err := printed.Seek(0, io.SeekStart); err != nil {
		return answer{}, err
	}
	var log bytes.Buffer
	got := answer{Status: execute(arguments, &log)}
	if _, err := printed.Seek(0, io.SeekStart); err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(printed)
	if err != nil {
		return answer{}, err
	}
	got.Stdout, got.Log = string(text), log.String()
	got.States, err = states(text)
	return got, err
}

// execute does what helmfile's main function does, and gives the exit status.
func execute(arguments []string, log *bytes.Buffer) (status int) {
	defer func() {
		if panicked := recover(); panicked != nil {
			fmt.Fprintln(log, "panic:", panicked)
			status = 2
		}
	}()
	// The log is locked by nobody here: helmfile's logger locks what it writes to.
	options := &config.GlobalOptions{LogOutput: log}
	root, err := cmd.NewRootCmd(options)
	if err == nil {
		root.SetArgs(arguments)
		err = root.Execute()
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(log, err)
	if coded, ok := err.(errors.ExitCoder); ok {
		return coded.ExitCode()
	}
	return 3
}
