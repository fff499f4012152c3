package watch

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

const newEpoch = "7a1c0000-0000-4000-8000-000000000003"

// deliver stores records of the agent with the given seqs and stamp, and tombstones.
func (o *office) deliver(epoch string, stream record.Stream, change func(*record.Record), lost []record.Lost, seqs ...uint64) {
	o.t.Helper()
	b := record.Batch{Epoch: epoch, Stream: stream, Lost: lost}
	for _, seq := range seqs {
		r := record.Record{Seq: seq, Type: record.DoorOpened, Source: "machine-room/door", Time: noon.Add(-time.Hour + time.Duration(seq)*time.Second),
			Clock: record.Synced, Boot: "b1", Mono: int64(seq) * 1e9, Data: []byte(`{}`)}
		if change != nil {
			change(&r)
		}
		b.Records = append(b.Records, r)
	}
	o.put(store.Delivery{From: store.NodeKey{Station: "hangzhou-01", Node: "agent"}, Batch: b})
}

// troubled is a station that shows everything that can be unusual about what it reports: gaps, tombstones of all reasons,
// duplicates, a journal replaced, a backlog, a clock that was not set.
func (o *office) troubled() {
	o.t.Helper()
	o.online("hangzhou-01", "agent", noon.Add(-time.Hour))
	o.deliver(agentEpoch, record.Events, nil, nil, 1, 2, 3, 4)
	o.deliver(agentEpoch, record.Events, nil, nil, 2, 3)
	o.deliver(agentEpoch, record.Telemetry, nil, []record.Lost{
		{First: 10, Last: 51, Reason: record.ReasonFull}, {First: 60, Last: 60, Reason: record.ReasonThinned},
		{First: 62, Last: 62, Reason: record.ReasonThinned}, {First: 64, Last: 66, Reason: "moved-on"},
	}, 1, 2, 3, 61, 63)
	replaced := func(r *record.Record) {
		if r.Seq == 5 {
			e := record.NewEntry(record.JournalReplaced, "journal", time.Time{}, record.JournalReplacedData{
				SetAside: "journal.db.damaged-20261123T030000.000Z", Reason: "checksum of page 7 is wrong", Previous: agentEpoch, Recovered: 4, Missing: 2})
			r.Type, r.Source, r.Data = e.Type, e.Source, e.Data
		}
		if r.Seq == 6 {
			e := record.NewEntry(record.ClockChanged, "clock", time.Time{}, record.ClockChangedData{
				Step: -7200, From: noon, To: noon.Add(-2 * time.Hour), Clock: record.Unsynced})
			r.Type, r.Source, r.Data, r.Clock, r.Time = e.Type, e.Source, e.Data, record.Unsynced, r.Time.Add(-2*time.Hour)
		}
	}
	o.deliver(newEpoch, record.Events, replaced, []record.Lost{{First: 1, Last: 4, Reason: record.ReasonEarlier}}, 5, 6)
	o.deliver(newEpoch, record.Events, nil, nil, 9, 10, 12)
	o.state("hangzhou-01", "agent", pointBacklog, record.State{Value: 12345.0, Unit: "records", Time: noon})
	o.stats.Unindexed = 320
}

// page is a station's page as text.
func (o *office) page(path string) string {
	o.t.Helper()
	rw := o.get(path)
	if rw.Code != http.StatusOK {
		o.t.Fatalf("%s: %d", path, rw.Code)
	}
	return rw.Body.String()
}

func TestCompletenessIsToldInWords(t *testing.T) {
	o := mustOffice(t)
	o.troubled()
	for lang, want := range map[string][]string{
		"zh": {
			"还缺 17 条，正在等待站点补发", "缺 7–8, 11", "缺 4–9, 52–59", "重复送达 2 条", "站点存储已满（10–51，", "42 条已不存在",
			"为节省空间抽稀了测量数据（60–62，分 2 段，", "站点给出的原因：moved-on（64–66，", "1–4 属于之前的日志，没有丢失",
			"日志 6f0e0000 已被新日志接替", "新日志 7a1c0000，自 ", "checksum of page 7 is wrong", "找回 4 条，缺 2 条",
			"agent 正在补发：站点还有 12345 条未送达", "另有 320 条已存妥", "时钟不可信，自 ", "时钟不可信，时间按开机时长推算", "调整 −2 小时 0 分",
		},
		"en": {
			"17 records are still missing", "missing 7–8, 11", "missing 4–9, 52–59", "2 delivered again", "the station&#39;s storage was full (10–51, told at",
			"measurements were thinned to save space (60–62, in 2 ranges,", "the station&#39;s reason: moved-on", "1–4 belong to an earlier journal: not lost",
			"journal 6f0e0000, since replaced", "new journal 7a1c0000 since", "4 records recovered, 2 missing", "agent is catching up: 12345 records",
			"320 more records are safely stored", "clock not believed since", "reckoned from time since boot",
		},
	} {
		page := o.page("/stations/hangzhou-01?lang=" + lang)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s: the page does not say %q", lang, text)
			}
		}
		if strings.Contains(page, "uplink/backlog") {
			t.Errorf("%s: the backlog is shown among the points", lang)
		}
	}
	o.offline("hangzhou-01", "agent", noon)
	if page := o.page("/stations/hangzhou-01"); !strings.Contains(page, "agent 离线：离线前还有 12345 条未送达") {
		t.Error("the page does not say what waits at a station that is offline")
	}
	o.state("hangzhou-01", "agent", pointBacklog, record.State{Value: 0.0, Unit: "records", Time: noon})
	if page := o.page("/stations/hangzhou-01"); strings.Contains(page, "未送达") {
		t.Error("a backlog that is gone is still shown")
	}
}

