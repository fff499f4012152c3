package climate

import (
	"math"
	"strings"
	"testing"

	"periph.io/x/conn/v3/physic"
)

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"28-0000070e41ac", "28-0000070E41AC", "28-", "-28-0000070e41a", "28-+000070e41ac", "28_0000070e41ac", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err == nil && FormatAddress(a) != strings.ToLower(s) {
			t.Errorf("%q is spelled %q", s, FormatAddress(a))
		}
	})
}

// FuzzParseTherm reads arbitrary files in place of the kernel's.
func FuzzParseTherm(f *testing.F) {
	const bytes = "50 05 4b 46 7f ff 0c 10 1c "
	for _, s := range []string{
		bytes + ": crc=1c YES\n" + bytes + "t=85000\n", bytes + ": crc=1c YES\n" + bytes + "t=-1250\n", bytes + ": crc=1c NO\n" + bytes + "t=85000\n",
		"", "\n", "YES", "YES\nt=", "YES\nt=1.5", "YES\nt=t=1", "YES\nt=99999999999",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseTherm(s)
		if err != nil {
			return
		}
		if milli := float64(got-physic.ZeroCelsius) / float64(physic.MilliKelvin); math.Abs(milli) > math.MaxInt32 || !strings.Contains(s, "YES") {
			t.Errorf("%q is %s", s, got)
		}
	})
}
