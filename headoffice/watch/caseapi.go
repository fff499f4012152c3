package watch

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// CaseBody is a case.
type CaseBody struct {
	Station  string     `json:"station"`
	Node     string     `json:"node"`
	Case     string     `json:"case" doc:"Id, unique within the node."`
	Number   string     `json:"number" doc:"What the customer was told."`
	State    string     `json:"state" enum:"open,overdue,closed"`
	Cause    string     `json:"cause" doc:"rating, complaint or suggestion."`
	Topic    string     `json:"topic" doc:"Id of the topic of the complaint."`
	Service  string     `json:"service" doc:"Id of the service of the visit that it is about."`
	Score    int        `json:"score" doc:"Of the rating; 0 when it is none."`
	Owner    string     `json:"owner" doc:"Who sees to it: a staff number or a role."`
	Opened   time.Time  `json:"opened"`
	Deadline *time.Time `json:"deadline" doc:"By when; null when there is none."`
	Closed   *time.Time `json:"closed" doc:"Null while it is not."`
	Outcome  string     `json:"outcome" doc:"settled, unfounded, duplicate or unreachable, once it is closed."`
	Age      float64    `json:"age" doc:"In seconds: how long it has been there, or was until it was closed."`
	Notes    int        `json:"notes" doc:"How many notes were made on it."`
}

type casesBody struct {
	Open    int        `json:"open" doc:"How many are not closed, whatever was asked for."`
	Overdue int        `json:"overdue" doc:"How many of those are beyond their deadline."`
	Cases   []CaseBody `json:"cases" nullable:"false" doc:"Those overdue first, then by deadline; closed ones by when they were."`
}

type caseLifeBody struct {
	CaseBody
	Records []recordBody `json:"records" nullable:"false" doc:"All of its life, oldest first, the complaint that it came from among it. What was written and telephone numbers only for those who may act."`
}

// CasesInput says which cases are wanted.
type CasesInput struct {
	State string `query:"state" enum:"open,overdue,closed,all" default:"open" doc:"open: all that are not closed."`
	Limit int    `query:"limit" minimum:"1" maximum:"10000" default:"1000"`
}

type allCasesInput struct {
	CasesInput
	Station string `query:"station" doc:"Id of one station; all when left out."`
}

type stationCasesInput struct {
	CasesInput
	Station string `path:"station" doc:"Id of the station."`
}

type caseInput struct {
	Actor
	Station string `path:"station" doc:"Id of the station."`
	Case    string `path:"case" doc:"Its number, such as 20261124-003, or its id."`
}

func (w *watch) handleCases(api huma.API) {
	huma.Register(api, operation("list-cases", "/cases", "Cases of all stations: bad ratings and complaints that somebody has to see to"), w.listCases)
	huma.Register(api, operation("list-station-cases", "/stations/{station}/cases", "Cases of one station", http.StatusNotFound), w.listStationCases)
	huma.Register(api, operation("get-case", "/stations/{station}/cases/{case}", "One case and its whole life",
		http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden), w.getCase)
}

func (w *watch) listCases(ctx context.Context, in *allCasesInput) (*answer[casesBody], error) {
	if in.Station != "" {
		return w.listStationCases(ctx, &stationCasesInput{in.CasesInput, in.Station})
	}
	stations, err := w.Store.Stations(ctx)
	if err != nil {
		return nil, w.failed("read stations", err)
	}
	var all []oneCase
	for _, s := range stations {
		some, err := w.casesOf(ctx, s.ID)
		if err != nil {
			return nil, w.failed("read cases of "+s.ID, err)
		}
		all = append(all, some...)
	}
	return &answer[casesBody]{spellCases(all, in.CasesInput, w.Now())}, nil
}

func (w *watch) listStationCases(ctx context.Context, in *stationCasesInput) (*answer[casesBody], error) {
	if err := w.knows(ctx, in.Station); err != nil {
		return nil, err
	}
	all, err := w.casesOf(ctx, in.Station)
	if err != nil {
		return nil, w.failed("read cases of "+in.Station, err)
	}
	return &answer[casesBody]{spellCases(all, in.CasesInput, w.Now())}, nil
}

func (w *watch) getCase(ctx context.Context, in *caseInput) (*answer[caseLifeBody], error) {
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	if err := w.knows(ctx, in.Station); err != nil {
		return nil, err
	}
	life, ok, err := w.lifeOfCase(ctx, in.Station, in.Case)
	if err != nil {
		return nil, w.failed("read case "+in.Case+" of "+in.Station, err)
	}
	if !ok {
		return nil, huma.Error404NotFound(fmt.Sprintf("%s has no case %q", in.Station, in.Case))
	}
	body := caseLifeBody{CaseBody: spellCase(life.oneCase, w.Now()), Records: make([]recordBody, len(life.records))}
	for i, r := range life.records {
		body.Records[i] = spellRecord(r, mayAct)
	}
	return &answer[caseLifeBody]{body}, nil
}

func spellCases(all []oneCase, in CasesInput, now time.Time) casesBody {
	body := casesBody{Cases: []CaseBody{}}
	wanted := make([]oneCase, 0, len(all))
	for _, c := range all {
		switch c.state(now) {
		case caseOverdue:
			body.Open, body.Overdue = body.Open+1, body.Overdue+1
		case caseOpen:
			body.Open++
		}
		if c.is(in.State, now) {
			wanted = append(wanted, c)
		}
	}
	slices.SortFunc(wanted, urgent(now))
	for _, c := range wanted[:min(len(wanted), in.Limit)] {
		body.Cases = append(body.Cases, spellCase(c, now))
	}
	return body
}

func spellCase(c oneCase, now time.Time) CaseBody {
	return CaseBody{Station: c.station, Node: c.node, Case: c.id, Number: c.number, State: c.state(now), Cause: c.cause, Topic: c.topic,
		Service: c.service, Score: c.score, Owner: c.owner, Opened: c.opened.UTC(), Deadline: spellTime(c.deadline), Closed: spellTime(c.closed),
		Outcome: c.outcome, Age: c.age(now).Seconds(), Notes: c.notes}
}
