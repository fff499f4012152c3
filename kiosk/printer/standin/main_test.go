package main

import (
	"bufio"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/printer"
)

// begin runs the program and returns what it says, line by line, and how to give it orders.
func begin(t *testing.T, args ...string) (*bufio.Scanner, io.Writer) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	in, orders := io.Pipe()
	said, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, in, out)
		_ = out.Close()
		done <- err
	}()
	t.Cleanup(func() {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, said) }()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = orders.Close()
	})
	return bufio.NewScanner(said), orders
}

func line(t *testing.T, s *bufio.Scanner, prefix string) string {
	t.Helper()
	if !s.Scan() || !strings.HasPrefix(s.Text(), prefix) {
		t.Fatalf("it says %q, want %q…", s.Text(), prefix)
	}
	return strings.TrimPrefix(s.Text(), prefix)
}

func TestTicketBecomesPicture(t *testing.T) {
	folder := t.TempDir()
	said, orders := begin(t, "-listen", "127.0.0.1:0", "-control", "127.0.0.1:0", "-pictures", folder, "-speed", "0", "-paper", "0",
		"-device", filepath.Join(folder, "lp0"), "-fonts", "../../../ui/theme/fonts")
	url := line(t, said, "prints at ")
	line(t, said, "prints at usb:")
	control := line(t, said, "takes orders at ")

	p, err := printer.New(printer.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	running := make(chan error, 1)
	go func() { running <- p.Run(ctx) }()
	defer func() { cancel(); <-running }()
	printed := make(chan error, 1)
	go func() {
		_, err := p.Print(ctx, printer.Job{Ticket: printer.Ticket{Number: "A012", At: time.Now()}})
		printed <- err
	}()
	line(t, said, "printed ") // the strip before the first
	path := line(t, said, "printed ")
	if err := <-printed; err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if picture, err := png.Decode(f); err != nil || picture.Bounds().Dx() != 576 {
		t.Fatalf("picture: %v", err)
	}
	told := state{}
	get(t, control, &told)
	if len(told.Pieces) != 2 || !told.Pieces[1].Cut || len(told.Violations) != 0 || !strings.Contains(strings.Join(told.Pieces[1].Lines, " "), "A012") {
		t.Fatalf("%+v", told)
	}

	post(t, control, "cover open", http.StatusNoContent)
	if s := p.Check(ctx); s.Reason != printer.CoverOpen {
		t.Errorf("status %+v", s)
	}
	post(t, control, "fly", http.StatusBadRequest)
	if _, err := io.WriteString(orders, "\ncover closed\nfly\n"); err != nil {
		t.Fatal(err)
	}
	line(t, said, `order "fly"`) // the line before it has been obeyed
	if s := p.Check(ctx); !s.Ready {
		t.Errorf("status %+v", s)
	}
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func post(t *testing.T, url, order string, want int) {
	t.Helper()
	response, err := http.Post(url, "text/plain", strings.NewReader(order))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		t.Errorf("%s: status %d, want %d", order, response.StatusCode, want)
	}
}

func TestFlagsThatAreWrong(t *testing.T) {
	for _, args := range [][]string{{"-width", "70"}, {"-listen", ""}, {"-fly"}, {"-listen", "nowhere"}, {"-control", "nowhere", "-listen", "127.0.0.1:0"}} {
		if err := run(context.Background(), args, strings.NewReader(""), io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
