package machine

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

// ErrNoKernel is wrapped when there is no kernel to boot: it has to be fetched first.
var ErrNoKernel = errors.New("no kernel to boot")

// ModulesFolder is where in the machine the modules of a Kernel lie.
const ModulesFolder = "modules"

// Kernel is a Linux kernel as a distribution packages it.
type Kernel struct {
	Image string // path of the file to boot
	// Modules are those asked for and those that they need, to be loaded in this order, which is that of their names.
	Modules []File
}

// FindKernel looks for the content of a distribution's kernel package below folder, and in it for modules, unless they
// are built in. Modules that were built for it may lie in further folders.
func FindKernel(folder string, wanted []string, further ...string) (Kernel, error) {
	var k Kernel
	found := map[string]string{} // path of each module
	builtIn := map[string]bool{}
	look := func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := entry.Name()
		switch {
		case strings.HasPrefix(name, "vmlinuz-"):
			k.Image = path
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
	}
	err := filepath.WalkDir(folder, look)
	if errors.Is(err, fs.ErrNotExist) || err == nil && k.Image == "" {
		return Kernel{}, fmt.Errorf("%w in %s: .ci/kernel fetches it", ErrNoKernel, folder)
	}
	for _, more := range further {
		err = errors.Join(err, filepath.WalkDir(more, look))
	}
	if err != nil {
		return Kernel{}, fmt.Errorf("look for a kernel: %w", err)
	}
	order := loadOrder{found: found, builtIn: builtIn}
	for _, name := range wanted {
		if err := order.add(name); err != nil {
			return Kernel{}, fmt.Errorf("kernel %s: %w", filepath.Base(k.Image), err)
		}
	}
	k.Modules = order.modules
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
	modules []File
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
	name = fmt.Sprintf("%s/%03d-%s.ko", ModulesFolder, len(o.modules), name)
	o.modules = append(o.modules, File{Name: name, Mode: 0o644, Content: content})
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
