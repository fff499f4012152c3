package virtual

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/printer/escpos"
)

// tell plays bytes on a printer, reads as many bytes of what it answers, and returns both once it has done all it can.
func tell(t testing.TB, o Options, answers int, parts ...[]byte) (*Printer, []byte) {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ours, theirs := net.Pipe()
	served := make(chan struct{})
	go func() { defer close(served); p.Serve(context.Background(), theirs) }()
	if _, err := ours.Write(bytes.Join(parts, nil)); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, answers)
	if err := ours.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := io.ReadFull(ours, said); err != nil {
		t.Fatalf("it answered % x: %v", said[:n], err)
	}
	_ = ours.Close()
	<-served
	p.drain()
	return p, said
}

// drain helps the printer to execute what it received, as far as it can.
func (p *Printer) drain() {
	for worked := true; worked; {
		_, worked = p.next()
	}
}

func TestStrictness(t *testing.T) {
	start := append(escpos.Initialize(), escpos.Chinese()...)
	for name, c := range map[string]struct {
		options Options
		sent    string
		want    string // in the violation; empty: there is none
	}{
		"a ticket":                  {Options{}, "\x1ba\x01\x1d!\x55A012\n\x1d!\x00\xba\xc5\n\x1bd\x02\x1dVB\x00", ""},
		"unknown command":           {Options{}, "\x1bZ", "unknown command"},
		"unknown function":          {Options{}, "\x1d(k\x03\x001Z0", "function"},
		"control character":         {Options{}, "\x07", "no command"},
		"no character":              {Options{}, "\xba\x20", "GB 18030"},
		"four bytes":                {Options{}, "\x82\x30\x81\x30", "no character that printers have"},
		"too wide":                  {Options{}, strings.Repeat("x", 49) + "\n", "wider"},
		"as wide as the paper":      {Options{}, strings.Repeat("x", 48) + "\n", ""},
		"alignment within a line":   {Options{}, "x\x1ba\x01\n", "beginning of a line"},
		"cut within a line":         {Options{}, "x\x1dVB\x00", "beginning of a line"},
		"picture":                   {Options{}, "\x1dv0\x00\x01\x00\x02\x00\xff\xff", ""},
		"picture wider than paper":  {Options{Dots: 384}, "\x1dv0\x00\x48\x00\x01\x00" + strings.Repeat("\x00", 72), "384"},
		"graphics":                  {Options{}, "\x1d(L\x0b\x000p0\x01\x011\x08\x00\x01\x00\xff\x1d(L\x02\x0002", ""},
		"graphics that are not all": {Options{}, "\x1d(L\x0b\x000p0\x01\x011\x08\x00\x02\x00\xff", "as many bytes"},
		"graphics not stored":       {Options{}, "\x1d(L\x02\x0002", "stored before"},
		"code":                      {Options{}, string(escpos.QR("https://a.b/c", 4)), ""},
		"code without a model":      {Options{}, "\x1d(k\x05\x001P0AB\x1d(k\x03\x001Q0", "model 2"},
		"code on a simple printer":  {Options{Raster: true}, string(escpos.QR("https://a.b/c", 4)), "no QR codes"},
		"Chinese on a simple one":   {Options{Raster: true}, "\xba\xc5", "no Chinese"},
		"status in a command":       {Options{}, "\x1b\x10\x04\x01a\x01", "in the middle"},
		"unknown status":            {Options{}, "\x10\x04\x09", "real time"},
		"no end":                    {Options{}, strings.Repeat("\x1bd\xff", 3), "without a cut"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := tell(t, c.options, 0, start, []byte(c.sent))
			got := strings.Join(p.Violations(), "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("violations %q, want %q", got, c.want)
			}
		})
	}
}

