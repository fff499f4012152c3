package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
)

// storyWithin bounds the story. The simulated air conditioning fails after a minute; the alarm follows within another.
const storyWithin = 4 * time.Minute

// photographer leads customers and clerks through a morning and takes pictures.
type photographer struct {
	ctx      context.Context
	d        *demonstration
	pictures string
	kiosk    context.Context // a tab of the browser
	glass    *touch.Glass    // where the kiosk is touched, and tells what is on it
}

func screenshots(ctx context.Context, p programs, pictures string) error {
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		return fmt.Errorf("create the folder for the pictures: %w", err)
	}
	dir, err := os.MkdirTemp("", "stationkeeper-pictures-")
	if err != nil {
		return fmt.Errorf("create a folder for the story: %w", err)
	}
	defer os.RemoveAll(dir)
	return withCrew(func(c *crew) error {
		socket := filepath.Join(dir, "glass")
		d, err := startAll(ctx, c, p, dir, &terminal{out: os.Stdout}, audience{headless: true, glass: socket})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeoutCause(ctx, storyWithin, fmt.Errorf("the story was not over after %s", storyWithin))
		defer cancel()
		glass := touch.NewGlass(socket, &touch.Display{Name: d.display.name})
		return errors.Join((&photographer{ctx: ctx, d: d, pictures: pictures, glass: glass}).story(), context.Cause(ctx))
	})
}

