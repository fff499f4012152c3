package access

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// stranger is the site that the example is for.
var stranger = Site{
	Doors: []Door{
		{Point: "hall/door", Contact: true, Strike: true, Area: "hall"},
		{Point: "machine-room/door", Contact: true, Bolt: true, Strike: true, Exit: true, Area: "machine-room"},
		{Point: "vault/door", Contact: true, Strike: true, Area: "vault"},
	},
	Readers: []Reader{
		{Point: "hall/reader", Door: "hall/door", Direction: In},
		{Point: "machine-room/reader", Door: "machine-room/door", Direction: In, Keypad: true},
		{Point: "machine-room/reader-inside", Door: "machine-room/door", Direction: Out},
		{Point: "vault/reader", Door: "vault/door", Direction: In, Keypad: true},
		{Point: "vault/reader-inside", Door: "vault/door", Direction: Out},
	},
}

func TestExampleDocument(t *testing.T) {
	text, err := os.ReadFile("testdata/access.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(stranger, key, text)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.cards) != 7 || len(p.orders) != 2 || len(p.holidays) != 8 {
		t.Errorf("%d cards, %d work orders, %d holidays", len(p.cards), len(p.orders), len(p.holidays))
	}
}

func TestDefaults(t *testing.T) {
	p := policy(t, "")
	d := p.doors[0].DoorRules
	if d.Unlock != Duration(5*time.Second) || d.Accessible != Duration(15*time.Second) || d.ExitUnlock != Duration(5*time.Second) ||
		d.HeldWarning != Duration(30*time.Second) || d.HeldAlarm != Duration(time.Minute) || d.BoltTime != Duration(10*time.Second) ||
		d.AnswerTime != Duration(20*time.Second) || d.Purpose != "visitors" {
		t.Errorf("%+v", d)
	}
	if a := p.attempts; a != (AttemptRules{5, Duration(30 * time.Second), Duration(15 * time.Minute), Duration(10 * time.Minute)}) {
		t.Errorf("%+v", a)
	}
	if a := *p.areas["room"]; a != (AreaRules{Area: "room", AgainAfter: Duration(10 * time.Minute), MaxStay: Duration(16 * time.Hour)}) {
		t.Errorf("%+v", a)
	}
	d = policy(t, `"doors": [{"door": "room/door", "unlock": "20s", "held_warning": "2m"}]`).doors[0].DoorRules
	if d.Accessible != Duration(20*time.Second) || d.HeldAlarm != Duration(4*time.Minute) {
		t.Errorf("%+v", d)
	}
	d = policy(t, `"doors": [{"door": "room/door", "held_warning": "10s"}]`).doors[0].DoorRules
	if d.HeldAlarm != Duration(time.Minute) {
		t.Errorf("%+v", d)
	}
}

func TestShortestTime(t *testing.T) {
	var d Duration
	if err := d.UnmarshalText([]byte("1ns")); err != nil || d != 1 {
		t.Error(d, err)
	}
}

func TestLimitsOfDocuments(t *testing.T) {
	long := strings.Repeat("x", 200)
	for _, members := range []string{
		`"attempts": {"limit": 100, "delay": "1h", "longest_delay": "24h", "forget": "168h"}`,
		`"attempts": {"limit": 1, "delay": "15m"}`,
		`"doors": [{"door": "room/door", "unlock": "10m", "accessible": "10m", "exit_unlock": "10m", "held_warning": "24h", "held_alarm": "48h", "bolt_time": "1h", "answer_time": "5m"}]`,
		`"areas": [{"area": "room", "again_after": "24h", "max_stay": "744h"}, {"area": "inner", "within": "room", "anti_passback": "hard"}, {"area": "plain", "within": "inner"}]`,
		cards(someone("ann", fmt.Sprintf(`"person": "ann", "name": %q, "purpose": %q, "from": "2026-01-01", "from_time": "08:00", "to": "2026-01-01", "to_time": "08:01"`, long, long))),
		`"work_orders": [{"number": "01234567890123456789012345678901", "from": "2026-01-01", "to": "2026-01-01"}]`,
		`"holidays": [{"date": "2026-01-01", "until": "2026-12-31"}, {"date": "2028-01-01", "until": "2028-12-31"}]`,
		`"schedules": [{"name": "s", "week": {"mon": ["00:00-24:00", "23:59-00:00"]}}]`,
	} {
		if _, err := Parse(site, key, documentOf(members)); err != nil {
			t.Errorf("%s: %v", members, err)
		}
	}
}

