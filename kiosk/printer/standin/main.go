// Standin stands in for a ticket printer where there is none: it takes ESC/POS over TCP, or at a pseudo terminal that
// looks like /dev/usb/lp0, and puts what is printed into a folder as pictures.
//
//	go run ./kiosk/printer/standin -listen 127.0.0.1:9100 -pictures tickets
//
// Lines on its standard input, or posted to its control address, open its cover, take its paper away and so on:
//
//	curl -d 'cover open' http://127.0.0.1:9101/
//	curl http://127.0.0.1:9101/    what it has printed, as JSON
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"stationkeeper/kiosk/printer/virtual"
)

// options are the flags.
type options struct {
	listen, control, device, pictures string
	fonts                             string
	width                             int
	printer                           virtual.Options
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "standin:", err)
		os.Exit(1)
	}
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("standin", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:9100", "take ESC/POS at this `address`; empty: do not")
	flags.StringVar(&o.device, "device", "", "take ESC/POS at a pseudo terminal linked to this `path`")
	flags.StringVar(&o.control, "control", "", "take orders over HTTP at this `address`")
	flags.StringVar(&o.pictures, "pictures", "", "put pictures of what is printed into this `folder`")
	flags.StringVar(&o.fonts, "fonts", "ui/theme/fonts", "`folder` of lobby-regular.otf and lobby-bold.otf; characters are boxes without them")
	flags.IntVar(&o.width, "width", 80, "width of the paper in `mm`: 58 or 80")
	flags.IntVar(&o.printer.Roll, "paper", 50000, "paper on the roll in `mm`; 0 is without end")
	flags.IntVar(&o.printer.NearEnd, "near", 3000, "paper left in `mm` when the sensor says that the end is near")
	flags.IntVar(&o.printer.Speed, "speed", 150, "`mm` a second; 0 is at once")
	flags.BoolVar(&o.printer.Raster, "raster", false, "be a printer without Chinese characters and QR codes")
	flags.BoolVar(&o.printer.NoEcho, "no-echo", false, "do not answer GS r")
	flags.BoolVar(&o.printer.NoClear, "no-clear", false, "do not know DLE DC4 8")
	flags.BoolVar(&o.printer.Forgets, "forget", false, "forget what was received when the connection ends")
	flags.Usage = func() {
		fmt.Fprintln(out, "standin prints tickets into pictures. Orders on its standard input or control address:")
		fmt.Fprint(out, "\n", virtual.Orders, "\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch o.width {
	case 58:
		o.printer.Dots = 384
	case 80:
		o.printer.Dots = 576
	default:
		return o, fmt.Errorf("-width %d: expected 58 or 80", o.width)
	}
	if o.listen == "" && o.device == "" {
		return o, errors.New("nobody could print: expected -listen or -device")
	}
	return o, nil
}

// run prints until ctx ends.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	readFonts(&o)
	p, err := virtual.New(o.printer)
	if err != nil {
		return err
	}
	defer p.Close()
	s := &standin{options: o, printer: p, out: out}
	if err := s.prepare(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	if err := s.open(ctx, &working); err != nil {
		return err
	}
	go s.obey(in) // reading standard input ends with the program only
	<-ctx.Done()
	return nil
}

func readFonts(o *options) {
	regular, err := os.ReadFile(filepath.Join(o.fonts, "lobby-regular.otf"))
	if err != nil {
		return // boxes
	}
	if bold, err := os.ReadFile(filepath.Join(o.fonts, "lobby-bold.otf")); err == nil {
		o.printer.Regular, o.printer.Bold = regular, bold
	}
}

// standin is the printer and what is around it.
type standin struct {
	options options
	printer *virtual.Printer

	mu  sync.Mutex
	out io.Writer
	n   int // pictures
}

func (s *standin) say(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, format+"\n", a...)
}

// prepare makes the folder and keeps what is printed in it.
func (s *standin) prepare() error {
	if s.options.pictures == "" {
		return nil
	}
	if err := os.MkdirAll(s.options.pictures, 0o755); err != nil {
		return err
	}
	s.printer.OnPiece(func(piece virtual.Piece) {
		s.mu.Lock()
		s.n++
		path := filepath.Join(s.options.pictures, fmt.Sprintf("%04d.png", s.n))
		s.mu.Unlock()
		if err := save(path, piece); err != nil {
			s.say("cannot keep a picture: %v", err)
			return
		}
		s.say("printed %s", path)
	})
	return nil
}

// save writes a picture so that nobody sees half of it.
func save(path string, piece virtual.Piece) error {
	making, err := os.CreateTemp(filepath.Dir(path), ".making-*")
	if err != nil {
		return err
	}
	err = errors.Join(png.Encode(making, piece.Picture), making.Chmod(0o644), making.Close())
	if err != nil {
		return errors.Join(err, os.Remove(making.Name()))
	}
	return os.Rename(making.Name(), path)
}

// open begins to serve hosts and to take orders, until ctx ends.
func (s *standin) open(ctx context.Context, working *sync.WaitGroup) error {
	if s.options.listen != "" {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.options.listen)
		if err != nil {
			return err
		}
		s.say("prints at tcp://%s", listener.Addr())
		working.Go(func() { s.printer.ServeTCP(ctx, listener) })
	}
	if s.options.device != "" {
		plug := s.printer.Terminal(s.options.device)
		if err := plug.Plug(); err != nil {
			return err
		}
		s.say("prints at usb:%s", s.options.device)
		working.Go(func() { <-ctx.Done(); plug.Unplug() })
	}
	if s.options.control == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.options.control)
	if err != nil {
		return err
	}
	s.say("takes orders at http://%s/", listener.Addr())
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	working.Go(func() { _ = server.Serve(listener) }) // until it is closed
	working.Go(func() { <-ctx.Done(); _ = server.Close() })
	return nil
}

// obey does what lines say.
func (s *standin) obey(in io.Reader) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if lines.Text() == "" {
			continue
		}
		if err := s.printer.Order(lines.Text()); err != nil {
			s.say("%v", err)
		}
	}
}

// state is what the control address tells.
type state struct {
	// Pieces are what came out, without the pictures, and Hanging what has not been cut yet.
	Pieces     []piece  `json:"pieces"`
	Hanging    piece    `json:"hanging"`
	Used       int      `json:"used_mm"`
	Waiting    int      `json:"waiting_bytes"`
	Violations []string `json:"violations"`
}

type piece struct {
	Lines []string `json:"lines"`
	Codes []string `json:"codes"`
	Cut   bool     `json:"cut"`
}

// ServeHTTP implements http.Handler: an order is posted, what was printed is got.
func (s *standin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		order, err := io.ReadAll(io.LimitReader(r.Body, 100))
		if err == nil {
			err = s.printer.Order(string(order))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	told := state{Pieces: []piece{}, Used: s.printer.Used(), Waiting: s.printer.Waiting(), Violations: s.printer.Violations()}
	for _, p := range s.printer.Pieces() {
		told.Pieces = append(told.Pieces, piece{p.Lines, p.Codes, p.Cut})
	}
	hanging := s.printer.Hanging()
	told.Hanging = piece{hanging.Lines, hanging.Codes, false}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(told) // whoever asked is gone
}
