package touch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// View is what is on the screen, as the kiosk tells it.
type View struct {
	Screen        string  `json:"screen"`
	Private       bool    `json:"private"`
	Things        []Thing `json:"things"`
	Width, Height float64
	// TextSize is that of ordinary text, in pixels, and Ink its colour, such as "#0f1e2e".
	TextSize   float64 `json:"text_size"`
	Ink        string  `json:"ink"`
	Goroutines int     `json:"goroutines"`
}

// Thing is something that can be read or touched; places and sizes are in pixels.
type Thing struct {
	Kind   string  `json:"kind"`
	Text   string  `json:"text"`
	Detail string  `json:"detail"`
	Touch  bool    `json:"touch"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Middle is where it is touched.
func (t Thing) Middle() (x, y float64) { return t.X + t.Width/2, t.Y + t.Height/2 }

// Reads tells whether a text is somewhere on the screen.
func (v View) Reads(text string) bool {
	return slices.ContainsFunc(v.Things, func(t Thing) bool {
		return strings.Contains(t.Text, text) || strings.Contains(t.Detail, text)
	})
}

// Find is what can be touched with this text, else with a text that holds it.
func (v View) Find(text string) (Thing, bool) {
	for _, is := range []func(string) bool{
		func(s string) bool { return s == text },
		func(s string) bool { return strings.Contains(s, text) },
	} {
		for _, t := range v.Things {
			if t.Touch && is(t.Text) && v.reached(t) {
				return t, true
			}
		}
	}
	return Thing{}, false
}

// Kinds are the things of a kind that can be touched.
func (v View) Kinds(kind string) []Thing {
	var all []Thing
	for _, t := range v.Things {
		if t.Touch && t.Kind == kind && v.reached(t) {
			all = append(all, t)
		}
	}
	return all
}

// reached tells whether a tap in the middle of a thing reaches it: nothing that takes taps is drawn over it.
func (v View) reached(t Thing) bool {
	x, y := t.Middle()
	var last Thing
	for _, o := range v.Things {
		takes := o.Touch || o.Kind == "tile" || o.Kind == "key"
		if takes && x >= o.X && x < o.X+o.Width && y >= o.Y && y < o.Y+o.Height {
			last = o
		}
	}
	return last == t
}

// Texts is all that can be read, a line each.
func (v View) Texts() string {
	var lines []string
	for _, t := range v.Things {
		line := t.Text
		if t.Detail != "" {
			line += " | " + t.Detail
		}
		if t.Kind != "text" {
			line = t.Kind + ": " + line
		}
		lines = append(lines, line)
	}
	return v.Screen + ":\n  " + strings.Join(lines, "\n  ")
}

// choices are the texts of what can be touched: as long as they stay, it is the same step.
func (v View) choices() string {
	var all []string
	for _, t := range v.Things {
		if t.Kind != "text" && t.Kind != "call" && t.Kind != "entry" {
			all = append(all, t.Kind+t.Text)
		}
	}
	return v.Screen + strings.Join(all, "\n")
}

// Glass is the kiosk's glass, seen through the socket that it serves.
type Glass struct {
	// Socket is its path.
	Socket string
	// Display is where it is touched.
	Display *Display

	client *http.Client
	last   View
	since  time.Time // when the present step was seen first
}

// NewGlass looks through a socket that need not be there yet.
func NewGlass(socket string, d *Display) *Glass {
	return &Glass{Socket: socket, Display: d, client: &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}}
}

func (g *Glass) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://glass"+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := g.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("look at the screen: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("look at the screen: %s: %.200s", response.Status, body))
	}
	return body, err
}

// Look is what is on the screen now.
func (g *Glass) Look(ctx context.Context) (View, error) {
	body, err := g.get(ctx, "/")
	if err != nil {
		return View{}, err
	}
	var v View
	if err := json.Unmarshal(body, &v); err != nil {
		return View{}, fmt.Errorf("look at the screen: %w", err)
	}
	if v.choices() != g.last.choices() {
		g.since = time.Now()
	}
	g.last = v
	return v, nil
}

// Profile is a CPU profile of the kiosk over a time.
func (g *Glass) Profile(ctx context.Context, d time.Duration) ([]byte, error) {
	return g.get(ctx, fmt.Sprintf("/profile?seconds=%g", d.Seconds()))
}

// lookEvery is how often it is looked when something is waited for.
const lookEvery = 40 * time.Millisecond

// Until looks until something is on the screen. A kiosk that is not there yet, or no more, is waited for.
func (g *Glass) Until(ctx context.Context, what string, is func(View) bool) (View, error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		v, err := g.Look(ctx)
		if err == nil && is(v) {
			return v, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return v, errors.Join(fmt.Errorf("the screen never showed %s: %w; last seen: %s", what, context.Cause(ctx), g.last.Texts()), err)
		}
	}
}

// UntilReads waits for a text.
func (g *Glass) UntilReads(ctx context.Context, text string) (View, error) {
	return g.Until(ctx, fmt.Sprintf("%q", text), func(v View) bool { return v.Reads(text) })
}

// settles is how long people look at a screen before they touch it: the kiosk takes no taps in the first half second of a
// screen, which an impatient finger meant for the one before.
const settles = 600 * time.Millisecond

// Tap touches what has a text, once it is there and the screen has settled.
func (g *Glass) Tap(ctx context.Context, text string) error {
	return g.TapThing(ctx, fmt.Sprintf("something to touch with %q", text), func(v View) (Thing, bool) { return v.Find(text) })
}

// TapThing touches what find finds.
func (g *Glass) TapThing(ctx context.Context, what string, find func(View) (Thing, bool)) error {
	for {
		v, err := g.Until(ctx, what, func(v View) bool { _, ok := find(v); return ok })
		if err != nil {
			return err
		}
		wait := settles - time.Since(g.since)
		if wait <= 0 {
			t, _ := find(v)
			x, y := t.Middle()
			return g.Display.TapAt(ctx, x, y)
		}
		select {
		case <-time.After(min(wait, 100*time.Millisecond)):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Touch taps what has a text and waits for what that brings. A tap that brought nothing is repeated, as people do.
func (g *Glass) Touch(ctx context.Context, text, what string, is func(View) bool) (View, error) {
	const impatient = 4 * time.Second
	for {
		if err := g.Tap(ctx, text); err != nil {
			return g.last, err
		}
		short, cancel := context.WithTimeout(ctx, impatient)
		v, err := g.Until(short, what, is)
		cancel()
		if err == nil || ctx.Err() != nil {
			return v, err
		}
		if _, there := v.Find(text); !there {
			return g.Until(ctx, what, is)
		}
	}
}
