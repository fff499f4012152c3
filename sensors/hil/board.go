package main

import (
	"context"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"stationkeeper/internal/machine"
)

// board is a kind of machine.
type board struct {
	name     string // of its folder among the machines
	words    string
	emulator string
	goarch   []string // environment for the go command
	wanted   []string // kernel modules
	config   string   // the agent's configuration
	// arguments of QEMU, but for those that all machines have.
	arguments []string
	console   string // name of the serial port that the kernel talks to
	// description is a file that says what is on the board, found below the folder of its kernel; boards that tell
	// themselves have none.
	description string
}

//go:embed room.yaml
var roomConfig string

//go:embed board.yaml
var boardConfig string

var roomBoard = board{
	name: "amd64", words: "Debian's kernel for amd64 with simulated lines and buses, emulated (TCG)",
	emulator: "qemu-system-x86_64", goarch: []string{"GOARCH=amd64"}, config: roomConfig, console: "ttyS0",
	wanted: []string{
		"virtio_pci", "virtio_net", "configfs", "gpio_sim", "i2c_dev", "station_i2c", "station_onewire", "w1_therm", "spidev", "station_spi",
		"xhci_pci", "usbhid", "hid_generic", "evdev", "i6300esb",
	},
	arguments: []string{
		"-M", "q35", "-m", "384", "-device", "virtio-net-pci,netdev=net", "-device", "i6300esb",
		"-device", "qemu-xhci,id=usb", "-device", "usb-kbd,id=wedge,bus=usb.0,port=1",
	},
}

var armBoard = board{
	name: "armhf", words: "Debian's kernel for ARM, unmodified, on an AST2600 board, emulated (TCG)",
	emulator: "qemu-system-arm", goarch: []string{"GOARCH=arm", "GOARM=7"}, config: boardConfig, console: "ttyS4,115200",
	wanted:      []string{"mdio_aspeed", "ftgmac100", "gpio_aspeed", "i2c_aspeed", "i2c_dev"},
	arguments:   []string{"-M", "ast2600-evb", "-m", "1G", "-device", "tmp105,bus=aspeed.i2c.bus.3,address=0x48,id=thermometer"},
	description: "aspeed-ast2600-evb.dtb",
}

// guest is the first process of all machines.
const guest = "stationkeeper/sensors/hil/guest"

// build builds the programs that run in the machine.
func (b board) build(ctx context.Context, folder string) error {
	to := filepath.Join(folder, b.name) + string(filepath.Separator)
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", to, guest, "stationkeeper/agent")
	build.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux"), b.goarch...)
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build programs for %s: %w: %s", b.name, err, said)
	}
	return nil
}

// initrd makes the machine's files, and finds its kernel.
func (w *workshop) initrd(b board) (machine.Kernel, string, error) {
	var further []string
	if b.name == roomBoard.name {
		built, err := w.built()
		if err != nil {
			return machine.Kernel{}, "", err
		}
		further = append(further, built)
	}
	k, err := machine.FindKernel(filepath.Join(w.machines, b.name), b.wanted, further...)
	if err != nil {
		return k, "", err
	}
	var files []machine.File
	for _, folder := range []string{"dev", machine.ModulesFolder, "proc", "run", "sys", "tmp", "data"} {
		files = append(files, machine.File{Name: folder, Mode: 0o755, Folder: true})
	}
	for name, program := range map[string]string{"init": "guest", "agent": "agent"} {
		content, err := os.ReadFile(filepath.Join(w.folder, b.name, program))
		if err != nil {
			return k, "", err
		}
		files = append(files, machine.File{Name: name, Mode: 0o755, Content: content})
	}
	files = append(files, machine.File{Name: "agent.yaml", Mode: 0o644, Content: []byte(b.config)},
		machine.File{Name: "card.key", Mode: 0o600, Content: []byte(hex.EncodeToString(cardKey) + "\n")})
	path := filepath.Join(w.folder, b.name, "initrd")
	return k, path, os.WriteFile(path, machine.Initrd(append(files, k.Modules...)), 0o600)
}

// describe finds the board's description.
func (w *workshop) describe(b board) (string, error) {
	found, err := filepath.Glob(filepath.Join(w.machines, b.name, "usr", "lib", "linux-image-*", b.description))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("find the description of the board: %d files %s: %w", len(found), b.description, err)
	}
	return found[0], nil
}
