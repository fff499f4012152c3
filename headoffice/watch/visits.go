package watch

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stationkeeper/headoffice/store"
)

// registerReader reads who was inside, and when.
type registerReader interface {
	Visits(ctx context.Context, q store.VisitQuery) ([]store.Visit, error)
	// Inside counts who is inside, by station.
	Inside(ctx context.Context) (map[string]int, error)
}

type visitBody struct {
	Station   string     `json:"station"`
	Node      string     `json:"node"`
	Visit     string     `json:"visit" doc:"Unique within the node."`
	Area      string     `json:"area"`
	Person    string     `json:"person" doc:"Id of the person."`
	Name      string     `json:"name"`
	Card      string     `json:"card" doc:"Masked but for its last four characters."`
	Visitor   bool       `json:"visitor"`
	Purpose   string     `json:"purpose" doc:"What a visitor is there for: a work order's number, or words."`
	Entered   time.Time  `json:"entered"`
	EnteredBy string     `json:"entered_by" doc:"The door gone through; empty when none was."`
	Left      *time.Time `json:"left" doc:"Null while inside, and when the end never arrived."`
	LeftBy    string     `json:"left_by"`
	How       string     `json:"how" doc:"How it ended: badge; or without one: rule (longer inside than anybody stays), entered-again, forgiven, command; superseded: the end never arrived, and the person has come in again."`
	Inside    bool       `json:"inside" doc:"Whether the person is inside now."`
	Seconds   float64    `json:"seconds" doc:"How long it lasted, or has lasted so far; 0 when that is not known."`
}

type registerBody struct {
	Visits []visitBody `json:"visits" nullable:"false"`
}

type registerInput struct {
	Station string    `query:"station" doc:"Id of one station; all when left out."`
	Node    string    `query:"node" doc:"Id of one node."`
	Area    string    `query:"area" doc:"One area, such as machine-room."`
	Person  string    `query:"person" doc:"Id of one person."`
	Inside  bool      `query:"inside" doc:"True for those who are inside now."`
	From    time.Time `query:"from" doc:"Visits that lasted beyond this time (RFC 3339)."`
	To      time.Time `query:"to" doc:"Visits that began before this time (RFC 3339)."`
	Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (w *watch) handleRegister(api huma.API) {
	huma.Register(api, operation("list-register", "/register", "Who was inside, from when to when; the latest entered first"), w.listRegister)
}

func (w *watch) listRegister(ctx context.Context, in *registerInput) (*answer[registerBody], error) {
	visits, err := w.Store.Visits(ctx, store.VisitQuery{Station: in.Station, Node: in.Node, Area: in.Area, Person: in.Person,
		Inside: in.Inside, From: in.From, To: in.To, Limit: in.Limit})
	if err != nil {
		return nil, w.failed("read the register", err)
	}
	body := registerBody{Visits: make([]visitBody, len(visits))}
	for i, v := range visits {
		body.Visits[i] = visitBody{Station: v.Station, Node: v.Node, Visit: v.Visit, Area: v.Area, Person: v.Person, Name: v.Name,
			Card: v.Card, Visitor: v.Visitor, Purpose: v.Purpose, Entered: v.Entered.UTC(), EnteredBy: v.EnteredBy,
			Left: spellTime(v.Left), LeftBy: v.LeftBy, How: v.How, Inside: v.Open, Seconds: seconds(v, w.Now())}
	}
	return &answer[registerBody]{body}, nil
}

// seconds is how long a visit lasted, by the node's own count where there is one.
func seconds(v store.Visit, now time.Time) float64 {
	switch {
	case v.Open:
		return max(0, now.Sub(v.Entered)).Round(time.Second).Seconds()
	case v.Inside > 0:
		return v.Inside.Seconds()
	case !v.Left.IsZero():
		return max(0, v.Left.Sub(v.Entered)).Seconds()
	}
	return 0
}
