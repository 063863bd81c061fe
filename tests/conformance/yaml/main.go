// Command oracle answers, one JSON line for each on standard input, what kubectl and Docker Compose read in a YAML
// stream. Inputs are base64, because not all of them are text.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
	"k8s.io/apimachinery/pkg/runtime"
	kubernetes "k8s.io/apimachinery/pkg/util/yaml"
)

type request struct {
	Dialect string `json:"dialect"`
	Input   []byte `json:"input"`
}

// answer holds the documents up to the first error, and the error.
type answer struct {
	Documents []json.RawMessage `json:"documents"`
	Error     string            `json:"error,omitempty"`
}

// kubectl reads the stream as `kubectl apply -f` does, empty documents left out.
func kubectl(input []byte) (found answer) {
	decoder := kubernetes.NewYAMLOrJSONDecoder(bytes.NewReader(input), 4096)
	for {
		raw := runtime.RawExtension{}
		if err := decoder.Decode(&raw); err != nil {
			if !errors.Is(err, io.EOF) {
				found.Error = err.Error()
			}
			return found
		}
		text := bytes.TrimSpace(raw.Raw)
		if len(text) > 0 && !bytes.Equal(text, []byte("null")) {
			found.Documents = append(found.Documents, text)
		}
	}
}

// compose reads the stream with the decoder of compose-go, and then as a project, which may refuse more.
func compose(input []byte) (found answer) {
	decoder := yaml.NewDecoder(bytes.NewReader(input))
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			found.Error = err.Error()
			return found
		}
		text, err := json.Marshal(stringKeys(value))
		if err != nil {
			found.Error = err.Error()
			return found
		}
		found.Documents = append(found.Documents, text)
	}
	if err := project(input); err != nil {
		found.Error = err.Error()
	}
	return found
}

func project(input []byte) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	files := []types.ConfigFile{{Filename: "compose.yaml", Content: input}}
	_, err = loader.LoadModelWithContext(context.Background(), types.ConfigDetails{ConfigFiles: files}, bare)
	return err
}

func bare(options *loader.Options) {
	options.SetProjectName("p", true)
	options.SkipConsistencyCheck = true
	options.SkipDefaultValues = true
	options.SkipExtends = true
	options.SkipInclude = true
	options.SkipInterpolation = true
	options.SkipNormalization = true
	options.SkipResolveEnvironment = true
	options.SkipValidation = true
	options.ResolvePaths = false
}

type failure struct{ key any }

func (f failure) MarshalJSON() ([]byte, error) { return nil, fmt.Errorf("non-string key %v", f.key) }

// stringKeys makes of a value what JSON can say; Compose refuses other keys, too.
func stringKeys(value any) any {
	switch value := value.(type) {
	case map[any]any:
		converted := map[string]any{}
		for key, member := range value {
			name, ok := key.(string)
			if !ok {
				return failure{key}
			}
			converted[name] = stringKeys(member)
		}
		return converted
	case map[string]any:
		for key, member := range value {
			value[key] = stringKeys(member)
		}
	case float64:
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return fmt.Sprint(value)
		}
	case []any:
		for index, member := range value {
			value[index] = stringKeys(member)
		}
	}
	return value
}

func main() {
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
		var found answer
		if asked.Dialect == "compose" {
			found = compose(asked.Input)
		} else {
			found = kubectl(asked.Input)
		}
		if err := out.Encode(found); err != nil {
			panic(err)
		}
	}
}
