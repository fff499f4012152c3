package watch

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// lobby fills a station with a busy day of a lobby that ends at now: customers of three services who are told how long
// they will wait, at five counters; appointments; staff who log in, take breaks and mistype their PINs.
func (o *office) lobby(station string, now time.Time) {
	o.t.Helper()
	o.online(station, "kiosk", now.Add(-8*time.Hour))
	l := &lobbyPlay{now: now, start: now.Add(-7 * time.Hour)}
	l.counters()
	l.customers()
	l.appointments()
	slices.SortStableFunc(l.entries, func(a, b record.Entry) int { return a.Time.Compare(b.Time) })
	o.happened(station, "kiosk", record.Events, l.entries...)
	for point, value := range map[string]any{
		"queue/waiting": 9.0, "queue/serving": 3.0, "queue/called": "B041", "queue/longest-wait": 1325.0, "queue/open-counters": 4.0,
		"queue/new-service/waiting": 2.0, "queue/new-service/longest-wait": 190.0, "queue/new-service/within-target": 91.0,
		"queue/payment/waiting": 7.0, "queue/payment/longest-wait": 1325.0, "queue/payment/within-target": 62.0,
		"queue/repair/waiting": 0.0, "queue/repair/longest-wait": 0.0, "queue/repair/within-target": 100.0,
		"survey/mean-today": 4.4, "survey/count-today": 31.0,
	} {
		o.state(station, "kiosk", point, record.State{Value: value, Time: now})
	}
	o.state(station, "kiosk", "queue/quote-error", record.State{Value: 158.0, Unit: "s", Time: now})
	o.state(station, "kiosk", "queue/quote-bias", record.State{Value: -22.0, Unit: "s", Time: now})
	o.state(station, "kiosk", "queue/quote-coverage", record.State{Value: 81.4, Unit: "%", Time: now})
}

type lobbyPlay struct {
	start, now time.Time
	entries    []record.Entry
}

func (l *lobbyPlay) add(typ, source string, at time.Time, data any) {
	if !at.After(l.now) {
		l.entries = append(l.entries, record.NewEntry(typ, source, at, data))
	}
}

func (l *lobbyPlay) counters() {
	for i := range 5 {
		at, counter := l.start.Add(time.Duration(i)*time.Minute), fmt.Sprint(i+1)
		clerk := fmt.Sprint(1001 + i)
		l.add(record.StaffLoggedIn, "staff", at, record.StaffData{Staff: clerk, Role: "clerk", Counter: counter, Method: "pin"})
		l.add(record.CounterOpened, "queue", at.Add(time.Second), record.CounterData{Counter: counter, Clerk: clerk})
	}
	l.add(record.CounterPaused, "queue", l.now.Add(-11*time.Minute), record.CounterData{Counter: "3", Clerk: "1003", Reason: "break"})
	l.add(record.CounterClosed, "queue", l.now.Add(-40*time.Minute), record.CounterData{Counter: "5", Clerk: "1005", Reason: "shift-over"})
	l.add(record.StaffLoggedOut, "staff", l.now.Add(-40*time.Minute), record.StaffData{Staff: "1005", Role: "clerk", Counter: "5", Reason: "shift-over"})
	for i := range 3 {
		l.add(record.StaffDenied, "staff", l.now.Add(-time.Duration(50-i)*time.Minute), record.StaffData{Staff: "1004", Counter: "4", Method: "pin", Reason: "wrong-pin"})
	}
	l.add(record.StaffDenied, "staff", l.now.Add(-46*time.Minute), record.StaffData{Counter: "4", Method: "pin", Reason: "too-many-attempts"})
	l.add(record.PageFailed, "counter", l.now.Add(-3*time.Hour), record.PageFailedData{Message: "TypeError: x is undefined", Where: "counter.js:12:7"})
}

// customers come every few minutes, more of them in the middle of the day; what they are told is mostly true.
func (l *lobbyPlay) customers() {
	services := []struct{ id, prefix string }{{"new-service", "A"}, {"payment", "B"}, {"payment", "B"}, {"repair", "C"}}
	at := l.start.Add(10 * time.Minute)
	for i := 0; at.Before(l.now); i++ {
		hour := at.Sub(l.start).Hours()
		busy := 1 + 3*math.Exp(-(hour-3.5)*(hour-3.5)/3)
		s := services[i%len(services)]
		number := fmt.Sprintf("%s%03d", s.prefix, i%999+1)
		wait := busy * (150 + float64(i*7919%400))
		l.customer(customerPlay{ticket: "t" + number, number: number, service: s.id, counter: []string{"1", "2", "4", "1"}[i%4], at: at, wait: wait, busy: busy, n: i})
		at = at.Add(time.Duration(240/busy) * time.Second)
	}
}

