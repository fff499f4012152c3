package theme_test

import (
	"bytes"
	"testing"

	"github.com/go-text/typesetting/font"

	"stationkeeper/ui/theme"
)

// TestRareNamesHaveAFont holds that names with characters that GB 2312 lacks are drawn with a font of ours that has them,
// and that nothing else is.
func TestRareNamesHaveAFont(t *testing.T) {
	for _, usual := range []string{"", "王晓", "Counter 3 · ¥5.00", "请选择您要办理的业务"} {
		if source := theme.Source(usual); source != nil {
			t.Errorf("%q is drawn with %s", usual, source.Name())
		}
	}
	for _, name := range []string{"李㐂", "吉野𠮷", "喆", "镕", "堃"} {
		source := theme.Source(name)
		if source == nil {
			t.Errorf("%q has no font of its own: run make assets", name)
			continue
		}
		face, err := font.ParseTTF(bytes.NewReader(source.Content()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range name {
			if _, ok := face.NominalGlyph(r); !ok {
				t.Errorf("%s has no %q", source.Name(), r)
			}
		}
	}
}

// BenchmarkRareFont is what the first rare name costs.
func BenchmarkRareFont(b *testing.B) {
	content := theme.Source("㐂").Content()
	for b.Loop() {
		if _, err := font.ParseTTF(bytes.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}
