package widgets

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// grid is the width of a text whose characters are all as wide as they are large.
func grid(line string, size float32) float32 { return float32(utf8.RuneCountInString(line)) * size }

func TestFit(t *testing.T) {
	for _, test := range []struct {
		name  string
		text  string
		space space
		lines []string
		size  float32
		whole bool
	}{
		{"nothing", "", space{box: fyne.NewSize(100, 20), want: 10, least: 5, lines: 1}, nil, 10, true},
		{"a theme without that size", "请取号", space{box: fyne.NewSize(-5, 20), lines: 1}, nil, 0, false},
		{"as wanted", "请取号", space{box: fyne.NewSize(30, 20), want: 10, least: 5, lines: 2}, []string{"请取号"}, 10, true},
		{"rather smaller than broken", "请取号吧", space{box: fyne.NewSize(36, 30), want: 10, least: 5, lines: 2}, []string{"请取号吧"}, 8.836, true},
		{"in lines of equal length", "请选择您要办理", space{box: fyne.NewSize(50, 30), want: 10, least: 5, lines: 2},
			[]string{"请选择您", "要办理"}, 10, true},
		{"words stay whole", "business banking", space{box: fyne.NewSize(100, 30), want: 10, least: 5, lines: 2},
			[]string{"business", "banking"}, 10, true},
		{"punctuation stays with what it ends", "请取号，谢谢", space{box: fyne.NewSize(30, 40), want: 10, least: 10, lines: 3},
			[]string{"请取", "号，", "谢谢"}, 10, true},
		{"smaller where lines are few", "business banking", space{box: fyne.NewSize(80, 10), want: 10, least: 2, lines: 2},
			[]string{"business banking"}, 4.8, true},
		{"cut at the least size", "business", space{box: fyne.NewSize(40, 20), want: 10, least: 10, lines: 1},
			[]string{"bus…"}, 10, false},
		{"cut when lines run out", "one two three", space{box: fyne.NewSize(50, 30), want: 10, least: 10, lines: 2},
			[]string{"one", "two…"}, 10, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, size, whole := fit(test.text, test.space, grid)
			if !slices.Equal(lines, test.lines) || whole != test.whole {
				t.Errorf("lines %q, whole %v; want %q, %v", lines, whole, test.lines, test.whole)
			}
			if size > test.size+0.2 || size < test.size-0.2 {
				t.Errorf("size %g, want about %g", size, test.size)
			}
		})
	}
}

// FuzzFit holds that nothing leaves its box and nothing is lost but for what is cut.
func FuzzFit(f *testing.F) {
	f.Add("请选择您要办理的业务", float32(100), float32(40), 2)
	f.Add("Foreign exchange and international transfers", float32(300), float32(60), 2)
	f.Add("a\nb\u2028c", float32(10), float32(10), 3)
	f.Fuzz(func(t *testing.T, text string, width, height float32, most int) {
		if !(width >= 40 && width <= 4000 && height >= 20 && height <= 4000) || most < 1 || most > 5 || len(text) > 300 || !utf8.ValidString(text) {
			return
		}
		lines, size, whole := fit(text, space{box: fyne.NewSize(width, height), want: 30, least: 10, lines: most}, grid)
		if len(lines) > most || float32(len(lines))*pitch*size > height && len(lines) > 1 {
			t.Errorf("%d lines of size %g in a height of %g, at most %d", len(lines), size, height, most)
		}
		for _, line := range lines {
			if grid(line, size) > width {
				t.Errorf("%q is wider than %g", line, width)
			}
		}
		if whole && strip(strings.Join(lines, "")) != strip(text) {
			t.Errorf("%q became %q", text, lines)
		}
	})
}

func strip(s string) string { return strings.Join(strings.Fields(s), "") }
