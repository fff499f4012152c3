package staff

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var key = Key("sixteen bytes and a few more")

// hashed is the hash of a PIN, with a salt that need not be random.
func hashed(t testing.TB, pin string) string {
	t.Helper()
	text, err := HashPIN(pin, []byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parse(t testing.TB, text string) *Roster {
	t.Helper()
	r, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSomebodyIsKnownByPINOrBadge(t *testing.T) {
	r := parse(t, fmt.Sprintf(`{"staff":[
		{"number":"1001","name":"Wang","role":"clerk","pin":%q,"services":["pay"],"counters":["1","2"]},
		{"number":"1002","name":"Li","role":"reception","card":%q},
		{"number":"1003","name":"Zhao","role":"supervisor","pin":%q,"card":%q}]}`,
		hashed(t, "4711"), key.Card("0012345678"), hashed(t, "123456"), key.Card("0087654321")))
	for _, c := range []struct {
		number, pin string
		want        bool
	}{
		{"1001", "4711", true}, {"1001", "4712", false}, {"1001", "", false}, {"1001", "123456", false}, {"1002", "4711", false},
		{"1002", "", false}, {"1003", "123456", true}, {"9999", "4711", false}, {"", "", false},
	} {
		if p, ok := r.PIN(c.number, c.pin); ok != c.want || ok && p.Number != c.number {
			t.Errorf("PIN %s of %s: %v, %v", c.pin, c.number, p, ok)
		}
	}
	for number, want := range map[string]string{"0012345678": "1002", " 0012345678\r\n": "1002", "0087654321": "1003", "12345678": "", "": ""} {
		if p, ok := r.Card(key, number); p.Number != want || ok != (want != "") {
			t.Errorf("badge %q: %v, %v, want %q", number, p, ok, want)
		}
	}
	if _, ok := r.Card(Key("another key of 16+ bytes"), "0012345678"); ok {
		t.Error("a badge is known with another key")
	}
	p, _ := r.Find("1001")
	if p.Name != "Wang" || p.Role != Clerk || !p.WorksAt("2") || p.WorksAt("3") || !slices.Equal(p.Services, []string{"pay"}) {
		t.Errorf("found %+v", p)
	}
	if p, _ := r.Find("1003"); !p.WorksAt("9") {
		t.Error("who has no counters may not work at all of them")
	}
	if got := r.People(); len(got) != 3 || got[2].Number != "1003" {
		t.Errorf("people %v", got)
	}
}

// TestUnknownNumbersCostWhatWrongPINsDo looks at the cost rather than a watch: the machine of a test has other work.
func TestUnknownNumbersCostWhatWrongPINsDo(t *testing.T) {
	other := secret{cost: cost{memory: 1 << 10, passes: 3, lanes: 2}, salt: make([]byte, 8), sum: make([]byte, 16)}
	r := parse(t, fmt.Sprintf(`{"staff":[{"number":"1","name":"a","role":"clerk","card":%q},{"number":"2","name":"b","role":"clerk","pin":%q}]}`,
		key.Card("1"), other))
	if r.decoy.cost != other.cost {
		t.Errorf("who is not known costs %v, who is %v", r.decoy.cost, other.cost)
	}
	if parse(t, `{}`).decoy.cost != usual {
		t.Error("in an empty roster nobody can be told to be unknown")
	}
	if usual.memory > maxMemory || usual.memory*usual.passes > maxWork {
		t.Errorf("a new hash costs %v, more than is allowed", usual)
	}
}

func TestExampleIsRead(t *testing.T) {
	text, err := os.ReadFile("../../configs/staff.example.json")
	if err != nil {
		t.Fatal(err)
	}
	r := parse(t, string(text))
	if p, ok := r.PIN("1024", "4711"); !ok || p.Role != Clerk {
		t.Errorf("%+v, %v", p, ok)
	}
	if p, ok := r.Card(Key("an example's key"), "0012345678"); !ok || p.Role != Supervisor {
		t.Errorf("%+v, %v", p, ok)
	}
	if err := r.Fits([]string{"new-service", "payment"}, []string{"1", "2", "3"}); err != nil {
		t.Error(err)
	}
	err = r.Fits([]string{"new-service"}, []string{"1"})
	for _, want := range []string{`staff[0].services[1]: "payment"`, `staff[0].counters[1]: "2"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

func TestEveryProblemIsNamedByItsPath(t *testing.T) {
	pin := hashed(t, "4711")
	one := func(member string) string {
		return `{"staff":[{"number":"1","name":"a","role":"clerk","pin":"` + pin + `",` + member + `}]}`
	}
	for text, want := range map[string]string{
		``:                                 "document: expected one JSON object",
		`[]`:                               "document: got a list",
		`{"staff":[{}]}`:                   `staff[0].number: "": expected`,
		`{"stuff":[]}`:                     "stuff: there is no such member",
		`{"early":"5h"}`:                   "early: 5h0m0s: expected at most",
		`{"early":"-5m"}`:                  "early: \"-5m\"",
		`{"longest":"25h"}`:                "longest: 25h0m0s",
		one(`"shifts":[{"from":"08:00"}]`): "", // to midnight: 00:00 is its end
		one(`"shifts":[{}]`):               "staff[0].shifts[0]: expected from and to",
		one(`"shifts":[{"from":"8:00","to":"25:00","days":["Mon"]}]`):                "staff[0].shifts[0].days[0]: \"Mon\"",
		one(`"shifts":[{"from":"24:00","to":"08:00"}]`):                              "staff[0].shifts[0]: expected from",
		one(`"card":"0012345678"`):                                                   "staff[0].card: expected 32",
		one(`"number":"2"`):                                                          "staff[0].number: comes twice",
		`{"staff":[{"number":"1","name":"a","role":"boss","pin":"` + pin + `"}]}`:    `staff[0].role: "boss"`,
		`{"staff":[{"number":"a b","name":"a","role":"clerk","pin":"` + pin + `"}]}`: `staff[0].number: "a b"`,
		`{"staff":[{"number":"1","name":"","role":"clerk","pin":"` + pin + `"}]}`:    `staff[0].name: expected`,
		`{"staff":[{"number":"1","name":"a","role":"clerk"}]}`:                       `staff[0]: has neither pin nor card`,
	} {
		_, err := Parse([]byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s\n%v\nwant %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), pin[40:]) {
			t.Errorf("a hash is shown: %v", err)
		}
	}
	card := string(key.Card("1"))
	_, err := Parse([]byte(fmt.Sprintf(`{"staff":[{"number":"1","name":"a","role":"clerk","card":%q},{"number":"1","name":"b","role":"x","card":%q}]}`, card, card)))
	for _, want := range []string{`staff[1].role: "x"`, `staff[1].number: "1": is that of staff[0] too`, "staff[1].card: is that of staff[0] too"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

func TestHashesThatAreNoneOrCostTooMuchAreRefused(t *testing.T) {
	salt, sum := encoding.EncodeToString(make([]byte, 16)), encoding.EncodeToString(make([]byte, 32))
	for text, want := range map[string]string{
		"":     "made with",
		"4711": "made with",
		"$argon2i$v=19$m=8192,t=2,p=1$" + salt + "$" + sum:                 "made with",
		"$argon2id$v=16$m=8192,t=2,p=1$" + salt + "$" + sum:                "version 19",
		"$argon2id$v=19$m=8192,t=2$" + salt + "$" + sum:                    "m=…",
		"$argon2id$v=19$m=8192,t=2,p=1$" + salt + "$" + sum + "$":          "made with",
		"$argon2id$v=19$m=8192,t=2,p=1$" + salt + "=$" + sum:               "version 19",
		"$argon2id$v=19$m=08192,t=2,p=1$" + salt + "$" + sum:               "version 19",
		"$argon2id$v=19$m=8192,t=0,p=1$" + salt + "$" + sum:                "at least one pass",
		"$argon2id$v=19$m=8192,t=2,p=0$" + salt + "$" + sum:                "lanes",
		"$argon2id$v=19$m=15,t=2,p=2$" + salt + "$" + sum:                  "8 KiB",
		"$argon2id$v=19$m=32769,t=1,p=1$" + salt + "$" + sum:               "more than a station",
		"$argon2id$v=19$m=32768,t=3,p=1$" + salt + "$" + sum:               "more than a station",
		"$argon2id$v=19$m=4294967295,t=4294967295,p=1$" + salt + "$" + sum: "more than a station",
		"$argon2id$v=19$m=8192,t=2,p=1$AAAA$" + sum:                        "a salt of 3",
		"$argon2id$v=19$m=8192,t=2,p=1$" + salt + "$AAAA":                  "a hash of 3",
	} {
		var s secret
		if err := s.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, pin := range []string{"", "123", "12 34", "１２３４", "1234567890123"} {
		if text, err := HashPIN(pin, make([]byte, saltSize)); err == nil {
			t.Errorf("PIN %q: %s", pin, text)
		}
	}
	if _, err := HashPIN("1234", nil); err == nil {
		t.Error("without a salt: hashed")
	}
}

func TestKeysAreReadAndHidden(t *testing.T) {
	k, err := ParseKey(" " + strings.Repeat("0f", 32) + "\n")
	if err != nil || len(k) != 32 {
		t.Fatalf("%d bytes, %v", len(k), err)
	}
	if shown := fmt.Sprintf("%v %s %#v", k, k, k); strings.Contains(shown, "15") || strings.Contains(shown, "0f") {
		t.Errorf("shown: %s", shown)
	}
	for _, text := range []string{"", "0g", strings.Repeat("0f", 15), strings.Repeat("0f", 65)} {
		if _, err := ParseKey(text); err == nil {
			t.Errorf("key %q accepted", text)
		}
	}
}

func TestShifts(t *testing.T) {
	shanghai, berlin := zone(t, "Asia/Shanghai"), zone(t, "Europe/Berlin")
	day := `"shifts":[{"days":["mon","tue"],"from":"08:00","to":"12:00"},{"days":["mon"],"from":"11:00","to":"16:30"}]`
	night := `"shifts":[{"days":["sat"],"from":"22:00","to":"06:00"}]`
	for _, c := range []struct {
		name, shifts string
		zone         *time.Location
		now, ends    string // wall times; "" for none
	}{
		{"before", day, shanghai, "2026-11-23 07:29:59", ""},
		{"early", day, shanghai, "2026-11-23 07:30:00", "2026-11-23 12:00:00"},
		{"in it", day, shanghai, "2026-11-23 10:29:00", "2026-11-23 12:00:00"},
		{"the later one, which is near", day, shanghai, "2026-11-23 10:30:00", "2026-11-23 16:30:00"},
		{"at the end", day, shanghai, "2026-11-23 16:30:00", ""},
		{"another day", day, shanghai, "2026-11-24 11:30:00", "2026-11-24 12:00:00"},
		{"a day off", day, shanghai, "2026-11-25 09:00:00", ""},
		{"at night", night, shanghai, "2026-11-28 23:00:00", "2026-11-29 06:00:00"},
		{"after midnight", night, shanghai, "2026-11-29 05:59:59", "2026-11-29 06:00:00"},
		{"the next night", night, shanghai, "2026-11-29 23:00:00", ""},
		{"the night that is an hour longer", night, berlin, "2026-10-24 23:00:00", "2026-10-25 06:00:00"},
		{"the night that is an hour shorter", night, berlin, "2026-03-28 23:00:00", "2026-03-29 06:00:00"},
		{"to the end of the day", `"shifts":[{"from":"18:00","to":"24:00"}]`, shanghai, "2026-11-23 23:59:59", "2026-11-24 00:00:00"},
		{"early on the day before", `"shifts":[{"from":"00:10","to":"08:00"}]`, shanghai, "2026-11-23 23:45:00", "2026-11-24 08:00:00"},
		{"without shifts", `"shifts":[]`, shanghai, "2026-11-23 23:45:00", "2026-11-24 11:45:00"},
	} {
		r := parse(t, `{"staff":[{"number":"1","name":"a","role":"clerk","card":"`+key.Card("1")+`",`+c.shifts+`}]}`)
		p, _ := r.Find("1")
		ends, on := p.Shift(wall(t, c.now, c.zone).UTC(), c.zone)
		if on != (c.ends != "") || on && !ends.Equal(wall(t, c.ends, c.zone)) {
			t.Errorf("%s: %v, %v, want %s", c.name, ends.In(c.zone), on, c.ends)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func wall(t *testing.T, text string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// FuzzParse reads arbitrary documents: what is accepted can be asked.
func FuzzParse(f *testing.F) {
	example, err := os.ReadFile("../../configs/staff.example.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte(`{"staff":[{"number":"1","name":"a","role":"clerk","card":"00000000000000000000000000000000","shifts":[{"from":"22:00","to":"06:00"}]}]}`))
	f.Add([]byte(`{"early":"1h","longest":"9h","staff":null}`))
	now := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		for _, p := range r.People() {
			if found, ok := r.Find(p.Number); !ok || found.Name != p.Name {
				t.Errorf("%q is not found", p.Number)
			}
			if ends, on := p.Shift(now, time.UTC); on && (!ends.After(now) || ends.Sub(now) > 48*time.Hour) {
				t.Errorf("a shift that ends %s", ends)
			}
			if p.pin != nil && (p.pin.memory > maxMemory || p.pin.memory*p.pin.passes > maxWork) {
				t.Errorf("a PIN that costs %v", p.pin.cost)
			}
		}
	})
}

// BenchmarkPIN measures one check of a wrong PIN.
func BenchmarkPIN(b *testing.B) {
	r := parse(b, `{"staff":[{"number":"1","name":"a","role":"clerk","pin":"`+hashed(b, "4711")+`"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := r.PIN("1", "0000"); ok {
			b.Fatal("a wrong PIN is right")
		}
	}
}
