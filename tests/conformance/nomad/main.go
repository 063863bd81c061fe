// Command oracle answers, one JSON line for each job on standard input, what Nomad makes of its tasks: the job as its own
// parser reads it, and every task's configuration as the driver's own schema decodes it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/nomad/api"
	"github.com/hashicorp/nomad/drivers/docker"
	"github.com/hashicorp/nomad/drivers/exec"
	"github.com/hashicorp/nomad/drivers/java"
	"github.com/hashicorp/nomad/drivers/qemu"
	"github.com/hashicorp/nomad/drivers/rawexec"
	"github.com/hashicorp/nomad/drivers/shared/capabilities"
	"github.com/hashicorp/nomad/helper/pluginutils/hclspecutils"
	"github.com/hashicorp/nomad/helper/pluginutils/hclutils"
	"github.com/hashicorp/nomad/jobspec2"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/hashicorp/nomad/plugins/shared/hclspec"
	"github.com/zclconf/go-cty/cty"
)

type question struct {
	Name string `json:"name"`
	Text string `json:"text"`
	API  bool   `json:"api"`
}

type task struct {
	Group    string         `json:"group"`
	Name     string         `json:"name"`
	Driver   string         `json:"driver"`
	User     string         `json:"user"`
	Error    string         `json:"error,omitempty"`
	Config   any            `json:"config,omitempty"`
	Kept     []string       `json:"kept,omitempty"`
	Networks []string       `json:"networks"`
	Volumes  map[string]any `json:"volumes"`
	Mounts   []any          `json:"mounts"`
	Memory   int            `json:"memory"`
	Most     int            `json:"most"`
}

type answer struct {
	Error string `json:"error,omitempty"`
	Tasks []task `json:"tasks,omitempty"`
}

type schema interface {
	TaskConfigSchema() (*hclspec.Spec, error)
}

// What the client fills in that the generated jobs ask for; anything else is not known to it either.
var values = map[string]cty.Value{
	"NOMAD_ALLOC_DIR":   cty.StringVal("/alloc"),
	"NOMAD_TASK_DIR":    cty.StringVal("/local"),
	"NOMAD_SECRETS_DIR": cty.StringVal("/secrets"),
	"NOMAD_META_mine":   cty.StringVal("\x00"),
}

var specs = map[string]hcldec.Spec{}

func load(name string, driver schema) {
	found, err := driver.TaskConfigSchema()
	if err != nil {
		panic(err)
	}
	spec, diagnostics := hclspecutils.Convert(found)
	if diagnostics.HasErrors() {
		panic(diagnostics)
	}
	specs[name] = spec
}

func parsed(asked question) (*api.Job, error) {
	if !asked.API {
		return jobspec2.ParseWithConfig(&jobspec2.ParseConfig{Path: asked.Name, Body: []byte(asked.Text), Strict: true})
	}
	var wrapped struct{ Job *api.Job }
	if err := json.Unmarshal([]byte(asked.Text), &wrapped); err != nil {
		return nil, err
	}
	if wrapped.Job != nil {
		return wrapped.Job, nil
	}
	var job api.Job
	err := json.Unmarshal([]byte(asked.Text), &job)
	return &job, err
}

func decoded(driver string, given map[string]any) (any, error) {
	spec, known := specs[driver]
	if !known {
		return nil, fmt.Errorf("no driver %s", driver)
	}
	value, diagnostics, _ := hclutils.ParseHclInterface(given, spec, values)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	var whole drivers.TaskConfig
	if err := whole.EncodeDriverConfig(value); err != nil {
		return nil, err
	}
	targets := map[string]any{
		"docker": &docker.TaskConfig{}, "exec": &exec.TaskConfig{}, "java": &java.TaskConfig{},
		"raw_exec": &rawexec.TaskConfig{}, "qemu": &qemu.TaskConfig{},
	}
	target := targets[driver]
	return target, whole.DecodeDriverConfig(target)
}

func kept(config any) []string {
	lists := map[string][]string{}
	switch one := config.(type) {
	case *exec.TaskConfig:
		lists["add"], lists["drop"] = one.CapAdd, one.CapDrop
	case *java.TaskConfig:
		lists["add"], lists["drop"] = one.CapAdd, one.CapDrop
	default:
		return nil
	}
	allowed := append(capabilities.NomadDefaults().Slice(false), lists["add"]...)
	found, err := capabilities.Calculate(capabilities.NomadDefaults(), allowed, lists["add"], lists["drop"])
	if err != nil {
		panic(err)
	}
	return found
}

func answered(asked question) (found answer) {
	defer func() {
		if raised := recover(); raised != nil {
			found = answer{Error: fmt.Sprint(raised)}
		}
	}()
	job, err := parsed(asked)
	if err != nil {
		return answer{Error: err.Error()}
	}
	job.Canonicalize()
	for _, group := range job.TaskGroups {
		for _, one := range group.Tasks {
			made := task{Group: *group.Name, Name: one.Name, Driver: one.Driver, User: one.User}
			config, err := decoded(one.Driver, one.Config)
			if err != nil {
				made.Error = err.Error()
			} else {
				made.Config, made.Kept = config, kept(config)
			}
			for _, network := range group.Networks {
				made.Networks = append(made.Networks, network.Mode)
			}
			made.Volumes = map[string]any{}
			for name, volume := range group.Volumes {
				made.Volumes[name] = volume
			}
			for _, mount := range one.VolumeMounts {
				made.Mounts = append(made.Mounts, mount)
			}
			made.Memory = *one.Resources.MemoryMB
			if one.Resources.MemoryMaxMB != nil {
				made.Most = *one.Resources.MemoryMaxMB
			}
			found.Tasks = append(found.Tasks, made)
		}
	}
	return found
}

func main() {
	log := hclog.NewNullLogger()
	load("docker", docker.NewDockerDriver(context.Background(), log).(schema))
	load("exec", exec.NewExecDriver(context.Background(), log).(schema))
	load("java", java.NewDriver(context.Background(), log).(schema))
	load("raw_exec", rawexec.NewRawExecDriver(context.Background(), log).(schema))
	load("qemu", qemu.NewQemuDriver(context.Background(), log).(schema))
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		asked.Text = strings.ToValidUTF8(asked.Text, "?")
		if err := out.Encode(answered(asked)); err != nil {
			panic(err)
		}
	}
}
