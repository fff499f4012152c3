package room

import (
	"context"
	"sync"
)

// Strike is the twin of strike.Kept. While somebody runs it people wait until it opens; without it they open the door
// as they like.
type Strike struct {
	changes *changes
	moved   func() // told, without the lock, when open has changed

	mu    sync.Mutex
	wired bool
	open  bool
}

// Set opens or locks the strike.
func (s *Strike) Set(open bool) {
	s.mu.Lock()
	changed := s.open != open
	s.open = open
	s.mu.Unlock()
	if !changed {
		return
	}
	to := "locked"
	if open {
		to = "open"
	}
	s.changes.tell("strike", to)
	s.moved()
}

// Run reports that the strike works and, when ctx ends, locks it.
func (s *Strike) Run(ctx context.Context, report func(fault error)) {
	s.wire(true)
	defer s.wire(false)
	report(nil)
	<-ctx.Done()
	s.Set(false)
}

func (s *Strike) wire(wired bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wired = wired
}

// state tells whether somebody runs the strike, and whether it is open.
func (s *Strike) state() (wired, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wired, s.open
}
