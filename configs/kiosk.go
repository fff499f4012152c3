package configs

import (
	"fmt"
	"net"
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
	// Services and Counters replace the built-in ones (see DefaultServices and DefaultCounters) when given.
	Services []Service `yaml:"services"`
	Counters []Counter `yaml:"counters"`
	// CounterPage is where clerks call the next customer.
	CounterPage CounterPage `yaml:"counter_page"`
	Window      Window      `yaml:"window"`
	// Replay plays a recorded day of customers; without a file nothing is played.
	Replay Replay `yaml:"replay"`
}

// Service is something that a customer can take a ticket for.
type Service struct {
	// ID names the service in records: letters, digits, '.', '_', '-'. It must not change once it is used.
	ID string `yaml:"id"`
	// Prefix begins its numbers: 1 to 3 capital letters, its own.
	Prefix string `yaml:"prefix"`
	// NameZh and NameEn are what the screens say.
	NameZh string `yaml:"name_zh"`
	NameEn string `yaml:"name_en"`
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
	// ExitAtEnd ends the program when the day has been played and head office has acknowledged all of it.
	ExitAtEnd bool `yaml:"exit_at_end"`
}

// KioskOverrides are the flags of the kiosk that win over its file. Empty means not given.
type KioskOverrides struct {
	Overrides
	Counter string // listen address of the counter page
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
		Node:        defaultNode("kiosk"),
		DayStart:    3 * time.Hour,
		CounterPage: CounterPage{Listen: "127.0.0.1:8090"},
		Window:      Window{Width: 1080, Height: 1920},
		Replay:      Replay{TimeZone: "Asia/Jerusalem"},
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
	k.checkServices(c)
	k.checkCounters(c)
	k.CounterPage.check(c)
	if k.Window.Width < 320 || k.Window.Height < 320 {
		c.fail("$.window", "width and height: expected at least 320, got %d and %d", k.Window.Width, k.Window.Height)
	}
	if d := k.Window.PixelsPerMM; d != 0 && (d < 1 || d > 40) {
		c.fail("$.window.pixels_per_mm", "expected 1 to 40, or 0 for what the screen says, got %g", d)
	}
	k.Replay.check(c)
}

var (
	idPattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	prefixPattern = regexp.MustCompile(`^[A-Z]{1,3}$`)
)

func (k *Kiosk) checkServices(c *checker) {
	c.require(len(k.Services) > 0, "$.services", "at least one service, or no such key for the built-in ones")
	for i, s := range k.Services {
		path := fmt.Sprintf("$.services[%d]", i)
		before := k.Services[:i]
		checkID(c, path+".id", s.ID, slices.ContainsFunc(before, func(o Service) bool { return o.ID == s.ID }))
		if !prefixPattern.MatchString(s.Prefix) {
			c.fail(path+".prefix", "%q: expected 1 to 3 capital letters", s.Prefix)
		} else if slices.ContainsFunc(before, func(o Service) bool { return o.Prefix == s.Prefix }) {
			c.fail(path+".prefix", "%q is another service's: its numbers would be mistaken", s.Prefix)
		}
		c.require(s.NameZh != "", path+".name_zh", "the service's name in Chinese")
		c.require(s.NameEn != "", path+".name_en", "the service's name in English")
	}
}

func (k *Kiosk) checkCounters(c *checker) {
	c.require(len(k.Counters) > 0, "$.counters", "at least one counter, or no such key for the built-in ones")
	for i, counter := range k.Counters {
		path := fmt.Sprintf("$.counters[%d]", i)
		checkID(c, path+".id", counter.ID, slices.ContainsFunc(k.Counters[:i], func(o Counter) bool { return o.ID == counter.ID }))
		for n, id := range counter.Services {
			if !slices.ContainsFunc(k.Services, func(s Service) bool { return s.ID == id }) {
				c.fail(fmt.Sprintf("%s.services[%d]", path, n), "unknown service %q: expected the id of one under services", id)
			}
		}
	}
}

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

func (r *Replay) check(c *checker) {
	if r.File == "" && r.Date == "" && !r.ExitAtEnd {
		return
	}
	c.require(r.File != "", "$.replay.file", "the recording to play")
	c.require(r.Date != "", "$.replay.date", "the day to play, such as 1999-02-01")
	if _, err := time.Parse(time.DateOnly, r.Date); err != nil && r.Date != "" {
		c.fail("$.replay.date", "%q: expected a date such as 1999-02-01", r.Date)
	}
	c.require(r.TimeZone != "", "$.replay.time_zone", "the time zone of the recording, such as Asia/Jerusalem")
	checkZone(c, "$.replay.time_zone", r.TimeZone)
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
