// Writes which options `helm template` and `helm upgrade` have, of each of these programs.
//
//	go run ./helm-options OPTIONS HELM…
//
// `--help` tells the options, but not those that are hidden because they go away. So every name that any command of any of
// the programs shows, and those that helm once had, is given to both commands: pflag refuses what it does not know before
// anything else happens.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// Options that helm has hidden, or takes away from one version to the next.
var hidden = []string{
	"atomic", "force", "force-replace", "recreate-pods", "rollback-on-failure", "no-update", "dep-up",
	"dependency-update", "verify", "keyring", "purge", "tls", "tls-verify", "tiller-namespace", "output", "labels",
	"hide-notes", "hide-secret", "skip-tests", "name-template", "generate-name", "replace", "wait", "wait-for-jobs",
	"skip-schema-validation", "take-ownership", "server-side", "force-conflicts", "reset-then-reuse-values", "burst-limit",
	"qps", "kube-tls-server-name", "kube-insecure-skip-tls-verify", "help",
}

var (
	// `  -a, --api-versions strings   Kubernetes api versions …`
	shown   = regexp.MustCompile(`(?m)^ +(?:-([A-Za-z]), |    )--([a-z0-9-]+)`)
	command = regexp.MustCompile(`(?m)^  ([a-z]+) {2,}`)
)

// What a command says about an option.
type option struct{ letter, takes string }

func main() {
	programs := os.Args[2:]
	names := slices.Clone(hidden)
	for _, program := range programs {
		for _, found := range command.FindAllStringSubmatch(help(program), -1) {
			for _, found := range shown.FindAllStringSubmatch(help(program, found[1]), -1) {
				names = append(names, found[2])
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	lines := map[string][]string{}
	versions := []string{}
	for _, program := range programs {
		version := strings.TrimSpace(run(program, "version", "--template={{.Version}}"))
		versions = append(versions, version)
		major := strings.TrimPrefix(strings.Split(version, ".")[0], "v")
		for _, command := range []string{"template", "upgrade"} {
			text := help(program, command)
			for _, name := range names {
				takes := probe(program, command, name)
				if takes == "" {
					continue
				}
				line := name + "\t" + letter(text, name) + "\t" + takes
				lines[line] = append(lines[line], command+major)
			}
		}
	}
	sorted := []string{}
	for line, commands := range lines {
		sorted = append(sorted, line+"\t"+strings.Join(commands, " "))
	}
	slices.Sort(sorted)
	text := "# Written by tests/tools/helm-options from helm " + strings.Join(versions, " and ") +
		": name, letter, what it takes, commands.\n" + strings.Join(sorted, "\n") + "\n"
	check(os.WriteFile(os.Args[1], []byte(text), 0o644))
}

// The letter that stands for an option, or `-`.
func letter(help, name string) string {
	for _, found := range shown.FindAllStringSubmatch(help, -1) {
		if found[2] == name && found[1] != "" {
			return found[1]
		}
	}
	return "-"
}

// What an option takes: a `value`, or none (`switch`) though one may be written after a `=`; nothing where the command does
// not have it.
func probe(program, command, name string) string {
	// The last argument, so that a value is missing where one has to follow. Another unknown option ends the others.
	told := run(program, command, "--"+name)
	switch {
	case strings.Contains(told, "flag needs an argument: --"+name):
		return "value"
	case strings.Contains(told, "unknown flag: --"+name):
		return ""
	}
	told = run(program, command, "--"+name, "--no-such-option")
	if name != "help" && !strings.Contains(told, "unknown flag: --no-such-option") {
		panic(fmt.Sprintf("%s %s --%s: %s", program, command, name, told))
	}
	return "switch"
}

func help(program string, arguments ...string) string {
	return run(program, append(arguments, "--help")...)
}

func run(program string, arguments ...string) string {
	command := exec.Command(program, arguments...)
	// No cluster, no plugins.
	home := os.TempDir() + "/helm-options-without-anything"
	command.Env = []string{"HOME=" + home, "KUBECONFIG=" + home + "/none", "HELM_PLUGINS=" + home + "/none"}
	told, _ := command.CombinedOutput()
	return string(told)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
