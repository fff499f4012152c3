package configs

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestKioskWithFlagsAlone(t *testing.T) {
	got, err := LoadKiosk("", KioskOverrides{Overrides: Overrides{Station: "demo", Data: "/tmp/x"}, Counter: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Node.Node != "kiosk" || got.CounterPage.Listen != "127.0.0.1:0" || !reflect.DeepEqual(got.Services, DefaultServices()) {
		t.Errorf("got %+v", got)
	}
	if len(got.Counters) != 3 || got.Counters[0].NameZh != "1号窗口" || got.Counters[0].NameEn != "Counter 1" {
		t.Errorf("counters %+v", got.Counters)
	}
}

func TestKioskExample(t *testing.T) {
	got, err := LoadKiosk("kiosk.example.yaml", KioskOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Services) != 5 || len(got.Counters) != 4 || got.Counters[2].NameEn != "Counter 3 (payment)" || got.DayStart != 3*time.Hour {
		t.Errorf("got %+v", got)
	}
}

func TestKioskServicesMayShareAPrefixWhereTheirNumbersDiffer(t *testing.T) {
	k, err := LoadKiosk(write(t, least+`services:
  - {id: a, prefix: A, name_zh: 一, name_en: one, numbers: {first: 1, last: 499}}
  - {id: b, prefix: A, name_zh: 二, name_en: two, numbers: {first: 500, last: 999}}
hours: {week: {mon: ["08:30-12:00", "13:30-24:00"], days: {"2027-01-01": []}}}
`), KioskOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	if k.Services[1].Numbers != (Numbers{500, 999}) || len(k.Hours["week"].Mon) != 2 || k.Hours["week"].Days["2027-01-01"] == nil {
		t.Errorf("got %+v, %+v", k.Services, k.Hours)
	}
}

func TestKioskReplayAndFileReplaceDefaults(t *testing.T) {
	got, err := LoadKiosk(write(t, least+`
services: [{id: a, prefix: AB, name_zh: 一, name_en: one}]
counters: [{id: x, services: [a]}]
replay: {file: f, date: 1999-02-01, exit_at_end: true}
`), KioskOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []Service{{ID: "a", Prefix: "AB", NameZh: "一", NameEn: "one"}}; !reflect.DeepEqual(got.Services, want) {
		t.Errorf("services %+v, want %+v", got.Services, want)
	}
	if want := (Replay{File: "f", Date: "1999-02-01", TimeZone: "Asia/Jerusalem", ExitAtEnd: true}); got.Replay != want {
		t.Errorf("replay %+v, want %+v", got.Replay, want)
	}
}

func TestKioskRefusesWithPlaceAndExpectation(t *testing.T) {
	const service = "services:\n  - {id: a, prefix: A, name_zh: 一, name_en: one}\n"
	for _, c := range []struct{ name, text, want string }{
		{"time zone", "time_zone: Mars\n", `:3:12: time_zone: "Mars": expected an IANA time zone`},
		{"day start", "day_start: 24h\n", ":3:12: day_start: expected a time after midnight"},
		{"no service", "services: []\n", ":3:11: services: missing: expected at least one service"},
		{"no counter", "counters: []\n", ":3:11: counters: missing: expected at least one counter"},
		{"service without id", "services: [{prefix: A, name_zh: 一, name_en: one}]\n", "services[0].id: missing"},
		{"service id", "services: [{id: a b, prefix: A, name_zh: 一, name_en: one}]\n", `services[0].id: "a b": expected letters`},
		{"service twice", service + "  - {id: a, prefix: B, name_zh: 一, name_en: one}\n", `:5:10: services[1].id: "a" is given twice`},
		{"prefix", "services: [{id: a, prefix: a, name_zh: 一, name_en: one}]\n", `services[0].prefix: "a": expected 1 to 3 capital letters`},
		{"prefix twice", service + "  - {id: b, prefix: A, name_zh: 一, name_en: one}\n", `:5:21: services[1].prefix: "A" is another service's`},
		{"no Chinese name", "services: [{id: a, prefix: A, name_en: one}]\n", "services[0].name_zh: missing"},
		{"no English name", "services: [{id: a, prefix: A, name_zh: 一}]\n", "services[0].name_en: missing"},
		{"counter twice", "counters: [{id: a}, {id: a}]\n", `counters[1].id: "a" is given twice`},
		{"counter's service", service + "counters:\n  - id: a\n    services: [b]\n", `:7:16: counters[0].services[0]: unknown service "b"`},
		{"listen", "counter_page: {listen: 8090}\n", `counter_page.listen: "8090": expected host:port`},
		{"key without cert", "counter_page: {key: k}\n", "counter_page: cert and key: expected both or neither"},
		{"ca without cert", "counter_page: {ca: c}\n", "counter_page.ca: cert and key are missing"},
		{"window", "window: {width: 10}\n", "window: width and height: expected at least 320"},
		{"replay without date", "replay: {file: f}\n", "replay.date: missing"},
		{"replay without file", "replay: {exit_at_end: true}\n", "replay.file: missing"},
		{"replay date", "replay: {file: f, date: 990201}\n", `replay.date: "990201": expected a date such as 1999-02-01`},
		{"group", "services: [{id: a, prefix: A, name_zh: 一, name_en: one, group: g}]\n", `services[0].group: unknown group "g"`},
		{"group without a name", "groups: [{id: g, name_zh: 一}]\n", "groups[0].name_en: missing"},
		{"hours of nothing", "services: [{id: a, prefix: A, name_zh: 一, name_en: one, hours: h}]\n", `services[0].hours: unknown hours "h"`},
		{"cut-off without hours", "services: [{id: a, prefix: A, name_zh: 一, name_en: one, cut_off: true}]\n", "services[0].cut_off: hours are missing"},
		{"span", "hours: {h: {mon: [0830-1200]}}\n", `hours.h.mon[0]: "0830": expected a time of day such as 08:30`},
		{"span backwards", "hours: {h: {mon: [\"12:00-08:30\"]}}\n", "expected the span to end after it begins"},
		{"spans in disorder", "hours: {h: {mon: [\"13:00-17:00\", \"08:00-12:00\"]}}\n", "hours.h.mon[1]: 08:00-12:00: expected to begin after"},
		{"date of hours", "hours: {h: {days: {\"2027-13-01\": []}}}\n", `hours.h.days: "2027-13-01": expected a date`},
		{"numbers", "services: [{id: a, prefix: A, name_zh: 一, name_en: one, numbers: {first: 5, last: 4}}]\n", "services[0].numbers: expected first and last from 0 to 9999"},
		{"cap window", "services: [{id: a, prefix: A, name_zh: 一, name_en: one, cap: {windows: [{from: \"09:00\", to: \"08:00\", most: 3}]}}]\n", "cap.windows[0]: expected from before to"},
		{"target", "services: [{id: a, prefix: A, name_zh: 一, name_en: one, target: {within: 10m}}]\n", "services[0].target: expected within above 0s and share"},
		{"class of its own name", "classes: [{id: ordinary, name_zh: 一, name_en: one}]\n", `classes[0].id: "ordinary" is there without being named`},
		{"calling without a name", "calling: [{order: longest}]\n", "calling[0].name: missing"},
		{"order", "calling: [{name: n, order: random}]\n", `calling[0].order: "random": expected longest, priority or booked`},
		{"class of a rule", "calling: [{name: n, classes: [senior]}]\n", `calling[0].classes[0]: unknown class "senior"`},
		{"weights", "calling: [{name: n, weights: {ordinary: -1}}]\n", "calling[0].weights: ordinary: -1: expected"},
		{"due without booked", "calling: [{name: n, due: 5m}]\n", "calling[0].due: expected"},
		{"service of a counter's rule", "counters: [{id: a, calling: [{name: n, services: [x]}]}]\n", `counters[0].calling[0].services[0]: unknown service "x"`},
		{"recalls", "recalls: 99\n", "recalls: expected 0 to 20"},
		{"appointments", "appointments: {late: 20m, missed: 10m}\n", "appointments: expected early and late"},
		{"speech", "board: {speech: loud}\n", `board.speech: "loud": expected espeak, clips or off`},
		{"clips without folder", "board: {speech: clips}\n", "board.clips: missing"},
		{"address", "board: {address: hall}\n", `board.address: "hall": expected an address such as`},
		{"notice", "notices: [{id: a, zh: 一}]\n", "notices[0].en: missing"},
		{"replay pace", "replay: {file: f, date: 1999-02-01, from: \"10:00\"}\n", "replay.from: speed is missing"},
		{"replay zone", "replay: {file: f, date: 1999-02-01, time_zone: X/Y}\n", `replay.time_zone: "X/Y": expected an IANA time zone`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadKiosk(write(t, least+c.text), KioskOverrides{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
