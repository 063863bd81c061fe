// Command oracle answers, one JSON line for each set of files on standard input, what Bake makes of their targets.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/docker/buildx/bake"
)

type file struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type target struct {
	Context      string             `json:"context"`
	Contexts     map[string]string  `json:"contexts"`
	Dockerfile   string             `json:"dockerfile"`
	Inline       *string            `json:"inline"`
	Args         map[string]*string `json:"args"`
	Stage        *string            `json:"stage"`
	Network      *string            `json:"network"`
	Entitlements []string           `json:"entitlements"`
}

type answer struct {
	Error   string            `json:"error,omitempty"`
	Targets map[string]target `json:"targets,omitempty"`
}

func resolved(files []bake.File) (found answer) {
	defer func() {
		if raised := recover(); raised != nil {
			found = answer{Error: fmt.Sprint(raised)}
		}
	}()
	config, _, err := bake.ParseFiles(files, nil, nil)
	if err != nil {
		return answer{Error: err.Error()}
	}
	targets := map[string]target{}
	for _, one := range config.Targets {
		made, err := config.ResolveTarget(one.Name, nil, nil)
		if err != nil {
			return answer{Error: err.Error()}
		}
		targets[one.Name] = target{
			*made.Context, made.Contexts, *made.Dockerfile, made.DockerfileInline, made.Args, made.Target,
			made.NetworkMode, made.Entitlements,
		}
	}
	return answer{Targets: targets}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked []file
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		files := make([]bake.File, 0, len(asked))
		for _, one := range asked {
			files = append(files, bake.File{Name: one.Name, Data: []byte(one.Text)})
		}
		if err := out.Encode(resolved(files)); err != nil {
			panic(err)
		}
	}
}
