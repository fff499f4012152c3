package machine

import (
	"errors"
	"strings"
	"testing"
)

func TestMissingKernelIsTold(t *testing.T) {
	if _, err := FindKernel(t.TempDir(), nil); !errors.Is(err, ErrNoKernel) || !strings.Contains(err.Error(), ".ci/kernel") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := FindKernel("nowhere", nil); !errors.Is(err, ErrNoKernel) {
		t.Errorf("no folder: %v", err)
	}
}

func TestModulesAreLoadedAfterThoseTheyNeed(t *testing.T) {
	k, err := FindKernel("../../bin/kernel", []string{"virtio_pci", "virtio_blk", "virtio_console", "ext4"})
	if errors.Is(err, ErrNoKernel) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	loaded := map[string]bool{}
	for _, m := range k.Modules {
		depends, err := dependsOn(m.Content)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range depends {
			if !loaded[other] {
				t.Errorf("%s is loaded before %s", m.Name, other)
			}
		}
		_, name, _ := strings.Cut(m.Name, "-") // after its place in the order
		loaded[moduleName(name)] = true
	}
}

func TestInitrdIsTheKernelsFormat(t *testing.T) {
	got := string(Initrd([]File{{Name: "dev", Mode: 0o755, Folder: true}, {Name: "init", Mode: 0o700, Content: []byte("program")}}))
	for _, want := range []string{
		"07070100000001000041ED" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000",
		"07070100000002000081C0" + "00000000" + "00000000" + "00000001" + "00000000" + "00000007",
		"00000004" + "00000000" + "dev\x00",
		"00000005" + "00000000" + "init\x00\x00program\x00",
		"0000000B" + "00000000" + "TRAILER!!!\x00",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if len(got)%4 != 0 {
		t.Errorf("%d bytes, expected a multiple of 4", len(got))
	}
}
