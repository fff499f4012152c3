package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// trial is a test binary with all mutants in it.
type trial struct {
	dir    string // of the binary, and all that was made for it
	source string
	args   []string
	limit  time.Duration
}

// build compiles the tests of the mutated package.
func (p *rules) build(ctx context.Context) (*trial, error) {
	dir, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return nil, fmt.Errorf("build mutants: %w", err)
	}
	t := &trial{dir: dir, source: p.dir}
	if err := p.compile(ctx, dir); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("build mutants: %w", err)
	}
	return t, nil
}

func (p *rules) compile(ctx context.Context, dir string) error {
	replace := map[string]string{}
	files := map[string][]byte{filepath.Join(p.dir, "mutant_switchboard.go"): fmt.Appendf(nil, switchboard, p.name)}
	for name, text := range p.files {
		files[name] = text
	}
	for name, text := range files {
		replace[name] = filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(replace[name], text, 0o600); err != nil {
			return err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", file, "-o", filepath.Join(dir, "mutants"), ".")
	build.Dir = p.dir
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w:\n%s", err, output)
	}
	return nil
}

// passes reports whether the tests pass with one mutant alive, 0 for none.
func (t *trial) passes(ctx context.Context, id int) (bool, []byte) {
	ctx, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	args := append([]string{"-test.failfast", "-test.timeout", t.limit.String()}, t.args...)
	test := exec.CommandContext(ctx, filepath.Join(t.dir, "mutants"), args...)
	test.Dir, test.Env = t.source, append(os.Environ(), "MUTANT="+strconv.Itoa(id))
	output, err := test.CombinedOutput()
	return err == nil, output
}

// survivors are the mutants with which the tests pass, but for those that are known to be like the original.
func (t *trial) survivors(ctx context.Context, tried []mutant, workers int, known map[string]string) []mutant {
	passed := make([]bool, len(tried))
	queue := make(chan int)
	var group sync.WaitGroup
	for range max(1, workers) {
		group.Go(func() {
			for i := range queue {
				passed[i], _ = t.passes(ctx, tried[i].id)
			}
		})
	}
	for i, m := range tried {
		if _, like := known[m.name]; !like && ctx.Err() == nil {
			queue <- i
		}
	}
	close(queue)
	group.Wait()
	var survivors []mutant
	for i, m := range tried {
		if passed[i] {
			survivors = append(survivors, m)
		}
	}
	return survivors
}
