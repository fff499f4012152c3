package nbd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
)

// memory is a device that notes what it is asked.
type memory struct {
	content []byte
	asked   []string
	fails   error
}

func (m *memory) Size() int64 { return int64(len(m.content)) }

func (m *memory) Read(p []byte, offset int64) error {
	m.asked = append(m.asked, fmt.Sprintf("read %d at %d", len(p), offset))
	copy(p, m.content[offset:])
	return m.fails
}

func (m *memory) Write(p []byte, offset int64, through bool) error {
	m.asked = append(m.asked, fmt.Sprintf("write %d at %d, through %t", len(p), offset, through))
	copy(m.content[offset:], p)
	return m.fails
}

func (m *memory) Flush() error {
	m.asked = append(m.asked, "flush")
	return m.fails
}

// client speaks the protocol word by word.
type client struct {
	t    *testing.T
	conn net.Conn
}

var errSilent = errors.New("no power")

// start serves a device and greets as a client does. ended receives what Serve returned.
func start(t *testing.T, device Device, flags uint32) (c client, ended chan error) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close() })
	ended = make(chan error, 1)
	go func() {
		ended <- Serve(far, device, errSilent)
		far.Close()
	}()
	c = client{t, near}
	hello := c.read(18)
	if string(hello[:16]) != "NBDMAGICIHAVEOPT" || binary.BigEndian.Uint16(hello[16:]) != flagFixed|flagNoZeroes {
		t.Fatalf("greeting %q", hello)
	}
	c.write(binary.BigEndian.AppendUint32(nil, flags))
	return c, ended
}

func (c client) read(n int) []byte {
	c.t.Helper()
	p := make([]byte, n)
	if _, err := io.ReadFull(c.conn, p); err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c client) write(p []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(p); err != nil {
		c.t.Fatal(err)
	}
}

func (c client) option(number uint32, data []byte) {
	c.t.Helper()
	p := binary.BigEndian.AppendUint64(nil, magicOption)
	p = binary.BigEndian.AppendUint32(p, number)
	p = binary.BigEndian.AppendUint32(p, uint32(len(data)))
	c.write(append(p, data...))
}

// answer reads one answer to an option.
func (c client) answer() (kind uint32, data []byte) {
	c.t.Helper()
	head := c.read(20)
	if magic := binary.BigEndian.Uint64(head); magic != magicAnswer {
		c.t.Fatalf("answer with magic %#x", magic)
	}
	return binary.BigEndian.Uint32(head[12:]), c.read(int(binary.BigEndian.Uint32(head[16:])))
}

func (c client) request(command, flags uint16, offset uint64, length int, data []byte) {
	c.t.Helper()
	p := binary.BigEndian.AppendUint32(nil, magicRequest)
	p = binary.BigEndian.AppendUint16(p, flags)
	p = binary.BigEndian.AppendUint16(p, command)
	p = append(p, "COOKIE!!"...)
	p = binary.BigEndian.AppendUint64(p, offset)
	p = binary.BigEndian.AppendUint32(p, uint32(length))
	c.write(append(p, data...))
}

// reply reads the reply to a request, with n bytes of data when it is no error.
func (c client) reply(n int) (code uint32, data []byte) {
	c.t.Helper()
	head := c.read(16)
	if binary.BigEndian.Uint32(head) != magicReply || string(head[8:]) != "COOKIE!!" {
		c.t.Fatalf("reply %q", head)
	}
	if code = binary.BigEndian.Uint32(head[4:]); code == 0 {
		data = c.read(n)
	}
	return code, data
}

// goOn is the data of optGo and optInfo: no name, and no particular information asked for.
var goOn = make([]byte, 6)

