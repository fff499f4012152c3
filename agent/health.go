package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/node"
	"stationkeeper/internal/record"
	"stationkeeper/internal/uplink"
	"stationkeeper/sensors/climate"
)

// board passes on what is said of points, and keeps it for those who ask on this machine.
type board struct {
	publisher
	mu     sync.Mutex
	states map[string]record.State
}

func newBoard(to publisher) *board { return &board{publisher: to, states: map[string]record.State{}} }

// SetState implements publisher.
func (b *board) SetState(point string, s record.State) {
	b.mu.Lock()
	b.states[point] = s
	b.mu.Unlock()
	b.publisher.SetState(point, s)
}

func (b *board) all() map[string]record.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.states)
}

// health is how the agent is: for whoever asks on this machine, for Prometheus, and for systemd's watchdog. The loop
// that serves the doors beats; when it does not any more, systemd restarts the program.
type health struct {
	listen  string
	about   map[string]string
	journal *journal.Journal
	uplink  *uplink.Uplink
	board   *board
	log     *slog.Logger
	ended   chan struct{}
	ranges  map[string]climate.Measure
	beaten  atomic.Int64  // when, in nanoseconds since 1970
	every   time.Duration // a sign of life to systemd; 0: it does not ask for any
	signed  time.Time     // of the last sign; the loop's

	registry *prometheus.Registry
	durables prometheus.Histogram
	strikes  prometheus.Histogram
}

// hung is how long the loop may be silent until the agent counts as ill.
const hung = 10 * pulse

func newHealth(o Options, n *node.Node, b *board) *health {
	h := &health{
		listen: o.Health, journal: n.Journal, uplink: n.Uplink, board: b, log: o.Log, ended: make(chan struct{}),
		ranges:   o.ranges(),
		about:    map[string]string{"station": o.Station, "node": o.Node, "version": o.Version},
		registry: prometheus.NewRegistry(),
		durables: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "stationkeeper_agent_event_durable_seconds",
			Help: "Time from an event's being noticed to its record's being on disk.", Buckets: milliseconds}),
		strikes: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "stationkeeper_agent_strike_seconds",
			Help: "Time from a badge's being noticed to its strike's being opened.", Buckets: milliseconds}),
	}
	h.registry.MustRegister(h.durables, h.strikes, collector{h})
	if every, err := daemon.SdWatchdogEnabled(false); err == nil && every > 0 {
		h.every = every / 3
	}
	h.beaten.Store(time.Now().UnixNano())
	return h
}

// milliseconds are the bounds between which times are counted.
var milliseconds = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5}

func (h *health) durable(took time.Duration) { h.durables.Observe(took.Seconds()) }
func (h *health) struck(took time.Duration)  { h.strikes.Observe(took.Seconds()) }

// beat is called by the loop.
func (h *health) beat() {
	now := time.Now()
	h.beaten.Store(now.UnixNano())
	if h.every > 0 && now.Sub(h.signed) >= h.every {
		h.signed = now
		h.notify(daemon.SdNotifyWatchdog)
	}
}

// ready tells systemd that the agent serves its doors, end that it is about to stop.
func (h *health) ready() { h.notify(daemon.SdNotifyReady) }
func (h *health) end() {
	h.notify(daemon.SdNotifyStopping)
	close(h.ended)
}

func (h *health) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		h.log.Warn("systemd cannot be told", "what", state, "error", err)
	}
}

// serve answers questions until the agent ends. That nobody can ask is no reason not to guard a door.
func (h *health) serve(ctx context.Context) error {
	if h.listen == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", h.listen)
	if err != nil {
		h.log.Error("nobody can ask how the agent is", "error", err)
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go func() {
		<-h.ended
		cancel()
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", h.serveHealth)
	mux.HandleFunc("GET /points", h.servePoints)
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.registry, promhttp.HandlerOpts{}))
	h.log.Info("tells how it is", "http", listener.Addr().String())
	return endpoint.Serve(ctx, listener, mux, time.Second)
}

// illness is what is wrong; empty when nothing is.
func (h *health) illness() string {
	if silent := time.Since(time.Unix(0, h.beaten.Load())); silent > hung {
		return fmt.Sprintf("the loop that serves the doors has been silent for %s", silent.Round(time.Second))
	}
	return ""
}

