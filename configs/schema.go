package configs

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// checkTypes compares a YAML value with the Go type it is to be decoded into and records every unknown key and
// every wrong type. The YAML library would stop at the first, and take 5.5 for the whole number 5.
func (c *checker) checkTypes(node ast.Node, t reflect.Type, path string) {
	switch n := node.(type) {
	case *ast.AnchorNode:
		c.checkTypes(n.Value, t, path)
		return
	case *ast.AliasNode, *ast.NullNode:
		return // an alias was checked where it is defined; null keeps the default
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if want := words(t); !fits(node, t) {
		c.failAt(node, path, "expected %s, got %.60q", want, node.String())
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		c.checkKeys(node, fields(t), path)
	case reflect.Slice:
		for _, item := range node.(*ast.SequenceNode).Values {
			c.checkTypes(item, t.Elem(), path+"[]")
		}
	case reflect.Map:
		for _, value := range entries(node) {
			c.checkTypes(value.Value, t.Elem(), path+"."+value.Key.String())
		}
	}
}

func (c *checker) checkKeys(node ast.Node, known map[string]reflect.Type, path string) {
	for _, value := range entries(node) {
		key := value.Key.String()
		t, ok := known[key]
		if !ok {
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			slices.Sort(names)
			c.failAt(value, path, "unknown key %q: expected one of %s", key, strings.Join(names, ", "))
			continue
		}
		c.checkTypes(value.Value, t, path+"."+key)
	}
}

func (c *checker) failAt(node ast.Node, path, format string, args ...any) {
	c.fail(path, format, args...)
	last := &c.problems[len(c.problems)-1]
	last.Line, last.Column = position(node)
}

// fields are the keys of a struct and their types, those of inlined structs included.
func fields(t reflect.Type) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for name, t := range fields(f.Type) {
				found[name] = t
			}
		case name != "" && name != "-":
			found[name] = f.Type
		}
	}
	return found
}

func entries(node ast.Node) []*ast.MappingValueNode {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

var durationType = reflect.TypeFor[time.Duration]()

// fits reports whether a YAML value is of the kind that t is written as.
func fits(node ast.Node, t reflect.Type) bool {
	scalar := func(types ...ast.NodeType) bool { return slices.Contains(types, node.Type()) }
	switch {
	case t == durationType:
		_, err := time.ParseDuration(strings.Trim(node.String(), `"'`))
		return scalar(ast.StringType) && err == nil
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return scalar(ast.MappingType, ast.MappingValueType)
	case t.Kind() == reflect.Slice:
		return scalar(ast.SequenceType)
	case t.Kind() == reflect.Bool:
		return scalar(ast.BoolType)
	case t.Kind() == reflect.String:
		// 0042 and 1.10 are sensible names: what was written is taken as text.
		return scalar(ast.StringType, ast.LiteralType, ast.IntegerType, ast.FloatType)
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return scalar(ast.IntegerType)
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		return scalar(ast.IntegerType) && !strings.HasPrefix(node.String(), "-")
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return scalar(ast.IntegerType, ast.FloatType)
	}
	return false
}

// words names a Go type for somebody who writes YAML.
func words(t reflect.Type) string {
	if t == durationType {
		return "a duration such as 30s"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Slice:
		return "a list"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number from 0"
	}
	return "a mapping"
}