// story is a short morning: customers come, one of them to the screen; a clerk calls; somebody rates a visit, others check
// in and read the prices; it gets too warm in the machine room.
func (p *photographer) story() error {
	// Exactly the kiosk's pixels, without the page's own control bar.
	tab, end, err := openTab(p.ctx, screenWidth, screenHeight, "en")
	if err != nil {
		return err
	}
	defer end()
	p.kiosk = tab
	steps := []func() error{
		p.openKiosk, p.customers, p.home, p.ticket, p.counter, p.rating, p.checkIn, p.information, p.warmth,
		func() error { return p.page("station.png", "en", "/stations/"+station) },
		func() error { return p.page("station.zh.png", "zh", "/stations/"+station) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (p *photographer) openKiosk() error {
	const hideBar = `document.getElementById("noVNC_control_bar_anchor").style.display = "none"`
	return chromedp.Do(p.kiosk,
		chromedp.Navigate(p.d.display.page+"?autoconnect=1&resize=off&quality=9"),
		chromedp.WaitVisible(chromedp.CSS("#noVNC_container canvas")),
		chromedp.Evaluate[chromedp.Void](hideBar))
}

// customers take tickets before ours does, two of them are already being served, and earlier ones have said how it was.
func (p *photographer) customers() error {
	for _, score := range []int{5, 4, 5, 3} {
		if err := p.post("/api/surveys", map[string]int{"score": score}); err != nil {
			return err
		}
	}
	for _, service := range []string{"new-service", "payment", "payment", "repair", "enquiry", "payment"} {
		if err := p.post("/api/tickets", map[string]string{"service": service}); err != nil {
			return err
		}
	}
	for _, counter := range []string{"2", "3"} {
		if err := p.post("/api/counters/"+counter+"/call", map[string]string{}); err != nil {
			return err
		}
	}
	return p.happened(record.TicketCalled, 2)
}

func (p *photographer) home() error {
	if _, err := p.glass.UntilReads(p.ctx, chinese); err != nil {
		return err
	}
	if err := p.still("kiosk.zh.png"); err != nil {
		return err
	}
	if err := p.touch(english); err != nil {
		return err
	}
	return p.still("kiosk.png")
}

func (p *photographer) ticket() error {
	if err := p.touch(step{"Payment", "Your number"}); err != nil {
		return err
	}
	if err := p.happened(record.TicketIssued, 7); err != nil {
		return fmt.Errorf("a tap on a service: %w", err)
	}
	if err := p.still("kiosk-ticket.png"); err != nil {
		return err
	}
	return p.touch(step{"Done", chinese})
}

// step is a tap: on what has a text, for what the screen then reads.
type step struct{ text, reads string }

// chinese is what everybody finds at the screen, english what it reads for those who want that.
const chinese = "请选择您要办理的业务"

var english = step{"English", "Please choose a service"}

// touch does steps one after another.
func (p *photographer) touch(steps ...step) error {
	for _, s := range steps {
		if _, err := p.glass.Touch(p.ctx, s.text, fmt.Sprintf("%q", s.reads), func(v touch.View) bool { return v.Reads(s.reads) }); err != nil {
			return fmt.Errorf("touch %q: %w", s.text, err)
		}
	}
	return nil
}

// counter is a clerk with the page of counter 1.
func (p *photographer) counter() error {
	tab, end, err := openTab(p.ctx, 1100, 760, "en")
	if err != nil {
		return err
	}
	defer end()
	const can = `document.querySelector('#next[aria-disabled="false"]') !== null`
	if err := chromedp.Do(tab, chromedp.Navigate("http://"+p.d.counter+"/counters/1"),
		chromedp.Poll[chromedp.Void](can), chromedp.Click(chromedp.CSS("#next"))); err != nil {
		return fmt.Errorf("call at the counter: %w", err)
	}
	if err := p.happened(record.TicketCalled, 3); err != nil {
		return fmt.Errorf("a click on the counter's page: %w", err)
	}
	if err := settle(tab); err != nil {
		return err
	}
	if err := capture(tab, filepath.Join(p.pictures, "counter.png")); err != nil {
		return err
	}
	return p.post("/api/counters/2/finish", map[string]string{})
}

func (p *photographer) rating() error {
	if err := p.touch(english, step{"Rate us", "Which visit is it about?"}, step{"I have no ticket", "All in all"}); err != nil {
		return err
	}
	if err := p.still("kiosk-rating.png"); err != nil {
		return err
	}
	if err := p.touch(step{"Very satisfied", "Question 2"}, step{"Stop here and send", "Thank you"}, step{"Done", chinese}); err != nil {
		return err
	}
	if err := p.happened(record.SurveyAnswered, 5); err != nil {
		return fmt.Errorf("a tap on a face: %w", err)
	}
	return nil
}

func (p *photographer) checkIn() error {
	return p.look("kiosk-check-in.png", step{"Check in", "Appointment check-in"}, step{"Last 4 digits of your phone", "Type the last 4 digits"})
}

func (p *photographer) information() error {
	return p.look("kiosk-information.png", step{"Information", "Price list"}, step{"Price list", "Broadband"})
}

// look takes a picture of where steps from the home screen lead, and leads back.
func (p *photographer) look(name string, steps ...step) error {
	if err := p.touch(append([]step{english}, steps...)...); err != nil {
		return err
	}
	if err := p.still(name); err != nil {
		return err
	}
	return p.touch(step{"Start", english.reads}, step{"中文", chinese})
}

// warmth waits until the machine room is too warm.
func (p *photographer) warmth() error { return p.happened(record.AlarmRaised, 1, "agent") }

func (p *photographer) page(name, language, path string) error {
	tab, end, err := openTab(p.ctx, 1280, 975, language)
	if err != nil {
		return err
	}
	defer end()
	if err := chromedp.Do(tab, chromedp.Navigate(p.d.office.url("/language/"+language+"?back="+path))); err != nil {
		return fmt.Errorf("open head office's page: %w", err)
	}
	if err := settle(tab); err != nil {
		return err
	}
	return capture(tab, filepath.Join(p.pictures, name))
}

// happened waits until head office holds that many events of a type, of these nodes or of all.
func (p *photographer) happened(typ string, times int, nodes ...string) error {
	if len(nodes) == 0 {
		nodes = []string{"agent", "kiosk"}
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		found := 0
		for _, node := range nodes {
			events, err := p.d.office.records(p.ctx, station, node, string(record.Events))
			if err != nil {
				return err
			}
			for _, e := range events {
				if e.Type == typ {
					found++
				}
			}
		}
		if found >= times {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			return fmt.Errorf("head office has %d of %s, expected %d: %w", found, typ, times, context.Cause(p.ctx))
		}
	}
}

// still takes a picture of the kiosk's screen once it no longer changes.
func (p *photographer) still(name string) error {
	if err := settle(p.kiosk); err != nil {
		return err
	}
	return capture(p.kiosk, filepath.Join(p.pictures, name))
}

// settle waits until two pictures of a page, taken a while apart, are the same; at the latest after a few, as a
// clock that counts on the page never stops.
func settle(tab context.Context) error {
	const apart, most = 700 * time.Millisecond, 6
	var before []byte
	for range most {
		now, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
		if err != nil {
			return fmt.Errorf("look at the page: %w", err)
		}
		if bytes.Equal(before, now) {
			return nil
		}
		before = now
		select {
		case <-time.After(apart):
		case <-tab.Done():
			return context.Cause(tab)
		}
	}
	return nil
}

// post asks the counter's API for something.
func (p *photographer) post(path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode a request to the counter: %w", err)
	}
	request, err := http.NewRequestWithContext(p.ctx, http.MethodPost, "http://"+p.d.counter+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("ask the counter for %s: %w", path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the counter for %s: %w", path, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("ask the counter for %s: %s", path, response.Status)
	}
	return nil
}
