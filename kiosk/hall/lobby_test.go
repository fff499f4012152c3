package hall_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"context"

	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
)

// withKey is a hall with pages for tickets and a memory.
func withKey(t *testing.T, b *branch, m hall.Memory) *branch {
	t.Helper()
	h, err := hall.Open(hall.Options{Rules: rules(), Appointments: appointments.Rules{Early: 30 * time.Minute, Late: 15 * time.Minute, Missed: time.Hour},
		Journal: b.journal, Points: b.points, Memory: m, Key: []byte("a key of the station"), Now: func() time.Time { return b.now }, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	return &branch{Hall: h, t: t, journal: b.journal, points: b.points, now: b.now}
}

// kept is a memory.
type kept struct {
	mu   sync.Mutex
	text []byte
	err  error
}

func (k *kept) Load() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text, k.err
}

func (k *kept) Save(text []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.text = text
	return k.err
}

func (b *branch) types() string {
	b.t.Helper()
	records, _, err := b.journal.Read(record.Events, 0, 10_000)
	if err != nil {
		b.t.Fatal(err)
	}
	var types []string
	for _, r := range records {
		types = append(types, r.Type)
	}
	return strings.Join(types, " ")
}

func TestAnAppointmentsCustomerGetsATicketInOnePiece(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := withKey(t, mustOpen(t, j, j), nil)
	booked, err := b.Appoint(t.Context(), appointments.Book{Request: "b1", Service: "pay", At: b.Now().Add(20 * time.Minute), Name: "王小明", Phone: "13912345678", By: "1007"})
	if err != nil {
		t.Fatal(err)
	}
	arrive := appointments.Arrive{Request: "a1", Phone: "5678"}
	ticket, err := b.Arrive(t.Context(), arrive, "")
	if err != nil {
		t.Fatal(err)
	}
	if ticket.Service != "pay" || ticket.Appointment != booked.ID || !ticket.Booked.Equal(booked.At) {
		t.Errorf("ticket %+v, want one for %+v", ticket, booked)
	}
	again, err := b.Arrive(t.Context(), arrive, "")
	if err != nil || again.ID != ticket.ID {
		t.Errorf("the same request: %+v, %v", again, err)
	}
	if _, err := b.Arrive(t.Context(), appointments.Arrive{Request: "a2", Code: booked.Code}, ""); !errors.Is(err, appointments.ErrArrived) {
		t.Errorf("a second arrival: %v", err)
	}
	if got, want := b.types(), "appointment.booked ticket.issued appointment.arrived"; got != want {
		t.Errorf("written: %s, want %s", got, want)
	}
	if day := withKey(t, b, nil).Snapshot().Appointments.Appointments; len(day) != 1 || day[0].Status != appointments.Arrived || day[0].Name == "王小明" {
		t.Errorf("after a restart: %+v", day)
	}
	late, err := b.Appoint(t.Context(), appointments.Book{Service: "pay", At: b.Now().Add(time.Hour), By: "1007"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Arrive(t.Context(), appointments.Arrive{Appointment: late.ID}, ""); !errors.Is(err, appointments.ErrTooEarly) {
		t.Errorf("too early: %v", err)
	}
	if got := len(b.Snapshot().Queue.Waiting); got != 1 {
		t.Errorf("%d wait, want 1: a refused arrival has no ticket", got)
	}
}

func TestTicketsAreFoundByTheirSecretsAndNothingElse(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := withKey(t, mustOpen(t, j, j), nil)
	first, second := b.must(queue.Take{Service: "new"}), b.must(queue.Take{Service: "new"})
	secret := b.Secret(first.ID)
	if len(secret) != 26 || secret == b.Secret(second.ID) {
		t.Errorf("secrets %q and %q", secret, b.Secret(second.ID))
	}
	b.must(queue.Call{Counter: "2"})
	restarted := withKey(t, b, nil)
	for _, h := range []*branch{b, restarted} {
		if got, ok := h.Find(secret); !ok || got.ID != first.ID || got.Counter != "2" {
			t.Errorf("found %+v, %t", got, ok)
		}
	}
	for _, wrong := range []string{"", first.ID, strings.ToUpper(secret), secret[1:]} {
		if got, ok := b.Find(wrong); ok {
			t.Errorf("%q finds %+v", wrong, got)
		}
	}
	plain := mustOpen(t, j, j)
	if got, ok := plain.Find(""); plain.Secret(first.ID) != "" || ok {
		t.Errorf("a hall without a key has pages: %+v", got)
	}
}

func TestOldTicketsHaveNoPages(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	h, err := hall.Open(hall.Options{Rules: rules(), Journal: j, Points: b.points, Key: []byte("key"), Now: func() time.Time { return b.now }, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := h.Do(t.Context(), queue.Take{Service: "new"})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.now = b.now.Add(24 * time.Hour)
		if err := h.EndDay(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Do(t.Context(), queue.Take{Service: "pay"}); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := h.Find(h.Secret(ticket.ID)); ok {
		t.Errorf("the ticket of three days ago is found: %+v", got)
	}
}

func TestNoticesAreShownInTheirTime(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := mustOpen(t, j, j)
	now := b.Now()
	notices := []hall.Notice{{ID: "always", Zh: "一", En: "one"}, {ID: "over", Until: now}, {ID: "later", From: now.Add(time.Second)}, {ID: "now", From: now, Until: now.Add(time.Minute)}}
	if err := b.SetNotices(t.Context(), notices); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, n := range b.Snapshot().Notices {
		shown = append(shown, n.ID)
	}
	if got := strings.Join(shown, " "); got != "always now" {
		t.Errorf("shown: %s", got)
	}
}

func TestDocumentsAreAccountedForOnce(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	memory := &kept{}
	b := withKey(t, mustOpen(t, j, j), memory)
	say := func(a desired.Account) []record.Entry {
		_, entries := a.Applied(record.Desired{Version: 7, By: "duty"}, b.Now())
		return entries
	}
	for range 2 {
		account, err := b.Account(t.Context(), say)
		if err != nil || account.Config != 7 {
			t.Fatalf("account %+v, %v", account, err)
		}
	}
	if err := b.Remember(); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*kept{memory, {}, {text: []byte("rubbish")}, {err: errors.New("no disk")}} {
		if account, err := withKey(t, b, m).Account(t.Context(), say); err != nil || account.Config != 7 {
			t.Errorf("after a restart: %+v, %v", account, err)
		}
	}
	if got := b.types(); got != record.ConfigApplied {
		t.Errorf("written: %s", got)
	}
}

// TestWaitingCustomersAreToldWhatChanges lets a hall learn a morning and looks at what it tells those who wait.
func TestWaitingCustomersAreToldWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := mustJournal(t, t.TempDir())
		p := &points{}
		h, err := hall.Open(hall.Options{Rules: rules(), Journal: j, Points: p, Now: time.Now, Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		b := &branch{Hall: h, t: t, journal: j, points: p}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		for i := range 150 { // a customer every two minutes, and one counter that takes two minutes for each
			b.must(queue.Take{Service: "pay", Nonce: fmt.Sprintf("n%d", i)})
			if i >= 5 {
				counter := h.Snapshot().Queue.Counters[0]
				finish := ""
				if counter.Ticket != nil {
					finish = counter.Ticket.ID
				}
				b.must(queue.Call{Counter: "1", Finish: finish})
			}
			time.Sleep(2 * time.Minute)
		}
		quote := h.Snapshot().Quotes["pay"]
		if !quote.Known || quote.Low > quote.Expected || quote.Expected > quote.High || quote.Expected < 4*time.Minute || quote.Expected > 20*time.Minute {
			t.Errorf("a customer who comes now is told %+v; five wait, and each takes two minutes", quote)
		}
		s := h.Snapshot().Queue.Quotes
		if s.N < 150 || s.Coverage() == 0 {
			t.Errorf("score %+v", s)
		}
		if v, ok := p.value(hall.PointQuoteError).(float64); !ok || v <= 0 {
			t.Errorf("point %s: %v", hall.PointQuoteError, p.value(hall.PointQuoteError))
		}
		if !strings.Contains(b.types(), record.QueueQuoted) {
			t.Error("no customer was told anything after taking the ticket")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