type customerPlay struct {
	ticket, number, service, counter string
	at                               time.Time
	wait, busy                       float64
	n                                int
}

func (l *lobbyPlay) customer(c customerPlay) {
	quote := record.Quote{Ahead: c.n % 9}
	if c.n > 6 { // at first, too little is known
		quote = record.Quote{Ahead: c.n % 9, Known: true, Low: c.busy * 190, Expected: c.busy * 330, High: c.busy * 520}
	}
	l.add(record.TicketIssued, "queue", c.at, record.TicketIssuedData{Ticket: c.ticket, Number: c.number, Service: c.service, Ahead: c.n % 9, Quote: &quote})
	for minute := 2; float64(minute*60) < c.wait; minute += 3 {
		later := quote
		later.Low, later.High = max(0, quote.Low-float64(minute*60)), max(60, quote.High-float64(minute*60))
		l.add(record.QueueQuoted, "queue", c.at.Add(time.Duration(minute)*time.Minute), record.QueueQuotedData{
			Quotes: []record.TicketQuote{{Ticket: c.ticket, Quote: later}, {Ticket: "other", Quote: later}}})
	}
	called := c.at.Add(time.Duration(c.wait) * time.Second)
	if c.n%17 == 16 {
		l.add(record.TicketLeft, "queue", called, record.TicketLeftData{Ticket: c.ticket, Number: c.number, Service: c.service, Wait: c.wait, Reason: "gave-up"})
		return
	}
	l.add(record.TicketCalled, "queue", called, record.TicketCalledData{Ticket: c.ticket, Number: c.number, Service: c.service, Counter: c.counter,
		Clerk: "100" + c.counter, Wait: c.wait, Rule: "longest"})
	ended := called.Add(4 * time.Minute)
	l.add(record.TicketServed, "queue", ended, record.TicketServedData{Ticket: c.ticket, Number: c.number, Service: c.service, Counter: c.counter,
		Clerk: "100" + c.counter, Wait: c.wait, Serving: 240, Outcome: "done"})
	if c.n%3 == 0 {
		l.add(record.SurveyAnswered, "survey", ended.Add(time.Minute), record.SurveyAnsweredData{Score: 5 - c.n%2, Ticket: c.ticket})
	}
}

func (l *lobbyPlay) appointments() {
	for i := range 9 {
		at := l.start.Truncate(30 * time.Minute).Add(time.Duration(i+1) * 40 * time.Minute)
		a := record.AppointmentData{Appointment: fmt.Sprint("a", i), Service: "repair", At: at, Name: "王**", Origin: "head-office"}
		l.add(record.AppointmentBooked, "appointments", l.start.Add(-20*time.Hour), a)
		a.Name = ""
		switch {
		case i == 3:
			l.add(record.AppointmentMissed, "appointments", at.Add(20*time.Minute), a)
		case i == 5:
			a.Reason = "customer rang"
			l.add(record.AppointmentCancelled, "appointments", at.Add(-time.Hour), a)
		case i < 7:
			a.Late = float64(60 * (i - 3))
			l.add(record.AppointmentArrived, "appointments", at.Add(time.Duration(a.Late)*time.Second), a)
		}
	}
}

func TestLobbyOnItsPage(t *testing.T) {
	o := mustOffice(t)
	o.lobby("hangzhou-01", noon)
	body := o.get("/stations/hangzhou-01?lang=en").Body.String()
	for _, text := range []string{"Longest wait", "22 min", "9 of 10 within", "29 min", "Counters open", "By service", "Payment", "62 %", "On target", "paused", "break",
		"Staff log-ins refused in the last 24 hours: 4", "wrong PIN", "too many wrong attempts", "Appointments of the day",
		"told 22 s too short", "2 min 38 s", "81 %", "came as told", `class="told-range"`, `class="wait-inside"`, `class="wait-outside"`, `class="wait-untold"`,
		"more of the queue", "/stations/hangzhou-01/tickets/tB"} {
		if !strings.Contains(body, text) {
			t.Errorf("%q is missing", text)
		}
	}
	for _, text := range []string{"quote-error", "Waiting time told", "open-counters"} {
		if strings.Contains(body, text) {
			t.Errorf("%q is among the other points or the latest events", text)
		}
	}
}

