package theme_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/goccy/go-yaml"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/theme"
)

func mustFace(t *testing.T, th *theme.Theme, style fyne.TextStyle) *font.Face {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(th.Font(style).Content()))
	if err != nil {
		t.Fatalf("parse %s: %v", th.Font(style).Name(), err)
	}
	return face
}

// examples returns every text in the configuration examples: the names of services are among them.
func examples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../configs/*.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var document any
		if err := yaml.Unmarshal(content, &document); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		texts = append(texts, leaves(document)...)
	}
	return texts
}

func leaves(node any) []string {
	var texts []string
	switch n := node.(type) {
	case string:
		return []string{n}
	case map[string]any:
		for _, value := range n {
			texts = append(texts, leaves(value)...)
		}
	case []any:
		for _, value := range n {
			texts = append(texts, leaves(value)...)
		}
	}
	return texts
}

func TestFontsDrawEverythingThatIsSaid(t *testing.T) {
	th := mustTheme(t, theme.Screen{Width: 1280, Height: 800})
	texts := append(examples(t), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-·→…")
	for _, l := range lang.All {
		texts = append(texts, lang.Of(l).Sentences()...)
	}
	for name, style := range map[string]fyne.TextStyle{"regular": {}, "bold": {Bold: true}} {
		face := mustFace(t, th, style)
		for _, text := range texts {
			for _, r := range text {
				if _, ok := face.NominalGlyph(r); !ok && r != '\n' {
					t.Errorf("%s has no %q (U+%04X) of %q", name, r, r, text)
				}
			}
		}
	}
}

func TestFontsDoNotDrawWhatTheyLack(t *testing.T) {
	face := mustFace(t, mustTheme(t, theme.Screen{Width: 1280, Height: 800}), fyne.TextStyle{})
	if _, ok := face.NominalGlyph('\u9FA5'); ok {
		t.Error("the font has a character that GB 2312 lacks: the test above proves nothing")
	}
}

func TestFontsAreRegularAndBold(t *testing.T) {
	th := mustTheme(t, theme.Screen{Width: 1280, Height: 800})
	regular, bold := mustFace(t, th, fyne.TextStyle{}), mustFace(t, th, fyne.TextStyle{Bold: true})
	if w := regular.Describe().Aspect.Weight; w != font.WeightNormal {
		t.Errorf("regular weighs %v", w)
	}
	if w := bold.Describe().Aspect.Weight; w != font.WeightBold {
		t.Errorf("bold weighs %v", w)
	}
	if th.Font(fyne.TextStyle{Italic: true}) != th.Font(fyne.TextStyle{}) {
		t.Error("italics are not drawn in our font")
	}
	if th.Font(fyne.TextStyle{Symbol: true}) != fynetheme.DefaultTheme().Font(fyne.TextStyle{Symbol: true}) {
		t.Error("symbols are not drawn in Fyne's font")
	}
}

// Characters that Unicode unifies and that are written differently in China and in Japan.
const differently = "骨直角令海关"

func TestFormsAreSimplified(t *testing.T) {
	const collection = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
	content, err := os.ReadFile(collection)
	if err != nil {
		t.Skipf("%v: install fonts-noto-cjk to compare with its faces", err)
	}
	faces, err := font.ParseTTC(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%s: %v", collection, err)
	}
	ours := mustFace(t, mustTheme(t, theme.Screen{Width: 1280, Height: 800}), fyne.TextStyle{})
	const japanese, simplified = 0, 2
	for _, r := range differently {
		drawn := outline(t, ours, r)
		if !reflect.DeepEqual(drawn, outline(t, faces[simplified], r)) {
			t.Errorf("%q is not drawn as in China", r)
		}
		if reflect.DeepEqual(drawn, outline(t, faces[japanese], r)) {
			t.Errorf("%q is drawn as in Japan", r)
		}
	}
}

func outline(t *testing.T, face *font.Face, r rune) []opentype.Segment {
	t.Helper()
	glyph, ok := face.NominalGlyph(r)
	if !ok {
		t.Fatalf("no glyph for %q", r)
	}
	data, ok := face.GlyphData(glyph).(font.GlyphOutline)
	if !ok {
		t.Fatalf("%q has no outline", r)
	}
	return data.Segments
}
