package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// module is the import path of this module.
const module = "stationkeeper"

// Root returns the folder of this module.
func Root(ctx context.Context) (string, error) {
	out, err := command(ctx, ".", nil, "go", "list", "-m", "-f", "{{.Dir}}")
	return strings.TrimSpace(string(out)), err
}

// Load asks the go command for the packages that patterns name, with everything they depend on, in the module at
// root. Environment is added to this process's, such as "CGO_ENABLED=0".
func Load(ctx context.Context, root string, environment []string, patterns ...string) (Graph, error) {
	args := []string{"list", "-deps", "-tags", "x11",
		"-json=ImportPath,Name,Standard,Imports,TestImports,XTestImports,Dir,EmbedFiles"}
	out, err := command(ctx, root, environment, "go", append(args, patterns...)...)
	if err != nil {
		return nil, err
	}
	g := Graph{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			return g, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		if l.Standard {
			continue
		}
		p, err := l.toPackage(root)
		if err != nil {
			return nil, err
		}
		g[p.Path] = p
	}
}

// Ours returns the packages of this module alone.
func (g Graph) Ours() Graph {
	ours := Graph{}
	for path, p := range g {
		if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
			ours[path] = p
		}
	}
	return ours
}

// listed is a package as go list prints it.
type listed struct {
	ImportPath   string
	Name         string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
	Dir          string
	EmbedFiles   []string
}

func (l listed) toPackage(root string) (Package, error) {
	p := Package{Path: relative(l.ImportPath), Main: l.Name == "main"}
	for _, imported := range l.Imports {
		p.Imports = append(p.Imports, relative(imported))
	}
	for _, imported := range append(l.TestImports, l.XTestImports...) {
		p.TestImports = append(p.TestImports, relative(imported))
	}
	if p.Path == l.ImportPath {
		return p, nil // another module's: its files are its own affair
	}
	folder, err := filepath.Rel(root, l.Dir)
	if err != nil {
		return Package{}, fmt.Errorf("place of package %s: %w", l.ImportPath, err)
	}
	for _, file := range l.EmbedFiles {
		p.Embeds = append(p.Embeds, path.Join(filepath.ToSlash(folder), file))
	}
	return p, nil
}

func relative(importPath string) string {
	return strings.TrimPrefix(importPath, module+"/")
}

// Tracked returns the files that git keeps, relative to root.
func Tracked(ctx context.Context, root string) ([]string, error) {
	out, err := command(ctx, root, nil, "git", "ls-files", "-z")
	if err != nil {
		return nil, err
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

func command(ctx context.Context, dir string, environment []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s in %s: %w: %s", strings.Join(cmd.Args, " "), dir, err, stderr.Bytes())
	}
	return out, nil
}
