package checkin

import (
	"slices"
	"strings"
	"testing"

	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
)

func usual(t *testing.T) *play { return newPlay(t, flowtest.Usual) }

func (p *play) mustAsk(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(p.desk.asked, want) {
		t.Errorf("asked %q, want %q", p.desk.asked, want)
	}
}

func TestByDigits(t *testing.T) {
	p := usual(t)
	p.Tap(p.Button(p.words().Phone))
	p.types("135")
	p.Tap(p.Button(p.words().Done)) // too early
	p.mustAsk(t)
	p.types("79")
	p.Tap(p.Button(p.words().Delete))
	p.types("8")
	p.Tap(p.Button(p.words().Done))
	p.mustAsk(t, "1358  r1")
	if p.Ticket == nil || p.Ticket.Number != "B003" {
		t.Errorf("shown %+v", p.Ticket)
	}
}

func TestByCode(t *testing.T) {
	p := usual(t)
	p.enters("K3F9")
	p.mustAsk(t, "K3F9  r1")
	if p.Ticket == nil {
		t.Error("no ticket is shown")
	}
}

func TestByScanner(t *testing.T) {
	p := usual(t)
	p.Tap(p.Button(p.words().Phone))
	p.types("13")
	if !p.flow.Scan("k3f9") {
		t.Error("a scanned code is of no use")
	}
	p.mustAsk(t, "K3F9  r1")
	if p.Ticket == nil {
		t.Error("no ticket is shown")
	}
}

func TestScannedSomethingElse(t *testing.T) {
	p := usual(t)
	for text, title := range map[string]string{
		"https://lobby.example.org/t/abcdefghijklmnopqrstuvwxyz": p.words().IsTicket,
		"https://example.org/menu":                               p.words().Foreign,
	} {
		if !p.flow.Scan(text) {
			t.Errorf("%s: nothing is said", text)
		}
		p.MustRead(title)
		p.Tap(p.Button(p.words().Again))
	}
	p.mustAsk(t)
}

func TestSeveralMatch(t *testing.T) {
	p := usual(t)
	p.enters("7777")
	p.MustRead("王**", "10:50 · 李*", "个人业务")
	p.Tap(p.flow.view.choose.tiles[1])
	p.mustAsk(t, "7777  r1", "7777 a2 r2")
	if p.Ticket == nil {
		t.Error("no ticket is shown")
	}
}

func TestManyMatchOnPages(t *testing.T) {
	p := usual(t)
	p.enters("8888")
	seen := map[string]bool{}
	for range 7 {
		for i, tile := range p.flow.view.choose.tiles {
			if detail := tile.Offer().Detail; tile.Visible() && p.Reads(detail) {
				seen[detail] = true
			} else if tile.Visible() {
				t.Errorf("booking %d cannot be read", i)
			}
		}
		if !p.flow.view.choose.pager.Next().Visible() {
			break
		}
		p.Tap(p.flow.view.choose.pager.Next())
	}
	if len(seen) != 7 {
		t.Errorf("%d of 7 bookings are shown", len(seen))
	}
	p.Tap(p.flow.view.choose.tiles[0])
	if last := p.desk.asked[len(p.desk.asked)-1]; !strings.HasPrefix(last, "8888 a") || strings.HasPrefix(last, "8888 a1 ") {
		t.Errorf("asked %q, not one of the last page", last)
	}
}

func TestNoneOfThese(t *testing.T) {
	p := usual(t)
	p.enters("7777")
	p.Tap(p.Button(p.words().NoneOfThese))
	p.MustRead(p.words().Unknown)
	p.Tap(p.Button(p.words().Ordinary))
	if p.Gone != 1 {
		t.Error("does not lead to ordinary tickets")
	}
}

func TestWhyNot(t *testing.T) {
	p := usual(t)
	c := p.words()
	for _, test := range []struct {
		typed       string
		title, text string
		buttons     []string
	}{
		{"NONE", c.Unknown, c.UnknownDo, []string{c.Again, c.Ordinary}},
		{"SOON", c.Early, "14:30", []string{c.Ordinary}},
		{"NEXT", c.Early, "周四 14:30", []string{c.Ordinary}},
		{"LATE", c.Late, c.LateDo, []string{c.Ordinary}},
		{"USED", c.Used, c.UsedDo, []string{c.Home}},
		{"OVER", c.Cancelled, c.CancelledDo, []string{c.Ordinary}},
		{"SHUT", c.Closed, c.ClosedDo, []string{c.Home}},
		{"1111", c.Early, "14:30", []string{c.Ordinary}},
		{"2222", c.Late, c.LateDo, []string{c.Ordinary}},
		{"5555", c.Closed, c.ClosedDo, []string{c.Home}},
	} {
		t.Run(test.typed, func(t *testing.T) {
			p.Open()
			p.enters(test.typed)
			p.MustRead(test.title, test.text)
			if got := p.Tappable(); !slices.Equal(got, test.buttons) {
				t.Errorf("buttons %q, want %q", got, test.buttons)
			}
			if spoken := p.flow.Spoken(p.Scene()); !strings.Contains(spoken, test.title) || strings.Contains(spoken, test.typed) {
				t.Errorf("reads aloud %q", spoken)
			}
			if p.Ticket != nil || p.Failure != nil {
				t.Error("shown as a ticket, or as a failure")
			}
		})
	}
}

