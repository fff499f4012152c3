package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// apiRoot is where the API begins. The version in it changes only with an incompatible contract.
const apiRoot = "/api/v1"

// handleAPI registers the operations of the API and its description.
func (w *watch) handleAPI(mux *http.ServeMux) {
	config := huma.DefaultConfig("Head office", w.Version)
	config.Info.Description = "What head office holds of its stations: the nodes and their latest states, every record, " +
		"and how complete each journal is. Times are RFC 3339 in UTC. Errors are problems as of RFC 9457."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // they would add a $schema member and Link headers to every answer
	config.RejectUnknownQueryParameters = true
	api := humago.New(mux, config)

	huma.Register(api, operation("list-stations", "/stations", "All stations and their nodes"), w.listStations)
	huma.Register(api, operation("get-station", "/stations/{station}",
		"One station, its nodes and the latest state of each of its points", http.StatusNotFound), w.getStation)
	huma.Register(api, operation("list-records", "/records",
		"Records of one stream, in order of arrival of epochs, then of seq", http.StatusUnauthorized, http.StatusForbidden), w.listRecords)
	huma.Register(api, operation("list-progress", "/progress",
		"How complete each stream of each journal is"), w.listProgress)

	w.handleRegister(api)
	w.handleTickets(api)
	w.handleActs(api)
	w.handleSurveys(api)
	w.handleCases(api)
	w.handleScreens(api)

	description, err := json.Marshal(api.OpenAPI())
	if err != nil {
		panic(fmt.Sprintf("watch: describe the API: %v", err)) // the types above are all there is to describe
	}
	mux.HandleFunc("GET /api/openapi.json", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/openapi+json")
		rw.Write(description)
	})
	mux.HandleFunc("GET /api/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/problem+json")
		rw.WriteHeader(http.StatusNotFound)
		json.NewEncoder(rw).Encode(huma.Error404NotFound("there is no " + r.URL.Path +
			"; the API is described at /api/openapi.json"))
	})
}

func operation(id, path, summary string, errors ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: apiRoot + path, Summary: summary,
		Errors: append(errors, http.StatusUnprocessableEntity, http.StatusInternalServerError)}
}

type nodeBody struct {
	ID         string     `json:"id"`
	Online     bool       `json:"online" doc:"Last presence heard of the node."`
	Since      *time.Time `json:"since" doc:"When that presence began; null when none was ever heard."`
	LastRecord *time.Time `json:"last_record" doc:"When head office stored the node's latest record; null without any."`
}

type stationBody struct {
	ID    string     `json:"id"`
	Nodes []nodeBody `json:"nodes" nullable:"false"`
}

type stationsBody struct {
	Stations []stationBody `json:"stations" nullable:"false"`
}

type pointBody struct {
	Node    string         `json:"node"`
	Point   string         `json:"point" doc:"Name of the point, such as machine-room/temperature."`
	Value   any            `json:"value" doc:"A number, a string, a bool, or null when there is none."`
	Unit    string         `json:"unit"`
	Time    time.Time      `json:"time" doc:"When the value was measured or the quality changed."`
	Quality record.Quality `json:"quality" enum:"good,stale,faulty,unknown"`
	Reason  string         `json:"reason,omitempty" doc:"Why the quality is not good."`
}

type stationDetailBody struct {
	ID     string      `json:"id"`
	Nodes  []nodeBody  `json:"nodes" nullable:"false"`
	Points []pointBody `json:"points" nullable:"false"`
}

type recordBody struct {
	Station string        `json:"station"`
	Node    string        `json:"node"`
	Epoch   string        `json:"epoch" doc:"UUID of the journal file the record was written to."`
	Stream  record.Stream `json:"stream" enum:"events,telemetry"`
	Seq     uint64        `json:"seq" doc:"Counts from 1 without gaps within epoch and stream."`
	Type    string        `json:"type" doc:"What happened: noun.verb in the past tense."`
	Source  string        `json:"source" doc:"The point or part it happened at."`
	Time    time.Time     `json:"time" doc:"What the node's clock said."`
	Clock   record.Clock  `json:"clock" enum:"synced,unsynced" doc:"Whether time can be believed."`
	Placed  time.Time     `json:"placed" doc:"When it happened, as far as head office can tell."`
	How     string        `json:"how" enum:"exact,boot,between,capped" doc:"How that is known: the node's clock is believed; it is not, but it was at another moment of the same boot; only what came before and after is known, and placed is the latest it can have been; the clock is ahead of the time at which head office received the record, else like between."`
	Data    object        `json:"data"`
	Hidden  []string      `json:"hidden,omitempty" doc:"Members of data that are left out, or masked, for whoever has no token: what customers wrote, whom they rated, pictures."`
}

type recordsBody struct {
	Records []recordBody `json:"records" nullable:"false"`
	Next    string       `json:"next" doc:"Give it as after to continue, also when nothing more is there yet."`
}

type progressBody struct {
	Station    string        `json:"station"`
	Node       string        `json:"node"`
	Stream     record.Stream `json:"stream" enum:"events,telemetry"`
	Epoch      string        `json:"epoch"`
	Through    uint64        `json:"through" doc:"Nothing is missing up to and including this seq."`
	Highest    uint64        `json:"highest" doc:"Highest seq seen."`
	Stored     uint64        `json:"stored" doc:"Records held."`
	Lost       uint64        `json:"lost" doc:"Records the station reported as gone."`
	Earlier    uint64        `json:"earlier" doc:"Seqs that belong to an epoch before this one: not lost."`
	Missing    uint64        `json:"missing" doc:"Records not yet received between 1 and highest."`
	Duplicates uint64        `json:"duplicates" doc:"Records that were delivered again."`
}

