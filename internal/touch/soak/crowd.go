package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"stationkeeper/internal/touch"
)

// crowd are the customers and the clerks.
type crowd struct {
	kiosk *touch.Kiosk
	rand  *rand.Rand
	seen  map[string]int // taps by name of the screen
	came  atomic.Int64
	last  string // the ticket that counter 1 serves
}

// likes says how often customers go for what is on the screen, by its kind. Areas are for the staff.
var likes = map[string]int{"tile": 6, "face": 5, "option": 5, "key": 3, "button": 2}

// visit is one customer: some taps, or a paper held to the scanner, and then they go, wherever that leaves the screen.
func (c *crowd) visit(ctx context.Context) error {
	c.came.Add(1)
	if c.came.Load()%3 == 0 {
		if err := c.clerk(ctx); err != nil {
			return err
		}
	}
	if c.rand.IntN(20) == 0 {
		if err := c.kiosk.Display.Scan(ctx, fmt.Sprintf("https://hall.example.org/t/%032x", c.rand.Uint64())); err != nil {
			return err
		}
	}
	for range 1 + c.rand.IntN(6) {
		pick := c.rand.Uint64()
		err := c.kiosk.TapThing(ctx, "something to touch", func(v touch.View) (touch.Thing, bool) { return choose(v, pick) })
		if err != nil {
			return err
		}
		v, err := c.kiosk.Look(ctx)
		if err != nil {
			return err
		}
		c.seen[v.Screen]++
		if v.Screen == "home" && c.rand.IntN(3) == 0 {
			break
		}
	}
	return nil
}

// choose picks one of the things to touch.
func choose(v touch.View, pick uint64) (touch.Thing, bool) {
	kinds := slices.Sorted(maps.Keys(likes))
	var all []touch.Thing
	for _, kind := range kinds {
		for _, t := range v.Kinds(kind) {
			for range likes[kind] {
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return touch.Thing{}, false
	}
	return all[pick%uint64(len(all))], true
}

// clerk calls the next customer to counter 1, and is done with the one before.
func (c *crowd) clerk(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"finish": c.last})
	if c.last == "" {
		body = []byte("{}")
	}
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.kiosk.Counter+"/api/counters/1/call", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("call a customer: %w", err)
	}
	defer response.Body.Close()
	var called struct{ ID string }
	if err := json.NewDecoder(response.Body).Decode(&called); err != nil {
		return fmt.Errorf("call a customer: %w", err)
	}
	switch response.StatusCode {
	case http.StatusOK:
		c.last = called.ID
	case http.StatusConflict, http.StatusNotFound: // nobody waits, or it is too soon
	default:
		return fmt.Errorf("call a customer: %s", response.Status)
	}
	return nil
}

// report says what customers saw.
func (c *crowd) report() string {
	var lines []string
	for _, screen := range slices.Sorted(maps.Keys(c.seen)) {
		lines = append(lines, fmt.Sprintf("%s %d", screen, c.seen[screen]))
	}
	return fmt.Sprintf("%d customers; screens after taps: %s", c.came.Load(), strings.Join(lines, ", "))
}
