package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write puts a recording into a file, packed when asked for.
func write(t *testing.T, name, text string, packed bool) string {
	t.Helper()
	var b bytes.Buffer
	if packed {
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	} else {
		b.WriteString(text)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The array that -json prints is a contract: names, order and what is null.
func TestJSONShape(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-json", write(t, "day.tsv", recorded(byHand...), true)}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(&out)
	var got []map[string]any
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if decoder.More() {
		t.Error("something follows the array")
	}
	if len(got) != 5 || got[0]["ours"] != true {
		t.Fatalf("got %v", got)
	}
	delete(got[0], "ours") // ours' figures are the model's business
	keys := []string{"predictor", "ours", "n", "mae_s", "rmse_s", "bias_s", "coverage", "width_s"}
	for _, key := range keys {
		if _, ok := got[0][key]; !ok && key != "ours" {
			t.Errorf("ours has no %q", key)
		}
	}
	rest, err := json.Marshal(got[1:])
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"bias_s":-40,"coverage":null,"mae_s":46.667,"n":3,"ours":false,"predictor":"queue length","rmse_s":54.772,"width_s":null},` +
		`{"bias_s":-45.556,"coverage":null,"mae_s":45.556,"n":3,"ours":false,"predictor":"last ten","rmse_s":54.603,"width_s":null},` +
		`{"bias_s":-50,"coverage":null,"mae_s":50,"n":3,"ours":false,"predictor":"head of line","rmse_s":50,"width_s":null},` +
		`{"bias_s":-33.333,"coverage":null,"mae_s":53.333,"n":3,"ours":false,"predictor":"last to enter","rmse_s":57.155,"width_s":null}]`
	if string(rest) != want {
		t.Errorf("got  %s\nwant %s", rest, want)
	}
}

func TestTablesForPeople(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{write(t, "days.tsv", recorded(busyDays(4, 3)...), false)}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Bank calls, 3 days from 1999-02-01 to 1999-02-03", "forecast", "queue length", "last ten", "head of line",
		"last to enter", "First half of the days", "1999-02-02", "covered"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	day := recorded(byHand...)
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"no file":          {nil, "no file given"},
		"absent":           {[]string{filepath.Join(t.TempDir(), "none.tsv")}, "none.tsv"},
		"unknown header":   {[]string{write(t, "x.tsv", "a\tb\n1\t2\n", false)}, "x.tsv:1:"},
		"empty":            {[]string{write(t, "empty.tsv", "", false)}, "empty.tsv"},
		"column missing":   {[]string{write(t, "x.tsv", strings.Replace(day, "\tser_exit", "\tother", 1), false)}, `column "ser_exit" is missing`},
		"many bad lines":   {[]string{write(t, "x.tsv", day+"nonsense\n", false)}, "x.tsv:7: 1 columns: expected 15 as in the header (and 0 more faulty lines, 5 good ones): repair"},
		"cut short":        {[]string{write(t, "x.tsv.gz", "\x1f\x8b\x08", false)}, "x.tsv.gz"},
		"two kinds":        {[]string{write(t, "x.tsv", day, false), write(t, "y.csv", snapshotHeader+"\n", false)}, "one kind at a time"},
		"no day left":      {[]string{"-days", "2-", write(t, "x.tsv", day, false)}, "no day of the 1 recorded"},
		"days in disguise": {[]string{"-days", "soon", write(t, "x.tsv", day, false)}, `-days "soon"`},
	} {
		err := run(c.files, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// A recording of years has lines that are none; a few of them are counted and passed over.
func TestFewFaultyLinesAreCounted(t *testing.T) {
	text := recorded(busyDays(5, 3)...) + "nonsense\n"
	var out, remarks bytes.Buffer
	path := write(t, "odd.tsv", text, false)
	if err := run([]string{"-json", path}, &out, &remarks); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(remarks.String(), "1 faulty lines were passed over; the first: "+path+":") {
		t.Errorf("said %q", remarks.String())
	}
	if err := run([]string{path}, &out, io.Discard); err != nil || !strings.Contains(out.String(), "1 faulty lines were passed over") {
		t.Errorf("%v: no word of the faulty line", err)
	}
}

func TestChoiceOfDays(t *testing.T) {
	days := []string{"1999-02-01", "1999-02-02", "1999-02-04", "1999-02-05"}
	for s, want := range map[string]string{
		"":                       "1999-02-01 1999-02-02 1999-02-04 1999-02-05",
		"3":                      "1999-02-04",
		"2-3":                    "1999-02-02 1999-02-04",
		"3-":                     "1999-02-04 1999-02-05",
		"-2":                     "1999-02-01 1999-02-02",
		"1999-02-04":             "1999-02-04",
		"1999-02-02..1999-02-04": "1999-02-02 1999-02-04",
		"1999-02-03..":           "1999-02-04 1999-02-05",
		"..2":                    "1999-02-01 1999-02-02",
		"9-":                     "",
	} {
		c, err := parseDays(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		chosen := c.among(days)
		var got []string
		for _, day := range days {
			if chosen[day] {
				got = append(got, day)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %s", s, got, want)
		}
	}
	for _, s := range []string{"x", "0", "1-x", "1999-13-01", "1-2-3"} {
		if c, err := parseDays(s); err == nil {
			t.Errorf("%q is taken for %+v", s, c)
		}
	}
}

// data is a real recording; the test is skipped without it, and when tests are to be short.
func data(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() || raced {
		t.Skip("real recordings take a minute, and ten under the race detector: they are played without it")
	}
	folder := os.Getenv("STATIONKEEPER_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	path := filepath.Join(folder, "queue", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no real recording: %v", err)
	}
	return path
}

func figuresOf(t *testing.T, arguments ...string) map[string]figures {
	t.Helper()
	var out bytes.Buffer
	if err := run(append([]string{"-json"}, arguments...), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var all []figures
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	found := map[string]figures{}
	for _, f := range all {
		found[f.Predictor] = f
	}
	return found
}

// Ours does what it is for on real days that were not looked at when it was made: better than all classics, with an
// interval that holds about 80 %.
func TestOursOnRealDays(t *testing.T) {
	got := figuresOf(t, "-days", "8-10", data(t, "bank-calls-1999-02-01..14.tsv.gz"))
	ours := got["forecast"]
	for name, f := range got {
		if f.N != ours.N || f.N < 1000 || !f.Ours && *f.MAE <= *ours.MAE {
			t.Errorf("%s: n %d, mean absolute error %.1f s; ours: %d, %.1f s", name, f.N, *f.MAE, ours.N, *ours.MAE)
		}
	}
	if *ours.Coverage < 0.75 || *ours.Coverage > 0.85 {
		t.Errorf("the interval holds %.3f", *ours.Coverage)
	}
}

// The classics are those of the books: on the two weeks they give the errors that others have found.
func TestClassicsOnTheRealFortnight(t *testing.T) {
	r, err := open(data(t, "bank-calls-1999-02-01..14.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.file.Close()
	b := newBank()
	if err := b.read(r); err != nil {
		t.Fatal(err)
	}
	p, err := playBank(b.upTo("1999-02-14"), bankRules(), classics(), all)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"queue length": 42.6, "last ten": 53.7, "head of line": 61.8, "last to enter": 62.3}
	for i, got := range p.score.sum(everything) {
		name := p.score.contestants[i].name
		if got.n != 6986 || math.Abs(got.mae()-want[name]) > 0.01*want[name] {
			t.Errorf("%s: n %d, mean absolute error %.1f s, want %.1f", name, got.n, got.mae(), want[name])
		}
	}
}
