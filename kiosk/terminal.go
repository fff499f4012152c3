package main

import (
	"context"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/ui/terminal"
)

// showTerminal shows a screen that asks for nothing but a face.
func showTerminal(ctx context.Context, s Screen, c configs.Window) error {
	w, err := newWindow(s, c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o := terminal.Options{Desk: desk{Screen: s, channel: record.ChannelTerminal}, Title: names(s.Title),
		Resized: w.looks.resized, Restyle: w.looks.restyled, Log: s.Log, Do: until(ctx)}
	if s.Speaker != nil && s.Player != nil {
		o.Voice = voice{s.Speaker, s.Player}
	}
	screen, err := terminal.New(o)
	if err != nil {
		return err
	}
	place(w.Window, screen.Content(), c)
	listen(w.Canvas(), time.Now, func(string) {}) // there is nothing to scan, and nothing else to type
	s.Appears(lobbyTitle, screen)
	w.run(ctx, cancel, func(ctx context.Context) { watchTerminal(ctx, s, screen) })
	screen.Close()
	return nil
}

// watchTerminal shows what is asked, and what last month's customers said, until ctx ends.
func watchTerminal(ctx context.Context, s Screen, screen *terminal.Terminal) {
	snapshots, stop := s.Hall.Subscribe()
	defer stop()
	for {
		select {
		case h := <-snapshots:
			d := surveyed(h, s)
			screen.Show(terminal.Data{Questionnaire: d.Questionnaire, LastMonth: d.LastMonth})
		case <-ctx.Done():
			return
		}
	}
}
