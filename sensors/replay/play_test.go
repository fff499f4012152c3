package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// written is a recording on disk: readings at 0 h, 1 h, 4 h, 3 h.
func written(t *testing.T, more string) Format {
	format := fahrenheit
	format.File = filepath.Join(t.TempDir(), "office.csv")
	text := "timestamp,value\n2013-07-04 00:00:00,68\n2013-07-04 01:00:00,69\n2013-07-04 04:00:00,70\n2013-07-04 03:00:00,71\n" + more
	if err := os.WriteFile(format.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return format
}

func TestPlayKeepsPaceAndGaps(t *testing.T) {
	for speed, want := range map[float64][]string{
		0:  {"0s 00:00", "0s 01:00", "0s 04:00", "0s 03:00"},
		1:  {"0s 00:00", "1h0m0s 01:00", "4h0m0s 04:00", "4h0m0s 03:00"},
		60: {"0s 00:00", "1m0s 01:00", "4m0s 04:00", "4m0s 03:00"},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var got []string
			n, err := Play(t.Context(), Options{written(t, ""), speed}, func(r Reading) {
				got = append(got, fmt.Sprint(time.Since(start), " ", r.Time.Format("15:04")))
			})
			if n != 4 || err != nil || !slices.Equal(got, want) {
				t.Errorf("speed %g: %d readings, %v:\n%q\nwant\n%q", speed, n, err, got, want)
			}
		})
	}
}

func TestPlayStopsAtABadLine(t *testing.T) {
	played := 0
	n, err := Play(t.Context(), Options{written(t, "rubbish,1\n2013-07-04 05:00:00,72\n"), 0}, func(Reading) { played++ })
	if bad := (BadLine{}); !errors.As(err, &bad) || bad.Line != 6 || n != 4 || played != 4 {
		t.Errorf("played %d, counted %d, %v, want 4 and a bad line 6", played, n, err)
	}
}

func TestPlayStopsWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		n, err := Play(ctx, Options{written(t, ""), 1}, func(Reading) {})
		if n != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("played %d, %v, want 2 and the end of the context", n, err)
		}
	})
}

func TestPlayNamesWhatIsMissing(t *testing.T) {
	format := fahrenheit
	format.File = filepath.Join(t.TempDir(), "nowhere.csv")
	if _, err := Play(t.Context(), Options{Format: format}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(format.File, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Play(t.Context(), Options{Format: format}, nil); !errors.As(err, new(BadLine)) {
		t.Errorf("empty file: %v", err)
	}
}
