package climate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Reading is one answer of a sensor, or why there is none.
type Reading struct {
	Env physic.Env
	At  time.Time
	// Fault says, in words for whoever repairs it, why the sensor cannot be read; Env is then without meaning.
	Fault error
}

// Sensor is an opened sensor. Name is what faults call it: its chip, where it is, and on which bus. Measures are what it
// measures and between which limits; empty when nobody has said. Close releases its bus.
type Sensor struct {
	physic.SenseEnv
	Name     string
	Measures []Measure
	Close    func() error
}

// StaleAfter is how many intervals after its last reading a point is stale.
const StaleAfter = 3

// Options describe one sensor.
type Options struct {
	// Open finds the sensor. It is called again for as long as it fails, and after every fault.
	Open func() (Sensor, error)
	// Interval is the time from one reading to the next.
	Interval time.Duration
}

const (
	// attempts is how often a sensor is asked for one reading before it counts as faulty, again after each pause.
	attempts = 3
	again    = 500 * time.Millisecond
	// The pause after a fault doubles from retryFirst to retryMost.
	retryFirst = time.Second
	retryMost  = time.Minute
	// patience is how long a sensor may take; the slowest, a DS18B20 with 12 bits, converts for 750 ms (datasheet
	// page 3). stopping is how long Poll waits, when it is to end, for one that is being read.
	patience = 15 * time.Second
	stopping = 2 * time.Second
)

// Poll reports a reading at once and then every Interval, and faults as they occur, until ctx ends. It calls report
// from one goroutine.
func Poll(ctx context.Context, o Options, report func(Reading)) {
	retry := retryFirst
	for ctx.Err() == nil {
		err := o.poll(ctx, func(r Reading) {
			retry = retryFirst
			report(r)
		})
		if ctx.Err() != nil {
			return
		}
		report(Reading{At: time.Now(), Fault: err})
		pause(ctx, retry)
		retry = min(2*retry, retryMost)
	}
}

// poll reports readings until ctx ends or the sensor fails.
func (o Options) poll(ctx context.Context, report func(Reading)) error {
	opening := make(chan answer[Sensor], 1)
	sensor, err := ask(ctx, opening, o.Open)
	if errors.Is(err, errHangs) {
		sensor, err = await(ctx, opening, err, report)
	}
	if err != nil {
		return err
	}
	sensing := make(chan answer[physic.Env], 1)
	err = o.readings(ctx, sensor, sensing, report)
	if errors.Is(err, errHangs) {
		if _, late := await(ctx, sensing, err, report); late != nil && errors.Is(late, ctx.Err()) {
			return err // closing its bus under the call could hand the descriptor to something else
		}
	}
	return errors.Join(err, sensor.Close())
}

// await reports that a driver hangs, and returns its answer when it comes after all; or when ctx ends.
func await[T any](ctx context.Context, answers chan answer[T], hangs error, report func(Reading)) (T, error) {
	if ctx.Err() == nil {
		report(Reading{At: time.Now(), Fault: hangs})
	}
	select {
	case a := <-answers:
		return a.is, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (o Options) readings(ctx context.Context, sensor Sensor, sensing chan answer[physic.Env], report func(Reading)) error {
	ticker := time.NewTicker(o.Interval)
	defer ticker.Stop()
	for {
		r, err := o.read(ctx, sensor, sensing)
		if err != nil {
			return err
		}
		report(r)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read asks for one reading, several times if need be.
func (o Options) read(ctx context.Context, sensor Sensor, sensing chan answer[physic.Env]) (Reading, error) {
	var err error
	for range attempts {
		var env physic.Env
		if env, err = ask(ctx, sensing, sensor.sense); err == nil {
			return Reading{Env: env, At: time.Now()}, nil
		}
		if errors.Is(err, errHangs) || ctx.Err() != nil {
			break
		}
		pause(ctx, again)
	}
	return Reading{}, fmt.Errorf("read %s: %w", sensor.Name, err)
}

func (s Sensor) sense() (env physic.Env, err error) {
	err = s.Sense(&env)
	return env, err
}

// answer is what a driver said.
type answer[T any] struct {
	is  T
	err error
}

// errHangs is wrapped when a sensor's driver did not return.
var errHangs = errors.New("no answer from its bus")

// ask calls a driver aside, because it may wait for its bus for ever; the answer is then still to come in answers.
func ask[T any](ctx context.Context, answers chan answer[T], driver func() (T, error)) (T, error) {
	go func() {
		is, err := driver()
		answers <- answer[T]{is, err}
	}()
	var none T
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case a := <-answers:
		return a.is, a.err
	case <-timeout.C:
		return none, fmt.Errorf("%w within %s", errHangs, patience)
	case <-ctx.Done():
	}
	timeout.Reset(stopping)
	select {
	case a := <-answers:
		return a.is, a.err
	case <-timeout.C:
		return none, fmt.Errorf("%w within %s", errHangs, stopping)
	}
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
