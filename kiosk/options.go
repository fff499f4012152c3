package main

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"stationkeeper/configs"
	"stationkeeper/internal/clock"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/node"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/attendance"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/information"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/replay"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/survey"
	"stationkeeper/kiosk/web"
	"stationkeeper/ui/theme"
)

// options maps the configuration into what the kiosk is made of.
func options(c configs.Kiosk, stdout io.Writer, log *slog.Logger) (Options, error) {
	system, err := clock.System()
	if err != nil {
		return Options{}, err
	}
	broker, err := endpoint.Remote(c.Broker).Resolve(log)
	if err != nil {
		return Options{}, err
	}
	p := c.CounterPage
	log, kept := remember(log)
	o := Options{
		Window: c.Window, Lines: kept,
		Title: web.Name{Zh: c.Window.TitleZh, En: c.Window.TitleEn},
		Options: node.Options{
			Program: "kiosk", Version: version, Station: c.Station, Node: c.Node.Node, Data: c.Data, Broker: broker,
			MaxBytes: c.Journal.MaxBytes(), MaxRecords: c.Journal.MaxRecords, MaxAge: c.Journal.MaxAge,
			Retain: c.Journal.Retain, TelemetryDelay: c.Journal.TelemetryDelay,
			DrainRate: c.Uplink.DrainRate(),
			Clock:     system, Log: log,
		},
		Address: strings.TrimSuffix(c.Board.Address, "/"),
		Page:    Page{Addr: p.Listen, TLS: endpoint.TLSFiles{CA: p.CA, Cert: p.Cert, Key: p.Key}, Insecure: p.Insecure},
		Stdout:  stdout,
	}
	if err := o.readOwn(c); err != nil {
		return Options{}, err
	}
	if c.Replay.File != "" {
		return o, o.record(c.Replay)
	}
	return o, o.configure(c)
}

// readOwn reads the station's own files.
func (o *Options) readOwn(c configs.Kiosk) error {
	for _, n := range c.Notices {
		o.Notices = append(o.Notices, hall.Notice{ID: n.ID, Zh: n.Zh, En: n.En})
	}
	if c.StaffFile != "" {
		text, err := os.ReadFile(c.StaffFile)
		if err == nil {
			_, err = staff.Parse(text)
		}
		if err != nil {
			return fmt.Errorf("staff_file %s: %w", c.StaffFile, err)
		}
		o.Staff = text
	}
	if c.StaffKeyFile != "" {
		text, err := os.ReadFile(c.StaffKeyFile)
		if err == nil {
			o.StaffKey, err = staff.ParseKey(string(text))
		}
		if err != nil {
			return fmt.Errorf("staff_key_file %s: %w", c.StaffKeyFile, err)
		}
	}
	return errors.Join(o.readLists(c), o.speak(c.Board), o.print(c.Printer), o.attend(c))
}

// readLists reads what the station tells everybody, and what it asks of customers.
func (o *Options) readLists(c configs.Kiosk) error {
	if c.InformationFile != "" {
		text, err := os.ReadFile(c.InformationFile)
		if err == nil {
			_, err = information.Parse(text)
		}
		if err != nil {
			return fmt.Errorf("information_file %s: %w", c.InformationFile, err)
		}
		o.Information = text
	}
	if c.QuestionnaireFile != "" {
		text, err := os.ReadFile(c.QuestionnaireFile)
		if err == nil {
			_, err = survey.Parse(text)
		}
		if err != nil {
			return fmt.Errorf("questionnaire_file %s: %w", c.QuestionnaireFile, err)
		}
		o.Questionnaire = text
	}
	return nil
}

// attend says what is looked after.
func (o *Options) attend(c configs.Kiosk) (err error) {
	d := c.Devices
	o.Attendance = attendance.Options{Touch: d.Touch, Displays: 1, DarkAfter: d.DarkAfter, Light: float64(d.Light) / 100, Dim: float64(d.Dim) / 100,
		Keyboard: c.Window.Mode != configs.ModeBoard, Log: o.Log}
	if o.Tickets.Printer != nil {
		o.Attendance.Printer = o.Tickets.Printer
	}
	if c.Window.Second.Output != "" {
		o.Attendance.Displays++
	}
	if c.Window.Speech {
		o.Attendance.Player, err = audio.New(audio.Options{Device: c.Devices.Sound, Log: o.Log})
	}
	return err
}

