package slip

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/printer/escpos"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"", 8, []string{""}},
		{"one two", 8, []string{"one two"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"one  two   three", 7, []string{"one", "two", "three"}},
		{"incomprehensible", 8, []string{"incompre", "hensible"}},
		{"过号请重新取号", 8, []string{"过号请重", "新取号"}},
		{"过号请重，谢谢", 8, []string{"过号请", "重，谢谢"}},
		{"请到 3 号窗口", 8, []string{"请到 3", "号窗口"}},
		{"VIP客户A区", 8, []string{"VIP客户A", "区"}},
		{"号", 1, []string{"号"}},
	} {
		if got := wrap(c.text, c.limit, escpos.Columns); !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

// Wrapped lines fit and have every character of the text but blanks, in order.
func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab 号，。x "))).Draw(t, "text")
		limit := rapid.IntRange(2, 20).Draw(t, "limit")
		lines := wrap(text, limit, escpos.Columns)
		for _, line := range lines {
			if escpos.Columns(line) > limit {
				t.Fatalf("%q is wider than %d", line, limit)
			}
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := bare(strings.Join(lines, "")); got != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}

func TestNumberIsAsLargeAsFits(t *testing.T) {
	w, err := NewWriter(Style{Dots: 384})
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]int{"A012": 6, "VIP108": 5, "MORTGAGE-0001": 2, "个人业务": 6, strings.Repeat("x", 60): 1} {
		if got := w.fit(Text{Words: words, Size: 6}); got != want {
			t.Errorf("%s: size %d, want %d", words, got, want)
		}
	}
}

// What the printer cannot spell is drawn when there is a font, and marked when there is none; it never is an error.
func TestRareNames(t *testing.T) {
	w, err := NewWriter(Style{Dots: 576})
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.Write(Slip{Text{Words: "王㛃\x1b@"}, Pair{Left: "㛃", Right: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	all := bytes.Join(d.Parts, nil)
	if !bytes.Contains(all, escpos.Text("王〓")) || bytes.Count(all, escpos.Initialize()) != 1 {
		t.Errorf("% x", all)
	}
}

func TestWritersThatAreRefused(t *testing.T) {
	for _, style := range []Style{{}, {Dots: 5000}, {Dots: 576, Drawn: true}, {Dots: 576, Regular: []byte("x")}} {
		if _, err := NewWriter(style); err == nil {
			t.Errorf("%+v: no error", style)
		}
	}
	w, err := NewWriter(Style{Dots: 576})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(Slip{QR{Content: strings.Repeat("x", escpos.MaxQR+1)}}); err == nil {
		t.Error("a code that is too long: no error")
	}
}
