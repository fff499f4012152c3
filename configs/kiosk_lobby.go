package configs

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Printer prints tickets. Without an address, tickets are shown on the screen alone.
type Printer struct {
	// URL says where it is: usb:/dev/usb/lp0, serial:/dev/ttyS0?baud=19200, or tcp://192.168.1.50:9100.
	URL string `yaml:"url"`
	// Text is how Chinese is printed: gb18030 (by the printer's own characters) or raster (drawn by the kiosk).
	Text string `yaml:"text"`
	// Width of the paper in millimetres: 58 or 80.
	Width int `yaml:"width"`
	// Roll is how many metres of paper a new roll has.
	Roll float64 `yaml:"roll"`
	// Logo is a PNG file, printed at the top.
	Logo string `yaml:"logo"`
	// Languages are what is on a ticket: customer (the one that was chosen on the screen), zh, en or both.
	Languages string `yaml:"languages"`
	// FooterZh and FooterEn are the last line of every ticket.
	FooterZh string `yaml:"footer_zh"`
	FooterEn string `yaml:"footer_en"`
}

// How Chinese is printed.
const (
	TextGB18030 = "gb18030"
	TextRaster  = "raster"
)

// What languages a ticket is printed in.
const (
	LanguagesCustomer = "customer"
	LanguagesBoth     = "both"
)

func (p *Printer) check(c *checker) {
	if err := checkPrinter(p.URL); p.URL != "" && err != nil {
		c.fail("$.printer.url", "%q: %v", p.URL, err)
	}
	if p.Text != TextGB18030 && p.Text != TextRaster {
		c.fail("$.printer.text", "%q: expected gb18030 or raster", p.Text)
	}
	if p.Width != 58 && p.Width != 80 {
		c.fail("$.printer.width", "expected 58 or 80 (millimetres), got %d", p.Width)
	}
	if p.Roll < 1 || p.Roll > 1000 {
		c.fail("$.printer.roll", "expected 1 to 1000 (metres), got %g", p.Roll)
	}
	if !slices.Contains([]string{LanguagesCustomer, LanguagesBoth, "zh", "en"}, p.Languages) {
		c.fail("$.printer.languages", "%q: expected customer, zh, en or both", p.Languages)
	}
}

func checkPrinter(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	switch u.Scheme {
	case "usb", "serial":
		if !strings.HasPrefix(u.Path+u.Opaque, "/dev/") {
			return fmt.Errorf("expected a device, such as %s:/dev/usb/lp0", u.Scheme)
		}
	case "tcp":
		if _, _, err := net.SplitHostPort(u.Host); err != nil {
			return fmt.Errorf("expected a host and a port, such as tcp://192.168.1.50:9100")
		}
	default:
		return fmt.Errorf("expected usb, serial or tcp before the first colon")
	}
	return nil
}

// Care is what becomes of bad ratings and complaints.
type Care struct {
	// Topics are what customers can complain about; none means the usual ones.
	Topics []Topic `yaml:"topics"`
	// Worst is the highest rating (1 to 5) that opens a case; 0 opens none.
	Worst int `yaml:"worst"`
	// Rating and Complaint are the times within which such cases are to be settled, and Owner is who sees to them: a staff
	// number or a role.
	Rating    time.Duration `yaml:"rating"`
	Complaint time.Duration `yaml:"complaint"`
	Owner     string        `yaml:"owner"`
	// RatingDays and ComplaintDays, above 0, are working days instead.
	RatingDays    int `yaml:"rating_days"`
	ComplaintDays int `yaml:"complaint_days"`
	// Hours is the name of one under hours: the deadlines count only time, and days, within them; empty means all time.
	Hours string `yaml:"hours"`
}

// Topic is something that customers complain about.
type Topic struct {
	ID      string   `yaml:"id"`
	Zh      string   `yaml:"zh"`
	En      string   `yaml:"en"`
	Owner   string   `yaml:"owner"` // empty means that of all
	Details []Detail `yaml:"details"`
}

// Detail is a choice that says more of a topic.
type Detail struct {
	ID string `yaml:"id"`
	Zh string `yaml:"zh"`
	En string `yaml:"en"`
}

func (k *Kiosk) checkCare(c *checker) {
	a := &k.Care
	if a.Worst < 0 || a.Worst > 4 {
		c.fail("$.care.worst", "expected 0 (no rating opens a case) to 4, got %d", a.Worst)
	}
	if a.Rating <= 0 || a.Complaint <= 0 {
		c.fail("$.care", "rating and complaint: expected times above 0s, such as 48h, got %s and %s", a.Rating, a.Complaint)
	}
	if a.RatingDays < 0 || a.RatingDays > 90 || a.ComplaintDays < 0 || a.ComplaintDays > 90 {
		c.fail("$.care", "rating_days and complaint_days: expected 0 to 90, got %d and %d", a.RatingDays, a.ComplaintDays)
	}
	c.require(a.Owner != "", "$.care.owner", "a staff number, or a role such as supervisor")
	if _, ok := k.Hours[a.Hours]; !ok && a.Hours != "" {
		c.fail("$.care.hours", "%q is not one of hours", a.Hours)
	}
	seen := map[string]bool{}
	for i, t := range a.Topics {
		path := fmt.Sprintf("$.care.topics[%d]", i)
		checkID(c, path+".id", t.ID, seen[t.ID])
		seen[t.ID] = true
		c.require(t.Zh != "" && t.En != "", path, "zh and en")
		details := map[string]bool{}
		for j, d := range t.Details {
			path := fmt.Sprintf("%s.details[%d]", path, j)
			checkID(c, path+".id", d.ID, details[d.ID])
			details[d.ID] = true
			c.require(d.Zh != "" && d.En != "", path, "zh and en")
		}
	}
}

// Second is the board on a second display of the kiosk.
type Second struct {
	// Output is the display's name, as xrandr tells it, such as HDMI-2; empty means no second window.
	Output string `yaml:"output"`
}

// Modes of the window.
const (
	ModeLobby  = "lobby"  // customers take tickets, and whatever else there is for them
	ModeSurvey = "survey" // five faces, and nothing else
	ModeBoard  = "board"  // who is being called
)

func (w *Window) check(c *checker) {
	if w.Width < 320 || w.Height < 320 {
		c.fail("$.window", "width and height: expected at least 320, got %d and %d", w.Width, w.Height)
	}
	if d := w.PixelsPerMM; d != 0 && (d < 1 || d > 40) {
		c.fail("$.window.pixels_per_mm", "expected 1 to 40, or 0 for what the screen says, got %g", d)
	}
	if w.BottomMM < 0 || w.BottomMM > 3000 {
		c.fail("$.window.bottom_mm", "expected 0 (not known) to 3000, got %g", w.BottomMM)
	}
	if w.LongWait < 0 {
		c.fail("$.window.long_wait", "expected a time from 0s (never ask), got %s", w.LongWait)
	}
	if w.Mode != ModeLobby && w.Mode != ModeSurvey && w.Mode != ModeBoard {
		c.fail("$.window.mode", "%q: expected lobby, survey or board", w.Mode)
	}
	if u, err := url.Parse(w.BoardOf); w.BoardOf != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		c.fail("$.window.board_of", "%q: expected an address such as http://192.168.1.20:8090", w.BoardOf)
	}
}
