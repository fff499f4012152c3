package programs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"stationkeeper/sensors/room"
)

// Room is a simulated room of a running agent: a hand in it, and an eye on it.
type Room struct {
	*room.Remote
	stop context.CancelFunc
	over chan struct{} // closed when nothing is watched any more

	mu      sync.Mutex
	changes []Change
	changed chan struct{} // closed, and replaced, at every change and at the end
	ended   bool
}

// Change is something in the room that changed: What is "strike" (To open, locked), "bolt" (thrown, drawn), "door"
// (open, closed), "signal in" or "signal out" (a tone). At is when, by the kernel's monotonic clock.
type Change = room.Change

// OpenRoom connects to the control socket that an agent has made, and watches the room from then on.
func OpenRoom(path string) (*Room, error) {
	remote, err := room.Dial(path)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	seen, err := remote.Watch(ctx)
	if err != nil {
		stop()
		return nil, errors.Join(err, remote.Close())
	}
	r := &Room{Remote: remote, stop: stop, over: make(chan struct{}), changed: make(chan struct{})}
	go r.follow(seen)
	return r, nil
}

// Close lets the room go.
func (r *Room) Close() error {
	r.stop()
	<-r.over
	return r.Remote.Close()
}

func (r *Room) follow(seen <-chan Change) {
	defer close(r.over)
	for c := range seen {
		r.note(func() { r.changes = append(r.changes, c) })
	}
	r.note(func() { r.ended = true })
}

func (r *Room) note(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

// Now is a place among the changes: behind those that have been seen.
func (r *Room) Now() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.changes)
}

// Since returns the changes from a place on.
func (r *Room) Since(place int) []Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changes[place:len(r.changes):len(r.changes)]
}

// Await waits for the first such change from a place on.
func (r *Room) Await(ctx context.Context, place int, what, to string) (Change, error) {
	for next := place; ; {
		r.mu.Lock()
		all, ended, changed := r.changes, r.ended, r.changed
		r.mu.Unlock()
		for ; next < len(all); next++ {
			if all[next].What == what && all[next].To == to {
				return all[next], nil
			}
		}
		if ended {
			return Change{}, fmt.Errorf("the room was gone before %s was %s; seen: %s", what, to, spell(all[place:]))
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Change{}, fmt.Errorf("%s did not become %s: %w; seen: %s", what, to, context.Cause(ctx), spell(all[place:]))
		}
	}
}

// AwaitRoom connects to a room whose agent is starting.
func AwaitRoom(ctx context.Context, path string) (*Room, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := OpenRoom(path)
		if err == nil {
			return r, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, errors.Join(err, context.Cause(ctx))
		}
	}
}

// spell is changes in words, for whoever has to find out what went wrong.
func spell(changes []Change) string {
	if len(changes) == 0 {
		return "nothing"
	}
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = c.What + " " + c.To
	}
	return strings.Join(words, ", ")
}
