package watch

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// Options say where the watch reads from. Store, Stats and Log are required.
type Options struct {
	Store Store
	// Stats tells what ingest has counted since the program started.
	Stats func() IngestStats
	Log   *slog.Logger
	// Actors know who may give commands and change what stations go by; nobody may when it is nil.
	Actors Actors
	// Version is the program's own, shown on the pages and in the API's description.
	Version string
	// Zone is the time zone of the pages; the API always speaks UTC. Nil means the machine's own.
	Zone *time.Location
	// Now tells the time; nil means time.Now. It decides what is today and where a chart ends.
	Now func() time.Time
	// Heartbeat is how often a quiet stream of updates says that it is alive; zero means every ten seconds. A page
	// gives up on a stream that is silent for two and a half of these, and connects anew.
	Heartbeat time.Duration
}

// IngestStats is what is counted on the way from the broker into the store, since the program started.
type IngestStats struct {
	// Connected is whether head office is connected to its broker and subscribed.
	Connected bool
	// Stored counts records stored for the first time, Duplicates those delivered again.
	Stored, Duplicates uint64
	// Refused counts batches and messages kept aside, by a short fixed reason.
	Refused map[string]uint64
	// Dropped counts messages that could not even be looked at because too many were waiting.
	Dropped uint64
	// Unindexed is how many records are stored that charts and lists of events do not show yet.
	Unindexed uint64
	// Failing is whether the database takes nothing at the moment. Stations keep what they have until it does again.
	Failing bool
}

// Store is what the watch reads; *store.Store is one.
type Store interface {
	stationReader
	recordReader
	registerReader
	standingReader
	actsKeeper
	// Subscribe tells what has changed from now on, until cancel is called or the store is closed.
	Subscribe() (changes <-chan store.Change, cancel func())
}

// stationReader reads how things stand now.
type stationReader interface {
	Stations(ctx context.Context) ([]store.Station, error)
	// Station wraps store.ErrNotFound when there is none of that name.
	Station(ctx context.Context, id string) (store.Station, []store.Point, error)
	OpenAlarms(ctx context.Context, station string) ([]store.Alarm, error)
	Progress(ctx context.Context) ([]store.Progress, error)
	// Ack tells what is missing of one epoch, and Losses what a station has said will not come.
	Ack(ctx context.Context, key store.NodeKey, epoch string, stream record.Stream) (store.NodeAck, error)
	Losses(ctx context.Context, station string) ([]store.Loss, error)
}

// recordReader reads what has happened and what was measured.
type recordReader interface {
	Records(ctx context.Context, q store.Query) (store.Page, error)
	Latest(ctx context.Context, station string, types []string, limit int) ([]store.Record, error)
	Happened(ctx context.Context, q store.Selection) ([]store.Record, error)
	Count(ctx context.Context, q store.Selection) (store.Tally, error)
	History(ctx context.Context, key store.NodeKey, source string, from, to time.Time, maxSamples int) ([]store.Sample, error)
}

// watch is the running part: what every handler needs.
type watch struct {
	Options
	assets assets
	pages  pages
	boards *boards
	// What was counted and put together before, so that a page costs no more than what is new.
	tallies  tallies
	caseload caseload
}

// New returns the handler of everything head office shows. It fails when the options are incomplete, or when the
// browser's libraries were not put into the binary.
func New(o Options) (http.Handler, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("watch: no store given")
	case o.Stats == nil:
		return nil, errors.New("watch: no ingest statistics given")
	case o.Log == nil:
		return nil, errors.New("watch: no log given")
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 10 * time.Second
	}
	assets, err := loadAssets(o.Version)
	if err != nil {
		return nil, err
	}
	pages, err := loadPages(assets)
	if err != nil {
		return nil, err
	}
	w := &watch{Options: o, assets: assets, pages: pages}
	w.boards = newBoards(o.Store.Subscribe, w.painter, o.Log)
	mux := http.NewServeMux()
	w.handleAPI(mux)
	w.handleHealth(mux)
	w.handleMetrics(mux)
	w.handlePages(mux)
	w.handleLive(mux)
	assets.handle(mux)
	return guarded(mux), nil
}

// guarded sets the headers that keep a page to what comes from here.
func guarded(next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(rw, r)
	})
}
