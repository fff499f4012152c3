package survey

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
)

func TestMain(m *testing.M) { screentest.Main(m) }

// desk knows a few visits and takes ratings.
type desk struct {
	visits  map[string]Visit
	why     map[string]error // by what is scanned or typed
	ratings []Rating
	number  string // of the case that is opened
	err     error  // of Rate
}

func newDesk() *desk {
	return &desk{
		visits: map[string]Visit{
			"A012": {Ticket: "t12", Number: "A012", Service: lang.Names{lang.Chinese: "个人现金业务", lang.English: "Personal cash services"},
				Counter: lang.Names{lang.Chinese: "3 号窗口", lang.English: "Counter 3"}},
			"E007": {Ticket: "t7", Number: "E007",
				Service: lang.Names{lang.Chinese: "社保卡与养老金业务", lang.English: "Social security card and pension services"}},
		},
		why: map[string]error{
			"A001": fmt.Errorf("rate A001: %w", ErrRated), "A099": fmt.Errorf("rate A099: %w", ErrNotServed), "B1": fmt.Errorf("the disk is full"),
		},
	}
}

func (d *desk) Visit(_ context.Context, p Proof) (Visit, error) {
	shown := p.Number + strings.TrimPrefix(p.Scan, "https://kiosk/t/")
	if err := d.why[shown]; err != nil {
		return Visit{}, err
	}
	if v, ok := d.visits[shown]; ok {
		return v, nil
	}
	return Visit{}, fmt.Errorf("rate %q: %w", shown, ErrNoVisit)
}

func (d *desk) Rate(_ context.Context, r Rating) (string, error) {
	d.ratings = append(d.ratings, r)
	return d.number, d.err
}

// last is the rating that the desk got last.
func (d *desk) last(t *testing.T) Rating {
	t.Helper()
	if len(d.ratings) == 0 {
		t.Fatal("the desk got no rating")
	}
	return d.ratings[len(d.ratings)-1]
}

// play is the survey on stage.
type play struct {
	*flowtest.Stage
	desk *desk
	flow *Flow
}

func newPlay(t *testing.T, s flowtest.Setting) *play {
	t.Helper()
	p := &play{desk: newDesk()}
	p.Stage = flowtest.New(t, s, func(shell flow.Shell) flow.Flow {
		p.flow = New(shell, Options{Desk: p.desk, Scanner: true, Now: func() time.Time { return p.Now }})
		p.flow.Show(Data{Letters: "ABCDE", LastMonth: october()})
		return p.flow
	})
	return p
}

func october() Results {
	return Results{Month: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Levels: [5]int{7, 12, 58, 301, 856}}
}

func (p *play) words() *lang.Catalogue { return p.Scene().Words }

// face taps the face of a level.
func (p *play) face(level int) { p.Tap(p.flow.question.faces.Face(level)) }

// choose taps the option at a place of the question.
func (p *play) choose(i int) {
	for range i {
		if p.flow.question.options.Option(i) != nil {
			break
		}
		p.Tap(p.flow.question.options.Pager.Next())
	}
	p.Tap(p.flow.question.options.Option(i))
}

// typed types a ticket's number and confirms it.
func (p *play) typed(number string) {
	pad := p.flow.typing.pad
	for _, r := range number {
		for range 4 {
			if key := pad.Key(r); key.Visible() {
				break
			}
			p.Tap(pad.Others())
		}
		p.Tap(pad.Key(r))
	}
	p.Tap(pad.Done())
}

func answers(all []record.SurveyAnswer) string {
	var said []string
	for _, a := range all {
		said = append(said, fmt.Sprintf("%s:%d%v", a.Question, a.Score, a.Options))
	}
	return strings.Join(said, " ")
}
