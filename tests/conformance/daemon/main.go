// Command oracle answers, one JSON line for each configuration on standard input, whether dockerd takes it, and what the
// engine then has. Without a configuration it answers with the names of all options.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/moby/moby/v2/daemon/command"
	"github.com/moby/moby/v2/daemon/config"
	"github.com/spf13/pflag"
)

type answer struct {
	Error   string          `json:"error,omitempty"`
	Options []string        `json:"options,omitempty"`
	Flags   map[string]bool `json:"flags,omitempty"`
	Config  *config.Config  `json:"config,omitempty"`
}

type runner interface {
	command.Runner
	SetArgs([]string)
	Flags() *pflag.FlagSet
}

// Options that are true or false.
var switches = []string{"icc", "iptables", "no-new-privileges", "rootless"}

func dockerd() runner {
	var said bytes.Buffer
	made, err := command.NewDaemonRunner(&said, &said)
	if err != nil {
		panic(err)
	}
	return made.(runner)
}

func options() (found answer) {
	dockerd().Flags().VisitAll(func(flag *pflag.Flag) {
		found.Options = append(found.Options, flag.Name)
		if named, ok := flag.Value.(interface{ Name() string }); ok {
			found.Options = append(found.Options, named.Name())
		}
	})
	return found
}

func ask(text, file string) answer {
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		panic(err)
	}
	checking := dockerd()
	checking.SetArgs([]string{"--validate", "--config-file", file})
	if err := checking.Run(context.Background()); err != nil {
		return answer{Error: err.Error()}
	}
	base, err := config.New()
	if err != nil {
		panic(err)
	}
	flags := dockerd().Flags()
	found, err := config.MergeDaemonConfigurations(base, flags, file)
	if err != nil {
		return answer{Error: err.Error()}
	}
	said := map[string]bool{}
	for _, name := range switches {
		if said[name], err = flags.GetBool(name); err != nil {
			panic(err)
		}
	}
	return answer{Flags: said, Config: found}
}

func main() {
	folder, err := os.MkdirTemp("", "daemon")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	// Without its proxy, which is looked for at the start, dockerd takes no configuration at all.
	if err := os.WriteFile(filepath.Join(folder, "docker-proxy"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		panic(err)
	}
	if err := os.Setenv("PATH", folder); err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var text string
		if err := json.Unmarshal(in.Bytes(), &text); err != nil {
			panic(err)
		}
		found := options()
		if text != "" {
			found = ask(text, filepath.Join(folder, "daemon.json"))
		}
		if err := out.Encode(found); err != nil {
			panic(err)
		}
	}
}
