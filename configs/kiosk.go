package configs

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// Kiosk is the configuration of the program kiosk.
type Kiosk struct {
	Node `yaml:",inline"`
	// TimeZone is the station's IANA time zone, such as Asia/Shanghai; empty means that of the machine. The day of
	// work begins DayStart after local midnight: numbers begin anew, and tickets still open are closed.
	TimeZone string        `yaml:"time_zone"`
	DayStart time.Duration `yaml:"day_start"`
	// Groups are the headings under which services are found; Hours are opening hours by name.
	Groups []Group          `yaml:"groups"`
	Hours  map[string]Hours `yaml:"hours"`
	// Services and Counters replace the built-in ones (see DefaultServices and DefaultCounters) when given.
	Services []Service `yaml:"services"`
	Counters []Counter `yaml:"counters"`
	// Classes are kinds of customers. Calling says who is next at counters without rules of their own; none means whoever
	// has waited longest.
	Classes []Class    `yaml:"classes"`
	Calling []CallRule `yaml:"calling"`
	// Recalls is how often a customer may be called again; Undo is for how long a clerk may take an action back.
	Recalls int           `yaml:"recalls"`
	Undo    time.Duration `yaml:"undo"`
	// Outcomes are what can become of a service, for the clerk to choose; none means that it is not asked.
	Outcomes []Outcome `yaml:"outcomes"`
	// StaffFile says who may work at the counters. Without one, and without one from head office, whoever reaches the
	// counter page may. A relative path is taken from the working folder.
	StaffFile string `yaml:"staff_file"`
	// StaffKeyFile holds the key with which the numbers of the staff's badges are hashed, in hexadecimal digits; without it
	// nobody logs in with a badge.
	StaffKeyFile string       `yaml:"staff_key_file"`
	Appointments Appointments `yaml:"appointments"`
	Board        Board        `yaml:"board"`
	// Notices are shown on the board, besides those of head office.
	Notices []Notice `yaml:"notices"`
	// CounterPage is where clerks call the next customer.
	// InformationFile and QuestionnaireFile are the station's own prices, pledge and staff board, and what customers are
	// asked about their visit; documents of head office take their place. Without them there is none of the former, and the
	// usual questions.
	InformationFile   string      `yaml:"information_file"`
	QuestionnaireFile string      `yaml:"questionnaire_file"`
	Printer           Printer     `yaml:"printer"`
	Care              Care        `yaml:"care"`
	CounterPage       CounterPage `yaml:"counter_page"`
	Window            Window      `yaml:"window"`
	Devices           Devices     `yaml:"devices"`
	// Replay plays a recorded day of customers; without a file nothing is played.
	Replay Replay `yaml:"replay"`
}

// Counter is a place where customers are served.
type Counter struct {
	// ID names the counter in records, such as "1".
	ID string `yaml:"id"`
	// NameZh and NameEn are what the screens say; empty means 1号窗口 and Counter 1 for the counter 1.
	NameZh string `yaml:"name_zh"`
	NameEn string `yaml:"name_en"`
	// Services are the ids of the services it serves; none means all.
	Services []string `yaml:"services"`
	// Calling says who is next here, instead of the station's rules.
	Calling []CallRule `yaml:"calling"`
}

// Appointments are customers who come at an agreed time. Head office sends their list; more are made at the counters.
type Appointments struct {
	// Early and Late are how long before and after its time a customer may arrive for an appointment; Missed is how long
	// after it an appointment is given up.
	Early  time.Duration `yaml:"early"`
	Late   time.Duration `yaml:"late"`
	Missed time.Duration `yaml:"missed"`
}

// Board is the screen above the counters, and the ticket's page on the customer's telephone.
type Board struct {
	// Speech is espeak (the program espeak-ng), clips (recorded, in the folder Clips) or off.
	Speech string `yaml:"speech"`
	Clips  string `yaml:"clips"`
	// Address is where customers' telephones reach the board's listener, such as https://hall.example.org: what a ticket's
	// QR code leads to. Empty means that tickets have none.
	Address string `yaml:"address"`
}

// Notice is something that everybody in the hall should read.
type Notice struct {
	ID string `yaml:"id"`
	Zh string `yaml:"zh"`
	En string `yaml:"en"`
}

// CounterPage is the web page for the counters.
type CounterPage struct {
	// Listen is host:port; port 0 takes a free one.
	Listen string `yaml:"listen"`
	// Cert and Key are PEM files. CA, when given, holds whose client certificates to require.
	CA   string `yaml:"ca"`
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// Insecure allows plain HTTP beyond this machine. It is logged at every start.
	Insecure bool `yaml:"insecure"`
}

