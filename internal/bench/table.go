package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one line of the table: a figure of ours, what it is measured against, and how it should be.
type row struct {
	What string
	Got  figure
	// Beside is what others, or the bare machine, need for the same; nil when there is nothing to compare with.
	Beside *figure
	// Target bounds Got, or Got as a multiple of Beside; nil when there is none.
	Target *target
	// Note says what else a reader should know.
	Note string
}

// ratio is Got as a multiple of Beside.
func (r row) ratio() float64 { return r.Got.Value / r.Beside.Value }

// figure is a number with its unit, one of the constants below.
type figure struct {
	Value float64
	Unit  unit
	// Of says what was measured, where it is not clear from the row.
	Of string
}

type unit string

const (
	perSecond unit = "records/s"
	bytesEach unit = "B"
	inMillis  unit = "ms"
	percent   unit = "%"
	plain     unit = ""
)

func (f figure) String() string {
	text := spell(f.Value)
	switch {
	case f.Unit == bytesEach && f.Value >= 1e6:
		text = spell(f.Value/1e6) + " MB"
	case f.Unit == bytesEach && f.Value >= 1e4:
		text = spell(f.Value/1e3) + " kB"
	case f.Unit != plain:
		text += " " + string(f.Unit)
	}
	if f.Of != "" {
		text = f.Of + ": " + text
	}
	return text
}

// spell writes a number with about three digits.
func spell(v float64) string {
	switch size := math.Abs(v); {
	case size >= 1e6:
		return fmt.Sprintf("%.3g", v/1e6) + "M"
	case size >= 1e4:
		return fmt.Sprintf("%.0fk", v/1e3)
	case size >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case size >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.3g", v)
	}
}

func millis(d time.Duration) figure { return figure{Value: float64(d) / 1e6, Unit: inMillis} }

// target is a bound that a figure should keep.
type target struct {
	Bound figure
	// AtLeast is true for a lower bound.
	AtLeast bool
	// OfRatio is true when the bound is a multiple of what stands beside.
	OfRatio bool
}

func atLeastRatio(v float64) *target {
	return &target{Bound: figure{Value: v}, AtLeast: true, OfRatio: true}
}
func atMostRatio(v float64) *target { return &target{Bound: figure{Value: v}, OfRatio: true} }
func atMost(v float64, u unit) *target {
	return &target{Bound: figure{Value: v, Unit: u}}
}

func (t target) String() string {
	sign := "≤ "
	if t.AtLeast {
		sign = "≥ "
	}
	if t.OfRatio {
		return sign + "×" + spell(t.Bound.Value)
	}
	return sign + t.Bound.String()
}

// met reports whether a row keeps its target.
func (r row) met() bool {
	if r.Target.AtLeast {
		return r.judged() >= r.Target.Bound.Value
	}
	return r.judged() <= r.Target.Bound.Value
}

// judged is the number that the target is for.
func (r row) judged() float64 {
	if r.Target.OfRatio {
		return r.ratio()
	}
	return r.Got.Value
}

// verdict says whether the target is kept, and by how much of it.
func (r row) verdict() string {
	off := math.Abs(r.judged()-r.Target.Bound.Value) / r.Target.Bound.Value * 100
	if r.met() {
		return fmt.Sprintf("met, %.0f %% to spare", off)
	}
	return fmt.Sprintf("MISSED by %.0f %%", off)
}

// part is some rows that belong together; err says why there are none, or not all.
type part struct {
	Title string
	Rows  []row
	Foot  []string
	Err   error
}

// print writes the parts as one table, and last how many targets are met.
func print(out io.Writer, parts []part) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tours\tbeside\tratio\ttarget\tresult\t")
	met, missed, failed := 0, 0, 0
	for _, p := range parts {
		fmt.Fprintf(w, "%s\t\t\t\t\t\t\n", strings.ToUpper(p.Title))
		for _, r := range p.Rows {
			fmt.Fprintln(w, "  "+strings.Join(r.cells(), "\t")+"\t")
			if r.Target != nil && r.met() {
				met++
			} else if r.Target != nil {
				missed++
			}
		}
		if p.Err != nil {
			failed++
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, p := range parts {
		for _, line := range p.Foot {
			fmt.Fprintf(out, "%s\n", line)
		}
		if p.Err != nil {
			fmt.Fprintf(out, "%s could not be measured: %v\n", p.Title, p.Err)
		}
	}
	_, err := fmt.Fprintf(out, "\nTargets: %d met, %d missed; parts that failed: %d\n", met, missed, failed)
	return err
}

func (r row) cells() []string {
	beside, ratio, bound, verdict := "", "", "", ""
	if r.Beside != nil {
		beside, ratio = r.Beside.String(), "×"+spell(r.ratio())
	}
	if r.Target != nil {
		bound, verdict = r.Target.String(), r.verdict()
	}
	if r.Note != "" {
		verdict = strings.TrimLeft(verdict+"; "+r.Note, "; ")
	}
	return []string{r.What, r.Got.String(), beside, ratio, bound, verdict}
}
