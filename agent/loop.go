package main

import (
	"time"

	"stationkeeper/internal/record"
)

const (
	// pulse is how often the loop shows that it lives, and lets time pass for the rules in any case: the wall clock may
	// have been set.
	pulse = time.Second
	// soonest bounds how often rules that want to be asked again are.
	soonest = time.Millisecond
	// fair is how many observations of people are dealt with in a row, at most, before time passes for everything else.
	fair = 32
	// habitsAfter is how often habits are kept.
	habitsAfter = time.Hour
)

// serve carries out observations until the sources have ended and everything they saw is dealt with. It beats at least
// once in each pulse while it can serve a door. While busy says so, recordings wait, until room has a token.
func (in inbox) serve(k *keeper, room <-chan struct{}, busy func() bool, beat func()) {
	due, heart := stopped(), time.NewTicker(pulse)
	habits := time.NewTicker(habitsAfter)
	defer due.Stop()
	defer heart.Stop()
	defer habits.Stop()
	defer close(in.done)
	for n := 1; in.people != nil || in.readings != nil || in.recorded != nil; n++ {
		k.await(due)
		if n%fair != 0 {
			select {
			case o, ok := <-in.people:
				in.people = take(k, in.people, o, ok)
				continue
			case o := <-in.orders:
				k.handle(o)
				continue
			default:
			}
		}
		recorded := in.recorded
		if busy() {
			recorded = nil
		}
		select {
		case o, ok := <-in.people:
			in.people = take(k, in.people, o, ok)
		case o, ok := <-in.readings:
			in.readings = take(k, in.readings, o, ok)
		case o, ok := <-recorded:
			in.recorded = take(k, in.recorded, o, ok)
		case o := <-in.orders:
			k.handle(o)
		case <-room:
		case <-due.C:
			k.handle((*keeper).tick)
		case <-heart.C:
			k.handle((*keeper).tick)
			beat()
		case <-habits.C:
			k.handle((*keeper).keepHabits)
		}
	}
}

// await sets a timer to when the rules want to be asked again.
func (k *keeper) await(due *time.Timer) {
	due.Stop()
	if at, wanted := k.due(); wanted {
		due.Reset(max(soonest, at-k.moment().Mono))
	}
}

// take carries out an observation; it returns the channel it came from, nil when that is closed.
func take(k *keeper, from chan observation, o observation, ok bool) chan observation {
	if !ok {
		return nil
	}
	k.handle(o)
	return from
}

// keepHabits has the habits of points kept.
func (k *keeper) keepHabits() { k.pending.habits = k.memory.Alarms.Habits }

// finish is the last thing the keeper does.
func (k *keeper) finish(stopped record.Entry) {
	k.record(stopped)
	k.keepHabits()
	snapshot := k.memory.clone()
	k.pending.memory = &snapshot
}