// Window is the touchscreen.
type Window struct {
	Fullscreen bool `yaml:"fullscreen"`
	// Width and Height of a window that is not full screen, in Fyne's device-independent pixels.
	Width  int `yaml:"width"`
	Height int `yaml:"height"`
	// TitleZh and TitleEn name the place, at the top of the screen.
	TitleZh string `yaml:"title_zh"`
	TitleEn string `yaml:"title_en"`
	// PixelsPerMM is how dense the screen is: what is touched is at least 20 mm large. 0 takes what the screen says
	// about itself.
	PixelsPerMM float64 `yaml:"pixels_per_mm"`
	// BottomMM is how high above the floor the screen's lower edge is, in millimetres: whoever asks for controls that are
	// low gets them at most 1220 mm above the floor. 0: not known, they are in the lower half.
	BottomMM float64 `yaml:"bottom_mm"`
	// LongWait is from which expected wait on a customer is asked whether to join the queue; 0s never asks.
	LongWait time.Duration `yaml:"long_wait"`
	// Speech reads the screen aloud for those who ask for it, with the board's voice, at the machine's sound output.
	Speech bool `yaml:"speech"`
	// Mode is lobby, survey or board; the flags --survey and --board win over it. BoardOf is another kiosk's address, whose
	// calls the board shows instead of its own.
	Mode    string `yaml:"mode"`
	BoardOf string `yaml:"board_of"`
	// Scanner says that there is a code scanner of the keyboard kind: customers are told to use it.
	Scanner bool `yaml:"scanner"`
	// Second is the board on a second display.
	Second Second `yaml:"second"`
}

// Replay says which recorded day to play. While it is configured, services, counters, time zone and day start are those
// of the recording.
type Replay struct {
	// File is a recording of the bank's calls, tab-separated, gzip-compressed when its name ends in .gz.
	File string `yaml:"file"`
	// Date is the day to play, as 2006-01-02.
	Date string `yaml:"date"`
	// TimeZone is the IANA time zone of the recording.
	TimeZone string `yaml:"time_zone"`
	// Speed plays the day at that many times its pace, the counters calling by themselves, from the time of day From to To;
	// 0 plays it as it was recorded, as fast as it goes.
	Speed float64 `yaml:"speed"`
	From  string  `yaml:"from"` // as 10:00; empty means the first customer
	To    string  `yaml:"to"`   // empty means the last
	// ExitAtEnd ends the program when the day has been played and head office has acknowledged all of it.
	ExitAtEnd bool `yaml:"exit_at_end"`
}

// KioskOverrides are the flags of the kiosk that win over its file. Empty means not given.
type KioskOverrides struct {
	Overrides
	Counter string // listen address of the counter page
	// Mode is that of the window, and BoardOf whose calls it shows.
	Mode, BoardOf string
}

// DefaultServices are the services of a kiosk whose file names none: those of a broadband branch.
func DefaultServices() []Service {
	return []Service{
		{ID: "new-service", Prefix: "A", NameZh: "业务办理", NameEn: "New service"},
		{ID: "payment", Prefix: "B", NameZh: "缴费", NameEn: "Payment"},
		{ID: "repair", Prefix: "C", NameZh: "故障报修", NameEn: "Repair"},
		{ID: "enquiry", Prefix: "D", NameZh: "咨询与投诉", NameEn: "Questions and complaints"},
	}
}

// DefaultCounters are the counters of a kiosk whose file names none: three that serve everything.
func DefaultCounters() []Counter { return []Counter{{ID: "1"}, {ID: "2"}, {ID: "3"}} }

// LoadKiosk reads the kiosk's configuration strictly; an empty path means no file, flags alone.
func LoadKiosk(path string, flags KioskOverrides) (Kiosk, error) {
	k := Kiosk{
		Node:         defaultNode("kiosk"),
		DayStart:     3 * time.Hour,
		CounterPage:  CounterPage{Listen: "127.0.0.1:8090"},
		Window:       Window{Width: 1080, Height: 1920, LongWait: 45 * time.Minute, Speech: true, Mode: ModeLobby},
		Devices:      defaultDevices(),
		Printer:      Printer{Text: TextGB18030, Width: 80, Roll: 50, Languages: LanguagesCustomer},
		Care:         Care{Worst: 2, Rating: 48 * time.Hour, Complaint: 48 * time.Hour, Owner: "supervisor"},
		Replay:       Replay{TimeZone: "Asia/Jerusalem"},
		Recalls:      3,
		Undo:         10 * time.Second,
		Appointments: Appointments{Early: 30 * time.Minute, Late: 15 * time.Minute, Missed: 30 * time.Minute},
		Board:        Board{Speech: SpeechEspeak},
	}
	err := load(path, &k, func(k *Kiosk) { k.complete(flags) }, func(k *Kiosk, c *checker) { k.check(c) })
	return k, err
}

// complete applies the flags and, for lists that the file does not have, the defaults. A list that is there but empty is
// left to be refused.
func (k *Kiosk) complete(flags KioskOverrides) {
	flags.apply(&k.Node)
	if flags.Counter != "" {
		k.CounterPage.Listen = flags.Counter
	}
	if flags.Mode != "" {
		k.Window.Mode, k.Window.BoardOf = flags.Mode, flags.BoardOf
	}
	if k.Services == nil {
		k.Services = DefaultServices()
	}
	if k.Counters == nil {
		k.Counters = DefaultCounters()
	}
	for i := range k.Counters {
		counter := &k.Counters[i]
		if counter.NameZh == "" {
			counter.NameZh = counter.ID + "号窗口"
		}
		if counter.NameEn == "" {
			counter.NameEn = "Counter " + counter.ID
		}
	}
}

