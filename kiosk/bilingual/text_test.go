package bilingual_test

import (
	"strings"
	"testing"

	"stationkeeper/internal/document"
	"stationkeeper/kiosk/bilingual"
)

func TestIn(t *testing.T) {
	both := bilingual.Text{Zh: "您好", En: "Hello"}
	for language, want := range map[string]string{"zh": "您好", "en": "Hello", "": "您好", "fr": "您好"} {
		if got := both.In(language); got != want {
			t.Errorf("in %q: %q, want %q", language, got, want)
		}
	}
	if both.Empty() || !(bilingual.Text{}).Empty() {
		t.Error("empty")
	}
}

func TestWhatIsWrongWithATextIsSaid(t *testing.T) {
	for _, c := range []struct {
		text bilingual.Text
		want string
	}{
		{bilingual.Text{Zh: "甲", En: "A"}, ""},
		{bilingual.Text{Zh: strings.Repeat("甲", 14), En: strings.Repeat("A", 32)}, ""},
		{bilingual.Text{Zh: "甲"}, "t.en: the text is missing: both languages are required"},
		{bilingual.Text{Zh: strings.Repeat("甲", 15), En: "A"}, "t.zh: 15 characters, and 14 fit"},
		{bilingual.Text{Zh: "甲\xff", En: "A"}, "t.zh: not UTF-8"},
		{bilingual.Text{Zh: "甲", En: " A"}, "t.en: begins or ends with a blank"},
		{bilingual.Text{Zh: "甲", En: "A\x00B"}, "t.en: has a character that is not shown, such as a line break"},
	} {
		var p document.Problems
		c.text.Check(&p, "t", bilingual.Button)
		got := ""
		if err := p.Err(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.text, got, c.want)
		}
	}
}
