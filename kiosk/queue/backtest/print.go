package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// figures is one predictor's line for a machine. Times are in seconds; coverage is a share of those who were told an
// interval. What there is none of is null.
type figures struct {
	Predictor string   `json:"predictor"`
	Ours      bool     `json:"ours"`
	N         int      `json:"n"`
	MAE       *float64 `json:"mae_s"`
	RMSE      *float64 `json:"rmse_s"`
	Bias      *float64 `json:"bias_s"`
	Coverage  *float64 `json:"coverage"`
	Width     *float64 `json:"width_s"`
}

func printJSON(w io.Writer, s *score) error {
	all := []figures{}
	for i, t := range s.sum(everything) {
		c := s.contestants[i]
		all = append(all, figures{Predictor: c.name, Ours: c.ours, N: t.n, MAE: number(t.mae()), RMSE: number(t.rmse()),
			Bias: number(t.bias()), Coverage: number(t.coverage()), Width: number(t.meanWidth())})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(all)
}

// number is f to three places, nil when it is none.
func number(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	rounded := math.Round(f*1000) / 1000
	return &rounded
}

// table writes the contestants' figures under a title.
func table(w io.Writer, title string, contestants []contestant, tallies []tally) error {
	fmt.Fprintf(w, "\n%s: mean wait %s s\n", title, decimal(tallies[0].meanWait()))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "predictor\tn\tMAE s\tRMSE s\tbias s\tcovered\twidth s\tpromised\t\n")
	for i, c := range contestants {
		y := tallies[i]
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", c.name, y.n, decimal(y.mae()), decimal(y.rmse()), decimal(y.bias()),
			percent(y.coverage()), decimal(y.meanWidth()), promised(c, y))
	}
	return t.Flush()
}

// kept writes the table of those whom ours promised something, unless that is everybody.
func kept(w io.Writer, s *score) error {
	if s.promised[0].n == s.sum(everything)[0].n {
		return nil
	}
	return table(w, "Of these, the customers whom ours promised a time", s.contestants, s.promised)
}

// parts writes one line per part: everybody's mean absolute error, and how good our interval is.
func parts(w io.Writer, title, part string, s *score) error {
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\tn\t", part)
	for _, c := range s.contestants {
		fmt.Fprintf(t, "%s\t", c.name)
	}
	fmt.Fprint(t, "covered\twidth s\tour bias s\t\n")
	for _, name := range s.sorted() {
		tallies := s.tallies[name]
		fmt.Fprintf(t, "%s\t%d\t", name, tallies[0].n)
		for _, y := range tallies {
			fmt.Fprintf(t, "%s\t", decimal(y.mae()))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t\n", percent(tallies[0].coverage()), decimal(tallies[0].meanWidth()), decimal(tallies[0].bias()))
	}
	return t.Flush()
}

func promised(c contestant, t tally) string {
	if !c.ours {
		return ""
	}
	return fmt.Sprintf("%d", t.promised)
}

func decimal(f float64) string {
	if math.IsNaN(f) {
		return "-"
	}
	return fmt.Sprintf("%.1f", f)
}

func percent(f float64) string {
	if math.IsNaN(f) {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*f)
}
