// Command oracle answers, one JSON line for each on standard input, what BuildKit makes of a Dockerfile, a word or an
// image reference. Strings carry bytes: every byte is the code point of its value.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

type request struct {
	Dockerfile *string           `json:"dockerfile"`
	Target     string            `json:"target"`
	Arguments  map[string]string `json:"arguments"`
	Build      bool              `json:"build"`

	Word        *string           `json:"word"`
	Environment map[string]string `json:"environment"`
	Escape      string            `json:"escape"`

	Reference *string `json:"reference"`
}

type heredoc struct {
	Name       string `json:"name"`
	Descriptor uint   `json:"descriptor"`
	Expand     bool   `json:"expand"`
	Chomp      bool   `json:"chomp"`
	Content    string `json:"content"`
}

type node struct {
	Keyword  string    `json:"keyword"`
	Flags    []string  `json:"flags"`
	Words    []string  `json:"words"`
	JSON     bool      `json:"json"`
	Line     int       `json:"line"`
	EndLine  int       `json:"end_line"`
	Heredocs []heredoc `json:"heredocs"`
	Trigger  *node     `json:"trigger"`
}

type failure struct {
	Phase   string `json:"phase"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

type image struct {
	User       string            `json:"user"`
	Env        []string          `json:"environment"`
	Labels     map[string]string `json:"labels"`
	WorkingDir string            `json:"working_directory"`
	Volumes    []string          `json:"volumes"`
	Entrypoint []string          `json:"entrypoint"`
	OnBuild    []string          `json:"triggers"`
	Resolved   []string          `json:"resolved"`
}

type answer struct {
	Failure *failure `json:"failure"`
	Escape  string   `json:"escape"`
	Syntax  *string  `json:"syntax"`
	Nodes   []node   `json:"nodes"`
	Stages  []string `json:"stages"`
	Image   *image   `json:"image"`

	Result    *string  `json:"result"`
	Words     []string `json:"words"`
	Unmatched []string `json:"unmatched"`

	Name *string `json:"name"`
}

func widen(text string) string {
	runes := make([]rune, len(text))
	for i := range len(text) {
		runes[i] = rune(text[i])
	}
	return string(runes)
}

func narrow(text string) string {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		out = append(out, byte(r))
	}
	return string(out)
}

func widenAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = widen(text)
	}
	return out
}

func narrowMap(in map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range in {
		out[narrow(k)] = narrow(v)
	}
	return out
}

func describe(n *parser.Node) node {
	out := node{
		Keyword: widen(n.Value), Flags: widenAll(n.Flags), Words: []string{}, JSON: n.Attributes["json"],
		Line: n.StartLine, EndLine: n.EndLine, Heredocs: []heredoc{},
	}
	for _, h := range n.Heredocs {
		out.Heredocs = append(out.Heredocs, heredoc{widen(h.Name), h.FileDescriptor, h.Expand, h.Chomp, widen(h.Content)})
	}
	for next := n.Next; next != nil; next = next.Next {
		if len(next.Children) == 1 {
			trigger := describe(next.Children[0])
			out.Trigger = &trigger
		} else {
			out.Words = append(out.Words, widen(next.Value))
		}
	}
	return out
}

func failed(phase string, err error) *failure {
	out := &failure{Phase: phase, Message: widen(err.Error())}
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		out.Line = located.Locations[0][0].Start.Line
	}
	return out
}

// resolver gives every image the same configuration, from which inheritance can be told.
type resolver struct {
	lock  sync.Mutex
	names map[string]struct{}
}

func (r *resolver) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	r.lock.Lock()
	r.names[ref] = struct{}{}
	r.lock.Unlock()
	config := dockerspec.DockerOCIImage{}
	config.Architecture = "amd64"
	config.OS = "linux"
	config.RootFS = ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString("layer")}}
	config.Config.User = "inherited"
	config.Config.WorkingDir = "/inherited"
	config.Config.Entrypoint = []string{"inherited"}
	data, err := json.Marshal(config)
	return ref, "", data, err
}

func build(data []byte, req request) (*image, error) {
	meta := &resolver{names: map[string]struct{}{}}
	caps := pb.Caps.CapSet(pb.Caps.All())
	result, err := dockerfile2llb.Dockerfile2LLB(context.Background(), data, dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{Target: narrow(req.Target), BuildArgs: narrowMap(req.Arguments)},
		TargetPlatform: &ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		MetaResolver:   meta,
		LLBCaps:        &caps,
	})
	if err != nil {
		return nil, err
	}
	config := result.Image.Config
	out := &image{
		User: widen(config.User), Env: widenAll(config.Env), Labels: map[string]string{}, WorkingDir: widen(config.WorkingDir),
		Volumes: []string{}, Entrypoint: widenAll(config.Entrypoint), OnBuild: widenAll(config.OnBuild), Resolved: []string{},
	}
	for k, v := range config.Labels {
		out.Labels[widen(k)] = widen(v)
	}
	for k := range config.Volumes {
		out.Volumes = append(out.Volumes, widen(k))
	}
	for k := range meta.names {
		out.Resolved = append(out.Resolved, widen(k))
	}
	return out, nil
}

func answerDockerfile(req request) answer {
	data := []byte(narrow(*req.Dockerfile))
	out := answer{Nodes: []node{}, Stages: []string{}}
	if syntax, _, _, ok := parser.DetectSyntax(data); ok {
		syntax = widen(syntax)
		out.Syntax = &syntax
	}
	tree, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		out.Failure = failed("syntax", err)
		return out
	}
	out.Escape = string(tree.EscapeToken)
	for _, child := range tree.AST.Children {
		out.Nodes = append(out.Nodes, describe(child))
	}
	stages, _, err := instructions.Parse(tree.AST, linter.New(&linter.Config{}))
	if err != nil {
		out.Failure = failed("instructions", err)
		return out
	}
	for _, stage := range stages {
		out.Stages = append(out.Stages, widen(stage.Name))
	}
	if req.Build {
		if out.Image, err = build(data, req); err != nil {
			out.Failure = failed("build", err)
		}
	}
	return out
}

func answerWord(req request) answer {
	env := []string{}
	for k, v := range narrowMap(req.Environment) {
		env = append(env, k+"="+v)
	}
	escape := '\\'
	if req.Escape != "" {
		escape = rune(req.Escape[0])
	}
	lex := shell.NewLex(escape)
	result, unmatched, err := lex.ProcessWord(narrow(*req.Word), shell.EnvsFromSlice(env))
	if err != nil {
		return answer{Failure: failed("word", err)}
	}
	words, err := lex.ProcessWords(narrow(*req.Word), shell.EnvsFromSlice(env))
	if err != nil {
		return answer{Failure: failed("words", err)}
	}
	result = widen(result)
	out := answer{Result: &result, Words: widenAll(words), Unmatched: []string{}}
	for name := range unmatched {
		out.Unmatched = append(out.Unmatched, widen(name))
	}
	return out
}

func answerReference(req request) answer {
	named, err := reference.ParseNormalizedNamed(narrow(*req.Reference))
	if err != nil {
		return answer{Failure: failed("reference", err)}
	}
	name := widen(named.String())
	return answer{Name: &name}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var req request
			if err := json.Unmarshal(line, &req); err != nil {
				panic(err)
			}
			var reply answer
			switch {
			case req.Dockerfile != nil:
				reply = answerDockerfile(req)
			case req.Word != nil:
				reply = answerWord(req)
			default:
				reply = answerReference(req)
			}
			if err := encoder.Encode(reply); err != nil {
				panic(err)
			}
		}
		if err != nil {
			break
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
	out.Flush()
}
