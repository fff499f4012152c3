package watch

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"stationkeeper/headoffice/store"
)

// chartSpan is the most time a chart shows.
const chartSpan = 24 * time.Hour

// chartSpans are the lengths of time a chart may show, and how often its time axis is labelled. The shortest that
// holds all of the last chartSpan is taken, so that a station of this morning has a chart to look at too.
var chartSpans = []struct {
	span, label time.Duration
	key         string // of its name in the catalogue
}{
	{15 * time.Minute, 5 * time.Minute, "span.quarter"},
	{time.Hour, 15 * time.Minute, "span.hour"},
	{6 * time.Hour, 2 * time.Hour, "span.sixhours"},
	{chartSpan, 6 * time.Hour, "span.day"},
}

// Size of a chart in its own units, one of which is about a pixel on a phone, and the margins that hold labels.
const (
	chartWidth  = 360.0
	chartHeight = 150.0
	chartLeft   = 36.0
	chartRight  = 352.0
	chartTop    = 18.0
	chartBottom = 128.0
)

// chartMost bounds what is drawn: no sensor means a value beyond it, and floats near it still tell units apart.
const chartMost = 1e12

// chart is the drawing of one point's history: geometry and labels only, drawn by the template "chart".
type chart struct {
	Width, Height, Left, Right, Top, Bottom float64
	// Span is the catalogue's key for how much time is shown.
	Span string
	// Unit stands above the value axis.
	Unit string
	// Y are the values, X the times labelled on the axes.
	Y, X []tick
	// Lines are SVG paths, one for each stretch without a gap; Dots are values that stand alone.
	Lines []string
	Dots  []position
	// Gaps are the stretches in which nothing was measured.
	Gaps []band
	// Limit is where the limit of an open alarm lies, if there is one.
	Limit *tick
	// Lowest, Highest and Last are what the window holds.
	Lowest, Highest, Last float64
}

type tick struct {
	At    float64
	Label string
}

type position struct{ X, Y float64 }

type band struct{ From, To float64 }

// Width of the band.
func (b band) Width() float64 { return round1(b.To - b.From) }

// Depth of the part of the chart that holds values.
func (c *chart) Depth() float64 { return c.Bottom - c.Top }

// drawChart draws what was measured in the chartSpan before end. Samples are in order of time. Without any in the
// window it returns nil.
func drawChart(samples []store.Sample, end time.Time, zone *time.Location, unit string, limit *float64) *chart {
	samples = slices.DeleteFunc(slices.Clone(samples), func(s store.Sample) bool {
		return s.Time.Before(end.Add(-chartSpan)) || s.Time.After(end) || !(math.Abs(s.Value) < chartMost)
	})
	if len(samples) == 0 {
		return nil
	}
	c := &chart{Width: chartWidth, Height: chartHeight, Left: chartLeft, Right: chartRight, Top: chartTop,
		Bottom: chartBottom, Unit: unit, Last: samples[len(samples)-1].Value}
	c.Lowest, c.Highest = extent(samples)
	low, high := c.Lowest, c.Highest
	if limit != nil {
		low, high = min(low, *limit), max(high, *limit)
	}
	ticks := niceTicks(low, high)
	p := projection{end: end, low: ticks[0], high: ticks[len(ticks)-1]}
	for _, choice := range chartSpans {
		if p.span = choice.span; !samples[0].Time.Before(p.start()) {
			c.Span, c.X = choice.key, timeTicks(p, choice.label, zone)
			break
		}
	}
	for _, v := range ticks {
		c.Y = append(c.Y, tick{At: p.y(v), Label: number(v, "")})
	}
	if limit != nil {
		c.Limit = &tick{At: p.y(*limit), Label: amount(*limit, unit)}
	}
	c.trace(samples, p)
	return c
}

// projection maps times and values into the chart.
type projection struct {
	end       time.Time
	span      time.Duration
	low, high float64
}

func (p projection) start() time.Time { return p.end.Add(-p.span) }

func (p projection) x(t time.Time) float64 {
	return round1(chartLeft + (chartRight-chartLeft)*float64(t.Sub(p.start()))/float64(p.span))
}

func (p projection) y(v float64) float64 {
	return round1(chartBottom - (chartBottom-chartTop)*(v-p.low)/(p.high-p.low))
}

