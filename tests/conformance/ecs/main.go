// Reads requests from standard input, one a line of JSON, and answers each with a line: what the task definitions of a
// Terraform module come to by HashiCorp's evaluator and the types of AWS's SDK, which the provider decodes the
// containers with; or what a CloudFormation template comes to by goformation.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/awslabs/goformation/v7/intrinsics"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

type request struct {
	Folder string            `json:"folder"`
	Path   string            `json:"path"`
	Values map[string]string `json:"values"`
}

type task struct {
	Name       string                      `json:"name"`
	Attributes map[string]any              `json:"attributes"`
	Containers []types.ContainerDefinition `json:"containers"`
	Volumes    json.RawMessage             `json:"volumes"`
	Family     string                      `json:"family"`
	Error      string                      `json:"error,omitempty"`
}

type answer struct {
	Tasks    []task `json:"tasks"`
	Template any    `json:"template,omitempty"`
	Error    string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	output := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		found := answer{Tasks: []task{}}
		if asked.Folder != "" {
			found = terraform(asked)
		} else {
			found = cloudformation(asked)
		}
		if err := output.Encode(found); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func cloudformation(asked request) (result answer) {
	defer func() {
		if failure := recover(); failure != nil {
			result.Error = fmt.Sprint(failure)
		}
	}()
	data, err := os.ReadFile(asked.Path)
	if err != nil {
		return answer{Error: err.Error()}
	}
	overrides := map[string]any{}
	for name, value := range asked.Values {
		overrides[name] = value
	}
	options := &intrinsics.ProcessorOptions{EvaluateConditions: true, ParameterOverrides: overrides}
	process := intrinsics.ProcessYAML
	if strings.HasSuffix(asked.Path, ".json") {
		process = intrinsics.ProcessJSON
	}
	processed, err := process(data, options)
	if err != nil {
		return answer{Error: err.Error()}
	}
	var template any
	if err := json.Unmarshal(processed, &template); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Template: template}
}

type module struct {
	folder    string
	variables map[string]cty.Value
	locals    map[string]cty.Value
}

var root = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
	{Type: "resource", LabelNames: []string{"type", "name"}},
}}

var declared = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "default"}, {Name: "type"}}}

// What of a task definition is read; in JSON, nothing else says that it is no block.
var resource = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "container_definitions"}, {Name: "family"}, {Name: "ipc_mode"}, {Name: "memory"}, {Name: "network_mode"},
	{Name: "pid_mode"}, {Name: "requires_compatibilities"}, {Name: "tags"}, {Name: "task_role_arn"},
}}

func parsed(path string) (hcl.Body, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parse := func() (*hcl.File, hcl.Diagnostics) { return hclsyntax.ParseConfig(data, path, hcl.InitialPos) }
	if strings.HasSuffix(path, ".json") {
		parse = func() (*hcl.File, hcl.Diagnostics) { return hcljson.Parse(data, path) }
	}
	file, diagnostics := parse()
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return file.Body, nil
}

func terraform(asked request) answer {
	result := answer{Tasks: []task{}}
	paths, _ := filepath.Glob(filepath.Join(asked.Folder, "*.tf"))
	written, _ := filepath.Glob(filepath.Join(asked.Folder, "*.tf.json"))
	paths = append(paths, written...)
	sort.Strings(paths)
	found := module{asked.Folder, map[string]cty.Value{}, map[string]cty.Value{}}
	blocks := hcl.Blocks{}
	for _, path := range paths {
		body, err := parsed(path)
		if err != nil {
			return answer{Error: err.Error()}
		}
		content, _, diagnostics := body.PartialContent(root)
		if diagnostics.HasErrors() {
			return answer{Error: diagnostics.Error()}
		}
		blocks = append(blocks, content.Blocks...)
	}
	locals := map[string]hcl.Expression{}
	for _, block := range blocks {
		if block.Type == "variable" {
			found.variable(block, asked.Values)
		} else if block.Type == "locals" {
			attributes, _ := block.Body.JustAttributes()
			for name, attribute := range attributes {
				locals[name] = attribute.Expr
				found.locals[name] = cty.DynamicVal
			}
		}
	}
	for range locals {
		for name, expression := range locals {
			if value, ok := found.value(expression); ok {
				found.locals[name] = value
			}
		}
	}
	for _, block := range blocks {
		if block.Type == "resource" && block.Labels[0] == "aws_ecs_task_definition" {
			result.Tasks = append(result.Tasks, found.task(block))
		}
	}
	return result
}

func (found *module) variable(block *hcl.Block, given map[string]string) {
	value := cty.DynamicVal
	content, _, _ := block.Body.PartialContent(declared)
	if attribute, ok := content.Attributes["default"]; ok {
		if known, diagnostics := attribute.Expr.Value(nil); !diagnostics.HasErrors() {
			value = known
		}
	} else if text, ok := given[block.Labels[0]]; ok {
		expression, _ := hclsyntax.ParseExpression([]byte(text), "value", hcl.InitialPos)
		value, _ = expression.Value(nil)
	}
	if attribute, ok := content.Attributes["type"]; ok {
		wanted, defaults, _ := typeexpr.TypeConstraintWithDefaults(attribute.Expr)
		if defaults != nil && !value.IsNull() {
			value = defaults.Apply(value)
		}
		if converted, err := convert.Convert(value, wanted); err == nil {
			value = converted
		}
	}
	found.variables[block.Labels[0]] = value
}

