package scanner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/ui/scanner"
)

var start = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

// typed types a text with so much time between two keys, and before Enter.
func typed(k scanner.Keys, from time.Time, text string, gap time.Duration) (next scanner.Keys, read string, ok bool, end time.Time) {
	at := from
	for _, char := range text {
		k = k.Typed(char, at)
		at = at.Add(gap)
	}
	next, read, ok = k.Entered(at)
	return next, read, ok, at
}

const address = "https://lobby.example.org/t/abcdefghijklmnopqrstuvwxyz"

func TestWhoTyped(t *testing.T) {
	for _, c := range []struct {
		name, text string
		gap        time.Duration
		scanner    bool
	}{
		{"a scanner", address, 4 * time.Millisecond, true},
		{"all at once, after the screen was busy", address, 0, true},
		{"a slow scanner", "K3F9", 20 * time.Millisecond, true},
		{"the shortest code", "A1B", 10 * time.Millisecond, true},
		{"too short", "A1", 2 * time.Millisecond, false},
		{"nothing", "", 0, false},
		{"the fastest typist", "K3F9", 60 * time.Millisecond, false},
		{"a typist", address, 150 * time.Millisecond, false},
		{"a key held down", "aaaaaaaaaaaaa", 25 * time.Millisecond, false},
		{"a cat on the keyboard", strings.Repeat("asdf", 200), 5 * time.Millisecond, false},
	} {
		_, read, ok, _ := typed(scanner.Keys{}, start, c.text, c.gap)
		if ok != c.scanner || ok && read != c.text {
			t.Errorf("%s: %q, %v", c.name, read, ok)
		}
	}
}

func TestBurstWithAHitch(t *testing.T) {
	k, at := scanner.Keys{}, start
	for i, char := range address {
		k = k.Typed(char, at)
		at = at.Add(5 * time.Millisecond)
		if i == 20 {
			at = at.Add(100 * time.Millisecond) // the machine had something else to do
		}
	}
	if _, read, ok := k.Entered(at); !ok || read != address {
		t.Errorf("read %q, %v", read, ok)
	}
}

func TestKeysBeforeABurstAreNotOfIt(t *testing.T) {
	k := scanner.Keys{}.Typed('x', start).Typed('y', start.Add(80*time.Millisecond))
	if _, read, ok, _ := typed(k, start.Add(time.Second), "K3F9", 5*time.Millisecond); !ok || read != "K3F9" {
		t.Errorf("read %q, %v", read, ok)
	}
}

func TestEnterMuchLater(t *testing.T) {
	k := scanner.Keys{}
	for i, char := range "K3F9" {
		k = k.Typed(char, start.Add(time.Duration(i)*time.Millisecond))
	}
	if _, read, ok := k.Entered(start.Add(time.Second)); ok {
		t.Errorf("read %q without an Enter of its own", read)
	}
}

// TestBursts plays any scans and any typing, one after the other: every scan is read, and nothing else.
func TestBursts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k scanner.Keys
		at := start
		for range rapid.IntRange(1, 8).Draw(t, "turns") {
			text := rapid.StringMatching(`[A-Za-z0-9:/.?-]{4,100}`).Draw(t, "text")
			varied := strings.Count(text, text[:1]) < len(text)
			scans := rapid.Bool().Draw(t, "scans")
			gap := time.Duration(rapid.IntRange(60, 400).Draw(t, "typist's ms")) * time.Millisecond
			if scans {
				gap = time.Duration(rapid.IntRange(0, 30).Draw(t, "scanner's ms")) * time.Millisecond
			}
			var read string
			var ok bool
			k, read, ok, at = typed(k, at, text, gap)
			if want := scans && varied; ok != want || ok && read != text {
				t.Fatalf("%q, by a scanner %v, every %v: read %q, %v", text, scans, gap, read, ok)
			}
			at = at.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "rest")) * time.Millisecond)
		}
	})
}

func TestRead(t *testing.T) {
	const secret = "abcdefghijklmnopqrstuvwx23"
	ticket, none := scanner.Paper{Ticket: secret}, scanner.Paper{}
	for text, want := range map[string]scanner.Paper{
		"https://lobby.example.org/t/" + secret:                  ticket,
		"http://192.168.1.20:8080/t/" + secret:                   ticket,
		"https://example.org/stations/0815/t/" + secret:          ticket,
		"https://lobby.example.org/t/" + secret + "?lang=en":     ticket,
		"https://lobby.example.org/t/" + secret + "/rate":        ticket,
		"HTTPS://LOBBY.EXAMPLE.ORG/T/" + strings.ToUpper(secret): ticket,
		" https://lobby.example.org/t/" + secret + "\r":          ticket,
		"K3F9": {Appointment: "K3F9"},
		"k3f9": {Appointment: "K3F9"},
		"https://lobby.example.org/t/" + secret[1:]:                           none,
		"https://lobby.example.org/t/" + secret + "a":                         none,
		"https://lobby.example.org/t/" + strings.Replace(secret, "2", "0", 1): none,
		"https://lobby.example.org/":                                          none,
		"https:///t/" + secret:                                                none,
		"ftp://lobby.example.org/t/" + secret:                                 none,
		"/t/" + secret:                                                        none,
		"javascript:alert(1)":                                                 none,
		"":                                                                    none,
		"AB":                                                                  none,
		"ABCDEFGHIJKLMNOPQ":                                                   none,
		"王小明":                                                                 none,
		"K3F9 or so":                                                          none,
		"https://lobby.example.org/t/" + secret + strings.Repeat("/", 600): none,
	} {
		if got, ok := scanner.Read(text); got != want || ok != (want != none) {
			t.Errorf("%.80q: %+v, %v; want %+v", text, got, ok, want)
		}
	}
}

// FuzzRead holds that what is read is one of the two things, in its form, and that reading it again changes nothing.
func FuzzRead(f *testing.F) {
	for _, text := range []string{address, "K3F9", "k3f9\r\n", "https://x/t/t/" + address[28:], "http://[::1]:80/T/", "%", "https://a%2f/t/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := scanner.Read(text)
		if !ok {
			if p != (scanner.Paper{}) {
				t.Fatalf("%q is refused, and read as %+v", text, p)
			}
			return
		}
		if (p.Ticket == "") == (p.Appointment == "") {
			t.Fatalf("%q: %+v", text, p)
		}
		again := p.Appointment
		if p.Ticket != "" {
			again = "https://lobby.example.org/t/" + p.Ticket
		}
		if q, ok := scanner.Read(again); !ok || q != p {
			t.Fatalf("%q: %+v, then %+v", text, p, q)
		}
	})
}

// A window feeds the keys that come, and shows what was scanned.
func Example() {
	var keys scanner.Keys
	now := start
	for _, char := range "k3f9" {
		keys = keys.Typed(char, now)
		now = now.Add(8 * time.Millisecond)
	}
	keys, text, ok := keys.Entered(now)
	paper, ours := scanner.Read(text)
	fmt.Println(ok, ours, paper.Appointment, keys == scanner.Keys{})
	// Output: true true K3F9 true
}
