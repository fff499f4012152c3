package backroom

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/lang"
)

// row is how one thing is.
type row struct {
	label, value string
	state        State // "" for what has none
}

// report is how things are, in words. A sign stands beside every word, and no colour means anything without both.
func report(s state, scene flow.Scene) []row {
	c, status := scene.Words.Backroom, s.status
	if !s.known {
		var all []row
		for _, label := range []string{c.Printer, c.Paper, c.Network, c.Disk, c.Sound, c.Program} {
			all = append(all, row{label: label, value: c.Unknown})
		}
		return all
	}
	return []row{
		{c.Printer, printer(status.Printer, c), status.Printer.State},
		{c.Paper, paper(status.Printer, c), paperState(status.Printer)},
		{c.Network, network(status, scene), status.Network.State},
		{c.Disk, disk(status, c), diskState(status)},
		{c.Sound, general(status.Sound, c), status.Sound},
		{c.Program, c.Since(status.Version, moment(status.Started, scene)), ""},
	}
}

func general(s State, c lang.BackroomWords) string {
	switch s {
	case Well:
		return c.Well
	case Warned:
		return c.Warned
	case Broken:
		return c.Broken
	case Absent:
		return c.Absent
	}
	return c.Unknown
}

func printer(p Printer, c lang.BackroomWords) string {
	if p.State == Well || p.State == Absent {
		return general(p.State, c)
	}
	switch p.Reason {
	case "paper-out":
		return c.PaperOut
	case "near-end":
		return c.NearEnd
	case "cover-open":
		return c.CoverOpen
	case "offline":
		return c.Offline
	case "no-answer":
		return c.NoAnswer
	case "":
		return general(p.State, c)
	}
	return c.OtherReason
}

// fewDays is for how few days paper has to last to be worth a warning.
const fewDays = 2

func paper(p Printer, c lang.BackroomWords) string {
	switch {
	case p.State == Absent:
		return c.Absent
	case p.PaperMM < 0:
		return c.Unknown
	case p.PaperDays < 0:
		return c.PaperLeft(metres(p.PaperMM))
	}
	return lang.Both(c.PaperLeft(metres(p.PaperMM)), c.PaperDays(fmt.Sprint(math.Floor(p.PaperDays))))
}

func metres(mm int) string {
	if mm < 10_000 {
		return fmt.Sprintf("%.1f", float64(mm)/1000)
	}
	return fmt.Sprintf("%.0f", float64(mm)/1000)
}

func paperState(p Printer) State {
	switch {
	case p.State == Absent || p.PaperMM < 0:
		return ""
	case p.Reason == "paper-out":
		return Broken
	case p.Reason == "near-end", p.PaperDays >= 0 && p.PaperDays < fewDays:
		return Warned
	}
	return Well
}

func network(s Status, scene flow.Scene) string {
	c, n := scene.Words.Backroom, s.Network
	if n.State == Absent {
		return c.Absent
	}
	line := c.NotConnected(moment(n.Since, scene))
	if n.State == Well {
		line = c.Connected(moment(n.Since, scene))
	}
	line = lang.Both(line, c.Records(n.Waiting))
	if n.Address != "" {
		line = lang.Both(line, n.Address)
	}
	return line
}

// moment is a time of day, and the day unless it is today; "" for none.
func moment(t time.Time, scene flow.Scene) string {
	if t.IsZero() {
		return ""
	}
	here := t.In(scene.At.Location())
	if y, m, d := scene.At.Date(); here.Year() == y && here.Month() == m && here.Day() == d {
		return here.Format("15:04")
	}
	return here.Format("01-02 15:04")
}

// lowDisk is the share of the disk below which somebody should see to it.
const lowDisk = 0.1

func diskState(s Status) State {
	switch {
	case s.DiskSize <= 0:
		return ""
	case float64(s.DiskFree) < lowDisk*float64(s.DiskSize):
		return Warned
	}
	return Well
}

func disk(s Status, c lang.BackroomWords) string {
	if s.DiskSize <= 0 {
		return c.Unknown
	}
	return c.Free(size(s.DiskFree), size(s.DiskSize))
}

// size is a number of bytes as people read it.
func size(bytes int64) string {
	const gigabyte = 1e9
	if bytes < gigabyte {
		return fmt.Sprintf("%d MB", bytes/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/gigabyte)
}

// wording is a line of the log in words.
func wording(l Line, scene flow.Scene) (when, what string) {
	c := scene.Words.Backroom
	kind := c.Warning
	if l.Error {
		kind = c.Error
	}
	at := l.At.Format("15:04:05")
	if day := scene.Words.Day(l.At, scene.At); day != "" { // of an earlier day
		at = l.At.Format("01-02 15:04")
	}
	return at + " " + kind, cmp.Or(l.Text, "-")
}
