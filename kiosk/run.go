package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/configs"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/attendance"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/board"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/counter"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/hours"
	"stationkeeper/kiosk/paper"
	"stationkeeper/kiosk/phone"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/replay"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/web"
)

// Options say what a kiosk offers and whom it reports to.
type Options struct {
	// Node is the kiosk as a reporting program: its data folder and its way to head office.
	node.Options
	// Rules are those of the queue; Names name what is in them for the screens, and Title the place.
	Rules queue.Rules
	Names web.Names
	Title web.Name
	// Appointments say when their customers may arrive, Cases what bad ratings and complaints lead to, and Openings the
	// hours as customers read them.
	Appointments appointments.Rules
	Cases        cases.Rules
	Openings     []Opening
	// Staff is the station's own list of who may work at the counters; nil for none. StaffKey is what badges are hashed
	// with; nil: nobody logs in with one.
	Staff    []byte
	StaffKey staff.Key
	// Notices are the station's own.
	Notices []hall.Notice
	// Information and Questionnaire are the station's own documents; nil for none.
	Information, Questionnaire []byte
	// Address is where customers' telephones reach the pages, such as https://hall.example.org; empty: the addresses of
	// tickets' pages are relative.
	Address string
	// Speech speaks calls; nil for a silent board.
	Speech *speech.Speaker
	// Attendance says which devices are looked after.
	Attendance attendance.Options
	// Tickets say what is printed, and with what.
	Tickets Tickets
	// Window is the touchscreen's, and Lines the last warnings of the log.
	Window configs.Window
	Lines  *lines
	// Page is the listener of the counter page.
	Page Page
	// Replay plays a recorded day; nil for none. Its report goes to Stdout.
	Replay *Replay
	Stdout io.Writer
	// Show shows the touchscreen on the goroutine that calls Run, and returns when its window is closed or ctx ends;
	// nil for none.
	Show func(ctx context.Context, s Screen) error
}

// Page says where the counter page listens.
type Page struct {
	// Addr is host:port; port 0 takes a free one.
	Addr     string
	TLS      endpoint.TLSFiles
	Insecure bool
}

// Tickets say what is on them; the rest of paper.Options is the kiosk's.
type Tickets struct{ paper.Options }

func (t Tickets) complete(k *kiosk, c queue.Calendar) paper.Options {
	t.Title, t.Services, t.Zone, t.Day, t.Log = k.Title, k.Names.Services, c.Zone, c.Day, k.Log
	if k.Address != "" {
		t.Page = k.ticketPage
	}
	return t.Options
}

// Opening is when a service is open, or, without a name, the station.
type Opening struct {
	Name  web.Name
	Hours *hours.Hours
}

// Screen is what the touchscreen works with.
type Screen struct {
	Hall  *hall.Hall
	Paper *paper.Paper
	// Names are those of what is in the hall's snapshots, Title the place's, and Zone the station's local time.
	web.Names
	Title    web.Name
	Zone     *time.Location
	Openings []Opening
	// Address is where customers' telephones reach the kiosk; empty: nowhere. ComplaintPage makes the path of a page to
	// write on.
	Address       string
	ComplaintPage func() string
	// Roster is who may unlock the staff's screen; nil for nobody.
	Roster func() *staff.Roster
	// Speaker and Player read aloud; nil for silence.
	Speaker *speech.Speaker
	Player  *audio.Player
	// Board is what a window of the board shows.
	Board *board.Board
	Data  string
	// Lines are the last warnings, Started is when the program started, Line since when there is a line to head office and
	// how much waits for it, and Disk what is free where the journal is, and its size, in bytes.
	Lines   *lines
	Started time.Time
	Line    func() (connected time.Time, waiting int)
	Disk    func() (free, size int64)
	// Stop ends the program, to be started again.
	Stop func()
	// Appears is to be told the title of the window, and who tells what is in it, before it is shown: the kiosk ends itself
	// when its window never appears.
	Appears func(title string, screen attendance.Screen)
	Log     *slog.Logger
}