// print makes what tickets are printed with.
func (o *Options) print(c configs.Printer) error {
	o.Tickets.Roll, o.Tickets.Footer = int(c.Roll*1000), web.Name{Zh: c.FooterZh, En: c.FooterEn}
	switch c.Languages {
	case configs.LanguagesBoth:
		o.Tickets.Languages = []printer.Language{printer.Chinese, printer.English}
	case string(printer.Chinese), string(printer.English):
		o.Tickets.Languages = []printer.Language{printer.Language(c.Languages)}
	}
	if c.URL == "" {
		return nil
	}
	p := printer.Options{URL: c.URL, Text: c.Text, Width: c.Width, Log: o.Log}
	if c.Logo != "" {
		logo, err := readLogo(c.Logo)
		if err != nil {
			return fmt.Errorf("printer.logo %s: %w", c.Logo, err)
		}
		p.Logo = logo
	}
	var err error
	if p.Regular, p.Bold, err = theme.Faces(); err != nil {
		return err
	}
	if o.Tickets.Printer, err = printer.New(p); err != nil {
		return fmt.Errorf("printer: %w", err)
	}
	return nil
}

func readLogo(path string) (image.Image, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	logo, err := png.Decode(file)
	return logo, errors.Join(err, file.Close())
}

// speak makes what calls are spoken with.
func (o *Options) speak(c configs.Board) (err error) {
	if c.Speech == configs.SpeechOff {
		return nil
	}
	if o.Speech, err = speech.New(speech.Options{Clips: c.Clips, Log: o.Log}); err != nil {
		return fmt.Errorf("board: %w", err)
	}
	return nil
}

// configure takes services and counters from the configuration.
func (o *Options) configure(c configs.Kiosk) error {
	zone := time.Local
	if c.TimeZone != "" {
		var err error
		if zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return fmt.Errorf("time zone: %w", err)
		}
	}
	var err error
	if o.Rules, err = queueRules(c, zone); err != nil {
		return err
	}
	if o.Cases, err = caseRules(c); err != nil {
		return err
	}
	o.Openings = openings(c, o.Rules)
	a := c.Appointments
	o.Appointments = appointments.Rules{Early: a.Early, Late: a.Late, Missed: a.Missed}
	o.Names = web.Names{Services: map[string]web.Name{}, Counters: map[string]web.Name{}, Groups: map[string]web.Name{},
		Classes: map[string]web.Name{}, Outcomes: map[string]web.Name{}}
	for _, s := range c.Services {
		o.Names.Services[s.ID] = web.Name{Zh: s.NameZh, En: s.NameEn}
	}
	for _, one := range c.Counters {
		o.Names.Counters[one.ID] = web.Name{Zh: one.NameZh, En: one.NameEn}
	}
	for _, g := range c.Groups {
		o.Names.Groups[g.ID] = web.Name{Zh: g.NameZh, En: g.NameEn}
	}
	for _, class := range c.Classes {
		o.Names.Classes[class.ID] = web.Name{Zh: class.NameZh, En: class.NameEn}
	}
	for _, outcome := range c.Outcomes {
		o.Names.Outcomes[outcome.ID] = web.Name{Zh: outcome.NameZh, En: outcome.NameEn}
	}
	return nil
}

// record takes services, counters and calendar from a recorded day that is to be played.
func (o *Options) record(r configs.Replay) error {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return fmt.Errorf("time zone of the recording: %w", err)
	}
	date, err := time.ParseInLocation(time.DateOnly, r.Date, zone)
	if err != nil {
		return fmt.Errorf("date of the replay: %w", err)
	}
	calls, err := replay.Load(r.File, date)
	if err != nil {
		return err
	}
	o.Replay = &Replay{Calls: len(calls), ExitAtEnd: r.ExitAtEnd}
	if r.Speed > 0 {
		return o.recordLive(r, calls)
	}
	plan, err := replay.NewPlan(calls)
	if err != nil {
		return err
	}
	o.Replay.Plan, o.Rules = plan, plan.Rules
	o.Names.Services, o.Names.Counters = named(plan.ServiceNames()), named(plan.CounterNames())
	return nil
}

// recordLive is record of a day at a pace of its own.
func (o *Options) recordLive(r configs.Replay, calls []replay.Call) error {
	pace := replay.Options{Speed: r.Speed}
	for text, into := range map[string]*time.Duration{r.From: &pace.From, r.To: &pace.To} {
		if text == "" {
			continue
		}
		var err error
		if *into, err = configs.ParseTime(text); err != nil {
			return fmt.Errorf("times of day of the replay: %w", err)
		}
	}
	live, err := replay.NewLive(calls, pace)
	if err != nil {
		return err
	}
	o.Replay.Live, o.Rules = live, live.Rules()
	o.Names.Services, o.Names.Counters, o.Names.Classes = named(live.ServiceNames()), named(live.CounterNames()), named(live.ClassNames())
	return nil
}

func named(names map[string]replay.Name) map[string]web.Name {
	found := map[string]web.Name{}
	for id, name := range names {
		found[id] = web.Name(name)
	}
	return found
}
