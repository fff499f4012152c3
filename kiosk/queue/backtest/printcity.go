package main

import (
	"fmt"
	"io"
	"time"
)

// city plays the offices' snapshots and prints what came out.
func (o options) city(c *city, out, remarks io.Writer) error {
	chosen := o.days.among(c.days())
	if len(chosen) == 0 {
		return fmt.Errorf("no day of the %d recorded is chosen by -days", len(c.days()))
	}
	c.drop(last(chosen))
	played, err := playCity(c, func(day string) bool { return chosen[day] })
	if err != nil {
		return err
	}
	if o.machine {
		if err := c.faulty.tell(remarks); err != nil {
			return err
		}
		return printJSON(out, played.score)
	}
	return printCity(out, c, played)
}

func printCity(w io.Writer, c *city, p *cityScore) error {
	days := c.days()
	fmt.Fprintf(w, "Snapshots of offices, %d days from %s to %s, %d lines, %d service groups. Scored: reconstructed waits of the customers\n",
		len(days), days[0], days[len(days)-1], c.lines, len(c.groups))
	fmt.Fprintln(w, "who were last in line at a snapshot, from the snapshot on. Times in seconds; bias is predicted − actual.")
	fmt.Fprintln(w, "\nWhat became of those last in line")
	for _, f := range []fate{wasCalled, notCalled, inGap, unclear} {
		fmt.Fprintf(w, "  %-75s %d\n", f, p.fates[f])
	}
	if p.scored > 0 {
		fmt.Fprintf(w, "  each call is known to lie between two snapshots, on average %s apart\n", (p.within / time.Duration(p.scored)).Round(time.Second))
	}
	if c.others > 0 {
		fmt.Fprintf(w, "  %d lines show another group's ticket, which is passed over\n", c.others)
	}
	if err := table(w, "All offices, where the office gives an estimate", p.score.contestants, p.score.sum(everything)); err != nil {
		return err
	}
	if err := kept(w, p.score); err != nil {
		return err
	}
	for _, office := range p.score.sorted() {
		if err := table(w, office, p.score.contestants, p.score.tallies[office]); err != nil {
			return err
		}
	}
	if err := halves(w, p.byDay); err != nil {
		return err
	}
	if err := parts(w, "Mean absolute error by day, all offices", "day", p.byDay); err != nil {
		return err
	}
	if err := table(w, "Where the office gives none (no counter open, or no time per customer)", p.without.contestants, p.without.sum(everything)); err != nil {
		return err
	}
	return c.faulty.tell(w)
}
