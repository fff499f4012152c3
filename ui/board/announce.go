package board

import (
	"context"
	"time"
)

// sayWithin is how long a call may take to be said. The longest takes about 12 s; only a sound output that hangs takes
// longer, and the hall must not wait for it.
const sayWithin = 30 * time.Second

// follow does what the order of announcements asks for.
func (b *Board) follow(e effect) {
	if e.end {
		b.silence()
	}
	if e.done > 0 {
		b.options.Remember(e.done)
	}
	if e.pause > 0 {
		b.after(e.pause, func() { b.happened(b.turns.next()) })
	}
	if e.begin != nil {
		b.begin(*e.begin)
	}
}

// happened is follow, and shows it.
func (b *Board) happened(e effect) {
	b.follow(e)
	b.draw()
}

// begin shows a call for its time and says it.
func (b *Board) begin(t turn) {
	stop := b.after(t.least, func() { b.happened(b.turns.passed(t.Serial, true, false)) })
	if b.options.Voice == nil {
		b.silence = stop
		b.follow(b.turns.passed(t.Serial, false, true))
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, sayWithin)
	b.silence = func() {
		stop()
		cancel()
	}
	b.saying.Go(func() {
		defer cancel()
		err := b.options.Voice.Say(ctx, t.Call, t.pace)
		b.options.Do(func() { b.said(t, err) })
	})
}

// said notes that a call was heard, or that it could not be.
func (b *Board) said(t turn, err error) {
	if b.ctx.Err() != nil || b.turns.now == nil || b.turns.now.Serial != t.Serial {
		return
	}
	if err != nil {
		b.options.Log.Warn("a call was shown but not heard", "number", t.Number, "counter", t.Counter, "error", err)
	}
	b.mute = err != nil
	b.happened(b.turns.passed(t.Serial, false, true))
}
