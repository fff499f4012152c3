package broker

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"
)

// quiet is how long the same message of the broker is not repeated in the log.
const quiet = 10 * time.Second

// bridge brings mochi's log into head office's: what it tells about itself is for debugging, a client that comes and
// goes too (mochi warns of each, with an empty message), whole packets are left out, and a warning that is true of
// thousands of messages is said once in a while.
type bridge struct {
	to   slog.Handler
	said *onceIn
}

func level(r slog.Record) slog.Level {
	switch {
	case r.Level >= slog.LevelError:
		return r.Level
	case r.Level < slog.LevelWarn || r.Message == "" || gone(r) || r.Message == "client keepalive is below minimum recommended value and may exhibit connection instability":
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// gone reports whether a message is about a client that left while something was being written to it.
func gone(r slog.Record) (left bool) {
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		left = ok && (errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET))
		return !left
	})
	return left
}

// Enabled implements slog.Handler. What is enabled at a level may still be lowered by Handle.
func (b *bridge) Enabled(ctx context.Context, l slog.Level) bool { return b.to.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (b *bridge) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, level(r), r.Message, r.PC)
	if out.Message == "" {
		out.Message = "connection ended"
	}
	if !b.to.Enabled(ctx, out.Level) || (out.Level >= slog.LevelWarn && !b.said.first(out.Message, r.Time)) {
		return nil
	}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "pk" && a.Key != "packet" {
			out.AddAttrs(a)
		}
		return true
	})
	return b.to.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (b *bridge) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &bridge{b.to.WithAttrs(attrs), b.said}
}

// WithGroup implements slog.Handler.
func (b *bridge) WithGroup(name string) slog.Handler { return &bridge{b.to.WithGroup(name), b.said} }

// onceIn remembers when each message was said. The messages are those in the broker's source, so there are few.
type onceIn struct {
	period time.Duration
	mu     sync.Mutex
	last   map[string]time.Time
}

func newOnceIn(period time.Duration) *onceIn {
	return &onceIn{period: period, last: map[string]time.Time{}}
}

// first reports whether message was not said within the period before now.
func (o *onceIn) first(message string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if last, ok := o.last[message]; ok && now.Sub(last) < o.period {
		return false
	}
	o.last[message] = now
	return true
}
