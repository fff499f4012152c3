package inside

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// request is the kernel's struct ifreq with an IPv4 address or flags in it, see netdevice(7).
type request struct {
	name   [unix.IFNAMSIZ]byte
	family uint16 // or flags
	_      [2]byte
	ip     [4]byte
	_      [16]byte
}

// Network waits for a network interface other than the loopback, and gives it an address. Both are up then. Of several
// that is the first: boards with more than are connected have them, too.
func Network(address netip.Prefix) error {
	var card string
	err := Await("a network interface", func() bool {
		all, err := net.Interfaces()
		for _, i := range all {
			if card == "" && i.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0 && len(i.HardwareAddr) > 0 {
				card = i.Name
			}
		}
		return err == nil && card != ""
	})
	if err != nil {
		return err
	}
	if err := raise("lo", netip.MustParsePrefix("127.0.0.1/8")); err != nil {
		return err
	}
	return raise(card, address)
}

// raise gives an interface an IPv4 address and takes it up.
func raise(card string, address netip.Prefix) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("raise interface %s: %w", card, err)
	}
	defer unix.Close(socket)
	var mask [4]byte
	binary.BigEndian.PutUint32(mask[:], ^uint32(0)<<(32-address.Bits()))
	for _, step := range []struct {
		what string
		call uintptr
		r    request
	}{
		{"address", unix.SIOCSIFADDR, request{family: unix.AF_INET, ip: address.Addr().As4()}},
		{"mask", unix.SIOCSIFNETMASK, request{family: unix.AF_INET, ip: mask}},
		{"flags", unix.SIOCSIFFLAGS, request{family: unix.IFF_UP | unix.IFF_RUNNING}},
	} {
		copy(step.r.name[:unix.IFNAMSIZ-1], card)
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(socket), step.call, uintptr(unsafe.Pointer(&step.r))); errno != 0 {
			return fmt.Errorf("raise interface %s: set its %s: %w", card, step.what, errno)
		}
	}
	return nil
}
