package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"stationkeeper/internal/touch"
)

// watcher is a glass for measuring.
func (s *soak) watcher() *touch.Glass { return touch.NewGlass(s.kiosk.Socket, s.display) }

// warmed are the samples after the beginning.
func (s *soak) warmed() []sample {
	for i, one := range s.samples {
		if one.at >= s.warm {
			return s.samples[i:]
		}
	}
	return nil
}

// growth is that of one figure, by the hour.
func growth(samples []sample, of func(sample) float64) float64 {
	var x, y []float64
	for _, one := range samples {
		x, y = append(x, one.at.Hours()), append(y, of(one))
	}
	return slope(x, y)
}

var figures = []struct {
	name string
	unit string
	of   func(sample) float64
}{
	{"resident", "MB", func(s sample) float64 { return s.resident / 1024 }},
	{"anonymous", "MB", func(s sample) float64 { return s.anonymous / 1024 }},
	{"file", "MB", func(s sample) float64 { return s.file / 1024 }},
	{"journal", "MB", func(s sample) float64 { return s.journal / 1024 }},
	{"goroutines", "", func(s sample) float64 { return float64(s.goroutines) }},
	{"CPU", "% of a core", func(s sample) float64 { return s.cpu }},
}

// report is what was measured.
func (s *soak) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s, seed %d: %s\n", s.out, time.Since(s.began).Round(time.Second), s.seed, s.crowd.report())
	after := s.warmed()
	if len(after) < 3 {
		fmt.Fprintf(&b, "too short to tell of growth after the first %s\n", s.warm)
		return b.String()
	}
	fmt.Fprintf(&b, "%-12s %10s %10s %10s   growth after the first %s\n", "", "first", "median", "last", s.warm)
	for _, f := range figures {
		var all []float64
		for _, one := range after {
			all = append(all, f.of(one))
		}
		fmt.Fprintf(&b, "%-12s %10.1f %10.1f %10.1f   %+.2f %s/h\n", f.name, all[0], median(all), all[len(all)-1], growth(after, f.of), f.unit)
	}
	return b.String()
}

// judge says what is wrong.
func (s *soak) judge() error {
	after := s.warmed()
	if len(after) < 3 {
		return nil
	}
	var errs []error
	if by := growth(after, figures[0].of); by > s.limit || math.IsNaN(by) {
		errs = append(errs, fmt.Errorf("resident memory grows by %.2f MB an hour, more than %g", by, s.limit))
	}
	if by := growth(after, figures[4].of) * after[len(after)-1].at.Hours(); by > 5 {
		errs = append(errs, fmt.Errorf("there are %.0f goroutines more at the end than at the beginning", by))
	}
	return errors.Join(errs...)
}

// curve draws memory over time.
func curve(samples []sample, warm time.Duration) string {
	const width, height, left, bottom = 1000.0, 420.0, 60.0, 40.0
	most, end := 50.0, time.Minute
	for _, s := range samples {
		most, end = max(most, s.resident/1024), max(end, s.at)
	}
	most = math.Ceil(most/50) * 50
	x := func(at time.Duration) float64 { return left + float64(at)/float64(end)*(width-left-10) }
	y := func(mb float64) float64 { return height - bottom - mb/most*(height-bottom-20) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="sans-serif" font-size="13">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%g" height="%g" fill="white"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<rect x="%.1f" y="20" width="%.1f" height="%.1f" fill="#eef2f7"/>`+"\n", left, x(min(warm, end))-left, height-bottom-20)
	for mb := 0.0; mb <= most; mb += 50 {
		fmt.Fprintf(&b, `<path d="M%g %.1fH%g" stroke="#cbd5e1"/><text x="%g" y="%.1f" text-anchor="end">%.0f MB</text>`+"\n", left, y(mb), width-10, left-6, y(mb)+4, mb)
	}
	for part := 0; part <= 8; part++ {
		at := end * time.Duration(part) / 8
		fmt.Fprintf(&b, `<text x="%.1f" y="%g" text-anchor="middle">%s</text>`+"\n", x(at), height-bottom+18, at.Round(time.Second))
	}
	for _, line := range []struct {
		name, color string
		of          func(sample) float64
		at          float64
	}{{"resident", "#0b55b3", figures[0].of, 0}, {"anonymous", "#c2410c", figures[1].of, 90}} {
		var path []string
		for _, s := range samples {
			path = append(path, fmt.Sprintf("%.1f,%.1f", x(s.at), y(line.of(s))))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/><text x="%g" y="14" fill="%s">%s</text>`+"\n",
			strings.Join(path, " "), line.color, left+line.at, line.color, line.name)
	}
	return b.String() + "</svg>\n"
}