// Validate refuses what would fail, or panic, later.
func (o Options) Validate() error {
	errs := []error{o.Options.Validate(), o.Rules.Validate()}
	if o.Page.Addr == "" {
		errs = append(errs, errors.New("the address of the counter page is missing"))
	}
	if o.Replay != nil && (o.Replay.day() == nil || o.Stdout == nil) {
		errs = append(errs, errors.New("a replay needs a plan and somewhere to report to"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("kiosk options: %w", err)
	}
	return nil
}

// Run is the kiosk: until ctx ends, its window is closed, or a replay that is to end has ended, it serves customers
// and counters, writes down what happens, and reports it. It returns after everything it started has ended.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.Validate(); err != nil {
		return err
	}
	k := &kiosk{Options: o, documents: newDocuments(o), attendant: attendance.New(o.Attendance), started: time.Now()}
	k.Desired, k.Command = k.documents.desired, k.attendant.Take
	if k.node, err = node.Open(k.Options.Options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.node.Close()) }()
	if err := k.open(ctx); err != nil {
		return err
	}
	return k.node.Report(ctx, k.work)
}

// kiosk is what Run has started.
type kiosk struct {
	Options
	documents *documents
	attendant *attendance.Attendant
	paper     *paper.Paper
	tokens    *phone.Tokens
	started   time.Time
	node      *node.Node
	key       []byte // that makes tickets' pages and log-ins unguessable
	hall      *hall.Hall
	clock     *replay.Clock // of the recording; nil without one
}

// open rebuilds the hall from the journal, and puts the documents into force.
func (k *kiosk) open(ctx context.Context) (err error) {
	if k.key, err = readKey(k.Data); err != nil {
		return err
	}
	now := func() time.Time { return k.Clock().Wall }
	if k.Replay != nil {
		k.clock = replay.NewClock(k.Replay.day().Begin(), now)
		now = k.clock.Now
	}
	if err = k.attendant.Open(k.Data, k.node.Journal); err != nil {
		return err
	}
	k.tokens = phone.NewTokens(k.key)
	calendar := k.Rules.Calendar
	k.paper = paper.New(k.Tickets.complete(k, calendar))
	k.hall, err = hall.Open(hall.Options{Rules: k.Rules, Appointments: k.Appointments, Cases: k.Cases, Journal: k.node.Journal, Points: k.node.Uplink,
		Memory: memory(filepath.Join(k.Data, memoryName)), Key: k.key, Notices: k.Notices, Now: now, Log: k.Log,
		Followers: map[string]hall.Follower{"paper": k.paper}})
	if err != nil {
		return err
	}
	if err := k.paper.Open(ctx, k.hall); err != nil {
		return err
	}
	if k.Replay != nil {
		return k.Replay.day().Accepts(k.hall.Snapshot().Queue.LastDay)
	}
	return k.documents.open(ctx, k.hall, k.node.Uplink)
}

// work serves until there is a reason to stop, and says so in the journal. After a replay it waits until head office
// has everything, if that is wanted.
func (k *kiosk) work(ctx context.Context) error {
	k.note(ctx, k.node.Started())
	err := k.serve(ctx)
	k.note(ctx, k.node.Stopped())
	if err == nil && ctx.Err() == nil && k.Replay != nil && k.Replay.ExitAtEnd {
		err = k.node.Settle(ctx)
	}
	return err
}

// grace is how long requests under way at the counter page may take when the program stops.
const grace = 2 * time.Second

// serve runs what customers and clerks use. The window, where there is one, has this goroutine.
func (k *kiosk) serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	listener, err := endpoint.Listen(ctx, "the counter page", k.Page.Addr, k.Page.TLS, k.Page.Insecure, k.Log)
	if err != nil {
		return err
	}
	pages, err := k.pages(endpoint.IsLoopback(listener.Addr().String()))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	parts, running := errgroup.WithContext(ctx)
	parts.Go(func() error { return endpoint.Serve(running, listener, pages, grace) })
	parts.Go(func() error { return pages.board.Run(running) })
	parts.Go(func() error { return pages.desk.Run(running) })
	parts.Go(func() error { return k.hall.Run(running) })
	parts.Go(func() error { return k.documents.keep(running, k.hall, k.node.Uplink) })
	parts.Go(func() error { return k.play(running, stop) })
	parts.Go(func() error { return k.paper.Run(running) })
	parts.Go(func() error { return k.attendant.Run(running, k.attended(stop)) })
	k.Log.Info("kiosk ready", "counter", listener.Addr().String(), "station", k.Station, "node", k.Node, "version", k.Version, "data", k.Data)
	if k.Show != nil {
		err = k.Show(running, k.screen(pages, stop))
		stop()
	}
	return errors.Join(err, parts.Wait())
}

