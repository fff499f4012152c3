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
