package lang

import "testing"

func TestAloud(t *testing.T) {
	for _, test := range []struct {
		got, want string
	}{
		{Aloud(English, "Which one is yours?", "", " 09:30 · W ", "None of these"), "Which one is yours? 09:30 · W. None of these."},
		{Aloud(Chinese, "请选择您的预约", "真的吗？", "返回"), "请选择您的预约。真的吗？返回。"},
		{Aloud(English), ""},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}