// TestLatestEventsAreNotDrowned has one door opened in the middle of a busy day in the lobby.
func TestLatestEventsAreNotDrowned(t *testing.T) {
	o := mustOffice(t)
	o.happened("hangzhou-01", "agent", record.Events, record.NewEntry(record.DoorOpened, "machine-room/door", noon.Add(-5*time.Hour), record.DoorData{}))
	o.lobby("hangzhou-01", noon)
	e := eye{language: english, zone: shanghai, now: noon}
	h := &watch{Options: Options{Store: o.store, Now: func() time.Time { return noon }}}
	rows, err := h.drawLatest(t.Context(), e, "hangzhou-01")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) > latestEvents {
		t.Errorf("%d rows", len(rows))
	}
	shown := map[string]int{}
	for i, r := range rows {
		shown[r.Told.Title]++
		if r.Folded != "" {
			shown["folded"]++
		}
		if i > 0 && r.At.ISO > rows[i-1].At.ISO {
			t.Errorf("row %d is newer than the one above it", i)
		}
	}
	for _, title := range []string{"Staff log-in refused", "Counter closed", "Web page failed", "Door opened", "folded", "Customer called"} {
		if shown[title] == 0 {
			t.Errorf("%q is not on the list: %v", title, shown)
		}
	}
	if shown["Waiting time told"] > 0 {
		t.Error("what customers are told is on the list")
	}
}

// TestFoldCountsWhatItHides folds runs of all lengths and looks whether every record is shown or counted.
func TestFoldCountsWhatItHides(t *testing.T) {
	e := eye{language: english, zone: shanghai, now: noon}
	for run := range 14 {
		var records []store.Record
		for i := range run {
			records = append(records, placed(record.TicketCalled, noon.Add(-time.Duration(i)*time.Second)))
		}
		records = append(records, placed(record.DoorOpened, noon.Add(-time.Minute)))
		for i := range 5 {
			records = append(records, placed(record.TicketServed, noon.Add(-time.Hour-time.Duration(i)*time.Second)))
		}
		shown, hidden := 0, 0
		for _, r := range e.fold("hangzhou-01", records) {
			if r.Folded == "" {
				shown++
				continue
			}
			var n int
			if _, err := fmt.Sscanf(r.Folded, "%d more", &n); err != nil || n < 2 {
				t.Errorf("run of %d: folded into %q", run, r.Folded)
			}
			hidden += n
		}
		if shown+hidden != len(records) {
			t.Errorf("run of %d: %d shown and %d hidden of %d", run, shown, hidden, len(records))
		}
	}
}

func placed(typ string, at time.Time) store.Record {
	return store.Record{Station: "hangzhou-01", Placed: at, Record: record.Record{Type: typ, Source: "queue", Time: at, Data: []byte(`{}`)}}
}

func TestEventsPageByPage(t *testing.T) {
	o := mustOffice(t)
	o.lobby("hangzhou-01", noon)
	total := 0
	for _, s := range o.seqs {
		total += int(s)
	}
	seen, pages := 0, 0
	for path := "/stations/hangzhou-01/events?kind=all&lang=en"; path != ""; pages++ {
		body := o.get(path).Body.String()
		seen += strings.Count(body, "<tr><td>")
		path = linkTo(body, "Older events")
	}
	if seen != total || pages < 3 {
		t.Errorf("%d events on %d pages, want %d", seen, pages, total)
	}
	for kind, want := range map[string]string{"quotes": "Waiting time told", "counters": "Staff log-in refused", "appointments": "Appointment missed",
		"tickets": "Customer served", "doors": "No such events"} {
		body := o.get("/stations/hangzhou-01/events?lang=en&kind=" + kind).Body.String()
		if !strings.Contains(body, want) {
			t.Errorf("%s: %q is missing", kind, want)
		}
	}
	for _, odd := range []string{"?kind=nonsense", "?to=x&skip=-1", "?to=99999999999999999999", "?skip=7", "?to=1&skip=999999999"} {
		if rw := o.get("/stations/hangzhou-01/events" + odd); rw.Code != 200 {
			t.Errorf("%s: status %d", odd, rw.Code)
		}
	}
	if rw := o.get("/stations/nowhere/events"); rw.Code != 404 {
		t.Errorf("of no station: status %d", rw.Code)
	}
}

