package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// rules is a package whose tests are tested.
type rules struct {
	dir     string
	name    string // of the package, in its files
	files   map[string][]byte
	mutants []mutant
}

// mutant is one change.
type mutant struct {
	id    int
	name  string // the same in every version of the file that has the same code
	place string // file:line
}

// load reads a package, and finds all that can be changed in it.
func load(ctx context.Context, path string) (*rules, error) {
	list, err := goList(ctx, "-json=Dir,Name,ImportPath,GoFiles", path)
	if err != nil {
		return nil, err
	}
	var found struct {
		Dir, Name, ImportPath string
		GoFiles               []string
	}
	if err := json.Unmarshal(list, &found); err != nil {
		return nil, fmt.Errorf("list %s: %w", path, err)
	}
	fset := token.NewFileSet()
	var parsed []*ast.File
	texts := make(map[string][]byte)
	for _, name := range found.GoFiles {
		full := filepath.Join(found.Dir, name)
		text, err := os.ReadFile(full)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		file, err := parser.ParseFile(fset, full, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		parsed, texts[full] = append(parsed, file), text
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	exports, err := exported(ctx, path)
	if err != nil {
		return nil, err
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", exports)}
	pkg, err := config.Check(found.ImportPath, fset, parsed, info)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	p := &rules{dir: found.Dir, name: found.Name, files: map[string][]byte{}}
	for _, file := range parsed {
		full := fset.Position(file.Pos()).Filename
		m := &mutator{rules: p, fset: fset, info: info, pkg: pkg, text: texts[full], file: full, seen: map[string]int{}}
		p.files[full] = m.mutate(file)
	}
	return p, nil
}

// goList is what the go command says of packages.
func goList(ctx context.Context, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"list"}, args...)...)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	list, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %q: %w\n%s", args, err, complaint.String())
	}
	return list, nil
}

// exported finds what the compiler wrote of the packages that one imports.
func exported(ctx context.Context, path string) (importer.Lookup, error) {
	list, err := goList(ctx, "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", path)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for line := range bytes.Lines(list) {
		imported, file, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		files[imported] = file
	}
	return func(imported string) (io.ReadCloser, error) { return os.Open(files[imported]) }, nil
}

// known reads the mutants that are like the original.
func (p *rules) known() (map[string]string, error) {
	file := filepath.Join(p.dir, "testdata", "mutants.txt")
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read known mutants: %w", err)
	}
	names := map[string]bool{}
	for _, m := range p.mutants {
		names[m.name] = true
	}
	known := map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		name, reason, _ := strings.Cut(line, "\t")
		switch {
		case line == "":
			continue
		case !names[name]:
			return nil, fmt.Errorf("%s:%d: there is no mutant %q any more", file, i+1, name)
		case reason == "":
			return nil, fmt.Errorf("%s:%d: a tab and the reason are missing", file, i+1)
		}
		known[name] = reason
	}
	return known, nil
}
