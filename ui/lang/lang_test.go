package lang

import (
	"reflect"
	"slices"
	"strings"
	"testing"
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
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		switch field.Kind() {
		case reflect.String:
			said[name] = field.String()
		case reflect.Func:
			if field.IsNil() {
				t.Errorf("%s: missing in %s", name, c.Name)
				continue
			}
			said[name] = call(field)
			if !strings.Contains(said[name], "7") {
				t.Errorf("%s in %s says %q without its argument", name, c.Name, said[name])
			}
		case reflect.Array:
			for j := range field.Len() {
				said[name+string(rune('1'+j))] = field.Index(j).String()
			}
		default:
			t.Fatalf("%s: a %s is not a sentence", name, field.Kind())
		}
	}
	return said
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
		v := reflect.ValueOf(*Of(l))
		for i := range v.NumField() {
			if field := v.Field(i); field.Kind() == reflect.String && !strings.Contains(listed, field.String()) {
				t.Errorf("Sentences of %s leaves out %s", l, v.Type().Field(i).Name)
			}
		}
		for name, sentence := range sentences(t, Of(l)) {
			for _, r := range sentence {
				if r != '7' && !strings.ContainsRune(listed, r) {
					t.Errorf("Sentences of %s leaves out %q of %s", l, r, name)
				}
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
		{Of(English).ReturnIn(1), "Back to start in 1 second"},
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