// linkTo returns where the link of that text leads, in English; "" when there is none.
func linkTo(body, text string) string {
	link := regexp.MustCompile(`<a [^>]*href="([^"]*)"[^>]*>` + regexp.QuoteMeta(text)).FindStringSubmatch(body)
	if link == nil {
		return ""
	}
	return html.UnescapeString(link[1]) + "&lang=en"
}

func TestTicketsLife(t *testing.T) {
	o := mustOffice(t)
	at := noon.Add(-3 * time.Hour)
	add := func(typ, source string, minutes int, data any) {
		o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(typ, source, at.Add(time.Duration(minutes)*time.Minute), data))
	}
	quote := record.Quote{Ahead: 3, Known: true, Low: 290, Expected: 500, High: 730}
	add(record.AppointmentBooked, "appointments", -3000, record.AppointmentData{Appointment: "a7", Service: "repair", At: at, Name: "王**"})
	add(record.TicketIssued, "queue", -1, record.TicketIssuedData{Ticket: "other", Number: "A099", Service: "new"})
	add(record.AppointmentArrived, "appointments", 0, record.AppointmentData{Appointment: "a7", Service: "repair", At: at, Ticket: "t/1 ?", Late: -120})
	add(record.TicketIssued, "queue", 0, record.TicketIssuedData{Ticket: "t/1 ?", Number: "C001", Service: "repair", Class: "senior", Appointment: "a7", Quote: &quote})
	add(record.TicketUnprinted, "printer", 0, record.PrintData{Ticket: "t/1 ?", Number: "C001", Copy: 1, Reason: "paper-out"})
	add(record.QueueQuoted, "queue", 2, record.QueueQuotedData{Quotes: []record.TicketQuote{{Ticket: "other", Quote: quote},
		{Ticket: "t/1 ?", Quote: record.Quote{Ahead: 1, Known: true, High: 400}}}})
	add(record.QueueQuoted, "queue", 3, record.QueueQuotedData{Quotes: []record.TicketQuote{{Ticket: "other", Quote: quote}}})
	add(record.TicketCalled, "queue", 8, record.TicketCalledData{Ticket: "t/1 ?", Number: "C001", Service: "repair", Counter: "2", Clerk: "1007", Wait: 480})
	add(record.TicketCalled, "queue", 8, record.TicketCalledData{Ticket: "other", Number: "A099", Service: "new", Counter: "9", Wait: 540})
	add(record.TicketHeld, "queue", 10, record.TicketHeldData{Ticket: "t/1 ?", Number: "C001", Counter: "2", Reason: "fills in the form"})
	add(record.TicketCalled, "queue", 20, record.TicketCalledData{Ticket: "t/1 ?", Number: "C001", Service: "repair", Counter: "2", Wait: 1200})
	add(record.TicketIssued, "queue", 21, record.TicketIssuedData{Ticket: "t2", Number: "A013", Service: "new", Visit: "t/1 ?"})
	add(record.TicketServed, "queue", 25, record.TicketServedData{Ticket: "t/1 ?", Number: "C001", Counter: "2", Clerk: "1007", Serving: 300, Outcome: "papers-missing"})
	add(record.SurveyAnswered, "survey", 26, record.SurveyAnsweredData{Score: 4, Ticket: "t/1 ?"})

	want := []string{"Ticket C001", "t/1 ?", "class senior", "3 ahead · told 4–13 min", "8 min", "5 min · counter 2 · staff 1007 · papers missing",
		"Appointment booked", "王**", "Appointment arrived", "2 min early", "1 ahead · told up to 7 min", "fills in the form", "A013", "Ticket not printed", "out of paper"}
	page := o.get("/stations/hangzhou-01?lang=en").Body.String()
	for _, path := range []string{linkTo(page, "C001"), "/stations/hangzhou-01/tickets/t%2F1%20%3F?lang=en"} {
		rw := o.get(path)
		if rw.Code != 200 {
			t.Fatalf("%s: status %d", path, rw.Code)
		}
		body := rw.Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is missing", path, text)
			}
		}
		if strings.Contains(body, "Satisfied") || strings.Contains(body, "Visit rated") {
			t.Errorf("%s tells beside the clerk how the visit was rated", path)
		}
		if strings.Contains(body, "A099") || strings.Contains(body, "counter 9") {
			t.Errorf("%s tells of another ticket", path)
		}
		if n := strings.Count(body, "Waiting time told"); n != 1 {
			t.Errorf("%s tells of %d later quotes, want 1", path, n)
		}
	}
	rw := o.get("/stations/hangzhou-01/tickets/nothing?lang=en")
	if rw.Code != 404 || !strings.Contains(rw.Body.String(), "There is no ticket “nothing”") {
		t.Errorf("of no ticket: status %d", rw.Code)
	}
	if rw := o.get("/stations/nowhere/tickets/t2"); rw.Code != 404 {
		t.Errorf("of no station: status %d", rw.Code)
	}
}

