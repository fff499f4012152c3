package document_test

import (
	"fmt"
	"strings"
	"testing"

	"stationkeeper/internal/document"
)

// shade is spelled as a word.
type shade int

func (s *shade) UnmarshalText(text []byte) error {
	switch string(text) {
	case "dark":
		*s = 1
	case "light":
		*s = 2
	default:
		return fmt.Errorf("%q is no shade", text)
	}
	return nil
}

type wall struct {
	Name   string   `json:"name"`
	Height int      `json:"height"`
	Bare   bool     `json:"bare"`
	Shade  shade    `json:"shade"`
	Doors  []door   `json:"doors"`
	Signs  []string `json:"signs"`
	Window *door    `json:"window"`
}

type door struct {
	Name string `json:"name"`
}

func TestStrictReads(t *testing.T) {
	var w wall
	var p document.Problems
	p.Strict([]byte(`{"name":"north","height":3,"bare":true,"shade":"light","doors":[{"name":"a"},{"name":"b"}],"signs":["exit"],"window":{"name":"w"}}`), &w)
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	if w.Name != "north" || w.Height != 3 || !w.Bare || w.Shade != 2 || len(w.Doors) != 2 || w.Doors[1].Name != "b" || w.Signs[0] != "exit" || w.Window.Name != "w" {
		t.Errorf("read %+v", w)
	}
}

func TestStrictNamesEveryProblemByItsPath(t *testing.T) {
	var w wall
	var p document.Problems
	p.Strict([]byte(`{"name":null,"height":1.5,"bare":"yes","shade":"grey","doors":[{"name":"a"},{"nme":"b"},7],"signs":{},"window":{"name":["w",{}]},"Name":"x","height":2}`), &w)
	err := p.Err()
	if err == nil {
		t.Fatal("accepted")
	}
	got := strings.Split(err.Error(), "\n")
	want := []string{"name: got null", "height: got 1.5", "bare: got yes", "shade: \"grey\"", "doors[1].nme: there is no", "doors[2]: got 7",
		"signs: got an object", "window.name: got a list", "Name: there is no", "height: comes twice"}
	if len(got) != len(want) {
		t.Fatalf("%d problems, want %d:\n%s", len(got), len(want), err)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("problem %d is %q, want %q…", i, got[i], want[i])
		}
	}
}

func TestWhatIsNoJSONIsOneProblem(t *testing.T) {
	for _, text := range []string{"", "{", "{} {}", "\xff", `[]`, `"x"`, `null`} {
		var w wall
		var p document.Problems
		p.Strict([]byte(text), &w)
		if err := p.Err(); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestManyProblemsAreCut(t *testing.T) {
	var p document.Problems
	for i := range 73 {
		p.Add(fmt.Sprintf("doors[%d]", i), "is missing")
	}
	text := p.Err().Error()
	if n := strings.Count(text, "\n") + 1; n != 51 || !strings.HasSuffix(text, "and 23 more") {
		t.Errorf("%d lines, ending %q", n, text[len(text)-30:])
	}
}