func TestBadDocumentsAreRefused(t *testing.T) {
	long := strings.Repeat("x", 201)
	ann := func(members string) string { return cards(someone("bob"), someone("ann", members)) }
	door := func(members string) string { return `"doors": [{"door": "room/door", ` + members + `}]` }
	for members, want := range map[string]string{
		`"card": []`:                                                                   "card: there is no such member",
		`"cards": {}`:                                                                  "cards: got an object, expected a list",
		`"cards": null`:                                                                "cards: got null, expected a list",
		`"cards": [], "cards": []`:                                                     "cards: comes twice",
		`"cards": [3]`:                                                                 "cards[0]: got 3, expected an object",
		`"check_purpose": 1`:                                                           "check_purpose: got 1, expected true or false",
		`"check_purpose": null`:                                                        "check_purpose: got null, expected true or false",
		`"clock_unknown": 1`:                                                           "clock_unknown: got 1, expected text in quotes",
		`"clock_unknown": "perhaps"`:                                                   `clock_unknown: "perhaps": expected one of ["allow" "deny"]`,
		`"attempts": {"limit": 1.5}`:                                                   "attempts.limit: got 1.5, expected a whole number",
		`"attempts": {"limit": -1}`:                                                    "attempts.limit: -1",
		`"attempts": {"limit": 101}`:                                                   "attempts.limit: 101",
		`"attempts": {"delay": "61m"}`:                                                 "attempts.delay: 1h1m0s: expected at most 1h0m0s",
		`"attempts": {"delay": 5}`:                                                     "attempts.delay: got 5, expected text in quotes",
		`"attempts": {"delay": "0s"}`:                                                  `attempts.delay: "0s": expected a length of time`,
		`"attempts": {"delay": "soon"}`:                                                `attempts.delay: "soon": expected a length of time`,
		`"attempts": {"longest_delay": "25h"}`:                                         "attempts.longest_delay: 25h0m0s",
		`"attempts": {"longest_delay": "29s"}`:                                         "attempts.longest_delay: 29s: expected at least",
		`"attempts": {"forget": "169h"}`:                                               "attempts.forget: 169h",
		`"holidays": [{"name": "x"}]`:                                                  "holidays[0]: date: is missing",
		`"holidays": [{"date": "2026-13-01"}]`:                                         `holidays[0].date: "2026-13-01": expected a date`,
		`"holidays": [{"date": "2026-02-01", "until": "2026-01-31"}]`:                  "holidays[0].until",
		`"holidays": [{"date": "2026-02-01", "until": "2027-02-02"}]`:                  "holidays[0].until",
		`"schedules": [{"week": {}}]`:                                                  "schedules[0].name: is missing",
		`"schedules": [{"name": "a"}, {"name": "a"}]`:                                  `schedules[1].name: "a": is there twice`,
		`"schedules": [{"name": "a", "week": {"mon": ["08:00"]}}]`:                     "schedules[0].week.mon[0]",
		`"schedules": [{"name": "a", "week": {"mon": ["8:00-9:00"]}}]`:                 "schedules[0].week.mon[0]",
		`"schedules": [{"name": "a", "week": {"mon": ["08:00-24:01"]}}]`:               "schedules[0].week.mon[0]",
		`"schedules": [{"name": "a", "holidays": ["08:00-08:00"]}]`:                    "schedules[0].holidays[0]",
		`"schedules": [{"name": "a", "holidays": ["24:00-08:00"]}]`:                    "schedules[0].holidays[0]",
		`"groups": [{"name": "a"}, {"name": "a"}]`:                                     `groups[1].name: "a": is there twice`,
		`"groups": [{"name": "a", "doors": [{"door": "x"}]}]`:                          `groups[0].doors[0].door: "x": the site has no such door`,
		`"groups": [{"name": "a", "doors": [{"door": "room/door", "schedule": "x"}]}]`: `groups[0].doors[0].schedule: "x": there is no such schedule`,
		`"cards": [{"person": "a"}]`:                                                   `cards[0].hash: ""`,
		`"cards": [{"hash": "0123456789ABCDEF0123456789ABCDEF", "person": "a"}]`:       "cards[0].hash",
		`"cards": [{"hash": "0123456789abcdef0123456789abcde", "person": "a"}]`:        "cards[0].hash",
		`"cards": [{"hash": "@bob"}]`:                                                  `cards[0].person: person ""`,
		cards(someone("bob"), someone("bob")):                                          "cards[1].hash: ",
		ann(`"pin": "1234"`):                                                           "cards[1].pin: expected the hash of one",
		ann(`"person": "a b"`):                                                         "cards[1].person",
		ann(`"person": "a", "name": "` + long + `"`):                                   "cards[1].name: expected at most 200 bytes",
		ann(`"purpose": "` + long + `"`):                                               "cards[1].purpose: expected at most 200 bytes",
		ann(`"groups": ["x"]`):                                                         `cards[1].groups[0]: "x": there is no such group`,
		ann(`"doors": [{"door": "x"}]`):                                                "cards[1].doors[0].door",
		ann(`"from_time": "08:00"`):                                                    "cards[1].from_time: needs from",
		ann(`"to_time": "08:00"`):                                                      "cards[1].to_time: needs to",
		ann(`"from": "2026-01-02", "to": "2026-01-01"`):                                "cards[1].to: expected after from",
		ann(`"from": "2026-01-01", "from_time": "08:00", "to": "2026-01-01", "to_time": "08:00"`): "cards[1].to: expected after from",
		ann(`"to": "2026-01-01", "to_time": "noon"`):                                              `cards[1].to_time: "noon": expected a time of day`,
		`"work_orders": [{"number": ""}]`:                                                         `work_orders[0].number: ""`,
		`"work_orders": [{"number": "WO-1"}]`:                                                     `work_orders[0].number: "WO-1": expected 1 to 32 digits`,
		`"work_orders": [{"number": "1:"}]`:                                                       "work_orders[0].number",
		`"work_orders": [{"number": "1/"}]`:                                                       "work_orders[0].number",
		`"work_orders": [{"number": "012345678901234567890123456789012"}]`:                        "work_orders[0].number",
		`"work_orders": [{"number": "1"}, {"number": "1"}]`:                                       `work_orders[1].number: "1": is there twice`,
		`"work_orders": [{"number": "1", "doors": ["x"]}]`:                                        "work_orders[0].doors[0]",
		`"work_orders": [{"number": "1", "from": "2026-01-02", "to": "2026-01-01"}]`:              "work_orders[0].to",
		`"doors": [{"unlock": "5s"}]`:                                                             `doors[0].door: "": the site has no such door`,
		`"doors": [{"door": "room/door"}, {"door": "room/door"}]`:                                 `doors[1].door: "room/door": is there twice`,
		door(`"unlock": "601s"`):                                                                  "doors[0].unlock: 10m1s",
		door(`"accessible": "601s"`):                                                              "doors[0].accessible: 10m1s",
		door(`"accessible": "4s"`):                                                                "doors[0].accessible: 4s: expected at least unlock, 5s",
		door(`"exit_unlock": "601s"`):                                                             "doors[0].exit_unlock: 10m1s",
		door(`"held_warning": "25h"`):                                                             "doors[0].held_warning: 25h",
		door(`"held_alarm": "49h"`):                                                               "doors[0].held_alarm: 49h",
		door(`"held_alarm": "30s"`):                                                               "doors[0].held_alarm: 30s: expected after the warning, 30s",
		door(`"bolt_time": "61m"`):                                                                "doors[0].bolt_time",
		door(`"answer_time": "301s"`):                                                             "doors[0].answer_time",
		door(`"purpose": "somebody"`):                                                             "doors[0].purpose",
		door(`"pin": true, "pin_except": "x"`):                                                    `doors[0].pin_except: "x": there is no such schedule`,
		office + `,` + door(`"pin_except": "office"`):                                             "doors[0].pin_except: needs pin",
		door(`"unlock_schedule": "x"`):                                                            "doors[0].unlock_schedule: \"x\"",
		door(`"unlock_after_first": true`):                                                        "doors[0].unlock_after_first: needs unlock_schedule",
		office + `,"doors": [{"door": "hatch/door", "unlock_schedule": "office"}]`:                "doors[0].unlock_schedule: the door has no strike",
		`"doors": [{"door": "side/door", "pin": true}]`:                                           "doors[0]: a PIN or a purpose is to be typed, and reader side/in has no keypad",
		`"doors": [{"door": "side/door", "purpose": "everyone"}]`:                                 "reader side/in has no keypad",
		`"interlocks": [["room/door"]]`:                                                           "interlocks[0]: expected two doors or more",
		`"interlocks": [["room/door", "x"]]`:                                                      "interlocks[0][1]: \"x\"",
		`"interlocks": [["room/door", "room/door"]]`:                                              "interlocks[0][1]: \"room/door\": is there twice",
		office + `,` + daily + `,"interlocks": [["side/door", "room/door"]]`:                      "interlocks[0][1]: \"room/door\": a door with an unlock_schedule cannot be interlocked",
		`"areas": [{"area": "x"}]`:                                                                `areas[0].area: "x": the site has no such area`,
		`"areas": [{"area": "room"}, {"area": "room"}]`:                                           `areas[1].area: "room": is there twice`,
		`"areas": [{"area": "room", "anti_passback": "firm"}]`:                                    "areas[0].anti_passback",
		`"areas": [{"area": "room", "again_after": "25h"}]`:                                       "areas[0].again_after",
		`"areas": [{"area": "room", "max_stay": "745h"}]`:                                         "areas[0].max_stay",
		`"areas": [{"area": "room", "within": "x"}]`:                                              `areas[0].within: "x": the site has no such area`,
		`"areas": [{"area": "room", "within": "room"}]`:                                           `areas[0].within: "room": lies within itself`,
		`"areas": [{"area": "room", "within": "inner"}, {"area": "inner", "within": "room"}]`:     "areas[1].within: \"inner\": lies within itself",
		`"areas": [{"area": "plain", "within": "room"}, {"area": "room", "within": "inner"}, {"area": "inner", "within": "room"}]`: "areas[0].within: \"plain\": lies within itself",
	} {
		p, err := Parse(site, key, documentOf(members))
		if err == nil || !strings.Contains(err.Error(), "read access document: ") || !strings.Contains(err.Error(), want) || p != nil {
			t.Errorf("%s:\n got %v\nwant %s", members, err, want)
		}
	}
	for text, want := range map[string]string{"": "expected one JSON object", "{": "expected one JSON object", "[]": "document: got a list, expected an object",
		"null": "document: got null, expected an object", "{} {}": "expected one JSON object", `{"cards": [],}`: "expected one JSON object",
		`{"cards": [{"a": [{}, [1]], "person": {"a": []}}], "x": {"a": [1, {}]}, "cards": [{}], "check_purpose": []}`: "check_purpose: got a list",
		`{"holidays": [{"date": {"year": 2026}}]}`: "holidays[0].date: got an object, expected text in quotes", `{"cards": [{"to_time": 480}]}`: "cards[0].to_time: got 480, expected text in quotes"} {
		if _, err := Parse(site, key, []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestHardAntiPassbackNeedsAWayOutThatIsSeen(t *testing.T) {
	oneWay := Site{Doors: []Door{{Point: "d", Area: "a"}, {Point: "e", Area: "b"}}, Readers: []Reader{{Point: "r", Door: "d", Direction: In}, {Point: "s", Door: "e", Direction: Out}}}
	for area, bad := range map[string]bool{"a": true, "b": false} {
		_, err := Parse(oneWay, key, []byte(`{"areas": [{"area": "`+area+`", "anti_passback": "hard"}]}`))
		if (err != nil) != bad || bad && !strings.Contains(err.Error(), "areas[0].anti_passback: hard needs a reader on the way out") {
			t.Errorf("%s: %v", area, err)
		}
	}
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	_, err := Parse(site, key, documentOf(`"clock_unknown": "x"`, cards(`{"hash": "1", "person": ""}`, `{"hash": "2", "person": ""}`)))
	if n := strings.Count(fmt.Sprint(err), "\n"); n != 4 {
		t.Errorf("%d line breaks in %v", n, err)
	}
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf(`{"hash": "%032d", "person": ""}`, i))
	}
	_, err = Parse(site, key, documentOf(cards(many...)))
	if n := strings.Count(fmt.Sprint(err), "\n"); n != 50 || !strings.HasSuffix(err.Error(), "and 10 more") {
		t.Errorf("%d line breaks in %v", n, err)
	}
	if _, err = Parse(site, key, documentOf(cards(many[:50]...))); strings.Contains(err.Error(), "more") {
		t.Errorf("%v", err)
	}
}

func TestBadSitesAreRefused(t *testing.T) {
	if err := site.Validate(); err != nil {
		t.Error(err)
	}
	for want, s := range map[string]Site{
		`point "a b"`:          {Doors: []Door{{Point: "a b"}}},
		"area: point":          {Doors: []Door{{Point: "d", Area: "/"}}},
		"door d: the name":     {Doors: []Door{{Point: "d"}, {Point: "d"}}},
		"reader d: the name":   {Doors: []Door{{Point: "d"}}, Readers: []Reader{{Point: "d", Door: "d", Direction: In}}},
		`there is no door "e"`: {Doors: []Door{{Point: "d"}}, Readers: []Reader{{Point: "r", Door: "e", Direction: In}}},
		`direction "up"`:       {Doors: []Door{{Point: "d"}}, Readers: []Reader{{Point: "r", Door: "d", Direction: "up"}}},
		`reader: point ""`:     {Doors: []Door{{Point: "d"}}, Readers: []Reader{{Door: "d", Direction: Out}}},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %s alone", s, err, want)
		}
		if _, err := Parse(s, key, []byte("{}")); err == nil || !strings.Contains(err.Error(), "access: ") {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if _, err := Parse(site, key[:15], []byte("{}")); err == nil || !strings.Contains(err.Error(), "15 bytes") {
		t.Error(err)
	}
	if _, err := Parse(site, key[:16], []byte("{}")); err != nil {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	text := strings.Repeat("0f", 32)
	k, err := ParseKey(" " + text + "\n")
	if err != nil || len(k) != 32 {
		t.Fatal(len(k), err)
	}
	if shown := fmt.Sprint(k) + fmt.Sprintf("%#v %s %v", k, k, struct{ K Key }{k}); strings.Contains(shown, "15") || strings.Contains(shown, "0f") {
		t.Errorf("the key is shown: %s", shown)
	}
	for _, bad := range []string{"", "x", strings.Repeat("0f", 15), strings.Repeat("0f", 65), strings.Repeat("0f", 16) + "0"} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q was taken for a key", bad)
		}
	}
	for _, n := range []int{16, 64} {
		if _, err := ParseKey(strings.Repeat("0f", n)); err != nil {
			t.Error(err)
		}
	}
	card := k.Card("0012345678")
	// By: printf 'card\0%s' 0012345678 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0f0f…, and the same of the PIN.
	if pin := k.PIN(card, "1234"); card != "e679bec44c3ece5e24b0e738265fd934" || pin != "325aef5c63857a43f54941bd147cc6bc" {
		t.Error(card, pin)
	}
	seen := map[Hash]bool{}
	for _, h := range []Hash{card, k.Card("0012345679"), k.Card("12345678"), k.PIN(card, "1234"), k.PIN(card, "1235"), k.PIN(k.Card("1"), "1234"), Key(text).Card("0012345678"), k.Card("pin\x00" + string(card) + "\x001234")} {
		if seen[h] || !h.valid() {
			t.Errorf("%s is not valid, or there already", h)
		}
		seen[h] = true
	}
	if !card.equal(card) || card.equal(card[1:]) || card.equal("") {
		t.Error("equal is not")
	}
}
