package counter

import (
	"context"
	"time"
)

// look is how long the pages rely on a timer for the end of a shift: a clock that is set moves the end, not the timer.
const look = time.Minute

// Between two looks at what a supervisor should be told and at what pages have reported.
const judgeEvery = 30 * time.Second

// run does what nobody asks for at the moment.
func (s *server) run(ctx context.Context) error {
	snapshots, stop := s.Hall.Subscribe()
	defer stop()
	judge := time.NewTicker(judgeEvery)
	defer judge.Stop()
	for {
		if err := s.door.sweep(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("a session that is over could not be ended, trying again", "in", look, "error", err)
		}
		_, changed := s.door.all()
		timer := time.NewTimer(s.door.untilEnd())
		select {
		case <-ctx.Done():
		case <-snapshots: // a customer was finished, perhaps the last of a session
		case <-changed:
		case <-timer.C:
		case <-judge.C:
			s.judge(ctx)
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

// untilEnd is how long nothing ends by itself.
func (d *door) untilEnd() time.Duration {
	now, wait := d.Hall.Now(), look
	all, _ := d.all()
	for _, s := range all {
		if s.Ends.After(now) {
			wait = min(wait, s.Ends.Sub(now)+time.Millisecond)
		}
	}
	return wait
}

// judge keeps the advice up to date, which goes by how long a need has lasted, and writes down what pages reported.
func (s *server) judge(ctx context.Context) {
	if _, _, err := s.outlook.of(s.Hall.Snapshot().Queue, s.Hall.Now()); err != nil {
		s.Log.Error("service levels are not known", "error", err)
	}
	if entries := s.faults.due(time.Now()); len(entries) > 0 {
		if err := s.Hall.Note(ctx, entries...); err != nil && ctx.Err() == nil {
			s.Log.Error("errors of pages could not be written down", "times", len(entries), "error", err)
		}
	}
}
