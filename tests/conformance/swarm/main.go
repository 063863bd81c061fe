// Command oracle answers, one JSON line for each on standard input, what `docker stack deploy` makes of a stack: what it
// refuses, what it drops, and the services that it asks a swarm for. Without a stack it answers with its own lists.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/docker/cli/cli/compose/convert"
	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/types"
	"github.com/moby/moby/api/types/mount"
)

type request struct {
	Stack  string `json:"stack"`
	Folder string `json:"folder"`
}

type service struct {
	User        string      `json:"user"`
	ReadOnly    bool        `json:"read_only"`
	Isolation   string      `json:"isolation"`
	Added       []string    `json:"added"`
	Dropped     []string    `json:"dropped"`
	Sysctls     []string    `json:"sysctls"`
	Binds       [][3]string `json:"binds"`
	Networks    []string    `json:"networks"`
	Memory      bool        `json:"memory"`
	Pids        bool        `json:"pids"`
	Confined    bool        `json:"confined"`
	Constraints []string    `json:"constraints"`
}

type answer struct {
	Error     string             `json:"error,omitempty"`
	Dropped   []string           `json:"dropped,omitempty"`
	Forbidden []string           `json:"forbidden,omitempty"`
	Services  map[string]service `json:"services,omitempty"`
}

func lists() answer {
	return answer{Dropped: types.UnsupportedProperties, Forbidden: slices.Sorted(maps.Keys(types.ForbiddenProperties))}
}

func stack(asked request) (found answer) {
	defer func() {
		if problem := recover(); problem != nil {
			found = answer{Error: fmt.Sprint("panic: ", problem)}
		}
	}()
	parsed, err := loader.ParseYAML([]byte(asked.Stack))
	if err != nil {
		return answer{Error: err.Error()}
	}
	dropped := loader.GetUnsupportedProperties(parsed)
	details := types.ConfigDetails{
		WorkingDir:  asked.Folder,
		ConfigFiles: []types.ConfigFile{{Filename: "stack.yml", Config: parsed}},
		Environment: map[string]string{},
	}
	config, err := loader.Load(details)
	if err != nil {
		return answer{Error: err.Error()}
	}
	found = answer{Dropped: dropped, Services: map[string]service{}}
	for _, one := range config.Services {
		spec, err := convert.Service(convert.NewNamespace("ns"), one, config.Networks, config.Volumes, nil, nil)
		if err != nil {
			return answer{Error: err.Error()}
		}
		container := spec.TaskTemplate.ContainerSpec
		told := service{
			User: container.User, ReadOnly: container.ReadOnly, Isolation: string(container.Isolation),
			Added: container.CapabilityAdd, Dropped: container.CapabilityDrop,
			Sysctls:     slices.Sorted(maps.Keys(container.Sysctls)),
			Confined:    container.Privileges != nil && (container.Privileges.NoNewPrivileges || container.Privileges.Seccomp != nil),
			Constraints: spec.TaskTemplate.Placement.Constraints,
		}
		for _, entry := range container.Mounts {
			source := entry.Source
			if entry.VolumeOptions != nil && entry.VolumeOptions.DriverConfig != nil {
				if options := entry.VolumeOptions.DriverConfig.Options; options["o"] == "bind" {
					source = options["device"]
				} else {
					continue
				}
			} else if entry.Type != mount.TypeBind && entry.Type != mount.TypeNamedPipe {
				continue
			}
			told.Binds = append(told.Binds, [3]string{source, entry.Target, fmt.Sprint(entry.ReadOnly)})
		}
		for _, network := range spec.TaskTemplate.Networks {
			told.Networks = append(told.Networks, network.Target)
		}
		if limits := spec.TaskTemplate.Resources; limits != nil && limits.Limits != nil {
			told.Memory, told.Pids = limits.Limits.MemoryBytes > 0, limits.Limits.Pids > 0
		}
		found.Services[one.Name] = told
	}
	return found
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64*1024*1024)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		told := lists()
		if asked.Stack != "" {
			told = stack(asked)
		}
		if err := out.Encode(told); err != nil {
			panic(err)
		}
	}
}
