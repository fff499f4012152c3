// Package report is what the program in the virtual machine tells the one outside: what it has written down, what was
// reported durable to it, and what it found after a power cut. One line of text is one statement.
package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Verb is what a line states.
type Verb string

// The statements. A series is one numbered sequence of records: a stream of the journal, or at head office one of a
// node.
const (
	Hello    Verb = "hello"    // the program runs
	Opened   Verb = "opened"   // Text is the journal's epoch: the file exists and is durable
	Renewing Verb = "renewing" // a new epoch is about to begin
	Moving   Verb = "moving"   // the journal has begun to move into a smaller file
	Moved    Verb = "moved"    // it has ended that, or given it up
	Held     Verb = "held"     // First is a record that was found; Text is its mark
	Gone     Verb = "gone"     // First to Last are under a tombstone; Text is the reason
	Whole    Verb = "whole"    // the series is to be accounted for from 1 to Last
	Checked  Verb = "checked"  // all that was found has been told; now more is written
	Wrote    Verb = "wrote"    // First was handed over to be written down; Text is its mark
	Kept     Verb = "kept"     // First to Last were reported durable
	Acked    Verb = "acked"    // the journal was told that head office has everything through Last
	Through  Verb = "through"  // head office's database reported everything through Last as whole
	Wrong    Verb = "wrong"    // Text is what should not be
	Bye      Verb = "bye"      // everything was closed in order
)

// Line is one statement. What the verb does not use is zero.
type Line struct {
	Verb        Verb
	Series      string // without spaces
	First, Last uint64
	Text        string
}

// String spells the line, without its end.
func (l Line) String() string {
	return fmt.Sprintf("%s %s %d %d %s", l.Verb, orDash(l.Series), l.First, l.Last, strings.ReplaceAll(orDash(l.Text), "\n", "; "))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func orEmpty(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// Parse reads what String spelled.
func Parse(text string) (Line, error) {
	parts := strings.SplitN(text, " ", 5)
	if len(parts) != 5 {
		return Line{}, fmt.Errorf("report %.80q: expected verb, series, first, last and text", text)
	}
	l := Line{Verb: Verb(parts[0]), Series: orEmpty(parts[1]), Text: orEmpty(parts[4])}
	for i, n := range []*uint64{&l.First, &l.Last} {
		var err error
		if *n, err = strconv.ParseUint(parts[2+i], 10, 64); err != nil {
			return Line{}, fmt.Errorf("report %.80q: %w", text, err)
		}
	}
	return l, nil
}