// TestDigitsTellNothingOfOthers: to somebody who guesses four digits, an appointment that is over is like none.
func TestDigitsTellNothingOfOthers(t *testing.T) {
	p := usual(t)
	screens := map[string]string{}
	for _, digits := range []string{"0000", "3333", "4444"} {
		p.Open()
		p.enters(digits)
		large, small := p.flow.Heading(p.Scene())
		screens[digits] = strings.Join(append(p.Tappable(), large, small, p.flow.Spoken(p.Scene())), "|")
	}
	if screens["0000"] != screens["3333"] || screens["0000"] != screens["4444"] {
		t.Errorf("told apart: %q", screens)
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	p := usual(t)
	for range attempts - 1 {
		p.enters("0000")
		p.MustRead(p.words().Unknown)
		p.Tap(p.Button(p.words().Again))
	}
	p.enters("NONE")
	p.MustRead(p.words().Spent)
	if got := p.Tappable(); !slices.Equal(got, []string{p.words().Ordinary}) {
		t.Errorf("after %d attempts: %q", attempts, got)
	}
	asked := len(p.desk.asked)
	p.flow.Scan("K3F9")
	if p.flow.Back() || len(p.desk.asked) != asked {
		t.Error("there is a way to go on")
	}
	p.Open()
	p.enters("K3F9")
	if p.Ticket == nil {
		t.Error("the next customer cannot check in")
	}
}

func TestNothingWorks(t *testing.T) {
	p := usual(t)
	p.enters("DISK")
	if p.Failure == nil || p.Failure.Title != p.words().Failed {
		t.Fatalf("said %+v", p.Failure)
	}
	delete(p.desk.err, "DISK")
	p.Failure.Again()
	p.mustAsk(t, "DISK  r1", "DISK  r1") // the first may have been heard
	if p.Ticket == nil {
		t.Error("no ticket after another attempt")
	}
}

// TestSameWishAfterALostAnswer: a customer who types the same again is not told of the ticket that nobody saw.
func TestSameWishAfterALostAnswer(t *testing.T) {
	p := usual(t)
	p.enters("DISK")
	p.flow.Back()
	p.enters("DISK")
	p.flow.Back()
	p.enters("K3F9")
	p.mustAsk(t, "DISK  r1", "DISK  r1", "K3F9  r2")
}

func TestWhileTheDeskThinks(t *testing.T) {
	p := usual(t)
	p.Hold = true
	p.enters("7777")
	if !p.flow.Back() {
		t.Error("leaves while an answer is waited for")
	}
	p.flow.Scan("K3F9")
	p.flow.enter()
	p.Answer()
	p.mustAsk(t, "7777  r1")
	p.MustRead("王**")
}

func TestTheNextCustomerFindsNothing(t *testing.T) {
	p := usual(t)
	p.enters("7777")
	p.Open()
	if p.Reads("王") || p.flow.Private() {
		t.Error("the next customer sees the one before")
	}
	p.Tap(p.flow.view.ways.phone)
	p.types("12")
	p.Open()
	p.Tap(p.flow.view.ways.phone)
	p.types("34")
	if typed := p.flow.state.typed; typed != "34" {
		t.Errorf("typed %q", typed)
	}
}

func TestWhatIsPrivate(t *testing.T) {
	p := usual(t)
	p.Tap(p.flow.view.ways.phone)
	if !p.flow.Private() {
		t.Error("a picture would show what a customer types")
	}
	p.types("1234")
	if spoken := p.flow.Spoken(p.Scene()); strings.Contains(spoken, "1234") || !strings.Contains(spoken, "4") {
		t.Errorf("reads aloud %q", spoken)
	}
}

func TestBack(t *testing.T) {
	p := usual(t)
	if p.flow.Back() {
		t.Error("there is something before the first step")
	}
	p.enters("7777")
	if !p.flow.Back() || p.flow.state.step != ways {
		t.Error("does not lead back to the ways")
	}
}

func TestWithoutAScanner(t *testing.T) {
	p := usual(t)
	scanning := p.words().Scan
	p.MustRead(scanning)
	p.flow.view.ways = newWaysStep(false, func(step) {})
	if spoken := p.flow.Spoken(p.Scene()); strings.Contains(spoken, scanning) {
		t.Errorf("reads aloud %q", spoken)
	}
}

func TestDrawingTwiceChangesNothing(t *testing.T) {
	p := usual(t)
	p.enters("7777")
	p.Speak(lang.English)
	p.MustRead("Foreign exchange and international transfers")
	tile := p.flow.view.choose.tiles[0].Offer()
	p.Draw()
	if p.flow.view.choose.tiles[0].Offer() != tile {
		t.Error("drawing again changed something")
	}
}
