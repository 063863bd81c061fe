// Command oracle answers, one JSON line for each on standard input, what Docker Compose makes of a project: the
// containers that it would start and what it asks of the engine for them; and how it reads a volume in its short form.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

// request names a file, which is loaded with those that Compose finds together with it, or alone; or one text to parse.
// The settings are the environment of either.
type request struct {
	File     string            `json:"file"`
	Kind     string            `json:"kind"`
	Text     string            `json:"text"`
	Settings map[string]string `json:"settings"`
}

type answer struct {
	Error    string                `json:"error,omitempty"`
	Files    []string              `json:"files,omitempty"`
	Services map[string]any        `json:"services,omitempty"`
	Jobs     map[string]any        `json:"jobs,omitempty"`
	Networks types.Networks        `json:"networks,omitempty"`
	Volumes  types.Volumes         `json:"volumes,omitempty"`
	Secrets  map[string]fileObject `json:"secrets,omitempty"`
	Configs  map[string]fileObject `json:"configs,omitempty"`
	Unset    []string              `json:"unset,omitempty"`
	Default  []string              `json:"default,omitempty"`
	Value    any                   `json:"value,omitempty"`
}

type fileObject struct {
	File string `json:"file"`
}

// unset collects the variables that were replaced by nothing, as Compose warns of each, and those with a default.
type unset struct{ names, defaults map[string]bool }

func (u *unset) Levels() []logrus.Level { return []logrus.Level{logrus.WarnLevel} }

func (u *unset) Fire(entry *logrus.Entry) error {
	if name, found := strings.CutSuffix(entry.Message, " variable is not set. Defaulting to a blank string."); found {
		u.names[strings.Trim(strings.TrimPrefix(name, "The "), `"`)] = true
	}
	return nil
}

// substitute is Compose's own, and notes the variables whose absence made a `+` form empty or took a default.
func (u *unset) substitute(text string, mapping template.Mapping) (string, error) {
	return template.Substitute(text, func(name string) (string, bool) {
		value, found := mapping(name)
		if !found && (strings.Contains(text, "{"+name+"+") || strings.Contains(text, "{"+name+":+")) {
			u.names[name] = true
		}
		if !found && (strings.Contains(text, "{"+name+"-") || strings.Contains(text, "{"+name+":-")) {
			u.defaults[name] = true
		}
		return value, found
	})
}

var watch = &unset{}

func project(asked request) (found answer) {
	defer func() {
		if problem := recover(); problem != nil {
			found = answer{Error: fmt.Sprintf("panic: %v", problem)}
		}
	}()
	if err := os.Chdir(filepath.Dir(asked.File)); err != nil {
		return answer{Error: err.Error()}
	}
	options, err := projectOptions(nil, asked.Settings)
	if err != nil || !slices.Contains(options.ConfigPaths, asked.File) {
		options, err = projectOptions([]string{asked.File}, asked.Settings)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	loaded, err := options.LoadProject(context.Background())
	if err != nil {
		return answer{Error: err.Error()}
	}
	return model(loaded)
}

// projectOptions are those of `docker compose`, in their order, in an environment that is given; no files mean those
// that it finds by itself.
func projectOptions(files []string, settings map[string]string) (*cli.ProjectOptions, error) {
	return cli.NewProjectOptions(
		files,
		cli.WithEnv(environment(settings)),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithConfigFileEnv,
		cli.WithDefaultConfigPath,
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithProfiles([]string{"*"}),
		cli.WithConsistency(false), // what is wrong with a part of a project says nothing of how it is read
		cli.WithoutEnvironmentResolution,
		cli.WithoutLabelsResolution,
		cli.WithLoadOptions(watched),
	)
}

func model(loaded *types.Project) (found answer) {
	found.Files = loaded.ComposeFiles
	found.Services, found.Jobs = map[string]any{}, map[string]any{}
	for name, service := range loaded.AllServices() {
		if service.Build != nil {
			service.Build.SSH = nil // it has no JSON
		}
		found.Services[name] = service
	}
	for name, job := range loaded.AllJobs() {
		found.Jobs[name] = job
	}
	found.Networks, found.Volumes = loaded.Networks, loaded.Volumes
	found.Secrets, found.Configs = map[string]fileObject{}, map[string]fileObject{}
	for name, secret := range loaded.Secrets {
		found.Secrets[name] = fileObject{secret.File}
	}
	for name, config := range loaded.Configs {
		found.Configs[name] = fileObject{config.File}
	}
	return found
}

func environment(settings map[string]string) (found []string) {
	for name, value := range settings {
		found = append(found, name+"="+value)
	}
	return found
}

func watched(options *loader.Options) {
	if options.Interpolate != nil {
		options.Interpolate.Substitute = watch.substitute
	}
}

func settings(asked request) template.Mapping {
	return func(name string) (string, bool) {
		value, found := asked.Settings[name]
		return value, found
	}
}

func answered(asked request) (found answer) {
	var err error
	watch.names, watch.defaults = map[string]bool{}, map[string]bool{}
	switch asked.Kind {
	case "volume":
		found.Value, err = format.ParseVolume(asked.Text)
	case "template":
		found.Value, err = watch.substitute(asked.Text, settings(asked))
	case "environment":
		found.Value, err = dotenv.Parse(strings.NewReader(asked.Text))
	default:
		found = project(asked)
	}
	if err != nil {
		found.Error = err.Error()
	}
	for name := range watch.names {
		found.Unset = append(found.Unset, name)
	}
	for name := range watch.defaults {
		found.Default = append(found.Default, name)
	}
	return found
}

func main() {
	logrus.SetOutput(nothing{})
	logrus.AddHook(watch)
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(answered(asked)); err != nil {
			panic(err)
		}
	}
}

type nothing struct{}

func (nothing) Write(text []byte) (int, error) { return len(text), nil }
