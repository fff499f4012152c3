package configs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is one thing wrong with a configuration file.
type Problem struct {
	File   string
	Line   int // from 1; 0 when the file has no such place
	Column int // from 1
	Text   string
}

func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// noFile stands for the file name in problems of a configuration made of flags alone.
const noFile = "(no configuration file)"

// checker collects the problems that a schema finds in values that are of the right type.
type checker struct {
	file     string
	root     ast.Node
	problems []Problem
}

// fail records a problem at the value that path names (such as "$.doors[0].pin"), or at the nearest enclosing
// value that the file does have.
func (c *checker) fail(path, format string, args ...any) {
	p := Problem{File: c.file, Text: fmt.Sprintf(format, args...)}
	if where := strings.TrimPrefix(path, "$."); where != "$" {
		p.Text = where + ": " + p.Text
	}
	if node := c.nearest(path); node != nil {
		p.Line, p.Column = position(node)
	}
	c.problems = append(c.problems, p)
}

// require records a missing value unless ok.
func (c *checker) require(ok bool, path, expected string) {
	if !ok {
		c.fail(path, "missing: expected %s", expected)
	}
}

func (c *checker) nearest(path string) ast.Node {
	for c.root != nil {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterNode(c.root); err == nil && node != nil {
				return node
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut <= 0 {
			return c.root
		}
		path = path[:cut]
	}
	return nil
}

// position is where a value begins. The token of a mapping is its first colon, so that of the key is taken.
func position(node ast.Node) (line, column int) {
	switch n := node.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return position(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(n.Key)
	}
	pos := node.GetToken().Position
	return pos.Line, pos.Column
}

func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	sort.SliceStable(c.problems, func(i, k int) bool { return c.problems[i].Line < c.problems[k].Line })
	errs := make([]error, len(c.problems))
	for i, p := range c.problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// load reads the file at path strictly over the defaults already in into, then applies override (what flags say),
// then runs check. An empty path means no file.
func load[T any](path string, into *T, override func(*T), check func(*T, *checker)) error {
	c := &checker{file: noFile}
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read configuration: %w", err)
		}
		c.file = path
		if err := decode(text, path, into, c); err != nil {
			return err
		}
	}
	if override != nil {
		override(into)
	}
	check(into, c)
	return c.err()
}

func decode[T any](text []byte, path string, into *T, c *checker) error {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return locate(path, err)
	}
	if len(file.Docs) > 1 {
		return Problem{File: path, Text: "more than one YAML document: expected one"}
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil
	}
	c.root = file.Docs[0].Body
	c.checkTypes(c.root, reflect.TypeFor[T](), "$")
	if err := c.err(); err != nil {
		return err
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into); err != nil {
		return locate(path, err)
	}
	return nil
}

// locate turns the YAML library's error into a Problem.
func locate(path string, err error) error {
	p := Problem{File: path, Text: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		p.Text = at.GetMessage()
		if tok := at.GetToken(); tok != nil && tok.Position != nil {
			p.Line, p.Column = tok.Position.Line, tok.Position.Column
		}
	}
	return p
}
