package lang

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// call calls a function of a catalogue with 7 for every number and "7" for every text.
func call(f reflect.Value) string {
	args := make([]reflect.Value, f.Type().NumIn())
	for i := range args {
		if f.Type().In(i).Kind() == reflect.Int {
			args[i] = reflect.ValueOf(7)
		} else {
			args[i] = reflect.ValueOf("7")
		}
	}
	return f.Call(args)[0].String()
}

// sentences reads a catalogue by reflection: the name of each sentence and what it says.
func sentences(t *testing.T, c *Catalogue) map[string]string {
	t.Helper()
	said := map[string]string{}
	read(t, said, "", reflect.ValueOf(*c))
	return said
}

// read reads the sentences of a value that has a name.
func read(t *testing.T, said map[string]string, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		said[name] = v.String()
	case reflect.Func:
		if v.IsNil() {
			t.Errorf("%s: missing", name)
			return
		}
		if said[name] = call(v); !strings.Contains(said[name], "7") {
			t.Errorf("%s says %q without its argument", name, said[name])
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			read(t, said, fmt.Sprintf("%s %d", name, i+1), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			read(t, said, strings.TrimSpace(name+" "+v.Type().Field(i).Name), v.Field(i))
		}
	default:
		t.Fatalf("%s: a %s is not a sentence", name, v.Kind())
	}
}

func TestEverySentenceInEveryLanguage(t *testing.T) {
	reference := sentences(t, Of(Default))
	for _, l := range All {
		for name, sentence := range sentences(t, Of(l)) {
			if strings.TrimSpace(sentence) == "" || sentence != strings.TrimSpace(sentence) {
				t.Errorf("%s in %s: %q", name, l, sentence)
			}
			if l != Default && sentence == reference[name] {
				t.Errorf("%s in %s is the %s one: %q", name, l, Default, sentence)
			}
		}
	}
}

func TestSentencesLeavesNothingOut(t *testing.T) {
	for _, l := range All {
		listed := strings.Join(Of(l).Sentences(), "\n")
		for name, sentence := range sentences(t, Of(l)) {
			for _, r := range sentence {
				if r != '7' && !strings.ContainsRune(listed, r) {
					t.Errorf("Sentences of %s leaves out %q of %s", l, r, name)
				}
			}
		}
		for _, sentence := range []string{Of(l).ChooseService, Of(l).Weekdays[3], Of(l).Ahead(1), Of(l).Date(11, 12)} {
			if !strings.Contains(listed, sentence) {
				t.Errorf("Sentences of %s leaves out %q", l, sentence)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Of(Chinese).Ahead(0), "下一位就是您"},
		{Of(Chinese).Ahead(3), "前面还有 3 人"},
		{Of(English).Ahead(0), "You are next"},
		{Of(English).Ahead(1), "1 person ahead of you"},
		{Of(English).Ahead(3), "3 people ahead of you"},
		{Of(Chinese).InFront(0), "无人等待"},
		{Of(English).InFront(1), "1 person ahead"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestOfUnknownLanguageIsTheDefault(t *testing.T) {
	if Of("fr") != Of(Default) {
		t.Error("an unknown language is not answered in the default one")
	}
	if !slices.Contains(All[:], Default) {
		t.Error("the default language is not offered")
	}
}

func TestNames(t *testing.T) {
	both := Names{Chinese: "个人业务", English: "Personal banking"}
	for _, test := range []struct {
		names Names
		in    Language
		want  string
	}{
		{both, Chinese, "个人业务"},
		{both, English, "Personal banking"},
		{Names{Chinese: "个人业务"}, English, "个人业务"},
		{Names{English: "Post"}, Chinese, "Post"},
		{Names{Chinese: "个人业务", English: " "}, English, "个人业务"},
		{nil, English, ""},
	} {
		if got := test.names.In(test.in); got != test.want {
			t.Errorf("%v in %s: got %q, want %q", test.names, test.in, got, test.want)
		}
	}
}

func TestWaits(t *testing.T) {
	for _, test := range []struct {
		low, high              int
		about, expect, english string
	}{
		{5, 12, "约 5–12 分钟", "预计等候 5–12 分钟", "about 5–12 min"},
		{0, 3, "3 分钟以内", "预计等候 3 分钟以内", "up to 3 min"},
		{4, 4, "约 4 分钟", "预计等候约 4 分钟", "about 4 min"},
	} {
		zh, en := Of(Chinese), Of(English)
		if zh.About(test.low, test.high) != test.about || zh.Expect(test.low, test.high) != test.expect || en.About(test.low, test.high) != test.english {
			t.Errorf("%d to %d: %q, %q, %q", test.low, test.high, zh.About(test.low, test.high), zh.Expect(test.low, test.high), en.About(test.low, test.high))
		}
	}
}

func TestWhen(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2026, 10, 19, 20, 15, 0, 0, berlin) // the clocks go back on Sunday
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 30, 0, 0, berlin) }
	for _, test := range []struct {
		at, opens time.Time
		zh, en    string
	}{
		{monday, time.Time{}, "现在不办理", "Closed now"},
		{monday, at(19, 21), "现在不办理，21:30 开始", "Closed now, opens at 21:30"},
		{monday.UTC(), at(19, 21), "现在不办理，21:30 开始", "Closed now, opens at 21:30"},
		{monday, at(20, 9), "现在不办理，明天 09:30 开始", "Closed now, opens tomorrow at 09:30"},
		{at(24, 23), at(25, 9), "现在不办理，明天 09:30 开始", "Closed now, opens tomorrow at 09:30"},
		{at(25, 0), at(25, 23), "现在不办理，23:30 开始", "Closed now, opens at 23:30"},
		{monday, at(25, 9), "现在不办理，周日 09:30 开始", "Closed now, opens Sunday at 09:30"},
		{monday, at(26, 9), "现在不办理，10 月 26 日 09:30 开始", "Closed now, opens 26 October at 09:30"},
	} {
		if zh, en := Of(Chinese).When(test.at, test.opens), Of(English).When(test.at, test.opens); zh != test.zh || en != test.en {
			t.Errorf("at %v, opens %v: %q, %q, want %q, %q", test.at, test.opens, zh, en, test.zh, test.en)
		}
	}
}
