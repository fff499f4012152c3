package node

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stationkeeper/internal/clock"
	"stationkeeper/internal/journal"
	"stationkeeper/internal/record"
)

// wallClock runs with the time of a test's bubble and can be set.
type wallClock struct {
	booted time.Time

	mu         sync.Mutex
	off        time.Duration
	discipline clock.Discipline
}

func (c *wallClock) read() clock.Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	return clock.Reading{Wall: now.Add(c.off).UTC(), Discipline: c.discipline, Boot: "b1", Mono: now.Sub(c.booted)}
}

// set moves the wall clock to a time.
func (c *wallClock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = time.Until(to)
}

func (c *wallClock) disciplined(d clock.Discipline) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.discipline = d
}

func openJournal(t *testing.T, dir string, read clock.Clock) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, journal.Options{
		Clock: read, MaxBytes: 16 << 20, Retain: 24 * time.Hour, TelemetryDelay: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// usedFolder returns the folder of a journal that already has its first record, of a time not believed. It also gets the
// journal's compressors going outside of any bubble: they are the whole program's.
func usedFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	j := openJournal(t, dir, func() clock.Reading { return clock.Reading{Wall: time.UnixMilli(0), Boot: "b0"} })
	_, err := j.Append(t.Context(), record.Events, record.NewEntry(record.NodeStarted, "node", time.Time{}, record.NodeData{}))
	if err = errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	j = openJournal(t, dir, func() clock.Reading { return clock.Reading{Boot: "b0"} })
	_, _, err = j.Read(record.Events, 0, 1)
	if err = errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// watchedClock runs the watch in a bubble on a real journal, which through may keep from it. The clock shows wall at first.
func watchedClock(t *testing.T, wall time.Time, through func(*journal.Journal) journalOfClock, test func(c *wallClock, j *journal.Journal)) {
	t.Helper()
	dir := usedFolder(t)
	synctest.Test(t, func(t *testing.T) {
		c := &wallClock{booted: time.Now().Add(-time.Minute)}
		c.set(wall)
		j := openJournal(t, dir, c.read)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { watchClock(ctx, c.read, through(j), slog.New(slog.DiscardHandler)); close(ended) }()
		synctest.Wait()
		test(c, j)
		stop()
		<-ended
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}

// directly is a journal that nothing is kept from.
func directly(j *journal.Journal) journalOfClock { return j }

// changes reads the changes that have been written down, with the judgement of the record itself.
func changes(t *testing.T, j *journal.Journal) (all []record.ClockChangedData) {
	t.Helper()
	synctest.Wait()
	records, _, err := j.Read(record.Events, 1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		var change record.ClockChangedData
		if err := json.Unmarshal(r.Data, &change); err != nil || r.Type != record.ClockChanged || r.Source != "clock" {
			t.Fatalf("%+v, %v", r, err)
		}
		if r.Clock != change.Clock {
			t.Errorf("record %d is %s and says that the clock is %s", r.Seq, r.Clock, change.Clock)
		}
		all = append(all, change)
	}
	return all
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAClockThatGoesOnIsNotRecorded(t *testing.T) {
	watchedClock(t, noon, directly, func(c *wallClock, j *journal.Journal) {
		time.Sleep(10 * time.Hour)
		c.set(c.read().Wall.Add(clockStep)) // as time synchronisation does
		time.Sleep(time.Hour)
		if got := changes(t, j); len(got) != 0 {
			t.Errorf("recorded %+v", got)
		}
	})
}

func TestAClockThatIsSetIsRecordedOnce(t *testing.T) {
	watchedClock(t, time.UnixMilli(0), directly, func(c *wallClock, j *journal.Journal) {
		time.Sleep(10*time.Second + time.Millisecond)
		c.set(noon)
		time.Sleep(clockEvery - 2*time.Millisecond)
		if got := changes(t, j); len(got) != 0 {
			t.Fatalf("recorded %+v before the clock was looked at", got)
		}
		time.Sleep(time.Minute)
		want := record.ClockChangedData{
			Step: noon.Add(-10*time.Second - time.Millisecond).Sub(time.UnixMilli(0)).Seconds(),
			From: time.UnixMilli(0).Add(12 * time.Second).UTC(), To: noon.Add(clockEvery - time.Millisecond), Clock: record.Synced,
		}
		if got := changes(t, j); len(got) != 1 || got[0] != want {
			t.Errorf("recorded %+v, want %+v", got, want)
		}
	})
}

func TestStepsAddUp(t *testing.T) {
	watchedClock(t, noon, directly, func(c *wallClock, j *journal.Journal) {
		for range 3 {
			c.set(c.read().Wall.Add(time.Second))
			time.Sleep(clockEvery)
		}
		if got := changes(t, j); len(got) != 1 || got[0].Step != 3 {
			t.Errorf("recorded %+v, want one step of 3 s", got)
		}
	})
}

func TestBeliefThatChangesIsRecorded(t *testing.T) {
	watchedClock(t, noon, directly, func(c *wallClock, j *journal.Journal) {
		c.set(noon.Add(-8 * time.Hour))
		time.Sleep(30 * time.Minute)
		if got := changes(t, j); len(got) != 1 || got[0].Clock != record.Unsynced || got[0].Step != -8*3600 {
			t.Fatalf("set back: recorded %+v", got)
		}
		time.Sleep(time.Hour)
		got := changes(t, j)
		if len(got) != 2 || got[1].Clock != record.Synced || got[1].Step != 0 || !got[1].From.Equal(got[1].To) {
			t.Fatalf("left alone for an hour: recorded %+v", got[1:])
		}
		c.set(noon.Add(-20 * time.Hour))
		time.Sleep(time.Minute)
		c.disciplined(clock.Disciplined)
		time.Sleep(time.Minute)
		if got = changes(t, j); len(got) != 4 || got[2].Clock != record.Unsynced || got[3].Clock != record.Synced {
			t.Errorf("set back and disciplined: recorded %+v", got[2:])
		}
	})
}

// full is a journal that takes nothing until it is told to.
type full struct {
	*journal.Journal
	mu   sync.Mutex
	full bool
}

var errFull = errors.New("disk full")

func (f *full) Append(ctx context.Context, stream record.Stream, entries ...record.Entry) ([]record.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return nil, errFull
	}
	return f.Journal.Append(ctx, stream, entries...)
}

func TestAChangeIsWrittenWhenTheJournalTakesItAgain(t *testing.T) {
	f := &full{full: true}
	through := func(j *journal.Journal) journalOfClock { f.Journal = j; return f }
	watchedClock(t, noon, through, func(c *wallClock, j *journal.Journal) {
		c.set(noon.Add(time.Hour))
		time.Sleep(time.Minute)
		if got := changes(t, j); len(got) != 0 {
			t.Fatalf("recorded %+v in a full journal", got)
		}
		f.mu.Lock()
		f.full = false
		f.mu.Unlock()
		time.Sleep(clockEvery)
		if got := changes(t, j); len(got) != 1 || got[0].Step != 3600 {
			t.Errorf("recorded %+v, want the step of an hour", got)
		}
	})
}

func TestChangesAreMeasuredWithinABoot(t *testing.T) {
	before := watched{at: clock.Reading{Wall: noon, Boot: "b1", Mono: time.Hour}, belief: record.Synced}
	now := clock.Reading{Wall: noon.AddDate(0, 1, 0), Boot: "b2", Mono: time.Minute}
	if change, changed := before.change(now, record.Synced); changed {
		t.Errorf("another boot is no step: %+v", change)
	}
	got, changed := before.change(now, record.Unsynced)
	if want := (record.ClockChangedData{From: now.Wall, To: now.Wall, Clock: record.Unsynced}); !changed || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
