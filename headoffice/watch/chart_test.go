package watch

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
)

// every returns one sample each step over a span that ends at noon.
func every(step, span time.Duration, value func(at time.Time) float64) (samples []store.Sample) {
	for at := noon.Add(-span); !at.After(noon); at = at.Add(step) {
		samples = append(samples, store.Sample{Time: at, Value: value(at)})
	}
	return samples
}

func constant(v float64) func(time.Time) float64 { return func(time.Time) float64 { return v } }

func TestChartOfNothing(t *testing.T) {
	for name, samples := range map[string][]store.Sample{
		"no samples": nil,
		"too old":    {{Time: noon.Add(-chartSpan - time.Second), Value: 20}},
		"not yet":    {{Time: noon.Add(time.Second), Value: 20}},
		"no numbers": {{Time: noon, Value: math.NaN()}, {Time: noon, Value: math.Inf(1)}, {Time: noon, Value: 1e300}},
	} {
		if c := drawChart(samples, noon, shanghai, "°C", nil); c != nil {
			t.Errorf("%s: got a chart %+v", name, c)
		}
	}
}

// TestChartStaysInside draws awkward values and checks that all of the drawing lies between the axes.
func TestChartStaysInside(t *testing.T) {
	limit := 45.0
	for name, value := range map[string]func(time.Time) float64{
		"flat":     constant(21.5),
		"zero":     constant(0),
		"negative": constant(-17.3),
		"huge":     constant(9e11),
		"tiny":     func(at time.Time) float64 { return 1e-9 * float64(at.Unix()%7) },
		"wide":     func(at time.Time) float64 { return float64(at.Unix()%86400)*13 - 4e5 },
		"wave":     func(at time.Time) float64 { return 20 + 5*math.Sin(float64(at.Unix())/4000) },
	} {
		c := drawChart(every(time.Minute, chartSpan, value), noon, shanghai, "°C", &limit)
		if c == nil {
			t.Fatalf("%s: no chart", name)
		}
		if n := len(c.Y); n < 3 || n > 6 {
			t.Errorf("%s: %d values on the axis: %v", name, n, c.Y)
		}
		for _, line := range c.Lines {
			for _, p := range positions(t, line) {
				if p.X < c.Left || p.X > c.Right || p.Y < c.Top || p.Y > c.Bottom {
					t.Errorf("%s: %v lies outside", name, p)
				}
			}
		}
		if c.Limit.At < c.Top || c.Limit.At > c.Bottom {
			t.Errorf("%s: the limit is drawn at %v", name, c.Limit.At)
		}
	}
}

func positions(t *testing.T, path string) (all []position) {
	t.Helper()
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == 'M' || r == 'L' }) {
		x, y, _ := strings.Cut(part, " ")
		px, err := strconv.ParseFloat(x, 64)
		if err != nil {
			t.Fatal(err)
		}
		py, err := strconv.ParseFloat(y, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, position{px, py})
	}
	return all
}

func TestChartKeepsGapsAndPeaks(t *testing.T) {
	samples := every(10*time.Second, chartSpan, func(at time.Time) float64 {
		if at.Equal(noon.Add(-10 * time.Hour)) {
			return 35 // a peak of one sample among thousands
		}
		return 20
	})
	var holed []store.Sample
	for _, s := range samples {
		ago := noon.Sub(s.Time)
		alone := ago == 3*time.Hour+30*time.Minute
		if alone || ago > 4*time.Hour || ago < 3*time.Hour && ago > time.Hour {
			holed = append(holed, s)
		}
	}
	c := drawChart(holed, noon, shanghai, "°C", nil)
	if len(c.Lines) != 2 || len(c.Dots) != 1 || len(c.Gaps) != 3 {
		t.Errorf("%d lines, %d dots, %d gaps; want 2, 1, 3", len(c.Lines), len(c.Dots), len(c.Gaps))
	}
	if last := c.Gaps[len(c.Gaps)-1]; last.To != c.Right {
		t.Errorf("the gap up to now ends at %v, want %v", last.To, c.Right)
	}
	if c.Highest != 35 || c.Lowest != 20 || c.Last != 20 {
		t.Errorf("lowest %v, highest %v, last %v", c.Lowest, c.Highest, c.Last)
	}
	peak := false
	for _, p := range positions(t, c.Lines[0]) {
		peak = peak || p.Y == c.Y[len(c.Y)-1].At
	}
	if !peak {
		t.Error("the peak is not drawn")
	}
	if n := len(positions(t, c.Lines[0])); n > 2*int(chartWidth) {
		t.Errorf("a line of %d points", n)
	}
}

func TestChartShowsOneMissingHour(t *testing.T) {
	samples := every(time.Hour, 20*time.Hour, constant(20))
	whole := drawChart(samples, noon, shanghai, "°C", nil)
	if len(whole.Lines) != 1 || len(whole.Gaps) != 1 {
		t.Fatalf("%d lines, %d gaps; want one line, and a gap before it", len(whole.Lines), len(whole.Gaps))
	}
	holed := drawChart(append(samples[:10:10], samples[11:]...), noon, shanghai, "°C", nil)
	if len(holed.Lines) != 2 || len(holed.Gaps) != 2 {
		t.Errorf("%d lines, %d gaps; want 2 and 2", len(holed.Lines), len(holed.Gaps))
	}
}

// TestChartOfAYoungStation shows what there is rather than a day of nothing.
func TestChartOfAYoungStation(t *testing.T) {
	for _, c := range []struct {
		age          time.Duration
		span, labels string
	}{
		{3 * time.Minute, "span.quarter", "12:15 12:20 12:25 12:30"},
		{15 * time.Minute, "span.quarter", "12:15 12:20 12:25 12:30"},
		{16 * time.Minute, "span.hour", "11:30 11:45 12:00 12:15 12:30"},
		{5 * time.Hour, "span.sixhours", "08:00 10:00 12:00"},
		{7 * time.Hour, "span.day", "18:00 11-23 06:00 12:00"},
		{48 * time.Hour, "span.day", "18:00 11-23 06:00 12:00"},
	} {
		chart := drawChart(every(10*time.Second, c.age, constant(20)), noon, shanghai, "°C", nil)
		var labels []string
		for _, x := range chart.X {
			labels = append(labels, x.Label)
		}
		if got := strings.Join(labels, " "); chart.Span != c.span || got != c.labels {
			t.Errorf("after %s: %s with %q, want %s with %q", c.age, chart.Span, got, c.span, c.labels)
		}
		if len(chart.Lines) != 1 {
			t.Errorf("after %s: %d lines", c.age, len(chart.Lines))
		}
	}
}

func TestNiceTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []float64
	}{
		{21.3, 28.7, []float64{20, 22, 24, 26, 28, 30}},
		{4, 14, []float64{0, 5, 10, 15}},
		{21.5, 21.5, []float64{21, 21.5, 22}},
		{-0.2, 0.1, []float64{-1, -0.5, 0, 0.5}},
	} {
		got := niceTicks(c.low, c.high)
		if len(got) < 3 || len(got) > 6 || got[0] > c.low || got[len(got)-1] < c.high {
			t.Errorf("niceTicks(%v, %v) = %v, want 3 to 6 that enclose both", c.low, c.high, got)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("niceTicks(%v, %v) = %v, want %v", c.low, c.high, got, c.want)
		}
	}
}
