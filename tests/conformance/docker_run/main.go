// The command line of Docker itself, asked what it would send to the engine.
//
// Every line of standard input is a JSON list: the words behind `docker`. Every line of standard output is what the
// engine is asked to create, or why the command line is refused. The engine is a socket of this program's own, and
// creates nothing.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/command/commands"
	"github.com/docker/cli/cli/flags"
	"github.com/spf13/cobra"
)

type answer struct {
	Error   string          `json:"error,omitempty"`
	Created json.RawMessage `json:"created,omitempty"`
	Name    string          `json:"name,omitempty"`
}

type engine struct{ last answer }

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.56")
	w.Header().Set("Ostype", "linux")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/containers/create"):
		body, _ := io.ReadAll(r.Body)
		e.last = answer{Created: body, Name: r.URL.Query().Get("name")}
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"Id":"0123456789abcdef","Warnings":[]}`)
	case strings.HasSuffix(r.URL.Path, "/start"):
		w.WriteHeader(http.StatusNoContent)
	default:
		io.WriteString(w, "{}")
	}
}

func ask(words []string, e *engine) answer {
	e.last = answer{}
	cli, err := command.NewDockerCli(
		command.WithOutputStream(io.Discard), command.WithErrorStream(io.Discard),
		command.WithInputStream(io.NopCloser(strings.NewReader(""))),
	)
	if err != nil {
		return answer{Error: err.Error()}
	}
	options := flags.NewClientOptions()
	if err := cli.Initialize(options); err != nil {
		return answer{Error: err.Error()}
	}
	root := &cobra.Command{Use: "docker", SilenceErrors: true, SilenceUsage: true}
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	commands.AddCommands(root, cli)
	root.SetArgs(words)
	if err := root.Execute(); err != nil {
		return answer{Error: err.Error()}
	}
	if e.last.Created == nil {
		return answer{Error: "nothing was asked of the engine"}
	}
	return e.last
}

func main() {
	folder, err := os.MkdirTemp("", "engine")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	socket := filepath.Join(folder, "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		panic(err)
	}
	e := &engine{}
	go http.Serve(listener, e)
	os.Setenv("DOCKER_HOST", "unix://"+socket)
	os.Setenv("DOCKER_CONFIG", folder)
	os.WriteFile(filepath.Join(folder, "profile.json"), []byte("{}"), 0o600)
	if err := os.Chdir(folder); err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var words []string
		if err := json.Unmarshal(lines.Bytes(), &words); err != nil {
			panic(err)
		}
		out.Encode(ask(words, e))
	}
}
