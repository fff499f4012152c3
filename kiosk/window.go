package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/speech"
	"stationkeeper/ui/backroom"
	"stationkeeper/ui/checkin"
	"stationkeeper/ui/complaint"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/information"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	"stationkeeper/ui/restyle"
	uisurvey "stationkeeper/ui/survey"
	"stationkeeper/ui/theme"
)

// lobbyTitle is the title of the touchscreen's window, by which it is found.
const lobbyTitle = "Kiosk"

// showWindow shows the window of the mode until it is closed or ctx ends. It has to be called on the main goroutine, which
// Fyne draws on, and only once in a process.
func showWindow(ctx context.Context, s Screen, c configs.Window) error {
	if err := awaitDisplay(ctx, s.Log); err != nil || ctx.Err() != nil {
		return err
	}
	switch c.Mode {
	case configs.ModeBoard:
		return boardAlone(ctx, s, c)
	case configs.ModeSurvey:
		return showTerminal(ctx, s, c)
	}
	return showLobby(ctx, s, c)
}

// boardAlone shows who is called, here or at another kiosk.
func boardAlone(ctx context.Context, s Screen, c configs.Window) error {
	if c.BoardOf != "" {
		return showMirror(ctx, c, playerOf(s), seenPath(s.Data), s.boardParts().Appears, s.Log)
	}
	return showBoard(ctx, c, s.boardParts())
}

// playerOf is what plays sounds; nil for nothing.
func playerOf(s Screen) player {
	if s.Player == nil {
		return nil
	}
	return s.Player
}

func (s Screen) boardParts() boardParts {
	p := boardParts{Feed: hallFeed(s.Hall, s.Board), Seen: seenPath(s.Data), Log: s.Log,
		Appears: func() { s.Appears(boardTitle, plainScreen("board")) }}
	if s.Player != nil {
		p.Voice = hallVoice(s.Board, s.Player)
	}
	return p
}

// window is what a kiosk's windows have in common.
type window struct {
	fyne.Window
	app   fyne.App
	looks *looks
}

func newWindow(s Screen, c configs.Window) (window, error) {
	look, err := theme.New(theme.Screen{Width: float32(c.Width), Height: float32(c.Height)})
	if err != nil {
		return window{}, err
	}
	kiosk, err := newApp()
	if err != nil {
		return window{}, err
	}
	worn := &restyle.Theme{Theme: look}
	kiosk.Settings().SetTheme(worn)
	w := window{Window: kiosk.NewWindow(lobbyTitle), app: kiosk}
	w.SetMaster()
	w.SetPadded(false)
	w.looks = &looks{window: w.Window, theme: look, worn: worn, config: c, log: s.Log}
	return w, nil
}

// run shows the window until it is closed or ctx ends; others are ended and awaited before it returns.
func (w window) run(ctx context.Context, cancel context.CancelFunc, others ...func(ctx context.Context)) {
	var beside sync.WaitGroup
	for _, other := range others {
		beside.Go(func() { other(ctx) })
	}
	defer context.AfterFunc(ctx, func() { fyne.Do(w.app.Quit) })()
	w.SetOnClosed(cancel)
	w.ShowAndRun()
	cancel()
	beside.Wait()
}

// until runs functions on the screen's goroutine as long as ctx has not ended: once the window is gone, Fyne would run
// what it is given on the goroutine that gives it.
func until(ctx context.Context) func(func()) {
	return func(f func()) {
		fyne.Do(func() {
			if ctx.Err() == nil {
				f()
			}
		})
	}
}

// showLobby shows the touchscreen.
func showLobby(ctx context.Context, s Screen, c configs.Window) error {
	w, err := newWindow(s, c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := desk{Screen: s, channel: record.ChannelLobby}
	var f flows
	o := lobby.Options{Desk: d, Title: names(s.Title), Flows: f.make(d, c), LongWait: c.LongWait, Restyle: w.looks.restyled,
		Reach: lobby.Reach{BottomMM: c.BottomMM}, Resized: w.looks.resized, Log: s.Log, Do: until(ctx)}
	if s.Speaker != nil && s.Player != nil {
		o.Voice = voice{s.Speaker, s.Player}
	}
	screen, err := lobby.New(o)
	if err != nil {
		return err
	}
	place(w.Window, screen.Content(), c)
	if c.Fullscreen { // nothing but the kiosk itself closes its window
		w.SetCloseIntercept(func() {})
	}
	listen(w.Canvas(), time.Now, screen.Scan)
	endGlass, err := openGlass(w.Canvas(), screen, s.Log)
	if err != nil {
		return err
	}
	defer endGlass()
	s.Appears(lobbyTitle, screen)
	endBoard := func() {}
	if c.Second.Output != "" {
		endBoard = secondBoard(ctx, w.app, w.looks.theme, c.Second.Output, s.boardParts())
	}
	w.run(ctx, cancel, func(ctx context.Context) { watch(ctx, s, screen, &f, until(ctx)) })
	endBoard()
	screen.Close()
	return nil
}

// flows are what customers do in several steps, once the screen has made them.
type flows struct {
	survey      *uisurvey.Flow
	complaint   *complaint.Flow
	information *information.Flow
}

func (f *flows) make(d desk, c configs.Window) lobby.Flows {
	return lobby.Flows{
		CheckIn: func(s flow.Shell) flow.Flow { return checkin.New(s, checkin.Options{Desk: d, Scanner: c.Scanner}) },
		Survey: func(s flow.Shell) flow.Flow {
			f.survey = uisurvey.New(s, uisurvey.Options{Desk: d, Scanner: c.Scanner})
			return f.survey
		},
		Complaint: func(s flow.Shell) flow.Flow {
			f.complaint = complaint.New(s, complaint.Options{Desk: d})
			return f.complaint
		},
		Information: func(s flow.Shell) flow.Flow {
			f.information = information.New(s)
			return f.information
		},
		Backroom: func(s flow.Shell) flow.Flow {
			return backroom.New(s, backroom.Options{Staff: newStaffroom(d.Screen), Letters: staffLetters(d.Roster())})
		},
	}
}

// show shows what has changed, on the screen's goroutine.
func (f *flows) show(h hall.Snapshot, s Screen) {
	f.survey.Show(surveyed(h, s))
	f.complaint.Show(topics(h))
	f.information.Show(toRead(h, s))
}

// voice reads the screen aloud.
type voice struct {
	speaker *speech.Speaker
	player  *audio.Player
}

// Say is that of lobby.Voice.
func (v voice) Say(ctx context.Context, l lang.Language, text string) error {
	wav, err := v.speaker.Text(ctx, speech.Language(l), text)
	if err != nil {
		return err
	}
	if err := v.player.Play(ctx, wav); err != nil && !errors.Is(err, audio.ErrReplaced) {
		return fmt.Errorf("read the screen aloud: %w", err)
	}
	return nil
}

// watch shows every change of the hall, and of the paper, until ctx ends.
func watch(ctx context.Context, s Screen, screen *lobby.Lobby, f *flows, do func(func())) {
	snapshots, stop := s.Hall.Subscribe()
	defer stop()
	papers := s.Paper.Watch(ctx)
	last := <-snapshots
	for {
		screen.Show(seen(last, s))
		shown := last
		do(func() { f.show(shown, s) })
		select {
		case last = <-snapshots:
		case <-papers:
		case <-ctx.Done():
			return
		}
	}
}
