package printer

import (
	"testing"
	"time"

	"golang.org/x/image/font/sfnt"

	"stationkeeper/kiosk/printer/escpos"
	"stationkeeper/kiosk/printer/slip"
)

// said is every text of what is printed.
func said(s slip.Slip) []string {
	var texts []string
	for _, item := range s {
		switch item := item.(type) {
		case slip.Text:
			texts = append(texts, item.Words)
		case slip.Pair:
			texts = append(texts, item.Left, item.Right)
		}
	}
	return texts
}

// Every word of a ticket can be spelled by printers and drawn with the kiosk's fonts, in both languages.
func TestWordsCanBePrinted(t *testing.T) {
	p, err := New(Options{URL: "tcp://printer:9100"})
	if err != nil {
		t.Fatal(err)
	}
	regular, _ := fonts(t)
	drawn, err := sfnt.Parse(regular)
	if err != nil {
		t.Fatal(err)
	}
	full := Job{Copy: 3, Ticket: ticket("A012", Chinese, English)}
	full.Ticket.Booked = moment
	next := full
	next.Ticket.Ahead = 0
	var texts []string
	for _, s := range []slip.Slip{p.layout(full), p.layout(next), p.testPage(moment)} {
		texts = append(texts, said(s)...)
	}
	for _, text := range texts {
		if !escpos.Printable(text) {
			t.Errorf("%q: not in GBK", text)
		}
		for _, r := range text {
			if glyph, err := drawn.GlyphIndex(nil, r); err != nil || glyph == 0 {
				t.Errorf("%q: %q is not in the font", text, r)
			}
		}
	}
}

// What is promised is rounded outwards, and one number is written once.
func TestWaitInMinutes(t *testing.T) {
	for _, c := range []struct {
		low, high time.Duration
		want      string
	}{
		{9*time.Minute + 59*time.Second, 24*time.Minute + time.Second, "9-25 分钟"},
		{10 * time.Minute, 10 * time.Minute, "10 分钟"},
		{0, 30 * time.Second, "0-1 分钟"},
	} {
		if got := catalogue[Chinese].minutes(minutes(c.low, c.high)); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

// A ticket without anything but its number is still one, and a name that is there in one language stands for both.
func TestTicketsWithLittleOnThem(t *testing.T) {
	p, err := New(Options{URL: "tcp://printer:9100"})
	if err != nil {
		t.Fatal(err)
	}
	bare := p.layout(Job{Ticket: Ticket{Number: "7", Ahead: -1, At: moment}})
	if _, err := p.writer.Write(bare); err != nil {
		t.Error(err)
	}
	one := Ticket{Number: "7", Ahead: -1, At: moment, Service: Names{En: "Safe"}, Notice: Names{Zh: "谢谢"}, Languages: []Language{English, "fr", Chinese}}
	times := map[string]int{}
	for _, text := range said(p.layout(Job{Ticket: one})) {
		times[text]++
	}
	if times["Safe"] != 1 || times["谢谢"] != 1 {
		t.Errorf("on the ticket: %v", times)
	}
}
