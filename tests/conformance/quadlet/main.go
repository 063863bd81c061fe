// The generator of Podman's quadlets, asked which command it makes of a unit.
//
// Every line of standard input is a JSON mapping of the names of units to their texts; every line of standard output
// maps the container units to the words of their command, or says why the generator refuses one. Nothing is run.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/containers/podman/v5/pkg/systemd/parser"
	"github.com/containers/podman/v5/pkg/systemd/quadlet"
)

type answer struct {
	Error string   `json:"error,omitempty"`
	Words []string `json:"words,omitempty"`
}

// names tells the generator what the services and resources of the units are called.
func names(units map[string]*parser.UnitFile) map[string]*quadlet.UnitInfo {
	infos := map[string]*quadlet.UnitInfo{}
	for name, unit := range units {
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		info := &quadlet.UnitInfo{ServiceName: stem + "-" + strings.TrimPrefix(filepath.Ext(name), "."), ResourceName: "systemd-" + stem}
		switch filepath.Ext(name) {
		case ".container":
			info.ServiceName, info.ResourceName = stem, quadlet.GetContainerResourceName(unit)
		case ".build":
			info.ResourceName = quadlet.GetBuiltImageName(unit)
		case ".image":
			info.ResourceName, _ = unit.Lookup(quadlet.ImageGroup, quadlet.KeyImage)
		}
		infos[name] = info
	}
	return infos
}

func ask(texts map[string]string) map[string]answer {
	units, found := map[string]*parser.UnitFile{}, map[string]answer{}
	for name, text := range texts {
		unit := parser.NewUnitFile()
		if err := unit.Parse(text); err != nil {
			found[name] = answer{Error: err.Error()}
			continue
		}
		unit.Filename, unit.Path = name, "/FOLDER/"+name
		units[name] = unit
	}
	infos := names(units)
	for name, unit := range units {
		if filepath.Ext(name) != ".container" {
			continue
		}
		service, _, err := quadlet.ConvertContainer(unit, false, infos)
		if err != nil {
			found[name] = answer{Error: err.Error()}
			continue
		}
		words, _ := service.LookupLastArgs(quadlet.ServiceGroup, "ExecStart")
		found[name] = answer{Words: words}
	}
	return found
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var texts map[string]string
		if err := json.Unmarshal(lines.Bytes(), &texts); err != nil {
			panic(err)
		}
		out.Encode(ask(texts))
	}
}
