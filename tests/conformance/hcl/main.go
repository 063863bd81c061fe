// Reads paths of HCL files from standard input, one a line, and answers each with a line of JSON: whether HashiCorp's
// parser takes the file, and what every attribute comes to that needs no variable.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/go-cty-funcs/collection"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// functions are those of Packer that go-cty implements, under Packer's names.
var functions = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "can": tryfunc.CanFunc, "chomp": stdlib.ChompFunc, "coalesce": collection.CoalesceFunc,
	"coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc,
	"contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc, "keys": stdlib.KeysFunc,
	"length": length, "lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc, "max": stdlib.MaxFunc,
	"merge": stdlib.MergeFunc, "min": stdlib.MinFunc, "replace": stdlib.ReplaceFunc, "reverse": stdlib.ReverseListFunc,
	"split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc,
	"trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc,
	"trimsuffix": stdlib.TrimSuffixFunc, "try": tryfunc.TryFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc,
}

// length counts the characters of a string too, as Packer's does.
var length = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].Type() == cty.String {
			return stdlib.Strlen(args[0])
		}
		return stdlib.Length(args[0])
	},
})

// candidates are values for the one variable, `unset.a`, that has no known value.
var candidates = []cty.Value{
	cty.NullVal(cty.String), cty.StringVal(""), cty.StringVal("1"), cty.NumberIntVal(0), cty.NumberIntVal(2), cty.True,
	cty.False, cty.EmptyTupleVal, cty.EmptyObjectVal, cty.TupleVal([]cty.Value{cty.StringVal("x")}),
}

// where gives the variable a value.
func where(value cty.Value) *hcl.EvalContext {
	unset := cty.ObjectVal(map[string]cty.Value{"a": value})
	return &hcl.EvalContext{Variables: map[string]cty.Value{"unset": unset}, Functions: functions}
}

type attribute struct {
	Start int             `json:"start"`
	Name  string          `json:"name"`
	Known bool            `json:"known"`
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`

	// Possible holds what comes out for some values of the unknown variable, when the value hangs on it.
	Possible []json.RawMessage `json:"possible,omitempty"`
}

type answer struct {
	Path       string      `json:"path"`
	Valid      bool        `json:"valid"`
	Error      string      `json:"error,omitempty"`
	Blocks     []string    `json:"blocks"`
	Attributes []attribute `json:"attributes"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	output := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := output.Encode(read(lines.Text())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func read(path string) answer {
	result := answer{Path: path, Blocks: []string{}, Attributes: []attribute{}}
	data, err := os.ReadFile(path)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	file, diagnostics := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
	if diagnostics.HasErrors() {
		result.Error = diagnostics.Error()
		return result
	}
	result.Valid = true
	walk(file.Body.(*hclsyntax.Body), &result)
	return result
}

func walk(body *hclsyntax.Body, result *answer) {
	for name, found := range body.Attributes {
		result.Attributes = append(result.Attributes, evaluate(name, found))
	}
	for _, block := range body.Blocks {
		header := fmt.Sprintf("%d %q", block.TypeRange.Start.Byte, append([]string{block.Type}, block.Labels...))
		result.Blocks = append(result.Blocks, header)
		walk(block.Body, result)
	}
}

func evaluate(name string, found *hclsyntax.Attribute) attribute {
	result := attribute{Start: found.NameRange.Start.Byte, Name: name}
	value, diagnostics := found.Expr.Value(where(cty.DynamicVal))
	if diagnostics.HasErrors() {
		result.Error = diagnostics[0].Summary
		return result
	}
	if !value.IsWhollyKnown() {
		result.Error = "unknown"
		for _, candidate := range candidates {
			if value, diagnostics := found.Expr.Value(where(candidate)); !diagnostics.HasErrors() && value.IsWhollyKnown() {
				if encoded, err := ctyjson.Marshal(value, value.Type()); err == nil {
					result.Possible = append(result.Possible, encoded)
				}
			}
		}
		return result
	}
	encoded, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.Known, result.Value = true, encoded
	return result
}
