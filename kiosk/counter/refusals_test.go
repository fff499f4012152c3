package counter

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/survey"
)

// TestEveryErrorHasACode reads which errors the packages behind the API declare: none may be answered as a failure of the
// server.
func TestEveryErrorHasACode(t *testing.T) {
	table, err := os.ReadFile("api.go")
	if err != nil {
		t.Fatal(err)
	}
	never := []string{"queue.ErrDisorder"} // of records, not of commands
	for _, name := range []string{"queue", "appointments", "survey", "cases", "hall"} {
		for _, declared := range errorsOf(t, name) {
			if !slices.Contains(never, declared) && !strings.Contains(string(table), "{"+declared+", ") {
				t.Errorf("%s has no code", declared)
			}
		}
	}
}

// errorsOf are the errors that a package beside this one declares.
func errorsOf(t *testing.T, name string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), "../"+name+"/"+e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for _, id := range spec.Names {
					if strings.HasPrefix(id.Name, "Err") {
						found = append(found, name+"."+id.Name)
					}
				}
			}
			return true
		})
	}
	if len(found) == 0 {
		t.Errorf("package %s declares no errors", name)
	}
	return found
}

// TestRefusalsAreAnsweredAsTheTableSays wraps each error, and reads its answer.
func TestRefusalsAreAnsweredAsTheTableSays(t *testing.T) {
	s := &server{Options: Options{Log: slog.New(slog.DiscardHandler)}}
	statuses := map[string]int{}
	for _, r := range refusals {
		w := httptest.NewRecorder()
		s.fail(w, httptest.NewRequest(http.MethodPost, "/", nil), fmt.Errorf("call A001: %w", r.err))
		if want := fmt.Sprintf(`{"error":{"code":%q,`, r.code); w.Code != r.status || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%v: %d %s", r.err, w.Code, w.Body)
		}
		if before, known := statuses[r.code]; known && before != r.status {
			t.Errorf("code %s has the statuses %d and %d", r.code, before, r.status)
		}
		statuses[r.code] = r.status
	}
	w := httptest.NewRecorder()
	s.fail(w, httptest.NewRequest(http.MethodPost, "/", nil), errors.New("out of cheese"))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"failed"`) {
		t.Errorf("another error: %d %s", w.Code, w.Body)
	}
	for _, alike := range [][2]error{{queue.ErrTooLate, appointments.ErrTooLate}, {queue.ErrClosed, appointments.ErrClosed}, {queue.ErrUnknownService, appointments.ErrUnknownService}} {
		if codeFor(alike[0]) == codeFor(alike[1]) {
			t.Errorf("%v and %v have one code", alike[0], alike[1])
		}
	}
	if codeFor(survey.ErrScore) != "score" {
		t.Error("score")
	}
}

func codeFor(err error) string {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return r.code
		}
	}
	return ""
}
