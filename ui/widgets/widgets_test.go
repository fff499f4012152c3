package widgets

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"stationkeeper/ui/theme"
)

// TestMain fails when Fyne logged an error, such as a colour or a size that the theme lacks.
func TestMain(m *testing.M) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	code := m.Run()
	if text := logged.String(); strings.Contains(text, "Fyne error") || strings.Contains(text, "*** ") {
		fmt.Fprintf(os.Stderr, "Fyne logged errors:\n%s", text)
		code = 1
	}
	os.Exit(code)
}

// dress starts an app with the lobby's theme.
func dress(t *testing.T) {
	t.Helper()
	app := test.NewTempApp(t)
	th, err := theme.New(theme.Screen{Width: 1280, Height: 800})
	if err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(th)
}

// onStage puts a widget of a size into a window.
func onStage(t *testing.T, o fyne.CanvasObject, size fyne.Size) {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(size)
}

func TestTextSetsOnlyWhatChanges(t *testing.T) {
	dress(t)
	text := NewText(Style{Size: fynetheme.SizeNameText, Color: fynetheme.ColorNameForeground})
	onStage(t, text, fyne.NewSize(300, 60))
	text.SetText("请取号")
	line := test.WidgetRenderer(text).Objects()[0].(*canvas.Text)
	if line.Text != "请取号" || !line.Visible() {
		t.Fatalf("shows %q, visible %v", line.Text, line.Visible())
	}
	line.Text = "marked" // a refresh would write over it
	text.SetText("请取号")
	text.SetColor(fynetheme.ColorNameForeground)
	text.SetSize(fynetheme.SizeNameText)
	if line.Text != "marked" {
		t.Error("what was shown already was drawn again")
	}
	text.SetText("")
	if line.Visible() {
		t.Error("an empty text shows a line")
	}
}

func TestTouch(t *testing.T) {
	dress(t)
	taps := 0
	button := NewButton(Primary, func() { taps++ })
	button.SetText("完成")
	onStage(t, button, fyne.NewSize(300, 120))
	shade := test.WidgetRenderer(button).(*buttonRenderer).shade
	dark := func() bool { _, _, _, a := shade.FillColor.RGBA(); return a != 0 }

	button.MouseDown(nil)
	if !dark() {
		t.Error("a finger on it does not show")
	}
	button.MouseOut() // the finger slides away and is lifted elsewhere
	if dark() || taps != 0 {
		t.Errorf("after sliding away: dark %v, %d taps", dark(), taps)
	}
	button.MouseDown(nil)
	button.MouseUp(nil)
	test.Tap(button)
	if dark() || taps != 1 {
		t.Errorf("after a tap: dark %v, %d taps", dark(), taps)
	}
	button.Hold(true)
	test.Tap(button)
	if !dark() || taps != 1 {
		t.Errorf("held: dark %v, %d taps", dark(), taps)
	}
	button.Hold(false)
	test.Tap(button)
	if dark() || taps != 2 {
		t.Errorf("let go: dark %v, %d taps", dark(), taps)
	}
}

func TestLeastSizeIsATarget(t *testing.T) {
	dress(t)
	for _, w := range []fyne.CanvasObject{NewButton(Plain, nil), NewTile(nil), NewFace(3, nil)} {
		onStage(t, w, fyne.NewSize(300, 300))
		target := fyne.CurrentApp().Settings().Theme().Size(theme.SizeNameTarget)
		if min := w.MinSize(); min.Width < target || min.Height < target {
			t.Errorf("%T: least size %v, target %g", w, min, target)
		}
	}
}

// drawing describes a face without its colours: what is shown, and where.
func drawing(f *Face) string {
	var b strings.Builder
	for _, o := range test.WidgetRenderer(f).Objects() {
		if _, label := o.(*Text); label || !o.Visible() {
			continue
		}
		fmt.Fprintf(&b, "%T %v %v", o, o.Position(), o.Size())
		if curve, ok := o.(*canvas.BezierCurve); ok {
			fmt.Fprintf(&b, " %v", curve.ControlPoints)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestFacesDifferWithoutColour(t *testing.T) {
	dress(t)
	seen := map[string]int{}
	for score := LowestScore; score <= HighestScore; score++ {
		f := NewFace(score, nil)
		f.SetLabel("一般")
		onStage(t, f, fyne.NewSize(240, 380))
		if other, same := seen[drawing(f)]; same {
			t.Errorf("the faces of %d and %d differ in colour only", score, other)
		}
		seen[drawing(f)] = score
	}
}

func TestFaceStaysInItsTile(t *testing.T) {
	dress(t)
	for _, size := range []fyne.Size{fyne.NewSize(240, 380), fyne.NewSize(700, 200), fyne.NewSize(120, 500)} {
		f := NewFace(5, nil)
		f.SetLabel("Very dissatisfied")
		onStage(t, f, size)
		r := test.WidgetRenderer(f).(*faceRenderer)
		head, text := r.head, r.text
		if at := head.Position(); at.X < 0 || at.Y < 0 || at.X+head.Size().Width > size.Width || at.Y+head.Size().Height > size.Height {
			t.Errorf("%v: the face is at %v, %v", size, at, head.Size())
		}
		if !text.Whole(text.Size()) {
			t.Errorf("%v: the words do not fit %v", size, text.Size())
		}
	}
}
