package wedge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests of linux/uinput.h.
const (
	setEventKind = 0x40045564
	setKey       = 0x40045565
	setUp        = 0x405c5503
	create       = 0x5501
	destroy      = 0x5502
)

// keyboardOfKernel makes a keyboard of the kernel's own that a test types on.
func keyboardOfKernel(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.OpenFile("/dev/uinput", os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		t.Skipf("no real input device to test with: %v (modprobe uinput)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // which unplugs it; closed before by tests that do
	fd := int(file.Fd())
	err = unix.IoctlSetInt(fd, setEventKind, kindKey)
	for code := range 128 {
		err = errors.Join(err, unix.IoctlSetInt(fd, setKey, code))
	}
	setup := struct {
		Bus, Vendor, Product, Version uint16
		Name                          [80]byte
		Effects                       uint32
	}{Bus: 3, Vendor: 0x1209, Product: 0x0001}
	copy(setup.Name[:], name)
	raw := new(bytes.Buffer)
	err = errors.Join(err, binary.Write(raw, binary.NativeEndian, setup))
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), setUp, uintptr(unsafe.Pointer(&raw.Bytes()[0]))); errno != 0 {
		err = errors.Join(err, errno)
	}
	if err = errors.Join(err, unix.IoctlSetInt(fd, create, 0)); err != nil {
		t.Fatalf("make a keyboard: %v", err)
	}
	return file
}

func TestARealKeyboardIsReadAndGrabbed(t *testing.T) {
	name := fmt.Sprintf("Test reader %d", os.Getpid())
	keys := keyboardOfKernel(t, name)
	sightings := watch(t, Options{Name: name}, linux)
	expect(t, sightings, "works")
	typeOn := func(text string) {
		for _, c := range []byte(text) {
			for _, e := range stroke(t, c) {
				if _, err := keys.Write(encode(e)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	typeOn("04A1B2C3\n")
	expect(t, sightings, "card 04A1B2C3")
	path, err := Options{Name: name}.find(linux)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := openGrabbed(path); !errors.Is(err, unix.EBUSY) {
		t.Errorf("grabbed twice: %v, %v", second, err)
	}
	if err := unix.IoctlSetInt(int(keys.Fd()), destroy, 0); err != nil {
		t.Fatal(err)
	}
	expect(t, sightings, "there is no USB reader")
	keyboardOfKernel(t, name)
	expect(t, sightings, "works")
}
