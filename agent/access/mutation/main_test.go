package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// weak is a package of rules with a test that does not look at the bounds.
var weak = map[string]string{
	"go.mod": "module example.test/weak\n\ngo 1.26\n",
	"rules.go": `package weak

const grown = 18

func old(age int) bool { return age >= grown }

func twice(n int) (sum int) {
	if n < 0 ||
		n > 9 {
		return -1
	}
	sum = n + n
	for i := range [2]int{} {
		if i == 1 {
			break
		}
	}
	switch any(n).(type) {
	case bool:
		n++
	}
	switch {
	case !old(sum) && n != 3:
		sum = 0 + sum
	}
	return sum
}
`,
	"rules_test.go": `package weak

import "testing"

func TestRules(t *testing.T) {
	if !old(20) || old(3) || twice(2) != 4 || twice(3) != 6 || twice(-1) != -1 || twice(10) != -1 || twice(9) != 18 {
		t.Error("wrong")
	}
}
`,
}

func TestMutants(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range weak {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"-package", ".", "-timeout", "30s"}, &out); err == nil || err.Error() != errSurvived.Error() {
		t.Fatalf("%v\n%s", err, out.String())
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "rules.go") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	// What no test looks at, and nothing else: every other change is noticed.
	want := []string{
		"rules.go old: >= becomes > in age >= grown",
		"rules.go twice: < becomes <= in n < 0",
		"rules.go twice: 0 becomes one more in n < 0",
		"rules.go twice: not i == 1",
		"rules.go twice: 1 becomes one more in i == 1",
		"rules.go twice: 1 becomes one less in i == 1",
		"rules.go twice: without break",
		"rules.go twice: without n++",
		"rules.go twice: not !old(sum) && n != 3",
		"rules.go twice: && becomes || in !old(sum) && n != 3",
		"rules.go twice: not n != 3",
		"rules.go twice: 3 becomes one more in n != 3",
		"rules.go twice: 3 becomes one less in n != 3",
		"rules.go twice: without sum = 0 + sum",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if text, err := os.ReadFile("rules.go"); err != nil || string(text) != weak["rules.go"] {
		t.Error("the rules themselves were changed")
	}
	known(t, strings.Join(got, "\tnobody asks\n")+"\tnobody asks\n", "")
	known(t, strings.Join(got, "\tnobody asks\n"), "the reason")
	known(t, "rules.go gone: nothing\tnobody asks\n", "no mutant")
	if err := os.WriteFile("rules_test.go", []byte("package weak\n\nimport \"testing\"\n\nfunc TestRules(t *testing.T) { t.Error() }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	known(t, "", "without any mutation")
}

// known runs with a list of mutants that are like the original.
func known(t *testing.T, list, want string) {
	t.Helper()
	if err := os.MkdirAll("testdata", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "mutants.txt"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := run(t.Context(), []string{"-package", "."}, &out)
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%v, want %q\n%s", err, want, out.String())
	}
}

func TestChoose(t *testing.T) {
	all := []mutant{{id: 1}, {id: 2}, {id: 3}, {id: 4}}
	for n, want := range map[int]int{0: 4, 1: 1, 3: 3, 4: 4, 5: 4} {
		if got := choose(all, n, 7); len(got) != want {
			t.Errorf("%d: %v", n, got)
		}
	}
	if a, b := choose(all, 2, 7), choose(all, 2, 7); !slices.Equal(a, b) {
		t.Errorf("%v and %v of one seed", a, b)
	}
}
