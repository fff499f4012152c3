package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// errNoKernel is wrapped when there is no kernel to boot: it has to be fetched first.
var errNoKernel = errors.New("no kernel to boot")

// wanted are the kernel's modules that the machine needs, unless they are built in: the bus, the disk, the port for
// reports, and the file system.
var wanted = []string{"virtio_pci", "virtio_blk", "virtio_console", "ext4"}

// kernel is a Linux kernel as a distribution packages it.
type kernel struct {
	image   string // path of the file to boot
	modules []file // to be loaded in this order
}

// findKernel looks for the content of a distribution's kernel package below folder.
func findKernel(folder string) (kernel, error) {
	var k kernel
	found := map[string]string{} // path of each module
	builtIn := map[string]bool{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := entry.Name()
		switch {
		case strings.HasPrefix(name, "vmlinuz-"):
			k.image = path
		case name == "modules.builtin":
			list, err := os.ReadFile(path)
			for _, line := range strings.Fields(string(list)) {
				builtIn[moduleName(line)] = true
			}
			return err
		case strings.Contains(name, ".ko"):
			found[moduleName(name)] = path
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) || err == nil && k.image == "" {
		return kernel{}, fmt.Errorf("%w in %s: make powercut fetches it", errNoKernel, folder)
	}
	if err != nil {
		return kernel{}, fmt.Errorf("look for a kernel: %w", err)
	}
	order := loadOrder{found: found, builtIn: builtIn}
	for _, name := range wanted {
		if err := order.add(name); err != nil {
			return kernel{}, fmt.Errorf("kernel %s: %w", filepath.Base(k.image), err)
		}
	}
	k.modules = order.modules
	return k, nil
}

// moduleName is the module that a file holds: "drivers/block/virtio-blk.ko.xz" holds virtio_blk.
func moduleName(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// loadOrder collects modules, each after those it depends on.
type loadOrder struct {
	found   map[string]string
	builtIn map[string]bool
	done    []string
	modules []file
}

func (o *loadOrder) add(name string) error {
	if o.builtIn[name] || slices.Contains(o.done, name) {
		return nil
	}
	path, ok := o.found[name]
	if !ok {
		return fmt.Errorf("it has no module %s", name)
	}
	o.done = append(o.done, name)
	content, err := readModule(path)
	if err != nil {
		return err
	}
	depends, err := dependsOn(content)
	if err != nil {
		return fmt.Errorf("module %s: %w", name, err)
	}
	for _, other := range depends {
		if err := o.add(other); err != nil {
			return err
		}
	}
	o.modules = append(o.modules, file{name: fmt.Sprintf("modules/%03d-%s.ko", len(o.modules), name), mode: 0o644, content: content})
	return nil
}

// readModule reads a module, which newer distributions compress.
func readModule(path string) ([]byte, error) {
	unpack := map[string]string{".xz": "xz", ".zst": "zstd", ".gz": "gzip"}[filepath.Ext(path)]
	if unpack == "" {
		return os.ReadFile(path)
	}
	content, err := exec.Command(unpack, "-dc", path).Output()
	if err != nil {
		return nil, fmt.Errorf("unpack %s with %s: %w", path, unpack, err)
	}
	return content, nil
}

// dependsOn reads a module's own statement of the modules it uses.
func dependsOn(module []byte) ([]string, error) {
	parsed, err := elf.NewFile(bytes.NewReader(module))
	if err != nil {
		return nil, err
	}
	section := parsed.Section(".modinfo")
	if section == nil {
		return nil, errors.New("it has no section .modinfo")
	}
	info, err := section.Data()
	if err != nil {
		return nil, err
	}
	for _, statement := range strings.Split(string(info), "\x00") {
		if names, ok := strings.CutPrefix(statement, "depends="); ok && names != "" {
			return strings.Split(strings.ReplaceAll(names, "-", "_"), ","), nil
		}
	}
	return nil, nil
}