// attended is what is looked after.
func (k *kiosk) attended(stop func()) attendance.Kiosk {
	a := attendance.Kiosk{
		Data: k.Data, HallAnswers: k.hall.EndDay, Moment: k.moment, Stop: stop,
		Closed:    func() bool { outside, _ := closed(k.hall.Snapshot()); return outside },
		Connected: func() time.Time { return k.node.Uplink.Stats().Connected },
		Show:      k.node.Uplink.SetState, Answer: k.node.Uplink.Answer,
		Paper: func() (left int, days float64) {
			forecast, _ := k.paper.Forecast()
			return forecast.Left, forecast.Days
		},
	}
	if k.Show != nil {
		a.ScreenAnswers = screenAnswers
	}
	return a
}

// moment reads the clocks, in the station's time zone.
func (k *kiosk) moment() record.Moment {
	r := k.Clock()
	zone := k.Rules.Calendar.Zone
	if zone == nil {
		zone = time.Local
	}
	return record.Moment{Wall: r.Wall.In(zone), Clock: k.node.Journal.Judge(r), Mono: r.Mono}
}

// screen is what the touchscreen works with.
func (k *kiosk) screen(p pages, stop func()) Screen {
	return Screen{
		Hall: k.hall, Paper: k.paper, Names: k.Names, Title: k.Title, Zone: k.Rules.Calendar.Zone, Openings: k.Openings,
		Address: k.Address, ComplaintPage: func() string { return "/c/" + k.tokens.New(k.hall.Now()) },
		Roster: k.documents.roster.Load, Speaker: k.Speech, Player: k.Attendance.Player, Board: p.board, Data: k.Data,
		Lines: k.Lines, Started: k.started, Line: k.line, Disk: func() (free, size int64) { return diskOf(k.Data) },
		Stop: stop, Appears: k.attendant.Appears, Log: k.Log,
	}
}

// line is since when there is a connection to head office, and how many records wait for it.
func (k *kiosk) line() (connected time.Time, waiting int) {
	stats := k.node.Uplink.Stats()
	for _, n := range stats.Backlog {
		waiting += int(n)
	}
	return stats.Connected, waiting
}

// pages are all that the kiosk's listener serves: the counters', and those of the customers in the hall.
type pages struct {
	*http.ServeMux
	desk  *counter.Pages
	board *board.Board
}

// ticketPage is the address of a ticket's own page.
func (k *kiosk) ticketPage(ticket string) string { return k.Address + "/t/" + k.hall.Secret(ticket) }

func (k *kiosk) pages(loopback bool) (pages, error) {
	desk, err := counter.New(counter.Options{
		Hall: k.hall, Journal: k.node.Journal, Rules: k.Rules,
		Services: k.Names.Services, Counters: k.Names.Counters, Classes: k.Names.Classes, Outcomes: k.Names.Outcomes,
		Page: k.ticketPage, Roster: k.documents.roster.Load, Key: k.key, Badges: k.StaffKey, Loopback: loopback, Log: k.Log,
	})
	if err != nil {
		return pages{}, err
	}
	o := board.Options{Hall: k.hall, Services: k.Names.Services, Counters: k.Names.Counters, Title: k.Title,
		Zone: k.Rules.Calendar.Zone, Loopback: loopback, Log: k.Log}
	if k.Speech != nil {
		o.Speech = k.Speech
	}
	shown, err := board.New(o)
	if err != nil {
		return pages{}, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", desk)
	mux.Handle("/board", shown)
	mux.Handle("/board/", shown)
	mux.Handle("/t/", shown)
	telephones, err := phone.New(phone.Options{Hall: k.hall, Tokens: k.tokens, Topics: k.hall.Snapshot().Cases.Topics, Services: k.Names.Services,
		Title: k.Title, Zone: k.Rules.Calendar.Zone, Loopback: loopback, Log: k.Log})
	if err != nil {
		return pages{}, err
	}
	for _, path := range []string{"/t/{secret}/rate", "/c/", "/phone/assets/"} {
		mux.Handle(path, telephones)
	}
	return pages{mux, desk, shown}, nil
}

// note writes down that the kiosk starts or stops. A journal that cannot take it is told; it does not keep the kiosk
// from starting, since every customer is told as well.
func (k *kiosk) note(ctx context.Context, entry record.Entry) {
	if _, err := k.node.Journal.Append(context.WithoutCancel(ctx), record.Events, entry); err != nil {
		k.Log.Error("could not be written down", "type", entry.Type, "error", err)
	}
}