func TestFindTickets(t *testing.T) {
	o := mustOffice(t)
	var entries []record.Entry
	for i := range 2300 {
		entries = append(entries, record.NewEntry(record.TicketIssued, "queue", noon.Add(time.Duration(i-2300)*time.Minute),
			record.TicketIssuedData{Ticket: fmt.Sprint("id-", i), Number: fmt.Sprintf("A%03d", i%40), Service: "new"}))
	}
	o.happened("hangzhou-01", "kiosk", record.Events, entries...)
	seen := map[string]bool{}
	pages := 0
	for path := "/stations/hangzhou-01/tickets?q=a007&lang=en"; path != ""; pages++ {
		body := o.get(path).Body.String()
		for i := range 2300 {
			if strings.Contains(body, fmt.Sprintf("/tickets/id-%d?at=", i)) {
				seen[fmt.Sprint(i)] = true
			}
		}
		path = linkTo(body, "Go on with older tickets")
	}
	if len(seen) != 58 || pages != 2 { // every 40th of 2300
		t.Errorf("%d tickets on %d pages", len(seen), pages)
	}
	if body := o.get("/stations/hangzhou-01/tickets?q=id-3&lang=en").Body.String(); !strings.Contains(body, "A003") || strings.Contains(body, "id-30") {
		t.Error("an id does not find its ticket alone")
	}
	if body := o.get("/stations/hangzhou-01/tickets?q=<b>&lang=en").Body.String(); !strings.Contains(body, "Nothing found for “&lt;b&gt;”") {
		t.Error("what is not there is not said to be not there")
	}
	if rw := o.get("/stations/hangzhou-01/tickets"); rw.Code != 200 {
		t.Errorf("no query: status %d", rw.Code)
	}
}

func TestAppointmentsOfADay(t *testing.T) {
	e := eye{language: english, zone: shanghai, now: noon}
	begin := midnight(noon.In(shanghai))
	at := func(hours int) time.Time { return begin.Add(time.Duration(hours) * time.Hour) }
	var records []store.Record // newest first
	add := func(typ, id string, at time.Time) {
		e := record.NewEntry(typ, "appointments", at, record.AppointmentData{Appointment: id, Service: "repair", At: at, Name: "王**"})
		records = append([]store.Record{{Placed: at, Record: record.Record{Type: e.Type, Data: e.Data}}}, records...)
	}
	if e.appointments(nil, begin, begin.AddDate(0, 0, 1)) != nil {
		t.Error("a day without appointments has some")
	}
	add(record.AppointmentBooked, "yesterday", at(-1))
	add(record.AppointmentBooked, "tomorrow", at(24))
	add(record.AppointmentBooked, "moved", at(9))
	add(record.AppointmentBooked, "moved", at(33))
	add(record.AppointmentBooked, "a", at(15))
	add(record.AppointmentBooked, "b", at(14))
	for id, typ := range map[string]string{"c": record.AppointmentArrived, "d": record.AppointmentMissed, "e": record.AppointmentCancelled} {
		add(record.AppointmentBooked, id, at(10))
		add(typ, id, at(10))
	}
	got := e.appointments(records, begin, begin.AddDate(0, 0, 1))
	if got.Booked != 5 || got.Arrived != 1 || got.Missed != 1 || got.Cancelled != 1 || len(got.Next) != 2 || got.Next[0].At != "14:00" {
		t.Errorf("%+v", got)
	}
}