func (k *Kiosk) check(c *checker) {
	k.Node.check(c)
	checkZone(c, "$.time_zone", k.TimeZone)
	if k.DayStart < 0 || k.DayStart >= 24*time.Hour {
		c.fail("$.day_start", "expected a time after midnight from 0s to less than 24h, got %s", k.DayStart)
	}
	k.checkGroups(c)
	k.checkHours(c)
	k.checkServices(c)
	k.checkClasses(c)
	k.checkCounters(c)
	k.Appointments.check(c)
	k.Board.check(c)
	for i, n := range k.Notices {
		path := fmt.Sprintf("$.notices[%d]", i)
		checkID(c, path+".id", n.ID, slices.ContainsFunc(k.Notices[:i], func(o Notice) bool { return o.ID == n.ID }))
		c.require(n.Zh != "", path+".zh", "the notice in Chinese")
		c.require(n.En != "", path+".en", "the notice in English")
	}
	k.CounterPage.check(c)
	k.Window.check(c)
	k.Devices.check(c)
	k.Printer.check(c)
	k.checkCare(c)
	k.Replay.check(c)
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

func checkID(c *checker, path, id string, twice bool) {
	switch {
	case id == "":
		c.require(false, path, "a name of letters, digits, '.', '_', '-'")
	case !idPattern.MatchString(id):
		c.fail(path, "%q: expected letters, digits, '.', '_', '-', beginning with a letter or digit", id)
	case twice:
		c.fail(path, "%q is given twice", id)
	}
}

func (p *CounterPage) check(c *checker) {
	if _, _, err := net.SplitHostPort(p.Listen); err != nil {
		c.fail("$.counter_page.listen", "%q: expected host:port, such as 127.0.0.1:8090", p.Listen)
	}
	if (p.Cert == "") != (p.Key == "") {
		c.fail("$.counter_page", "cert and key: expected both or neither")
	}
	if p.CA != "" && p.Cert == "" {
		c.fail("$.counter_page.ca", "cert and key are missing: client certificates need TLS")
	}
}

// What the board can speak with.
const (
	SpeechEspeak = "espeak"
	SpeechClips  = "clips"
	SpeechOff    = "off"
)

func (b *Board) check(c *checker) {
	switch b.Speech {
	case SpeechEspeak, SpeechOff:
		if b.Clips != "" {
			c.fail("$.board.clips", "expected speech: clips beside it")
		}
	case SpeechClips:
		c.require(b.Clips != "", "$.board.clips", "the folder of the recorded clips")
	default:
		c.fail("$.board.speech", "%q: expected espeak, clips or off", b.Speech)
	}
	if u, err := url.Parse(b.Address); b.Address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		c.fail("$.board.address", "%q: expected an address such as https://hall.example.org", b.Address)
	}
}

func (a *Appointments) check(c *checker) {
	if a.Early < 0 || a.Late < 0 || a.Missed < a.Late {
		c.fail("$.appointments", "expected early and late from 0s, and missed not before late, got %s, %s and %s", a.Early, a.Late, a.Missed)
	}
}

func (r *Replay) check(c *checker) {
	if *r == (Replay{TimeZone: r.TimeZone}) {
		return
	}
	r.checkPace(c)
	c.require(r.File != "", "$.replay.file", "the recording to play")
	c.require(r.Date != "", "$.replay.date", "the day to play, such as 1999-02-01")
	if _, err := time.Parse(time.DateOnly, r.Date); err != nil && r.Date != "" {
		c.fail("$.replay.date", "%q: expected a date such as 1999-02-01", r.Date)
	}
	c.require(r.TimeZone != "", "$.replay.time_zone", "the time zone of the recording, such as Asia/Jerusalem")
	checkZone(c, "$.replay.time_zone", r.TimeZone)
}

// checkPace is for a replay at a speed of its own.
func (r *Replay) checkPace(c *checker) {
	if r.Speed < 0 || r.Speed > 1000 {
		c.fail("$.replay.speed", "expected above 0 to 1000, or 0 for as fast as it goes, got %g", r.Speed)
	}
	for key, text := range map[string]string{"from": r.From, "to": r.To} {
		if _, err := ParseTime(text); text != "" && err != nil {
			c.fail("$.replay."+key, "%v", err)
		} else if text != "" && r.Speed == 0 {
			c.fail("$.replay."+key, "speed is missing: a day without one is played as a whole")
		}
	}
}

// checkZone refuses what is not in the time zone database. Empty is left to the caller.
func checkZone(c *checker, path, zone string) {
	if zone == "" {
		return
	}
	if _, err := time.LoadLocation(zone); err != nil {
		c.fail(path, "%q: expected an IANA time zone such as Asia/Shanghai: %v", zone, err)
	}
}