func (found *module) context(expression hcl.Expression) *hcl.EvalContext {
	variables := map[string]cty.Value{}
	for _, traversal := range expression.Variables() {
		variables[traversal.RootName()] = cty.DynamicVal
	}
	variables["var"] = cty.ObjectVal(found.variables)
	variables["local"] = cty.ObjectVal(found.locals)
	variables["path"] = cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(found.folder)})
	return &hcl.EvalContext{Variables: variables, Functions: found.functions()}
}

func (found *module) value(expression hcl.Expression) (cty.Value, bool) {
	value, diagnostics := expression.Value(found.context(expression))
	return value, !diagnostics.HasErrors()
}

func (found *module) task(block *hcl.Block) task {
	result := task{Name: block.Labels[1], Attributes: map[string]any{}, Containers: nil}
	content, _, _ := block.Body.PartialContent(resource)
	for name, attribute := range content.Attributes {
		value, ok := found.value(attribute.Expr)
		if !ok || !value.IsWhollyKnown() {
			result.Error = fmt.Sprintf("%s is not known", name)
			continue
		}
		if name == "container_definitions" {
			if value.IsNull() || value.Type() != cty.String {
				result.Error = "the containers are no text"
			} else if err := json.Unmarshal([]byte(value.AsString()), &result.Containers); err != nil {
				result.Error = err.Error()
			}
			continue
		}
		encoded, err := ctyjson.Marshal(value, value.Type())
		if err != nil {
			result.Error = err.Error()
			continue
		}
		var plain any
		_ = json.Unmarshal(encoded, &plain)
		result.Attributes[name] = plain
	}
	found.volumes(block, &result)
	return result
}

var platform = &hcldec.BlockSpec{TypeName: "runtime_platform", Nested: &hcldec.ObjectSpec{
	"family": &hcldec.AttrSpec{Name: "operating_system_family", Type: cty.String},
}}

var volumes = &hcldec.BlockListSpec{TypeName: "volume", Nested: &hcldec.ObjectSpec{
	"name":      &hcldec.AttrSpec{Name: "name", Type: cty.String},
	"host_path": &hcldec.AttrSpec{Name: "host_path", Type: cty.String},
	"docker": &hcldec.BlockSpec{TypeName: "docker_volume_configuration", Nested: &hcldec.ObjectSpec{
		"driver":      &hcldec.AttrSpec{Name: "driver", Type: cty.String},
		"driver_opts": &hcldec.AttrSpec{Name: "driver_opts", Type: cty.Map(cty.String)},
	}},
}}

func (found *module) volumes(block *hcl.Block, result *task) {
	roots := &hclsyntax.ObjectConsExpr{}
	context := found.context(roots)
	expanded := dynblock.Expand(block.Body, context)
	value, _, diagnostics := hcldec.PartialDecode(expanded, volumes, context)
	if diagnostics.HasErrors() || !value.IsWhollyKnown() {
		result.Error = "the volumes are not known"
		return
	}
	encoded, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		result.Error = err.Error()
		return
	}
	result.Volumes = encoded
	value, _, diagnostics = hcldec.PartialDecode(expanded, platform, context)
	if diagnostics.HasErrors() || !value.IsWhollyKnown() {
		result.Error = "the platform is not known"
	} else if !value.IsNull() && !value.GetAttr("family").IsNull() {
		result.Family = value.GetAttr("family").AsString()
	}
}

func (found *module) functions() map[string]function.Function {
	known := map[string]function.Function{
		"can": tryfunc.CanFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
		"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "element": stdlib.ElementFunc,
		"flatten": stdlib.FlattenFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc,
		"jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
		"lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc, "merge": stdlib.MergeFunc,
		"replace": stdlib.ReplaceFunc, "tobool": stdlib.MakeToFunc(cty.Bool), "tonumber": stdlib.MakeToFunc(cty.Number),
		"tostring": stdlib.MakeToFunc(cty.String), "try": tryfunc.TryFunc, "upper": stdlib.UpperFunc,
		"values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
	}
	known["file"] = found.file()
	known["templatefile"] = found.templatefile(known)
	return known
}

func (found *module) read(path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(found.folder, path)
	}
	return os.ReadFile(path)
}

func (found *module) file() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			data, err := found.read(args[0].AsString())
			return cty.StringVal(string(data)), err
		},
	})
}

func (found *module) templatefile(known map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "path", Type: cty.String}, {Name: "variables", Type: cty.DynamicPseudoType, AllowUnknown: true},
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			data, err := found.read(args[0].AsString())
			if err != nil {
				return cty.DynamicVal, err
			}
			template, diagnostics := hclsyntax.ParseTemplate(data, "template", hcl.InitialPos)
			if diagnostics.HasErrors() {
				return cty.DynamicVal, diagnostics
			}
			context := &hcl.EvalContext{Variables: args[1].AsValueMap(), Functions: known}
			value, diagnostics := template.Value(context)
			if diagnostics.HasErrors() {
				return cty.DynamicVal, diagnostics
			}
			return convert.Convert(value, cty.String)
		},
	})
}
