package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// recent is a log handler that remembers the last warnings and errors, for staff to read at the touchscreen.
type recent struct {
	slog.Handler
	kept  *lines
	attrs string // of With, spelled
}

// lines are what is remembered, the oldest first.
type lines struct {
	mu   sync.Mutex
	last []line
}

// line is one warning or error.
type line struct {
	at    time.Time
	error bool
	text  string
}

// mostLines is how many are remembered, and longestLine how long each is, in bytes.
const (
	mostLines   = 100
	longestLine = 400
)

// remember remembers what a logger is told, from warnings on.
func remember(log *slog.Logger) (*slog.Logger, *lines) {
	kept := &lines{}
	return slog.New(recent{Handler: log.Handler(), kept: kept}), kept
}

// Handle is that of slog.Handler.
func (r recent) Handle(ctx context.Context, rec slog.Record) error {
	if rec.Level >= slog.LevelWarn {
		text := rec.Message + r.attrs
		rec.Attrs(func(a slog.Attr) bool { text += spell(a); return true })
		r.kept.add(line{at: rec.Time, error: rec.Level >= slog.LevelError, text: text[:min(len(text), longestLine)]})
	}
	return r.Handler.Handle(ctx, rec)
}

// WithAttrs is that of slog.Handler.
func (r recent) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		r.attrs += spell(a)
	}
	r.Handler = r.Handler.WithAttrs(attrs)
	return r
}

// WithGroup is that of slog.Handler.
func (r recent) WithGroup(name string) slog.Handler {
	r.Handler = r.Handler.WithGroup(name)
	return r
}

func spell(a slog.Attr) string { return fmt.Sprintf(" %s=%v", a.Key, a.Value) }

func (l *lines) add(one line) {
	one.text = strings.ToValidUTF8(one.text, "")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, one)
	l.last = l.last[max(0, len(l.last)-mostLines):]
}

// latest are the remembered lines, the latest first.
func (l *lines) latest() []line {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := slices.Clone(l.last)
	slices.Reverse(found)
	return found
}
