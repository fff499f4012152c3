package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// choice is which days are scored. The others are played all the same, before them, and teach.
type choice struct {
	// from and to are dates, or positions counted from 1, both included; "" is the first and the last.
	from, to string
}

// parseDays reads such as "8-14", "8-", "3" or "1999-02-08..1999-02-14"; "" is all days.
func parseDays(s string) (choice, error) {
	c, bad := choice{}, fmt.Errorf("-days %q: expected positions such as 8-14, 8- or 3, or dates such as 1999-02-08..1999-02-14", s)
	from, to, ranged := strings.Cut(s, "..")
	if !ranged && !isDate(s) {
		from, to, ranged = strings.Cut(s, "-")
	}
	c = choice{from: from, to: to}
	if !ranged {
		c.to = from
	}
	for _, end := range []string{c.from, c.to} {
		if n, err := strconv.Atoi(end); end != "" && !isDate(end) && (err != nil || n < 1) {
			return choice{}, bad
		}
	}
	return c, nil
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// among is the chosen days of those recorded, which are in order.
func (c choice) among(days []string) map[string]bool {
	chosen := map[string]bool{}
	for i, day := range days {
		if !before(day, i+1, c.from) && !after(day, i+1, c.to) {
			chosen[day] = true
		}
	}
	return chosen
}

// last is the last day chosen: what comes after it need not be played.
func last(chosen map[string]bool) string { return slices.Max(slices.Collect(maps.Keys(chosen))) }

// before and after compare a day, the nth, with the end of a choice.
func before(day string, n int, end string) bool {
	if at, err := strconv.Atoi(end); err == nil {
		return n < at
	}
	return end != "" && day < end
}

func after(day string, n int, end string) bool {
	if at, err := strconv.Atoi(end); err == nil {
		return n > at
	}
	return end != "" && day > end
}
