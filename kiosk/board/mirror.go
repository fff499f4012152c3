package board

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"stationkeeper/kiosk/web"
)

// Mirror shows another kiosk's board: it listens to the same events as a television does, and comes back when the line
// was cut.
type Mirror struct {
	// Address is the kiosk's, such as http://192.168.1.20:8090.
	Address string
	// After is the serial of the last call that was announced here; 0 when that is not known.
	After uint64
	Log   *slog.Logger

	// Of Run's goroutine:
	view  View
	calls map[uint64]Call
	heard time.Time // by our clock
	lost  bool
}

const (
	// silent is how long nothing may come until the line counts as cut; the kiosk sends a beat every web.BeatEvery.
	silent = 2*web.BeatEvery + 10*time.Second
	// again is how long it waits before it connects anew, at first and at most.
	againFirst, againMost = time.Second, 15 * time.Second
	// kept is for how long a call is kept that the kiosk does not list: announcing it may have to wait for others.
	kept = 10 * time.Minute
	// mostSound is the largest sound of a call, in bytes.
	mostSound = 8 << 20
)

// Run shows what comes, until ctx ends.
func (m *Mirror) Run(ctx context.Context, show func(View)) error {
	m.calls = map[uint64]Call{}
	wait := againFirst
	for ctx.Err() == nil {
		came, err := m.listen(ctx, show)
		if ctx.Err() != nil {
			break
		}
		if came {
			wait = againFirst
		}
		if !m.lost {
			m.Log.Warn("the board's kiosk is not reached, trying again", "kiosk", m.Address, "error", err)
			m.lose(show)
		}
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
		}
		wait = min(2*wait, againMost)
	}
	return nil
}

// lose says that the line is cut. What was on the board stays there.
func (m *Mirror) lose(show func(View)) {
	m.lost = true
	if m.heard.IsZero() {
		m.heard, m.view.At = time.Now(), time.Now()
	}
	v := m.view
	v.Lost, v.At = m.view.At, m.view.At.Add(time.Since(m.heard))
	show(v)
}

// listen is one connection. came tells whether something came by it.
func (m *Mirror) listen(ctx context.Context, show func(View)) (came bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(silent, func() { cancel(fmt.Errorf("nothing came for %s", silent)) })
	defer watchdog.Stop()
	body, err := m.get(ctx, "/board/events?after="+strconv.FormatUint(m.After, 10))
	if err != nil {
		return false, errors.Join(err, context.Cause(ctx))
	}
	defer body.Close()
	err = events(body, func(event, id, data string) error {
		watchdog.Reset(silent)
		came = true
		return m.take(event, id, data, show)
	})
	return came, errors.Join(err, context.Cause(ctx))
}

func (m *Mirror) get(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(m.Address, "/")+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s for its board: %w", m.Address, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask %s for its board: %w", m.Address, err)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("ask %s for its board: %s", m.Address, response.Status)
	}
	return response.Body, nil
}

// events reads server-sent events (WHATWG HTML, chapter 9.2) as package web writes them: one line of data each.
func events(r io.Reader, take func(event, id, data string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4<<20)
	var event, id, data string
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			event = value
		case "id":
			id = value
		case "data":
			data = value
		case "":
			if data != "" {
				if err := take(event, id, data); err != nil {
					return err
				}
			}
			event, id, data = "", "", ""
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errors.New("the kiosk ended the connection")
}

// take takes one event in. The kiosk tells calls first, and then the rest with which they are shown.
func (m *Mirror) take(event, id, data string, show func(View)) error {
	switch event {
	case "call":
		var c callEvent
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			return fmt.Errorf("a call of %s: %w", m.Address, err)
		}
		if c.Serial < m.After { // its disk was replaced, and serials begin anew
			clear(m.calls)
		}
		m.After = c.Serial
		m.calls[c.Serial] = c.seen()
	case "board":
		var v boardView
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			return fmt.Errorf("the board of %s: %w", m.Address, err)
		}
		m.shown(v)
		show(m.view)
	case "beat":
		var now moment
		if err := json.Unmarshal([]byte(data), &now); err != nil {
			return fmt.Errorf("a beat of %s: %w", m.Address, err)
		}
		m.view.At, m.heard = now.local(), time.Now()
	}
	return nil
}

// local is the moment in the hall's zone.
func (n moment) local() time.Time { return n.Now.In(time.FixedZone("", n.Offset)) }

// shown brings what the kiosk lists together with the calls it told of.
func (m *Mirror) shown(v boardView) {
	if m.lost {
		m.Log.Info("the board's kiosk is reached again", "kiosk", m.Address)
	}
	m.lost, m.heard = false, time.Now()
	m.view = v.seen(v.local())
	maps.DeleteFunc(m.calls, func(_ uint64, c Call) bool { return m.view.At.Sub(c.At) > kept })
	calls := maps.Clone(m.calls)
	for _, c := range m.view.Calls {
		calls[c.Serial] = c
	}
	for _, serial := range v.Withdrawn {
		if c, ok := calls[serial]; ok {
			c.Withdrawn = true
			calls[serial] = c
		}
	}
	m.view.Calls = slices.SortedFunc(maps.Values(calls), func(a, b Call) int { return cmp.Compare(b.Serial, a.Serial) })
}

// Say is a call as the kiosk speaks it, a WAV file.
func (m *Mirror) Say(ctx context.Context, serial uint64, p Pace) ([]byte, error) {
	body, err := m.get(ctx, fmt.Sprintf("/board/calls/%d?pace=%s", serial, p))
	if err != nil {
		return nil, err
	}
	defer body.Close()
	wav, err := io.ReadAll(io.LimitReader(body, mostSound))
	if err != nil {
		return nil, fmt.Errorf("the sound of a call from %s: %w", m.Address, err)
	}
	return wav, nil
}
