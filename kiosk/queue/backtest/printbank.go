package main

import (
	"fmt"
	"io"

	"stationkeeper/kiosk/replay"
)

// printBank writes the tables for people.
func printBank(w io.Writer, b *bank, p *player) error {
	fmt.Fprintf(w, "Bank calls, %d days from %s to %s, %d visits. Scored: customers who waited and were served. Times in seconds;\n",
		len(b.days()), b.days()[0], b.days()[len(b.days())-1], len(b.visits))
	fmt.Fprintln(w, "bias is predicted − actual; covered is how many of those promised an interval of 80 % were called within it.")
	fmt.Fprintln(w, "Whom nothing was promised, ours is scored by the mean of the last ten waits.")
	if err := table(w, "All days that are scored", p.score.contestants, p.score.sum(everything)); err != nil {
		return err
	}
	if err := kept(w, p.score); err != nil {
		return err
	}
	if err := halves(w, p.score); err != nil {
		return err
	}
	if err := parts(w, "Mean absolute error by day", "day", p.score); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nWhat had to be put right in the recording")
	for _, o := range append(append([]replay.Oddity{}, replay.Oddities...), dayEnded, noSeat) {
		if n := b.odd[o] + p.odd[o]; n > 0 {
			fmt.Fprintf(w, "  %-62s %d\n", o, n)
		}
	}
	return b.faulty.tell(w)
}

// halves writes one table for the first half of the days and one for the second: with the recordings that the model was
// made with, the second half shows what is left of it on days that were not looked at.
func halves(w io.Writer, s *score) error {
	days := s.sorted()
	if len(days) < 2 {
		return nil
	}
	middle := days[(len(days)+1)/2]
	first := s.sum(func(day string) bool { return day < middle })
	if err := table(w, fmt.Sprintf("First half of the days, up to the one before %s", middle), s.contestants, first); err != nil {
		return err
	}
	second := s.sum(func(day string) bool { return day >= middle })
	if err := table(w, fmt.Sprintf("Second half, from %s", middle), s.contestants, second); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "Every day is foretold from those before it alone. Which days the model's constants were chosen on, package forecast says.")
	return err
}
