package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"stationkeeper/internal/record"
)

// dayAccount is what became of a day, as head office tells it.
type dayAccount struct {
	visits visits
	// quotes is what head office shows of how true the waits were that customers were told.
	quotes []point
	// events is what the kiosk wrote down beside what head office holds.
	events comparison
}

// point is the latest value of a node's point, as head office's API tells it.
type point struct {
	Node    string         `json:"node"`
	Point   string         `json:"point"`
	Value   any            `json:"value"`
	Unit    string         `json:"unit"`
	Quality record.Quality `json:"quality"`
}

// The points of the kiosk that score what customers are told, and what they say.
var quoteScores = []struct{ point, says string }{
	{"queue/quote-error", "mean absolute error"},
	{"queue/quote-bias", "bias (positive: waited less)"},
	{"queue/quote-coverage", "called within the interval told"},
}

// takeDayAccount asks head office, after the kiosk has ended.
func takeDayAccount(ctx context.Context, dir string, office *headOffice) (dayAccount, error) {
	held, err := office.records(ctx, station, "kiosk", string(record.Events))
	if err != nil {
		return dayAccount{}, err
	}
	written, epoch, err := journalled(filepath.Join(dir, "kiosk"), record.Events)
	if err != nil {
		return dayAccount{}, err
	}
	a := dayAccount{events: compare("kiosk", epoch, record.Events, written, held)}
	if a.visits, err = countVisits(held); err != nil {
		return dayAccount{}, err
	}
	var detail struct {
		Points []point `json:"points"`
	}
	if err := office.get(ctx, "/api/v1/stations/"+station, &detail); err != nil {
		return dayAccount{}, err
	}
	for _, score := range quoteScores {
		for _, p := range detail.Points {
			if p.Point == score.point {
				a.quotes = append(a.quotes, p)
			}
		}
	}
	return a, nil
}

func (a dayAccount) print(out io.Writer) {
	v := a.visits
	fmt.Fprintf(out, "\nAt head office:\n  %d customers, %d served, %d left\n", v.Issued, v.Served, v.Left)
	fmt.Fprintf(out, "  Mean wait: %.1f s of those served, %.1f s of those who left\n", v.MeanServed.Seconds(), v.MeanLeft.Seconds())
	fmt.Fprintln(out, "  What they were told about their wait, against what it was:")
	for _, p := range a.quotes {
		for _, score := range quoteScores {
			if score.point == p.Point {
				fmt.Fprintf(out, "    %s: %s\n", score.says, p.says())
			}
		}
	}
	c := a.events
	fmt.Fprintf(out, "  Events: %d written by the kiosk, %d held, %d missing, %d twice, %d changed\n\n", c.Written, c.Stored, c.Missing, c.Duplicates, c.Changed)
}

// says is the value of a point for people.
func (p point) says() string {
	if p.Quality != record.Good {
		return "not known"
	}
	return fmt.Sprintf("%v %s", p.Value, p.Unit)
}
