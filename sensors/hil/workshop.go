package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"stationkeeper/internal/machine"
	"stationkeeper/internal/programs"
)

//go:embed modules
var modules embed.FS

// workshop holds what machines are made of, and what runs outside of them.
type workshop struct {
	folder   string // for this run alone
	machines string
}

// newWorkshop builds the programs that run on boards, and the modules that a kernel lacks. It wraps machine.ErrNoKernel
// where no such machine can be started.
func newWorkshop(ctx context.Context, machines string, boards ...board) (w *workshop, err error) {
	for _, b := range boards {
		if _, err := exec.LookPath(b.emulator); err != nil {
			return nil, fmt.Errorf("%w: no %s: %w", machine.ErrNoKernel, b.emulator, err)
		}
		if _, err := machine.FindKernel(filepath.Join(machines, b.name), nil); err != nil {
			return nil, err
		}
	}
	w = &workshop{}
	if w.machines, err = filepath.Abs(machines); err != nil { // modules are built from another folder
		return nil, err
	}
	if w.folder, err = os.MkdirTemp("", "hil"); err != nil {
		return nil, err
	}
	var work errgroup.Group
	work.Go(func() error { return programs.Build(ctx, w.folder, "headoffice") })
	for _, b := range boards {
		work.Go(func() error { return b.build(ctx, w.folder) })
	}
	work.Go(func() error { return w.buildModules(ctx) })
	if err := work.Wait(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(w.folder))
	}
	return w, nil
}

func (w *workshop) close() {
	// A folder below that of temporary files that stays is no reason to fail.
	_ = os.RemoveAll(w.folder)
}

// built is where the modules for the kernel of the room are kept, by what they are made from.
func (w *workshop) built() (string, error) {
	sum := sha256.New()
	image, err := filepath.Glob(filepath.Join(w.machines, "amd64", "boot", "vmlinuz-*"))
	if err != nil {
		return "", err
	}
	fmt.Fprintln(sum, image)
	err = fs.WalkDir(modules, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := modules.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	return filepath.Join(w.machines, fmt.Sprintf("modules-%x", sum.Sum(nil)[:8])), err
}

// buildModules builds ours and the kernel's own simulated GPIO chip, unless that was done before.
func (w *workshop) buildModules(ctx context.Context) error {
	folder, err := w.built()
	if err != nil {
		return err
	}
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	work, err := os.MkdirTemp(w.machines, "building")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := w.putSources(work); err != nil {
		return err
	}
	headers, err := filepath.Glob(filepath.Join(w.machines, "amd64", "build", "usr", "src", "linux-headers-*-amd64"))
	if err != nil || len(headers) != 1 {
		return fmt.Errorf("build modules: %d folders of headers in %s: %w", len(headers), w.machines, err)
	}
	said, err := exec.CommandContext(ctx, "make", "-s", "-C", headers[0], "M="+work, "modules").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build modules: %w: %s", err, said)
	}
	found, err := filepath.Glob(filepath.Join(work, "*.ko"))
	if err != nil {
		return err
	}
	done := filepath.Join(work, "done")
	if err := os.Mkdir(done, 0o755); err != nil {
		return err
	}
	for _, module := range found {
		to := filepath.Join(done, filepath.Base(module))
		if said, err := exec.CommandContext(ctx, "strip", "-g", "-o", to, module).CombinedOutput(); err != nil {
			return fmt.Errorf("strip %s: %w: %s", module, err, said)
		}
	}
	return os.Rename(done, folder)
}

// putSources puts all modules' sources into a folder.
func (w *workshop) putSources(folder string) error {
	ours, err := fs.Sub(modules, "modules")
	if err != nil {
		return err
	}
	if err := os.CopyFS(folder, ours); err != nil {
		return err
	}
	for _, s := range []struct{ from, to, old, new string }{
		{"drivers/gpio/gpio-sim.c", "chip.c", "", ""},
		{"drivers/gpio/gpiolib.h", "gpiolib.h", "", ""},
		// What it calls is only for what is built into the kernel.
		{"kernel/irq/irq_sim.c", "irq_sim.c", "handle_simple_irq(irq_to_desc(irqnum))", "generic_handle_irq(irqnum)"},
	} {
		text, err := os.ReadFile(filepath.Join(w.machines, "source", s.from))
		if err != nil {
			return fmt.Errorf("the kernel's simulated GPIO chip: %w", err)
		}
		if err := os.WriteFile(filepath.Join(folder, s.to), []byte(strings.Replace(string(text), s.old, s.new, 1)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
