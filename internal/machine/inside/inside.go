// Package inside is what the first process of a virtual machine does before its work: file systems, kernel modules, the
// network.
package inside

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// appear is how long devices may take to appear after their modules were loaded.
const appear = time.Minute

// Standard is what every program expects. Its folders are in the initial file system.
var Standard = []Mounting{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}}

// Mount mounts file systems at folders that are there.
func Mount(mountings ...Mounting) error {
	for _, m := range mountings {
		if err := unix.Mount(m.Kind, m.At, m.Kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.At, err)
		}
	}
	return nil
}

// Mounting is a file system to be mounted.
type Mounting struct {
	Kind, At string
}

// LoadModules loads the kernel modules in a folder, in the order of their names.
func LoadModules(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := load(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func load(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	if err := errors.Join(unix.FinitModule(int(file.Fd()), "", 0), file.Close()); err != nil {
		return fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Await waits until found says that a device is there. The kernel finds devices by itself, and tells nobody where no
// udev listens.
func Await(what string, found func() bool) error {
	for deadline := time.Now().Add(appear); !found(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s did not appear within %s", what, appear)
		}
	}
	return nil
}