// serveHealth answers 200 when doors are served, else 503, with what there is to know as JSON.
func (h *health) serveHealth(w http.ResponseWriter, _ *http.Request) {
	stats, illness := h.uplink.Stats(), h.illness()
	faulty := map[string]string{}
	for point, s := range h.board.all() {
		if s.Quality != record.Good {
			faulty[point] = string(s.Quality) + ": " + s.Reason
		}
	}
	body := struct {
		Status    string            `json:"status"`
		Reason    string            `json:"reason,omitempty"`
		About     map[string]string `json:"about"`
		Connected bool              `json:"connected"`
		Waiting   map[string]uint64 `json:"waiting"`
		NotGood   map[string]string `json:"points_not_good"`
	}{"ok", illness, h.about, !stats.Connected.IsZero(), map[string]uint64{}, faulty}
	for stream, n := range stats.Backlog {
		body.Waiting[string(stream)] = n
	}
	code := http.StatusOK
	if illness != "" {
		body.Status, code = "failing", http.StatusServiceUnavailable
	}
	reply(w, code, body)
}

// pointBody is a point as it is told on this machine.
type pointBody struct {
	Point string `json:"point"`
	record.State
	// Low and High are the least and the most that it can say; nil when that is not known.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// tellPoints lists points in order of their names.
func tellPoints(states map[string]record.State, ranges map[string]climate.Measure) []pointBody {
	points := []pointBody{}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		p := pointBody{Point: name, State: states[name]}
		if m, known := ranges[name]; known && m.Low < m.High {
			p.Low, p.High = &m.Low, &m.High
		}
		points = append(points, p)
	}
	return points
}

// ranges is what points can say.
func (w *Wiring) ranges() map[string]climate.Measure {
	ranges := map[string]climate.Measure{}
	for _, m := range w.Measured {
		ranges[m.point] = m.Measure
	}
	return ranges
}

// servePoints lists the points with their latest states.
func (h *health) servePoints(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, tellPoints(h.board.all(), h.ranges))
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.Encode(body) // fails only when nobody listens any more
}

// collector tells Prometheus what others count.
type collector struct{ *health }

var (
	waitingDesc   = prometheus.NewDesc("stationkeeper_agent_records_waiting", "Records that head office has not acknowledged.", []string{"stream"}, nil)
	lastDesc      = prometheus.NewDesc("stationkeeper_agent_records_written_total", "Seq of the last record on disk.", []string{"stream"}, nil)
	connectedDesc = prometheus.NewDesc("stationkeeper_agent_connected", "1 while there is a connection to head office's broker.", nil, nil)
	goodDesc      = prometheus.NewDesc("stationkeeper_agent_point_good", "1 while the point's value can be trusted.", []string{"point"}, nil)
	valueDesc     = prometheus.NewDesc("stationkeeper_agent_point_value", "Latest number of the point.", []string{"point", "unit"}, nil)
	bytesDesc     = prometheus.NewDesc("stationkeeper_agent_line_bytes_total", "Bytes on the line to head office's broker.", []string{"direction"}, nil)
)

// Describe implements prometheus.Collector.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, lastDesc, connectedDesc, goodDesc, valueDesc, bytesDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	stats := c.uplink.Stats()
	for _, stream := range record.Streams {
		gauge(waitingDesc, float64(stats.Backlog[stream]), string(stream))
		to <- prometheus.MustNewConstMetric(lastDesc, prometheus.CounterValue, float64(c.journal.Position(stream).Last), string(stream))
	}
	gauge(connectedDesc, truth(!stats.Connected.IsZero()))
	to <- prometheus.MustNewConstMetric(bytesDesc, prometheus.CounterValue, float64(stats.BytesIn), "in")
	to <- prometheus.MustNewConstMetric(bytesDesc, prometheus.CounterValue, float64(stats.BytesOut), "out")
	for point, s := range c.board.all() {
		gauge(goodDesc, truth(s.Quality == record.Good), point)
		if value, ok := s.Value.(float64); ok {
			gauge(valueDesc, value, point, s.Unit)
		}
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
