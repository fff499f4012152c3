package strike

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Kept is a strike that heals: whoever decides says what is wanted, and it sees to it that the line follows, requesting
// the line again when it has gone and come back. The zero value is not usable; see New.
type Kept struct {
	open    func() (*Strike, error)
	changed chan struct{} // has one element when want was changed and the line does not follow yet

	mu   sync.Mutex
	want bool // open
}

// retry is the pause between two attempts to get a line; check is how often a line is set anew of which nothing else is
// wanted, to learn whether it is still there.
const (
	retry = 2 * time.Second
	check = 10 * time.Second
)

// New makes a strike that is wanted locked. Its line is requested by Run.
func New(o Options) *Kept {
	return &Kept{open: func() (*Strike, error) { return Open(o) }, changed: make(chan struct{}, 1)}
}

// Set says whether the door is to be open. It never waits: Run drives the line, within microseconds when it is there.
func (k *Kept) Set(open bool) {
	k.mu.Lock()
	k.want = open
	k.mu.Unlock()
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

func (k *Kept) wanted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.want
}

// Run drives the strike until ctx ends; then it is locked and its line given back. It reports each fault once, and nil
// when the strike works: at first and after a fault. It calls report from one goroutine.
func (k *Kept) Run(ctx context.Context, report func(fault error)) {
	told := ""
	for {
		err := k.drive(ctx, func() { told = ""; report(nil) })
		if err != nil && err.Error() != told {
			told = err.Error()
			report(err)
		}
		timer := time.NewTimer(retry)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// drive holds the line until ctx ends or the line fails.
func (k *Kept) drive(ctx context.Context, works func()) error {
	s, err := k.open()
	if err != nil {
		return err
	}
	works()
	return errors.Join(k.follow(ctx, s), s.Close())
}

// follow sets the line to what is wanted until ctx ends or the line fails.
func (k *Kept) follow(ctx context.Context, s *Strike) error {
	ticker := time.NewTicker(check)
	defer ticker.Stop()
	select {
	case <-k.changed: // what was wanted before there was a line is looked at now
	default:
	}
	for ctx.Err() == nil {
		if err := s.Set(k.wanted()); err != nil {
			return err
		}
		select {
		case <-k.changed:
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	return nil
}
