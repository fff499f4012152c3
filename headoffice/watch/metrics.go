package watch

import (
	"context"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// handleMetrics registers what Prometheus scrapes.
func (w *watch) handleMetrics(mux *http.ServeMux) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&meter{watch: w}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		Registry: registry, ErrorHandling: promhttp.ContinueOnError, ErrorLog: promLog{w}}))
}

// promLog hands errors of a scrape to the log.
type promLog struct{ *watch }

func (l promLog) Println(v ...any) { l.Log.Error("metrics", "err", v) }

// meter reads the numbers at the moment they are asked for, so that none are counted twice.
type meter struct{ *watch }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("headoffice_"+name, help, labels, nil)
}

var (
	descConnected  = describe("ingest_connected", "1 while head office is connected to its broker.")
	descIngested   = describe("ingest_records_total", "Records stored for the first time since the program started.")
	descDuplicates = describe("ingest_duplicates_total", "Records delivered again since the program started.")
	descRefused    = describe("ingest_refused_total", "Messages refused and kept aside since the program started.", "reason")
	descDropped    = describe("ingest_dropped_total", "Messages not looked at because too many were waiting, since the program started.")
	descUnindexed  = describe("records_unindexed", "Records stored that charts and lists of events do not show yet.")
	descStations   = describe("stations", "Stations ever heard of.")
	descNodes      = describe("nodes", "Nodes by their last presence.", "state")
	descStored     = describe("records_stored", "Records held.", "stream")
	descMissing    = describe("records_missing", "Records known to exist and not yet received.", "stream")
	descLost       = describe("records_lost", "Records that stations reported as gone.", "stream")
	descAlarms     = describe("alarms_open", "Open alarms by level.", "level")
	descInside     = describe("persons_inside", "People inside by the register.", "station")
	descPending    = describe("commands_pending", "Commands of which nothing has come yet.", "state")
	descConfigs    = describe("node_configs", "Nodes that have documents from head office, by what they made of the newest.", "state")
)

// Describe implements prometheus.Collector.
func (m *meter) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{descConnected, descIngested, descDuplicates, descRefused, descDropped, descUnindexed,
		descStations, descNodes, descStored, descMissing, descLost, descAlarms,
		descInside, descPending, descConfigs} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (m *meter) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	m.collectIngest(out)
	if err := m.collectStore(ctx, out); err != nil {
		out <- prometheus.NewInvalidMetric(descStored, err)
	}
}

func (m *meter) collectIngest(out chan<- prometheus.Metric) {
	stats := m.Stats()
	connected := 0.0
	if stats.Connected {
		connected = 1
	}
	out <- prometheus.MustNewConstMetric(descConnected, prometheus.GaugeValue, connected)
	out <- prometheus.MustNewConstMetric(descIngested, prometheus.CounterValue, float64(stats.Stored))
	out <- prometheus.MustNewConstMetric(descDuplicates, prometheus.CounterValue, float64(stats.Duplicates))
	out <- prometheus.MustNewConstMetric(descDropped, prometheus.CounterValue, float64(stats.Dropped))
	out <- prometheus.MustNewConstMetric(descUnindexed, prometheus.GaugeValue, float64(stats.Unindexed))
	for reason, n := range stats.Refused {
		out <- prometheus.MustNewConstMetric(descRefused, prometheus.CounterValue, float64(n), reason)
	}
}

func (m *meter) collectStore(ctx context.Context, out chan<- prometheus.Metric) error {
	stations, err := m.Store.Stations(ctx)
	if err != nil {
		return err
	}
	progress, err := m.Store.Progress(ctx)
	if err != nil {
		return err
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	nodes := map[bool]float64{}
	levels := map[string]float64{}
	for _, s := range stations {
		for _, n := range s.Nodes {
			nodes[n.Online]++
		}
		alarms, err := m.Store.OpenAlarms(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			level := a.Level
			if !slices.Contains(alarmLevels, level) {
				level = "other"
			}
			levels[level]++
		}
	}
	gauge(descStations, float64(len(stations)))
	gauge(descNodes, nodes[true], "online")
	gauge(descNodes, nodes[false], "offline")
	for _, level := range append(alarmLevels, "other") {
		gauge(descAlarms, levels[level], level)
	}
	m.collectProgress(progress, gauge)
	return m.collectActs(ctx, gauge)
}

// collectActs counts who is inside, and what of the commands and documents that were given is open.
func (m *meter) collectActs(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) error {
	inside, err := m.Store.Inside(ctx)
	if err != nil {
		return err
	}
	for station, count := range inside {
		gauge(descInside, float64(count), station)
	}
	open, err := m.Store.OpenOrders(ctx)
	if err != nil {
		return err
	}
	pending := map[string]float64{"waiting": 0, "sent": 0}
	for _, o := range open {
		pending[orderState(o)]++
	}
	for state, count := range pending {
		gauge(descPending, count, state)
	}
	configs, err := m.Store.Configurations(ctx, "")
	if err != nil {
		return err
	}
	states := map[string]float64{"waiting": 0, "applied": 0, "refused": 0}
	for _, c := range configs {
		if state := stateOf(c); state != "none" {
			states[state]++
		}
	}
	for state, count := range states {
		gauge(descConfigs, count, state)
	}
	return nil
}

func (m *meter) collectProgress(progress []store.Progress, gauge func(*prometheus.Desc, float64, ...string)) {
	for _, stream := range record.Streams {
		var stored, missing, lost uint64
		for _, p := range progress {
			if p.Stream == stream {
				stored, missing, lost = stored+p.Stored, missing+p.Missing, lost+p.Lost
			}
		}
		gauge(descStored, float64(stored), string(stream))
		gauge(descMissing, float64(missing), string(stream))
		gauge(descLost, float64(lost), string(stream))
	}
}