func TestNegotiationAsClientsDoToday(t *testing.T) {
	c, ended := start(t, &memory{content: make([]byte, 1<<20)}, flagFixed|flagNoZeroes)
	c.option(8, nil) // structured replies, which are not spoken here
	if kind, _ := c.answer(); kind != repUnsupported {
		t.Errorf("structured replies: %#x", kind)
	}
	for _, option := range []uint32{optInfo, optGo} {
		c.option(option, goOn)
		kind, data := c.answer()
		if kind != repInfo || binary.BigEndian.Uint16(data) != infoExport || binary.BigEndian.Uint64(data[2:]) != 1<<20 ||
			binary.BigEndian.Uint16(data[10:]) != transmission {
			t.Errorf("export: %#x %x", kind, data)
		}
		kind, data = c.answer()
		if kind != repInfo || binary.BigEndian.Uint16(data) != infoBlockSize || binary.BigEndian.Uint32(data[2:]) != sectorSize {
			t.Errorf("block size: %#x %x", kind, data)
		}
		if kind, _ = c.answer(); kind != repAck {
			t.Errorf("end: %#x", kind)
		}
	}
	c.request(cmdDisc, 0, 0, 0, nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestNegotiationAsOldClientsDo(t *testing.T) {
	for _, flags := range []uint32{flagFixed, flagFixed | flagNoZeroes} {
		c, ended := start(t, &memory{content: make([]byte, 4096)}, flags)
		c.option(optExportName, nil)
		want := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint64(nil, 4096), transmission)
		if flags&flagNoZeroes == 0 {
			want = append(want, make([]byte, exportPad)...)
		}
		if got := c.read(len(want)); !bytes.Equal(got, want) {
			t.Errorf("export %x", got)
		}
		c.conn.Close() // as a killed client does
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestNegotiationRefusesNonsense(t *testing.T) {
	c, ended := start(t, &memory{content: make([]byte, 4096)}, flagFixed)
	c.option(optGo, []byte{0, 0, 1, 0, 0, 0})
	if kind, _ := c.answer(); kind != repInvalid {
		t.Errorf("a name longer than its option: %#x", kind)
	}
	c.option(optAbort, nil)
	if kind, _ := c.answer(); kind != repAck {
		t.Errorf("abort: %#x", kind)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}

	c, ended = start(t, &memory{content: make([]byte, 4096)}, flagFixed)
	c.write([]byte("this is no option of the protocol"[:16]))
	if err := <-ended; err == nil {
		t.Error("no error for what is no option")
	}
}

func started(t *testing.T, device Device) (client, chan error) {
	t.Helper()
	c, ended := start(t, device, flagFixed|flagNoZeroes)
	c.option(optGo, goOn)
	for range 3 {
		c.answer()
	}
	return c, ended
}

func TestRequestsReachTheDevice(t *testing.T) {
	m := &memory{content: make([]byte, 4096)}
	c, ended := started(t, m)
	c.request(cmdWrite, 0, 512, 512, bytes.Repeat([]byte{'a'}, 512))
	c.reply(0)
	c.request(cmdWrite, cmdFlagFUA, 1024, 512, bytes.Repeat([]byte{'b'}, 512))
	c.reply(0)
	c.request(cmdFlush, 0, 0, 0, nil)
	c.reply(0)
	c.request(cmdRead, 0, 512, 1024, nil)
	if code, data := c.reply(1024); code != 0 || string(data) != string(m.content[512:1536]) || data[0] != 'a' || data[1023] != 'b' {
		t.Errorf("read: %d %q", code, data)
	}
	c.request(77, 0, 0, 0, nil)
	if code, _ := c.reply(0); code != errInval {
		t.Errorf("unknown command: %d", code)
	}
	c.request(cmdDisc, 0, 0, 0, nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	want := []string{"write 512 at 512, through false", "write 512 at 1024, through true", "flush", "read 1024 at 512"}
	if fmt.Sprint(m.asked) != fmt.Sprint(want) {
		t.Errorf("asked %q", m.asked)
	}
}

func TestErrorsOfTheDeviceAreToldExceptThatThePowerFailed(t *testing.T) {
	m := &memory{content: make([]byte, 4096), fails: errors.New("worn out")}
	c, ended := started(t, m)
	c.request(cmdRead, 0, 0, 512, nil)
	if code, _ := c.reply(512); code != errIO {
		t.Errorf("read: %d", code)
	}
	m.fails = fmt.Errorf("read: %w", errSilent)
	c.request(cmdFlush, 0, 0, 0, nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n, err := c.conn.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("the failed flush was answered")
	}
}

func TestRequestsThatAreNoneEndTheSession(t *testing.T) {
	for what, request := range map[string]func(c client){
		"wrong magic": func(c client) { c.write(make([]byte, 28)) },
		"too long":    func(c client) { c.request(cmdRead, 0, 0, maxRequest+1, nil) },
	} {
		c, ended := started(t, &memory{content: make([]byte, 4096)})
		request(c)
		if err := <-ended; err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