func TestAnswersOfThePrinter(t *testing.T) {
	ask := slices.Concat(escpos.AskNow(1), escpos.AskNow(2), escpos.AskNow(3), escpos.AskNow(4))
	for name, c := range map[string]struct {
		options Options
		sent    []byte
		want    []byte
		waiting int
	}{
		"ready":    {Options{}, slices.Concat(ask, escpos.AskThen()), []byte{0x12, 0x12, 0x12, 0x12, 0}, 0},
		"no paper": {Options{Roll: 5, NearEnd: 100}, ask, []byte{0x1a, 0x32, 0x12, 0x7e}, 0},
		"near end": {Options{Roll: 50, NearEnd: 100}, slices.Concat(ask, escpos.AskThen()), []byte{0x12, 0x12, 0x12, 0x1e, 3}, 0},
		"clear":    {Options{Roll: 5}, slices.Concat([]byte("A012\n"), escpos.Clear()), []byte{0x37, 0x25, 0}, 0},
		"a printer that cannot clear": {Options{Roll: 5, NoClear: true},
			slices.Concat([]byte("A012\n"), escpos.Clear(), escpos.AskNow(1)), []byte{0x1a}, 5},
		"a printer without echo": {Options{NoEcho: true}, slices.Concat(escpos.AskThen(), escpos.AskNow(1)), []byte{0x12}, 0},
		"tells by itself":        {Options{Roll: 50, NearEnd: 100}, slices.Concat(escpos.Push()), []byte{0x10, 0, 3, 0x0f}, 0},
	} {
		p, said := tell(t, c.options, len(c.want), c.sent)
		if !bytes.Equal(said, c.want) || p.Waiting() != c.waiting || len(p.Violations()) > 0 {
			t.Errorf("%s: % x, want % x; %d bytes wait, want %d; %q", name, said, c.want, p.Waiting(), c.waiting, p.Violations())
		}
	}
}

func TestOrders(t *testing.T) {
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, line := range strings.Split(strings.TrimSpace(Orders), "\n") {
		words := strings.Fields(line)
		for _, value := range strings.Split(words[1], "|") {
			if strings.ToUpper(value) == value {
				value = "0"
			}
			if err := p.Order(words[0] + " " + value); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	for _, wrong := range []string{"", "paper", "paper much", "cover ajar", "paper -1", "fly 3", "cover open now"} {
		if err := p.Order(wrong); err == nil {
			t.Errorf("%q: no error", wrong)
		}
	}
	if err := p.Order("cover open"); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.faults.cover {
		t.Error("the cover is closed")
	}
}

// Whatever comes in, the printer neither falls over nor grows without end, and is whole again after enough zeros.
func FuzzPrinter(f *testing.F) {
	f.Add([]byte("\x1b@\x1c&\x1ba\x01A012\n\x1dVB\x00"), false)
	f.Add([]byte("\x1dv0\x00\x01\x00\x02\x00\xff\xff\x10\x04\x01"), true)
	f.Add(escpos.QR("https://a.b/c", 4), false)
	f.Add([]byte("\x1d(L\x0b\x000p0\x01\x011\x08\x00\x01\x00\xff\x1d(L\x02\x0002"), false)
	f.Add(escpos.Clear(), false)
	f.Fuzz(func(t *testing.T, sent []byte, raster bool) {
		p, err := New(Options{Raster: raster})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		l := &line{said: make(chan saying, 1), done: make(chan struct{})}
		p.line = l
		p.receive(l, sent)
		p.drain()
		if rows := p.Hanging().Picture.Height; rows > longest+255*escpos.Line {
			t.Fatalf("%d rows", rows)
		}
		p.receive(l, make([]byte, 300_000)) // ends any command that was begun
		p.receive(l, slices.Concat(escpos.Initialize(), []byte("A012\n"), escpos.Cut(escpos.FullCut)))
		p.drain()
		pieces := p.Pieces()
		if last := pieces[len(pieces)-1]; len(last.Lines) == 0 || last.Lines[len(last.Lines)-1] != "A012" {
			t.Fatalf("afterwards: %q", last.Lines)
		}
		p.line = nil
	})
}
