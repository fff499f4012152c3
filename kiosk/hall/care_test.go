package hall_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

// caring is a hall where bad ratings open cases.
func caring(t *testing.T, b *branch, m hall.Memory, followers map[string]hall.Follower) *branch {
	t.Helper()
	h, err := hall.Open(hall.Options{Rules: rules(), Cases: cases.Rules{Threshold: 2, Owner: "1001"}, Journal: b.journal, Points: b.points,
		Memory: m, Key: []byte("a key of the station"), Followers: followers, Now: func() time.Time { return b.now }, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	return &branch{Hall: h, t: t, journal: b.journal, points: b.points, now: b.now}
}

func TestABadRatingAndItsCaseAreWrittenTogether(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	memory := &kept{}
	b := caring(t, mustOpen(t, j, j), memory, nil)
	ticket := b.must(queue.Take{Service: "pay"})
	if _, _, err := b.Visit(t.Context(), ticket.Number); !errors.Is(err, hall.ErrNotVisited) {
		t.Errorf("the visit of one who waits: %v", err)
	}
	b.must(queue.Call{Counter: "2", Clerk: "1007"})
	b.must(queue.Finish{Counter: "2"})
	found, rated, err := b.Visit(t.Context(), ticket.Number)
	if err != nil || rated || found.ID != ticket.ID {
		t.Fatalf("visit %+v, rated %v, %v", found, rated, err)
	}
	if bySecret, _, err := b.VisitOf(t.Context(), b.Secret(ticket.ID)); err != nil || bySecret.ID != ticket.ID {
		t.Errorf("visit of the ticket's page: %+v, %v", bySecret, err)
	}
	answer := survey.Answer{Request: "r1", Score: 1, Ticket: ticket.ID, Channel: record.ChannelLobby, Language: "zh"}
	opened, err := b.Rate(t.Context(), answer)
	if err != nil || opened.Number == "" || opened.Owner != "1001" || !opened.Deadline.After(b.now) {
		t.Fatalf("case %+v, %v", opened, err)
	}
	if again, err := b.Rate(t.Context(), answer); err != nil || again.Number != opened.Number {
		t.Errorf("the same rating again: case %+v, %v", again, err)
	}
	records, _, err := j.Read(record.Events, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	last := records[len(records)-2:]
	var said record.SurveyAnsweredData
	if last[0].Type != record.SurveyAnswered || last[1].Type != record.CaseOpened || json.Unmarshal(last[0].Data, &said) != nil {
		t.Fatalf("records %v", b.types())
	}
	if said.Service != "pay" || said.Counter != "2" || said.Clerk != "1007" {
		t.Errorf("the visit of the rating: %+v", said)
	}
	if _, rated, _ := b.Visit(t.Context(), ticket.Number); !rated {
		t.Error("the visit is not known to be rated")
	}
	if got := b.Snapshot().Cases; len(got.Open) != 1 || got.Open[0].Number != opened.Number {
		t.Errorf("cases %+v", got)
	}
	if got := b.points.latest[hall.PointOpenCases].Value; got != 1 {
		t.Errorf("open cases at head office: %v", got)
	}
	for _, m := range []hall.Memory{nil, memory} { // from the journal alone, and with what was saved
		if err := b.Remember(); err != nil {
			t.Fatal(err)
		}
		again := caring(t, b, m, nil)
		if closed, err := again.Case(t.Context(), cases.Note{Request: "n", Case: opened.ID, By: "1001", Text: "rang"}); err != nil || closed.Number != opened.Number {
			t.Errorf("after a restart: %+v, %v", closed, err)
		}
	}
}

func TestAGoodRatingOpensNoCase(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := caring(t, mustOpen(t, j, j), nil, nil)
	if opened, err := b.Rate(t.Context(), survey.Answer{Score: 3}); err != nil || opened.ID != "" {
		t.Errorf("case %+v, %v", opened, err)
	}
	if opened, err := b.File(t.Context(), cases.File{Kind: cases.Complaint, Topic: cases.Usual()[0].ID, Request: "c"}); err != nil || opened.Number == "" {
		t.Errorf("a complaint opened %+v, %v", opened, err)
	}
	if got := b.types(); !strings.HasSuffix(got, "survey.answered complaint.filed case.opened") {
		t.Errorf("records %s", got)
	}
}

func TestEarlyCustomersAreToldFromWhenOn(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	b := withKey(t, mustOpen(t, j, j), nil)
	at := b.now.Add(2 * time.Hour)
	if _, err := b.Appoint(t.Context(), appointments.Merge{List: []appointments.Appointment{{ID: "a1", Service: "pay", At: at, Phone: "1234", Name: "王芳"}}}); err != nil {
		t.Fatal(err)
	}
	_, err := b.Arrive(t.Context(), appointments.Arrive{Phone: "1234"}, "")
	var early *hall.EarlyError
	if !errors.As(err, &early) || !errors.Is(err, appointments.ErrTooEarly) || !early.From.Equal(at.Add(-30*time.Minute)) {
		t.Errorf("%v, from %+v", err, early)
	}
}

// counter follows tickets; what it has learnt is how many were issued.
type counter struct {
	learnt, all int
	broken      bool
}

func (c *counter) Apply(r record.Record, remembered bool) error {
	if r.Type != record.TicketIssued {
		return nil
	}
	c.all++
	if !remembered {
		c.learnt++
	}
	return nil
}

func (c *counter) MarshalJSON() ([]byte, error) { return json.Marshal(c.learnt) }

func (c *counter) UnmarshalJSON(text []byte) error {
	c.learnt = 0
	if c.broken && string(text) != "null" {
		return errors.New("another format")
	}
	return json.Unmarshal(text, &c.learnt)
}

func TestFollowersLearnEachRecordOnce(t *testing.T) {
	j := mustJournal(t, t.TempDir())
	memory, first := &kept{}, &counter{}
	b := caring(t, mustOpen(t, j, j), memory, map[string]hall.Follower{"tickets": first})
	b.must(queue.Take{Service: "pay"})
	if err := b.Remember(); err != nil {
		t.Fatal(err)
	}
	b.must(queue.Take{Service: "pay"})
	if first.learnt != 2 || first.all != 2 {
		t.Errorf("learnt %d of %d", first.learnt, first.all)
	}
	for _, second := range []*counter{{}, {broken: true}} {
		caring(t, b, memory, map[string]hall.Follower{"tickets": second})
		if second.learnt != 2 || second.all != 2 {
			t.Errorf("after a restart learnt %d of %d, broken %v", second.learnt, second.all, second.broken)
		}
	}
}
