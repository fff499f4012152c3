package alarm

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

var points = []Point{
	{Name: room, Unit: "°C", Measured: true},
	{Name: "machine-room/humidity", Unit: "%RH", Measured: true},
	{Name: "machine-room/door"},
}

func TestParse(t *testing.T) {
	got, err := Parse([]byte(`{"rules":[
		{"point":"machine-room/temperature","name":"high","above":27,"unit":"°C","level":"major","raise_after":"90s","clear_after":"5m",
		 "schedule":[{"days":["mon","SUN"],"from":"08:00","to":"18:30"},{"from":"22:00","to":"24:00"}],
		 "flapping":{"raises":4,"within":"2h","quiet":"10m"}},
		{"point":"machine-room/temperature","name":"low","below":-18,"hysteresis":0,"level":"minor"},
		{"point":"machine-room/temperature","name":"rises","rises":5,"window":"30m","level":"hint"},
		{"point":"machine-room/temperature","name":"falls","falls":5,"level":"hint"},
		{"point":"machine-room/temperature","name":"drift","drift":true,"level":"minor"},
		{"point":"machine-room/door","name":"unreadable","unreadable":"0s","level":"minor"},
		{"point":"machine-room/door","name":"held","condition":true,"level":"critical"}]}`), points)
	if err != nil {
		t.Fatal(err)
	}
	want := []Rule{
		{Point: room, Name: "high", Kind: KindLimit, Side: Above, Limit: 27, Hysteresis: 1, Level: Major, RaiseAfter: 90 * time.Second, ClearAfter: 5 * time.Minute,
			Schedule: Schedule{{[]time.Weekday{time.Monday, time.Sunday}, 8 * time.Hour, 18*time.Hour + 30*time.Minute}, {nil, 22 * time.Hour, 24 * time.Hour}},
			Flapping: Flapping{4, 2 * time.Hour, 10 * time.Minute}},
		{Point: room, Name: "low", Kind: KindLimit, Side: Below, Limit: -18, Level: Minor},
		{Point: room, Name: "rises", Kind: KindRate, Side: Above, Limit: 5, Hysteresis: 1, Window: 30 * time.Minute, Level: Hint},
		{Point: room, Name: "falls", Kind: KindRate, Side: Below, Limit: 5, Hysteresis: 1, Level: Hint},
		{Point: room, Name: "drift", Kind: KindDrift, Hysteresis: 1, Level: Minor},
		{Point: "machine-room/door", Name: "unreadable", Kind: KindQuality, Hysteresis: 1, Level: Minor},
		{Point: "machine-room/door", Name: "held", Kind: KindCondition, Hysteresis: 1, Level: Critical},
	}
	if !reflect.DeepEqual(got.rules, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got.rules, want)
	}
}

func TestParseNamesEveryProblem(t *testing.T) {
	_, err := Parse([]byte(`{"usual":"iso","rules":[
		{"point":"nowhere","name":"high","above":27,"level":"major"},
		{"point":"machine-room/temperature","name":"high","above":27,"below":18,"level":"major"},
		{"point":"machine-room/temperature","name":"none","level":"major"},
		{"point":"machine-room/temperature","name":"high","above":81,"unit":"°F","level":"dreadful","raise_after":"soon"},
		{"point":"machine-room/door","name":"warm","above":1,"level":"major"},
		{"point":"machine-room/door","name":"gone","unreadable":"-3s","level":"major","schedule":[{"days":["mon","mo"],"from":"8","to":"25:00"}]}]}`), points)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`usual: "iso"`, `rules[0].point: "nowhere"`, "rules[1]: expected exactly one of", "rules[2]: expected exactly one of",
		"rules[3].unit:", `rules[3]: alarm high at machine-room/temperature: level "dreadful"`, "rules[3].raise_after:", "rules[3].name:", "rules[4].point:",
		"rules[5].unreadable:", "rules[5].schedule[0].days[1]:", "rules[5].schedule[0].from:", "rules[5].schedule[0].to:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in\n%v", want, err)
		}
	}
	for _, text := range []string{`{"rules":[]} x`, `{"rule":[]}`, `[]`, ``, `{"rules":[{"points":"a"}]}`} {
		if _, err := Parse([]byte(text), points); err == nil {
			t.Errorf("accepted %q", text)
		}
	}
}

func TestUsualRules(t *testing.T) {
	for name, want := range map[string]map[string]float64{
		"ashrae": {"warm": 27, "too warm": 32, "cold": 18, "too cold": 15, "rises fast": 20, "drift": 0, "silent": 0,
			"damp": 60, "too damp": 80, "too dry": 8, "silent%": 0},
		"gb50174": {"warm": 27, "too warm": 32, "cold": 18, "too cold": 13, "rises fast": 20, "drift": 0, "silent": 0, "damp": 60, "silent%": 0},
	} {
		rules, err := Parse([]byte(`{"usual":"`+name+`"}`), points)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, r := range rules.rules {
			name := r.Name
			if name == "silent" && strings.HasSuffix(r.Point, "humidity") {
				name += "%"
			}
			got[name] = r.Limit
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	// A rule of the document takes the place of the standard's.
	rules, err := Parse([]byte(`{"usual":"ashrae","rules":[{"point":"machine-room/temperature","name":"warm","above":25,"level":"hint"}]}`), points)
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := rules.find(identity{room, "warm"}); r.Limit != 25 {
		t.Errorf("got %+v", r)
	}
	want := Rule{Point: room, Name: "too cold", Kind: KindLimit, Side: Below, Limit: 15, Hysteresis: 0.5, Level: Major, RaiseAfter: 2 * time.Minute, ClearAfter: 5 * time.Minute}
	if got := ASHRAE(points[0])[3]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, r := range append(ASHRAE(points[0]), ASHRAE(points[1])...) {
		if strings.HasPrefix(r.Name, "too") != (r.Level == Major) && r.Kind == KindLimit || r.Kind == KindQuality && r.Silent != 10*time.Minute {
			t.Errorf("got %+v", r)
		}
		if r.Kind == KindRate && (r.Window != 15*time.Minute || r.Hysteresis != 10) || r.Kind == KindLimit && r.Hysteresis != 0.5 && r.Hysteresis != 3 && r.Name != "too dry" {
			t.Errorf("got %+v", r)
		}
	}
	if rules := ASHRAE(Point{Name: room, Unit: "V", Measured: true}); rules != nil {
		t.Errorf("got %v for a voltage", rules)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"usual":"ashrae","rules":[{"point":"machine-room/temperature","name":"warm","above":25,"level":"hint","schedule":[{"from":"08:00","to":"24:00"}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := Parse([]byte(text), points)
		if (rules == nil) != (err != nil) {
			t.Fatalf("got %v, %v", rules, err)
		}
		if err != nil {
			return
		}
		for _, r := range rules.rules {
			if err := r.Validate(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
