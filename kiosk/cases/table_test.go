package cases_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"stationkeeper/kiosk/cases"
)

// table is one of the tables of the package's documentation.
type table struct {
	columns []string
	rows    map[string][]string
}

// documented reads a table of doc.go by the heading above it.
func documented(t *testing.T, heading string) table {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "// # "+heading+"\n")
	after, _, _ = strings.Cut(after, "// # ")
	one := table{rows: map[string][]string{}}
	for line := range strings.Lines(after) {
		row, ok := strings.CutPrefix(strings.TrimSpace(line), "//\t")
		if !ok {
			continue
		}
		cells := regexp.MustCompile(`\s{2,}`).Split(row, -1)
		switch {
		case one.columns == nil:
			one.columns = cells[1:]
		case len(cells) != len(one.columns)+1:
			t.Fatalf("%s: %q: %d cells under %d columns", heading, row, len(cells)-1, len(one.columns))
		default:
			one.rows[cells[0]] = cells[1:]
		}
	}
	if !found || len(one.rows) == 0 {
		t.Fatalf("doc.go has no table %q", heading)
	}
	return one
}

// each tries every cell of a table.
func each(t *testing.T, heading string, rows []string, cell func(t *testing.T, row, column, want string)) {
	t.Helper()
	one := documented(t, heading)
	if len(one.rows) != len(rows) {
		t.Errorf("%q has %d rows, and %d are tried", heading, len(one.rows), len(rows))
	}
	for _, row := range rows {
		if one.rows[row] == nil {
			t.Errorf("%q has no row %q", heading, row)
		}
		for i, want := range one.rows[row] {
			t.Run(row+"/"+one.columns[i], func(t *testing.T) { cell(t, row, one.columns[i], want) })
		}
	}
}

func TestTableOfCases(t *testing.T) {
	refusals := map[string]error{"!closed": cases.ErrClosed, "!case": cases.ErrUnknown}
	each(t, "What may be done about a case", []string{"Assign", "Assign, later", "Note", "Close", "Tick", "Tick, due"}, func(t *testing.T, row, column, want string) {
		d := open(t, usual())
		id := "none"
		if column != "unknown" {
			id = d.must(cases.FromRating{Request: "r1", Score: 1}).ID
		}
		switch column {
		case "overdue":
			d.now = d.now.Add(time.Hour)
			d.must(cases.Tick{})
		case "closed":
			d.must(cases.Close{Case: id, Outcome: cases.Settled})
		}
		if row == "Tick, due" {
			d.now = d.now.Add(time.Hour)
		}
		command := map[string]cases.Command{
			"Assign":        cases.Assign{Case: id, Owner: "1001", By: "3001"},
			"Assign, later": cases.Assign{Case: id, Deadline: d.now.Add(2 * time.Hour), By: "3001"},
			"Note":          cases.Note{Case: id, By: "3001", Text: "rang, no answer"},
			"Close":         cases.Close{Case: id, By: "3001", Outcome: cases.Unfounded},
			"Tick":          cases.Tick{}, "Tick, due": cases.Tick{},
		}[row]
		if why, refused := refusals[want]; refused {
			d.refused(command, why)
			return
		}
		before := len(d.records)
		d.must(command)
		c, known := d.state.Case(id)
		if got := string(c.Status()); want == "nothing" && (known || len(d.records) != before) || want != "nothing" && got != want {
			t.Errorf("%q after it, want %s", got, want)
		}
		d.checkFold()
	})
}

func TestTableOfCauses(t *testing.T) {
	each(t, "What opens a case", []string{"complaint", "suggestion", "praise", "rating 1", "rating 2", "rating 3"}, func(t *testing.T, row, column, want string) {
		rules := cases.Rules{Zone: shanghai, Owner: "supervisor", Threshold: 2}
		kind, score, isRating := strings.Cut(row, " ")
		switch column {
		case "due":
			rules.Due = map[string]cases.Due{kind: {Days: 2}}
		case "threshold 0":
			rules.Threshold = 0
		}
		d := open(t, rules)
		var c cases.Case
		if isRating {
			c = d.must(cases.FromRating{Score: int(score[0] - '0'), Ticket: "t1"})
		} else {
			c = d.must(cases.File{Kind: kind, Topic: "wait", Text: "words"})
		}
		if opened := c.ID != ""; opened != (want == "open") || opened != (len(d.state.View(d.now).Open) == 1) {
			t.Errorf("case %+v, want %s", c, want)
		}
	})
}
