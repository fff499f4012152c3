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
	screen, err := terminal.New(terminal.Options{Desk: desk{Screen: s, channel: record.ChannelTerminal}, Title: names(s.Title),
		Resized: w.looks.resized, Log: s.Log, Do: until(ctx)})
	if err != nil {
		return err
	}
	place(w.Window, screen.Content(), c)
	listen(w.Canvas(), time.Now, func(string) {}) // there is nothing to scan, and nothing else to type
	s.Appears(lobbyTitle, plainScreen("terminal"))
	w.run(ctx, cancel)
	screen.Close()
	return nil
}