func round1(v float64) float64 { return math.Round(v*10) / 10 }

// trace draws the samples, breaking the line where measuring paused.
func (c *chart) trace(samples []store.Sample, p projection) {
	pause := longestPause(samples)
	gap := func(from, to time.Time) bool {
		if to.Sub(from) <= pause {
			return false
		}
		c.Gaps = append(c.Gaps, band{From: p.x(from), To: p.x(to)})
		return true
	}
	gap(p.start(), samples[0].Time)
	first := 0
	for i := range samples {
		if i+1 < len(samples) && !gap(samples[i].Time, samples[i+1].Time) {
			continue
		}
		c.stretch(samples[first:i+1], p)
		first = i + 1
	}
	gap(samples[len(samples)-1].Time, p.end)
}

// stretch draws samples that follow one another without a gap. Of those that share a column of the chart only
// the lowest and the highest are drawn, so that a day of readings every few seconds stays small and no peak is
// lost.
func (c *chart) stretch(samples []store.Sample, p projection) {
	if len(samples) == 1 {
		c.Dots = append(c.Dots, position{p.x(samples[0].Time), p.y(samples[0].Value)})
		return
	}
	var path strings.Builder
	letter := byte('M')
	point := func(s store.Sample) {
		fmt.Fprintf(&path, "%c%g %g", letter, p.x(s.Time), p.y(s.Value))
		letter = 'L'
	}
	for first := 0; first < len(samples); {
		next := first + 1
		for next < len(samples) && math.Floor(p.x(samples[next].Time)) == math.Floor(p.x(samples[first].Time)) {
			next++
		}
		column := samples[first:next]
		low, high := extremes(column)
		point(column[min(low, high)])
		if low != high {
			point(column[max(low, high)])
		}
		first = next
	}
	c.Lines = append(c.Lines, path.String())
}

// extremes returns the indices of the lowest and the highest of the samples.
func extremes(samples []store.Sample) (low, high int) {
	for i, s := range samples {
		if s.Value < samples[low].Value {
			low = i
		}
		if s.Value > samples[high].Value {
			high = i
		}
	}
	return low, high
}

func extent(samples []store.Sample) (low, high float64) {
	i, j := extremes(samples)
	return samples[i].Value, samples[j].Value
}

// longestPause is the longest time between two samples that still counts as measuring without interruption: a
// little under twice the usual time between two, so that one missing sample shows, and at least a minute.
func longestPause(samples []store.Sample) time.Duration {
	steps := make([]time.Duration, 0, len(samples))
	for i := 1; i < len(samples); i++ {
		steps = append(steps, samples[i].Time.Sub(samples[i-1].Time))
	}
	if len(steps) == 0 {
		return time.Minute
	}
	slices.Sort(steps)
	return max(steps[len(steps)/2]*9/5, time.Minute)
}

// niceTicks returns three to six round values that enclose low and high.
func niceTicks(low, high float64) []float64 {
	const least = 1.0 // below one unit the wiggle of a sensor would fill the chart
	if high-low < least {
		middle := (low + high) / 2
		low, high = middle-least/2, middle+least/2
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (high-low)/(step*factor) <= 4 {
			step *= factor
			break
		}
	}
	var ticks []float64
	for i := math.Floor(low / step); ; i++ {
		ticks = append(ticks, math.Round(i*step*1e6)/1e6)
		if i*step >= high {
			return ticks
		}
	}
}

// timeTicks labels the times of the clock on the wall that are multiples of step; midnight carries the date.
func timeTicks(p projection, step time.Duration, zone *time.Location) []tick {
	var ticks []tick
	local := p.start().In(zone)
	for day := range 2 {
		// Counted in hours and minutes of the wall, which a change to summer time leaves where they are.
		for minute := 0; minute < 24*60; minute += int(step.Minutes()) {
			t := time.Date(local.Year(), local.Month(), local.Day()+day, 0, minute, 0, 0, zone)
			if t.Before(p.start()) || t.After(p.end) {
				continue
			}
			label := t.Format("15:04")
			if minute == 0 {
				label = t.Format("01-02")
			}
			ticks = append(ticks, tick{At: p.x(t), Label: label})
		}
	}
	return ticks
}
