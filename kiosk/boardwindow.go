package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"stationkeeper/configs"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/board"
	"stationkeeper/kiosk/display"
	"stationkeeper/kiosk/hall"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/theme"

	uiboard "stationkeeper/ui/board"
)

// boardTitle is the title of the board's window, by which it is placed.
const boardTitle = "Board"

// boardFeed shows what there is to see, until ctx ends.
type boardFeed func(ctx context.Context, show func(board.View)) error

// Feeds: the kiosk's own hall, or another kiosk's board.
func hallFeed(h *hall.Hall, b *board.Board) boardFeed {
	return func(ctx context.Context, show func(board.View)) error {
		snapshots, stop := h.Subscribe()
		defer stop()
		for {
			select {
			case s := <-snapshots:
				show(b.View(s))
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// player plays sounds; audio.Player does.
type player interface {
	Play(ctx context.Context, wav []byte) error
}

// callVoice says calls through the machine's sound output.
type callVoice struct {
	// sound is a call as a WAV file, with an error when it is not spoken in full.
	sound func(ctx context.Context, c uiboard.Call, p uiboard.Pace) ([]byte, error)
	play  player
}

// hallVoice speaks the kiosk's own calls, mirrorVoice those of another.
func hallVoice(b *board.Board, play player) uiboard.Voice {
	return callVoice{play: play, sound: func(ctx context.Context, c uiboard.Call, p uiboard.Pace) ([]byte, error) {
		return b.Say(ctx, c.Number, c.Counter, board.Pace(p))
	}}
}

func mirrorVoice(m *board.Mirror, play player) uiboard.Voice {
	return callVoice{play: play, sound: func(ctx context.Context, c uiboard.Call, p uiboard.Pace) ([]byte, error) {
		return m.Say(ctx, c.Serial, board.Pace(p))
	}}
}

// Say plays a call to its end. What somebody is told at the touchscreen may take its turn, not its place.
func (v callVoice) Say(ctx context.Context, c uiboard.Call, p uiboard.Pace) error {
	wav, fault := v.sound(ctx, c, p)
	if len(wav) == 0 {
		return fault
	}
	for {
		if err := v.play.Play(ctx, wav); !errors.Is(err, audio.ErrReplaced) {
			return errors.Join(fault, err)
		}
	}
}

// boardShown is what the board shows of a view.
func boardShown(v board.View) uiboard.Snapshot {
	s := uiboard.Snapshot{At: v.At, Title: names(v.Title), Lost: v.Lost}
	for _, c := range v.Calls {
		s.Calls = append(s.Calls, uiboard.Call{Serial: c.Serial, Number: c.Number, Counter: c.CounterID, Names: names(c.Counter), At: c.At,
			Again: c.Again, Withdrawn: c.Withdrawn})
	}
	for _, w := range v.Services {
		one := uiboard.Wait{Names: names(w.Name), Waiting: w.Waiting, Closed: w.Closed, Full: w.Full}
		if w.Known {
			one.Expected = flow.Wait{Low: w.Low, High: max(1, w.High)}
		}
		s.Waits = append(s.Waits, one)
	}
	for _, n := range v.Notices {
		s.Notices = append(s.Notices, lang.Names{lang.Chinese: n.Zh, lang.English: n.En})
	}
	return s
}

// boardParts are what a board is made of.
type boardParts struct {
	Feed  boardFeed
	Voice uiboard.Voice // nil for a silent board
	// Seen is the file that keeps which call was announced last; "" keeps none.
	Seen string
	// Appears is told when a board that is the only window is about to be shown.
	Appears func()
	Log     *slog.Logger
}

// openedBoard is a board in a window.
type openedBoard struct {
	parts   boardParts
	board   *uiboard.Board
	cancel  context.CancelFunc
	running sync.WaitGroup
	seen    chan uint64
}

// openBoard makes the board that a window shows. It follows its feed until it is closed. Like close, it is called on the
// screen's goroutine.
func openBoard(ctx context.Context, look *theme.Theme, p boardParts) *openedBoard {
	o := &openedBoard{parts: p, seen: make(chan uint64, 1)}
	ctx, o.cancel = context.WithCancel(ctx)
	o.board = uiboard.New(uiboard.Options{Theme: look, Voice: p.Voice, Announced: readSeen(p.Seen, p.Log), Log: p.Log,
		Remember: func(serial uint64) {
			select {
			case <-o.seen: // the newest alone is kept
			default:
			}
			o.seen <- serial
		},
		// Once the window is gone, Fyne would run what it is given on the goroutine that gives it.
		Do: func(f func()) {
			fyne.Do(func() {
				if ctx.Err() == nil {
					f()
				}
			})
		},
	})
	o.running.Go(func() {
		if err := p.Feed(ctx, func(v board.View) { o.board.Show(boardShown(v)) }); err != nil {
			p.Log.Error("the board shows nothing new", "error", err)
		}
	})
	o.running.Go(func() { o.keepSeen(ctx) })
	return o
}

// close ends it and waits.
func (o *openedBoard) close() {
	o.cancel()
	o.running.Wait()
	o.board.Close()
}

// keepSeen writes down which call was announced last. A disk that fails costs no call: some are announced twice.
func (o *openedBoard) keepSeen(ctx context.Context) {
	failing := false
	for {
		select {
		case serial := <-o.seen:
			err := writeSeen(o.parts.Seen, serial)
			if err != nil && !failing {
				o.parts.Log.Warn("after a restart the board may announce calls again", "error", err)
			}
			failing = err != nil
		case <-ctx.Done():
			return
		}
	}
}

func readSeen(path string, log *slog.Logger) uint64 {
	if path == "" {
		return 0
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	serial, parsing := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err := errors.Join(err, parsing); err != nil {
		log.Warn("the board does not know which call it announced last: it begins with the next", "error", err)
		return 0
	}
	return serial
}

func writeSeen(path string, serial uint64) error {
	if path == "" {
		return nil
	}
	beside := path + ".new"
	if err := os.WriteFile(beside, fmt.Appendln(nil, serial), 0o600); err != nil {
		return fmt.Errorf("keep which call was announced last: %w", err)
	}
	if err := os.Rename(beside, path); err != nil {
		return fmt.Errorf("keep which call was announced last: %w", err)
	}
	return nil
}

// seenPath is where a board keeps which call it announced last.
func seenPath(data string) string { return filepath.Join(data, "board.seen") }

// secondBoard opens the board as a second window, on the output of a display. It is called before the kiosk's window
// runs; what it returns is called after, and ends it.
func secondBoard(ctx context.Context, kiosk fyne.App, look *theme.Theme, output string, p boardParts) (end func()) {
	opened := openBoard(ctx, look, p)
	// Not a full screen in Fyne's sense: that would take the first display, and be put away when it loses the keyboard.
	var window fyne.Window
	if driver, ok := kiosk.Driver().(desktop.Driver); ok {
		window = driver.CreateSplashWindow() // without a frame, where there is a window manager
		window.SetTitle(boardTitle)
	} else {
		window = kiosk.NewWindow(boardTitle)
	}
	window.SetPadded(false)
	window.SetContent(container.NewStack(newPointerless(), opened.board.Content()))
	window.Resize(fyne.NewSize(640, 360)) // until it is put where it belongs
	window.Show()
	opened.running.Go(func() { placeBoard(ctx, output, p.Log) })
	return opened.close
}

// placeEvery is how often it is looked whether the board is still where it belongs: displays are switched off and on.
const placeEvery = 5 * time.Second

// placeBoard keeps the board's window on its output, until ctx ends.
func placeBoard(ctx context.Context, output string, log *slog.Logger) {
	tick := time.NewTicker(placeEvery)
	defer tick.Stop()
	var told string
	var last display.Output
	for {
		where, err := placeOnce(output, last)
		switch {
		case err != nil && err.Error() != told:
			told = err.Error()
			log.Warn("the board cannot be put on its display, trying again", "output", output, "error", err)
		case err == nil && (told != "" || last.Name == ""):
			told = ""
			log.Info("the board is on its display", "output", where.Name, "width", where.Width, "height", where.Height)
		}
		last = where
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// placeOnce puts the board on its output, unless it was there, and returns where that is.
func placeOnce(output string, last display.Output) (where display.Output, err error) {
	d, err := display.Open(os.Getenv("DISPLAY"))
	if err != nil {
		return where, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	outputs, err := d.Shown()
	if err != nil {
		return where, err
	}
	for _, o := range outputs {
		if o.Name != output {
			continue
		}
		if o == last {
			return o, nil
		}
		return o, d.Place(boardTitle, o)
	}
	return where, fmt.Errorf("no display is switched on at output %s", output)
}

// showBoard shows the board as the only window, until it is closed or ctx ends. It has to be called on the main
// goroutine, and only once in a process.
func showBoard(ctx context.Context, c configs.Window, p boardParts) error {
	if err := reachDisplay(ctx, os.Getenv("DISPLAY")); err != nil {
		return err
	}
	look, err := theme.New(theme.Screen{Width: float32(c.Width), Height: float32(c.Height)})
	if err != nil {
		return err
	}
	kiosk, err := newApp()
	if err != nil {
		return err
	}
	kiosk.Settings().SetTheme(look)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opened := openBoard(ctx, look, p)
	window := kiosk.NewWindow(boardTitle)
	window.SetMaster()
	window.SetPadded(false)
	place(window, opened.board.Content(), c)
	endGlass, err := openGlass(window.Canvas(), plainScreen("board"), p.Log)
	if err != nil {
		opened.close()
		return err
	}
	defer endGlass()
	defer context.AfterFunc(ctx, func() { fyne.Do(kiosk.Quit) })()
	window.SetOnClosed(cancel)
	p.Appears()
	p.Log.Info("the board is shown")
	window.ShowAndRun()
	opened.close()
	return nil
}

// showMirror shows another kiosk's board as the only window.
func showMirror(ctx context.Context, c configs.Window, play player, seen string, appears func(), log *slog.Logger) error {
	m := &board.Mirror{Address: c.BoardOf, After: readSeen(seen, log), Log: log}
	p := boardParts{Feed: m.Run, Seen: seen, Appears: appears, Log: log}
	if play != nil {
		p.Voice = mirrorVoice(m, play)
	}
	return showBoard(ctx, c, p)
}