func TestAStationThatLostSomethingAwaitsNothing(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	o.deliver(agentEpoch, record.Events, nil, []record.Lost{{First: 1, Last: 2, Reason: record.ReasonFull}}, 3)
	if page := o.page("/stations/hangzhou-01"); !strings.Contains(page, "没有等待补发的数据；站点曾丢弃 2 条") {
		t.Error("the verdict does not say that records were given up")
	}
	o.deliver(newEpoch, record.Events, nil, []record.Lost{{First: 1, Last: 3, Reason: record.ReasonEarlier}}, 4)
	if page := o.page("/stations/hangzhou-01"); strings.Contains(page, "5 条已不存在") || !strings.Contains(page, "1–3 属于之前的日志") {
		t.Error("what an earlier journal holds counts as lost")
	}
	o.deliver(agentEpoch, record.Events, nil, nil, 1, 2)
	if page := o.page("/stations/hangzhou-01"); strings.Contains(page, "已不存在") || !strings.Contains(page, "全部数据完整") {
		t.Error("what came after all still counts as gone")
	}
}

func TestManyGapsAreNotAllNamed(t *testing.T) {
	o := mustOffice(t)
	o.online("hangzhou-01", "agent", noon)
	var seqs []uint64
	for seq := uint64(2); seq < 60; seq += 2 {
		seqs = append(seqs, seq)
	}
	o.deliver(agentEpoch, record.Events, nil, nil, seqs...)
	if page := o.page("/stations/hangzhou-01"); !strings.Contains(page, "缺 1, 3, 5, 7, …") {
		t.Error("the gaps are not shortened")
	}
}

func TestClockThatIsBelievedAgainIsNoTrouble(t *testing.T) {
	o := mustOffice(t)
	o.troubled()
	o.deliver(newEpoch, record.Events, func(r *record.Record) {
		e := record.NewEntry(record.ClockChanged, "clock", time.Time{}, record.ClockChangedData{Clock: record.Synced})
		r.Type, r.Source, r.Data, r.Time = e.Type, e.Source, e.Data, noon
	}, nil, 13)
	if page := o.page("/stations/hangzhou-01"); strings.Contains(page, "时钟不可信，自 ") {
		t.Error("the node's clock is still called wrong")
	}
}

func TestFailingDatabaseIsShownOnEveryPage(t *testing.T) {
	o := mustOffice(t)
	o.calm("ningbo-02", noon)
	for _, path := range []string{"/", "/stations/ningbo-02"} {
		o.stats.Failing = false
		if strings.Contains(o.page(path), "总部数据库暂时无法写入") {
			t.Errorf("%s complains about a database that works", path)
		}
		o.stats.Failing = true
		if !strings.Contains(o.page(path), "总部数据库暂时无法写入") {
			t.Errorf("%s does not say that the database takes nothing", path)
		}
		if !strings.Contains(o.page(path+"?lang=en"), "database takes nothing") {
			t.Errorf("%s does not say so in English", path)
		}
	}
}

// TestBrowserSeesTroubleComeAndGo watches a station fall behind, lose records, and head office's database fail.
func TestBrowserSeesTroubleComeAndGo(t *testing.T) {
	b, o := mustBrowser(t), mustOffice(t)
	now := time.Now()
	o.calm("hangzhou-01", now)
	var failing atomic.Bool
	s := mustSite(t, o.handlerWith(func(options *Options) {
		options.Now, options.Heartbeat = func() time.Time { return now }, 500*time.Millisecond
		options.Stats = func() IngestStats { return IngestStats{Connected: true, Failing: failing.Load()} }
	}))
	b.do(chromedp.Navigate(s.origin() + "/stations/hangzhou-01"))
	b.shows("#complete", "全部数据完整")
	b.mark()
	o.state("hangzhou-01", "agent", pointBacklog, record.State{Value: 500.0, Unit: "records", Time: now})
	b.shows("#complete", "站点还有 500 条未送达")
	o.put(store.Delivery{From: store.NodeKey{Station: "hangzhou-01", Node: "agent"}, Batch: record.Batch{Epoch: agentEpoch, Stream: record.Telemetry,
		Lost: []record.Lost{{First: 1000, Last: 1041, Reason: record.ReasonFull}}}})
	b.shows("#complete", "42 条已不存在：站点存储已满")
	failing.Store(true)
	b.shows("#office", "总部数据库暂时无法写入")
	failing.Store(false)
	b.hides("#office .storing")
	b.shows(`html[data-same="yes"] #complete`, "还缺")
	b.clean(s.origin())
}