// TestWaitsStayInTheChart draws a day of thousands with waits and promises of every size.
func TestWaitsStayInTheChart(t *testing.T) {
	for _, customers := range []int{1, 2, 50, 4000} {
		var waits []toldWait
		for i := range customers {
			w := toldWait{at: noon.Add(time.Duration(i) * 7 * time.Second), came: float64(i * i % 90), known: i%3 > 0, low: float64(i % 40), high: float64(i%40 + 20)}
			if i == 30 {
				w.high = 1e9
			}
			waits = append(waits, w)
		}
		c := drawWaits(waits, shanghai)
		dots := slices.Concat(c.Inside, c.Outside, c.Untold)
		for _, at := range dots {
			if at.X < c.Left || at.X > c.Right || at.Y < c.Top || at.Y > c.Bottom {
				t.Errorf("%d customers: a wait at %v", customers, at)
			}
		}
		for _, b := range c.Told {
			if b.X < c.Left-columnWidth || b.X > c.Right || b.Y < c.Top-leastBar || b.Y+b.Height > c.Bottom+0.1 || b.Height < leastBar-0.1 {
				t.Errorf("%d customers: a range at %+v", customers, b)
			}
		}
		if len(dots) == 0 || len(dots) > 300 || len(c.X) > 8 || len(c.Y) < 2 {
			t.Errorf("%d customers: %d dots, %d times, %d values", customers, len(dots), len(c.X), len(c.Y))
		}
	}
}

func TestWaitsAreJudged(t *testing.T) {
	e := eye{language: english, zone: shanghai, now: noon}
	var s lobbyScript
	for i, wait := range []float64{119, 120, 600, 601} {
		id := fmt.Sprint("t", i)
		s.add(record.TicketIssued, record.TicketIssuedData{Ticket: id, Quote: &record.Quote{Known: true, Low: 120, High: 600}})
		s.add(record.TicketCalled, record.TicketCalledData{Ticket: id, Counter: "1", Wait: wait})
	}
	s.add(record.TicketCalled, record.TicketCalledData{Ticket: "t1", Counter: "1", Wait: 9000}) // called again after a return
	s.issue("untold")
	s.call("untold", "2", "")
	s.issue("waits")
	v := e.waits(store.Station{}, nil, foldDay(s.records))
	if v.Caption != "5 customers called · 2 of 4 who were told a time waited within it (50 %)" {
		t.Errorf("%q", v.Caption)
	}
	if len(v.Chart.Inside) != 2 || len(v.Chart.Outside) != 2 || len(v.Chart.Untold) != 1 {
		t.Errorf("%d inside, %d outside, %d untold", len(v.Chart.Inside), len(v.Chart.Outside), len(v.Chart.Untold))
	}
	if e.waits(store.Station{}, nil, foldDay(nil)) != nil {
		t.Error("a day without calls has waits")
	}
}

// TestLiveLobby has a customer called, and others told how long they will wait, while a page is open.
func TestLiveLobby(t *testing.T) {
	o := mustOffice(t)
	o.lobby("hangzhou-01", noon)
	s := mustSite(t, o.handler(noon))
	l := mustListen(t, s, "/live/stations/hangzhou-01?lang=en")
	l.until("By service")
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.QueueQuoted, "queue", noon, record.QueueQuotedData{
		Quotes: []record.TicketQuote{{Ticket: "tB239", Quote: record.Quote{Ahead: 1}}}}))
	if names, _ := l.sections(); !slices.Equal(names, []string{"nodes", "complete"}) && !slices.Equal(names, []string{"complete"}) {
		t.Errorf("what customers are told sends %v", names)
	}
	o.happened("hangzhou-01", "kiosk", record.Events, record.NewEntry(record.TicketCalled, "queue", noon, record.TicketCalledData{
		Ticket: "tA241", Number: "A241", Service: "new-service", Counter: "2", Wait: 240}))
	names := l.until("A241")
	for _, id := range []string{"queue", "counters", "waits", "events"} {
		if !slices.Contains(names, id) {
			t.Errorf("a call sends %v, %s is missing", names, id)
		}
	}
}