type progressListBody struct {
	Progress []progressBody `json:"progress" nullable:"false"`
}

// object is a JSON object passed through as it was written down, but for what is not UTF-8: one such record would make
// the whole answer unreadable to strict clients.
type object json.RawMessage

func (o object) MarshalJSON() ([]byte, error) { return bytes.ToValidUTF8(o, []byte("\uFFFD")), nil }

// UnmarshalJSON keeps the text as it is.
func (o *object) UnmarshalJSON(text []byte) error {
	*o = object(bytes.Clone(text))
	return nil
}

// Schema says that it is an object with any members.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true,
		Description: "What there is to say about it; its members depend on type."}
}

// answer carries a body.
type answer[T any] struct{ Body T }

func (w *watch) listStations(ctx context.Context, _ *struct{}) (*answer[stationsBody], error) {
	stations, err := w.Store.Stations(ctx)
	if err != nil {
		return nil, w.failed("read stations", err)
	}
	body := stationsBody{Stations: make([]stationBody, len(stations))}
	for i, s := range stations {
		body.Stations[i] = spellStation(s)
	}
	return &answer[stationsBody]{body}, nil
}

type stationInput struct {
	Station string `path:"station" doc:"Id of the station."`
}

func (w *watch) getStation(ctx context.Context, in *stationInput) (*answer[stationDetailBody], error) {
	station, points, err := w.Store.Station(ctx, in.Station)
	if errors.Is(err, store.ErrNotFound) {
		return nil, huma.Error404NotFound(fmt.Sprintf("there is no station %q", in.Station))
	}
	if err != nil {
		return nil, w.failed("read station "+in.Station, err)
	}
	spelled := spellStation(station)
	body := stationDetailBody{ID: spelled.ID, Nodes: spelled.Nodes, Points: make([]pointBody, len(points))}
	for i, p := range points {
		body.Points[i] = pointBody{Node: p.Node, Point: p.Point, Value: p.Value, Unit: p.Unit, Time: p.Time.UTC(),
			Quality: p.Quality, Reason: p.Reason}
	}
	return &answer[stationDetailBody]{body}, nil
}

type recordsInput struct {
	Actor
	Station string `query:"station" required:"true" minLength:"1" doc:"Id of the station."`
	Node    string `query:"node" doc:"Id of the node; all nodes of the station when left out."`
	Stream  string `query:"stream" enum:"events,telemetry" default:"events"`
	After   string `query:"after" doc:"Where to continue: next of the page before; or the last seq seen of the newest epoch, for which the node must be named. From the beginning when left out."`
	Limit   int    `query:"limit" minimum:"1" default:"100" doc:"Largest number of records wanted. No page has more than 1000, whatever is asked for: go on with next."`
}

func (w *watch) listRecords(ctx context.Context, in *recordsInput) (*answer[recordsBody], error) {
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	page, err := w.Store.Records(ctx, store.Query{Station: in.Station, Node: in.Node,
		Stream: record.Stream(in.Stream), After: in.After, Limit: min(in.Limit, store.MaxLimit)})
	if errors.Is(err, store.ErrCursor) || errors.Is(err, store.ErrQuery) {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	if err != nil {
		return nil, w.failed("read records of "+in.Station+"/"+in.Node, err)
	}
	body := recordsBody{Records: make([]recordBody, len(page.Records)), Next: page.Next}
	for i, r := range page.Records {
		body.Records[i] = spellRecord(r, mayAct)
	}
	return &answer[recordsBody]{body}, nil
}

// spellRecord tells of a record: all of it to those who may act.
func spellRecord(r store.Record, mayAct bool) recordBody {
	data, without := r.Data, []string(nil)
	if !mayAct {
		data, without = forEverybody(r.Record)
	}
	return recordBody{Station: r.Station, Node: r.Node, Epoch: r.Epoch, Stream: r.Stream, Seq: r.Seq, Type: r.Type, Source: r.Source,
		Time: r.Time.UTC(), Clock: r.Clock, Placed: r.Placed.UTC(), How: string(r.How), Data: object(data), Hidden: without}
}

type progressInput struct {
	Station string `query:"station" doc:"Id of one station; all when left out."`
}

func (w *watch) listProgress(ctx context.Context, in *progressInput) (*answer[progressListBody], error) {
	all, err := w.Store.Progress(ctx)
	if err != nil {
		return nil, w.failed("read progress", err)
	}
	body := progressListBody{Progress: []progressBody{}}
	for _, p := range all {
		if in.Station == "" || in.Station == p.Station {
			body.Progress = append(body.Progress, progressBody{Station: p.Station, Node: p.Node, Stream: p.Stream,
				Epoch: p.Epoch, Through: p.Through, Highest: p.Highest, Stored: p.Stored, Lost: p.Lost, Earlier: p.Earlier,
				Missing: p.Missing, Duplicates: p.Duplicates})
		}
	}
	return &answer[progressListBody]{body}, nil
}

// failed logs an error that is head office's own and returns what a stranger is told of it.
func (w *watch) failed(what string, err error) error {
	w.Log.Error("api: "+what, "err", err)
	return huma.Error500InternalServerError("could not " + what)
}

func spellStation(s store.Station) stationBody {
	body := stationBody{ID: s.ID, Nodes: make([]nodeBody, len(s.Nodes))}
	for i, n := range s.Nodes {
		body.Nodes[i] = nodeBody{ID: n.ID, Online: n.Online, Since: spellTime(n.Since), LastRecord: spellTime(n.LastRecord)}
	}
	return body
}

// spellTime is nil for the zero time, which stands for "never".
func spellTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
