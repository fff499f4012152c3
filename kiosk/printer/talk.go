package printer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"stationkeeper/kiosk/printer/escpos"
)

var (
	errSilent  = errors.New("it does not answer what it is asked: is it switched on, is the cable whole, and is it a printer that answers DLE EOT?")
	errGarbage = errors.New("it answers what no printer does: check the line's speed and its cable")
)

// talk is an open connection: questions, and a goroutine that reads the answers. All methods but close are called by the
// printer's owner alone.
type talk struct {
	port    port
	answers chan escpos.Answer
	reading sync.WaitGroup
	done    chan struct{} // closed when nothing is read any more
	failed  error         // why; read it after done

	// Answers come in the order of the questions and do not say which one they answer. owed is 1 while the one to the
	// question asked last may still come, and echoes counts those of AskThen that may.
	owed, echoes int
	asked        time.Time
	pushed       *escpos.State // what the printer told by itself, since it was last looked at
}

// quiet is how long a printer must be silent to be taken to have said all it had to.
const quiet = 500 * time.Millisecond

func newTalk(p port) *talk {
	t := &talk{port: p, answers: make(chan escpos.Answer, 64), done: make(chan struct{})}
	t.reading.Go(t.read)
	return t
}

// read passes on answers until the connection ends.
func (t *talk) read() {
	defer close(t.done)
	var parse escpos.Answers
	var last time.Time
	buffer := make([]byte, 256)
	for {
		n, err := t.port.Read(buffer)
		if now := time.Now(); n > 0 {
			if now.Sub(last) > quiet {
				parse.Idle()
			}
			last = now
		}
		for _, b := range buffer[:n] {
			if a, ok := parse.Step(b); ok {
				t.pass(a)
			}
		}
		if err != nil {
			t.failed = err
			return
		}
		if n == 0 {
			time.Sleep(idlePacket)
		}
	}
}

// idlePacket is the pause after a packet without bytes: some printers send them without end.
const idlePacket = 20 * time.Millisecond

// pass keeps the latest answers: a printer that babbles does not hold up its reader.
func (t *talk) pass(a escpos.Answer) {
	for {
		select {
		case t.answers <- a:
			return
		default:
		}
		select {
		case <-t.answers:
		default:
		}
	}
}

func (t *talk) close() {
	_ = t.port.Close() // of a printer that is gone, which fails; of another there is nothing to lose
	t.reading.Wait()
}

// write sends bytes, all of them by until or as many as it says.
func (t *talk) write(data []byte, until time.Time) (int, error) {
	if err := t.port.SetWriteDeadline(until); err != nil {
		return 0, err
	}
	n, err := t.port.Write(data)
	if err != nil {
		return n, fmt.Errorf("it took %d of %d bytes: %w", n, len(data), err)
	}
	return n, nil
}

// next returns the next answer, errSilent when there is none by until.
func (t *talk) next(ctx context.Context, until time.Time) (escpos.Answer, error) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case a := <-t.answers:
		t.note(a)
		return a, nil
	case <-timer.C:
		return escpos.Answer{}, errSilent
	case <-t.done:
		return escpos.Answer{}, fmt.Errorf("the connection ended: %w", t.failed)
	case <-ctx.Done():
		return escpos.Answer{}, ctx.Err()
	}
}

// note takes into account what an answer means, whoever waits for it.
func (t *talk) note(a escpos.Answer) {
	switch a.Kind {
	case escpos.Now:
		t.owed = max(t.owed-1, 0)
	case escpos.Then:
		t.echoes = max(t.echoes-1, 0)
	case escpos.Pushed:
		s := escpos.ParsePushed(a.Status)
		t.pushed = &s
	}
}

// settle takes the answers that are still owed. While one may still come, no other question is asked: its answer would
// be taken for this one's. One that has not come after a while is lost.
func (t *talk) settle(ctx context.Context, until time.Time) error {
	lost := t.asked.Add(patience)
	for t.owed > 0 {
		_, err := t.next(ctx, earlier(until, lost))
		switch {
		case errors.Is(err, errSilent) && time.Now().Before(lost):
			return err
		case errors.Is(err, errSilent):
			t.owed = 0
		case err != nil:
			return err
		}
	}
	for {
		select {
		case a := <-t.answers:
			t.note(a)
		default:
			return nil
		}
	}
}

// ask asks one question and returns its answer.
func (t *talk) ask(ctx context.Context, about int, until time.Time) (byte, error) {
	if err := t.settle(ctx, until); err != nil {
		return 0, err
	}
	if _, err := t.write(escpos.AskNow(about), until); err != nil {
		return 0, err
	}
	t.owed, t.asked = 1, time.Now()
	garbage := false
	for {
		a, err := t.next(ctx, until)
		switch {
		case errors.Is(err, errSilent) && garbage:
			return 0, errGarbage
		case err != nil:
			return 0, err
		case a.Kind == escpos.Noise:
			garbage = true
		case a.Kind == escpos.Now:
			if !escpos.Plausible(about, a.Status[0]) {
				return 0, errGarbage
			}
			return a.Status[0], nil
		}
	}
}

// state asks how the printer is: whether it is online and has paper, and if not, why.
func (t *talk) state(ctx context.Context, until time.Time) (escpos.State, error) {
	var s escpos.State
	questions := []int{escpos.OfPrinter, escpos.OfPaper}
	for i := 0; i < len(questions); i++ {
		about := questions[i]
		b, err := t.ask(ctx, about, until)
		if err != nil {
			return s, err
		}
		s.Note(about, b)
		switch {
		case about == escpos.OfPrinter && s.Offline:
			questions = append(questions, escpos.OfOffline)
		case about == escpos.OfOffline && s.Failed:
			questions = append(questions, escpos.OfErrors)
		}
	}
	t.pushed = nil
	return s, nil
}

// clear throws away what the printer has received; false when it does not say that it did.
func (t *talk) clear(ctx context.Context, until time.Time) bool {
	if _, err := t.write(escpos.Clear(), until); err != nil {
		return false
	}
	for {
		a, err := t.next(ctx, until)
		switch {
		case err != nil:
			return false
		case a.Kind == escpos.Cleared:
			t.echoes = 0
			return true
		}
	}
}
